# ---
# jupyter:
#   labkit:
#     minutes: 30
#     capabilities: [real-pods, load-balancer]
# ---

# %% [markdown]
# # Hello, Kubernetes: your first application
#
# **About 30 minutes.** You need the lab that runs behind this page. It helps to have done
# `00-setup.ipynb`, where `kubectl`, nodes and namespaces are explained.

# %% [markdown]
# ## What you will be able to do
#
# - put an application into a cluster and give it an address that the outside world can reach;
# - run more copies of it, and see visitors being shared between them;
# - change its version while it goes on serving, and find the change in its history;
# - remove all of it, so that nothing is left that would cost money on a real cloud.

# %% [markdown]
# ## Before we begin
#
# The application is a small program called *hello*. It answers on port 8080 and says which copy of
# it is speaking. It is packed as an **image**: a program with all it needs, ready to run anywhere.
# A running image is a **container**.
#
# These cells fetch the lab's words, set your name, and prepare a namespace for the demo. Run them
# in turn with **Shift + Enter**.

# %%
from labkit.notebook import (
    begin,
    check,
    external_address,
    finish,
    hint,
    progress,
    solution,
    start,
    visit,
)

# %% [markdown]
# The settings stay empty: "as this lab is set up".

# %% tags=["parameters"]
engine = ""
attendee = ""
namespace = ""

# %% [markdown]
# Expect the name of a namespace and the folder of your files. On a cluster of your own you would
# make the namespace with `kubectl create namespace`; here `begin` does it for you, because in a
# full room many people share one cluster and each may only touch what is theirs.

# %%
namespace = begin("04-hello-kubernetes", engine=engine, attendee=attendee, namespace=namespace)

# %% [markdown]
# ## 1. Say what should run
#
# You don't tell Kubernetes what to *do*. You write down what should *be*, in a file called a
# **manifest**, and Kubernetes works until it is so. Here is the first one. Read it from the top and
# look for three things: the kind, how many copies (`replicas`), and the `image`.

# %%
# !cat 04-hello-kubernetes/deployment-hello.yaml

# %% [markdown]
# A **Deployment** keeps a number of equal copies running. Each copy is a **Pod**: one or more
# containers that live and die together. The label `app: hello` is how the Deployment recognises its
# Pods.
#
# `apply` hands the manifest to the cluster. Expect the word `created`, at once: Kubernetes has
# noted your wish, the work comes after.

# %%
# !kubectl apply -f 04-hello-kubernetes/deployment-hello.yaml

# %% [markdown]
# Wait until the Deployment is *available*, which means that enough copies are ready. It takes a few
# seconds. Then list the Pods: expect one, `Running`, with a name that begins with `hello` and ends
# in letters that were drawn by lot.

# %%
# !kubectl wait --for=condition=Available deployment/hello --timeout=60s
# !kubectl get pods

# %% [markdown]
# ## 2. Open the door
#
# The Pod runs, but nobody can reach it: its address is known inside the cluster only, and the next
# Pod will have another. A **Service** is a lasting address in front of Pods. Look at three things:
# the `type`, the `selector`, and the two ports.

# %%
# !cat 04-hello-kubernetes/service-hello.yaml

# %% [markdown]
# The `selector` says who stands behind the door: every Pod with that label. `port` is what visitors
# use outside, `targetPort` is where the program listens inside. The type `LoadBalancer` asks the
# cloud for an address that the whole world can reach.
#
# Apply it and look at once. In the column EXTERNAL-IP you may see `<pending>`: the address has been
# ordered and is not there yet. On a real cloud that can take a minute or two.

# %%
# !kubectl apply -f 04-hello-kubernetes/service-hello.yaml
# !kubectl get service hello

# %% [markdown]
# `external_address` waits until the address is there and gives it to us, so that we don't have to
# copy it by hand. Then look at the Service again. Expect the same address under EXTERNAL-IP.

# %%
address = external_address("hello")
print("The address is", address)
# !kubectl get service hello

# %% [markdown]
# Now visit it, as a browser would. In a terminal you would type `curl http://` and the address;
# `visit` does the same, and waits a little if the door is still closed: the balancer needs a moment
# to learn the way. Expect a greeting, the name of the Pod that answered, and version 1.

# %%
visit(f"http://{address}/")

# %% [markdown]
# That is an application on Kubernetes, open to the outside: two short files, two commands.
#
# ## 3. More copies
#
# One copy is not many. Change the number to three and wait until all are there. Expect three Pods;
# one is older, it was never touched.

# %%
# !kubectl scale deployment hello --replicas=3
# !kubectl rollout status deployment/hello --timeout=60s
# !kubectl get pods

# %% [markdown]
# Who answers now? Visit ten times. The page `/info` holds the same facts in a form for programs.
# Expect names to change from line to line, in no particular order: each visit is sent to any of the
# three. Compare them with the list above.

# %%
for _ in range(10):
    info = visit(f"http://{address}/info", pause_seconds=0.2).json()
    print(info["pod"], "version", info["version"])

# %% [markdown]
# You did not tell the Service about the new Pods. They carry the label, so they stand behind the
# door: that is why labels matter so much.
#
# ## 4. A new version, while it serves
#
# The program reads its version from the variable `VERSION`. Changing that changes what *should be*,
# and Kubernetes replaces the Pods in turn, never all at once. We go on visiting meanwhile, twice a
# second. Expect version 1 at first, then both, then 2 alone, and an answer to every visit.

# %% tags=["nbval-ignore-output"] why="Which version answers when depends on the machine's speed."
# !kubectl set env deployment/hello VERSION=2
for _ in range(16):
    info = visit(f"http://{address}/info", pause_seconds=0.5).json()
    print(info["pod"], "version", info["version"])

# %% [markdown]
# This change is called a *rollout*. `rollout status` tells how far it is, and waits for its end.
# Expect `successfully rolled out` in the last line.

# %%
# !kubectl rollout status deployment/hello --timeout=120s

# %% [markdown]
# List the Pods: expect three *new* names, because a Pod is never changed, it is replaced. (One that
# is `Terminating` is an old one on its way out.) Then visit ten times more: expect version 2 only.

# %%
# !kubectl get pods
for _ in range(10):
    info = visit(f"http://{address}/info", pause_seconds=0.2).json()
    print(info["pod"], "version", info["version"])

# %% [markdown]
# A Deployment remembers its earlier versions. Expect two *revisions*: the first with version 1, the
# second with version 2. (CHANGE-CAUSE is empty because we gave no reason; a real team would.) If
# the new version were bad, this list is the way back.

# %%
# !kubectl rollout history deployment/hello

# %% [markdown]
# ## 5. Leave nothing behind
#
# An address costs money on a real cloud, hour by hour, whether anybody visits it or not. Deleting
# the namespace deletes everything in it: Pods, Deployment, Service, and with the Service the
# address. Expect `deleted`, and about ten seconds of waiting while the Pods say goodbye.

# %%
# !kubectl delete namespace {namespace}

# %% [markdown]
# Ask for the namespace by its name. Expect `No resources found`. On a real cloud this is the moment
# the bill stops.

# %%
# !kubectl get namespaces --field-selector=metadata.name={namespace}

# %% [markdown]
# ## Exercise: Open the desk (10 minutes)
#
# Your turn: publish an application of your own. Everything you need was on this page, but not every
# value is the same. `start` gives you a fresh namespace, shows the task, and puts two files with
# gaps into your folder.

# %%
start("open-the-desk")

# %% [markdown]
# Open your two files: in the panel on the left click the folder symbol on top, then `work`, then
# `open-the-desk`. Fill in what is marked TODO and save with **Ctrl + S**.
#
# Then take away the `#` below and run the cell: it applies every file in that folder. You can add
# cells of your own with the **+** in the toolbar, for example to look at your Pods.

# %% tags=["attendee"] exercise="open-the-desk"
# # !kubectl apply -f open-the-desk/

# %% [markdown]
# Is the desk open? `check` looks at your objects and knocks on the door from outside. If copies are
# still starting, it says so and waits a little.

# %%
check("open-the-desk")

# %% [markdown]
# Stuck? Take away the `#` and run the cell. Each time you run it, `hint` gives one more nudge;
# there are three.

# %% tags=["help"]
# hint("open-the-desk")

# %% [markdown]
# `solution` shows one right way, and why it is one. Read it after your own try.

# %% tags=["help"]
# solution("open-the-desk")

# %% [markdown]
# ## Tidy up
#
# The desk has an address too, so give it back. `finish` removes what this lesson took; your files
# and your points stay.

# %%
finish("04-hello-kubernetes")

# %% [markdown]
# ## Recap
#
# - A **manifest** says what should be; `apply` hands it in; Kubernetes works until it is so.
# - A **Deployment** keeps equal **Pods** running. A **Service** is the lasting door before them.
# - The door's **type** decides who can see it; its **selector** decides who stands behind it.
# - Scaling and new versions are changes of the wish, not work on single machines.
# - What you no longer need, you delete: on a cloud, an address costs money while it exists.
#
# Here is what you have done in this lesson.

# %%
progress("04-hello-kubernetes")

# %% [markdown]
# ## Quiz
#
# Answer in your head first, then click to unfold.
#
# **1. Three copies run, two of them are ready. Who gets visitors?**
# <details><summary>Answer</summary>
# Only the two. The Service keeps a list of addresses behind it, its endpoints, and only Pods that
# are ready are in it.
# </details>

# %% [markdown]
# **2. Why does the image of a lab need a tag (`hello:1.0`) or a pull policy?**
# <details><summary>Answer</summary>
# Without a tag, Kubernetes takes `latest` and always asks the registry for it anew. An image that
# was brought onto the node beforehand would then not be used.
# </details>

# %% [markdown]
# **3. EXTERNAL-IP stays `<pending>`. What is your first suspicion?**
# <details><summary>Answer</summary>
# Nobody in this cluster hands out addresses, or the project has no quota left for one. The events
# of the Service say which: `kubectl describe service hello`.
# </details>
