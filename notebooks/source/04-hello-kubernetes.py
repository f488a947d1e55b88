# ---
# jupyter:
#   labkit:
#     minutes: 80
#     capabilities: [real-pods, dns, load-balancer]
# ---

# %% [markdown]
# # Hello, Kubernetes: your first application
#
# **About 80 minutes.** You need the lab that runs behind this page. It helps to have done
# `00-setup.ipynb`, where `kubectl`, nodes and namespaces are explained.

# %% [markdown]
# ## What you will be able to do
#
# - put an application into a cluster and give it an address that the outside world can reach;
# - run more copies of it, and see visitors being shared between them;
# - change its version while it goes on serving, and lose no visitor;
# - go back to an earlier version, and find out why one does not start;
# - let Kubernetes ask your program whether it is ready, and whether it is alive;
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
    answer,
    begin,
    check,
    external_address,
    finish,
    hint,
    progress,
    quiz,
    reset,
    solution,
    start,
    visit,
    watch_namespace,
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
# From here on much will change at once, so let us watch. The next cell draws what is in your
# namespace: the Deployment, below it a ReplicaSet (it counts the copies of one version), and below
# that the Pods. Expect one of each. The picture follows every change by itself for ten minutes;
# keep it in sight while you go on.

# %% tags=["nbval-ignore-output"] why="The picture is drawn anew with every change."
watch_namespace(namespace)

# %% [markdown]
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
# Who stands there at the moment is written down, in an **EndpointSlice**: the addresses of the Pods
# behind a Service. Kubernetes keeps it up to date. Expect one line with three addresses under
# ENDPOINTS; compare them with the column IP of the Pods. Where nobody stands it says `<unset>`.

# %%
# !kubectl get endpointslices -l kubernetes.io/service-name=hello
# !kubectl get pods -o wide

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
# ## 4. A new version, while it serves
#
# Back to our first application. It is in another namespace than your desk, so tell `kubectl` which
# one to use from here on. Expect `modified`: one line of your kubeconfig has changed.

# %%
# !kubectl config set-context --current --namespace={namespace}

# %% [markdown]
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
# How many Pods may change places at a time is the **strategy** of the Deployment. It has two
# numbers, and Kubernetes explains them itself: `kubectl explain` knows every field of a manifest.
# Expect a few paragraphs; look for what is the default of each number.

# %%
# !kubectl explain deployment.spec.strategy.rollingUpdate

# %% [markdown]
# With 0 for `maxUnavailable`, no old Pod goes before a new one is available.
#
# ## 5. Ready, or only running?
#
# Our visitors lost nothing, because *hello* answers as soon as it starts. Many programs don't: they
# load things first. Kubernetes cannot know that. It takes a Pod for ready as soon as its process
# runs, and sends visitors, unless you give it a question to ask: a **probe**. This Pod needs ten
# seconds before it answers. Look at the last five lines.

# %%
# !cat 04-hello-kubernetes/pod-slow.yaml

# %% [markdown]
# A **readiness probe** asks: *can you take visitors now?* Here it asks every two seconds for the
# page `/healthz`. While the answer is no, the Pod stands behind no door, and a rollout waits.
#
# Apply the file, and look as soon as the Pod runs. Expect `Running`, and yet `0/1` under READY.

# %%
# !kubectl apply -f 04-hello-kubernetes/pod-slow.yaml
# !kubectl wait pod/slow --for=jsonpath={.status.phase}=Running --timeout=60s
# !kubectl get pod slow

# %% [markdown]
# About ten seconds later it can answer. Expect `condition met`, and then `1/1`.

# %%
# !kubectl wait pod/slow --for=condition=Ready --timeout=60s
# !kubectl get pod slow

# %% [markdown]
# ## Exercise: Change shift unnoticed (14 minutes)
#
# A desk like ours, and visitors who come every half second while you change its version. `start`
# takes some twenty seconds: the copies need their time, and that is the point of it.

# %%
start("change-shift-unnoticed")

# %% [markdown]
# Change the file in `work/change-shift-unnoticed` and apply it. You need not do everything at once:
# what about making the desk ready for the change first, and changing the version after that?

# %% tags=["attendee"] exercise="change-shift-unnoticed"
# # !kubectl apply -f change-shift-unnoticed/
# # !kubectl rollout status deployment/shift --timeout=120s

# %% [markdown]
# Did anybody notice? `check` reads the observer's notes. If visitors were lost, improve it and roll
# from 1 to 2 again, as the task says: what counts is the last change.

# %%
check("change-shift-unnoticed")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("change-shift-unnoticed")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("change-shift-unnoticed")

# %% [markdown]
# ## 6. The way back
#
# Back to our application once more.

# %%
# !kubectl config set-context --current --namespace={namespace}

# %% [markdown]
# A Deployment remembers its earlier versions. Expect two *revisions*: the first with version 1, the
# second with version 2. (CHANGE-CAUSE is empty because we gave no reason; a real team would.)

# %%
# !kubectl rollout history deployment/hello

# %% [markdown]
# What was in the first? Ask for it by its number. Expect a description of its Pods; look for
# `VERSION` under Environment.

# %%
# !kubectl rollout history deployment/hello --revision=1

# %% [markdown]
# Suppose that version 2 were bad. `undo` returns to the revision before; with `--to-revision` and a
# number it returns to that one. Expect `rolled back`, then `successfully rolled out`, and, two
# seconds later, when every node has heard of the change, a page that says version 1.

# %%
# !kubectl rollout undo deployment/hello
# !kubectl rollout status deployment/hello --timeout=120s
visit(f"http://{address}/", pause_seconds=2)

# %% [markdown]
# You needed no file for that. Each revision is kept as a **ReplicaSet**, the thing that counts the
# Pods of one version; the old one was at 0 and has grown again. Expect two lines, one with 3 Pods
# and one with 0: the bad version is kept too, for whoever wants to know what was wrong.

# %%
# !kubectl get replicasets

# %% [markdown]
# Why does a version not start? STATUS in `kubectl get pods` gives a word, and the last lines of
# `kubectl describe pod`, its **events**, tell the story: which node took the Pod, which image it
# asked for, what went wrong. The teller is the **kubelet**, the agent on each node. Expect the
# story of a healthy Pod here: `Scheduled`, `Pulled`, `Created`, `Started`.

# %% tags=["nbval-ignore-output"] why="Events have ages, and the names of Pods and nodes."
# !kubectl describe pods -l app=hello | tail -n 6

# %% [markdown]
# ## Exercise: Take it back (8 minutes)
#
# Now it is not a demo: somebody else's release fails, and half of the desk is gone.

# %%
start("take-it-back")

# %% [markdown]
# Look first. Expect one Pod that runs and one that does not. (While STATUS says
# `ContainerCreating`, the node is still asking for the image; look again a little later.)

# %%
# !kubectl get pods

# %% [markdown]
# Return to the last good release with a command of yours, in place of the dots. The reason goes
# into the answer. (The file that the task names is another way; you may not need it.)

# %% tags=["attendee"] exercise="take-it-back"
# # !kubectl rollout ...
# answer("take-it-back", reason="...")

# %% [markdown]
# Is the desk complete again, and nothing forgotten?

# %%
check("take-it-back")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("take-it-back")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("take-it-back")

# %% [markdown]
# ## 7. Three questions
#
# You know the readiness probe. There are two more, written in the same way:
#
# - **liveness**: *are you still alive?* If the answer is no several times (`failureThreshold`), the
#   container is killed and started anew. It helps against programs that hang.
# - **startup**: *have you finished starting?* Until it has held once, the other two are not asked.
#   It is for slow starters: they have `periodSeconds` times `failureThreshold` seconds.
#
# A liveness probe that asks the wrong question, or too early, kills what is healthy. See it: this
# Pod is well, and its probe knocks at port 8081, where nobody lives.

# %%
# !kubectl config set-context --current --namespace={namespace}
# !cat 04-hello-kubernetes/pod-nervous.yaml

# %% [markdown]
# Every two seconds a no, and after two of them the container is started anew. Apply it and wait for
# the first restart, some ten seconds. Expect `condition met`.

# %%
# !kubectl apply -f 04-hello-kubernetes/pod-nervous.yaml
# !kubectl wait pod/nervous --for=jsonpath={.status.containerStatuses[0].restartCount}=1

# %% [markdown]
# Its events say why: expect `Liveness probe failed`, then `Killing`. It would go on like this for
# ever, and no visitor would be served well.

# %% tags=["nbval-ignore-output"] why="Events have ages, counts and addresses."
# !kubectl events --for=pod/nervous

# %% [markdown]
# ## Exercise: Honest probes (12 minutes)
#
# Somebody meant well, and the translator never gets to work. Three probes, three questions: which
# ones does it need, and with which numbers?

# %%
start("honest-probes")

# %% [markdown]
# Change the file in `work/honest-probes` and apply it. Then give it a minute: 25 seconds to load,
# and the rest to show that it stays. `kubectl get pods` shows READY and RESTARTS meanwhile.

# %% tags=["attendee"] exercise="honest-probes"
# # !kubectl apply -f honest-probes/
# # !kubectl rollout status deployment/translator --timeout=120s

# %% [markdown]
# Does it run calmly? It must have run for a while before anybody can say so.

# %%
check("honest-probes")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("honest-probes")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("honest-probes")

# %% [markdown]
# ## 8. Leave nothing behind
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
# ## Exercise: The forgotten address (6 minutes)
#
# What was not deleted goes on costing money. Somebody has to go round and look: today it is you.

# %%
start("the-forgotten-address")

# %% [markdown]
# Expect two Services with an address each. Which one is it? This list does not say.

# %%
# !kubectl get services

# %% [markdown]
# You have seen on this page how to find out who stands behind a Service. Look, decide, and put your
# command in place of the dots.

# %% tags=["attendee"] exercise="the-forgotten-address"
# # !kubectl get endpointslices
# # !kubectl ...

# %% [markdown]
# Is one address given back, and does the other still answer?

# %%
check("the-forgotten-address")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("the-forgotten-address")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("the-forgotten-address")

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
# - **Readiness** decides who gets visitors, **liveness** who is started anew, **startup** how long
#   both keep silent.
# - `rollout undo` is the way back. An EndpointSlice says who stands behind a door.
# - What you no longer need, you delete: on a cloud, an address costs money while it exists.
#
# Here is what you have done in this lesson.

# %%
progress("04-hello-kubernetes")

# %% [markdown]
# ## Quiz
#
# Choose what you think, press **Answer**, and read why.

# %%
quiz("04-hello-kubernetes")

# %% [markdown]
# ## Next
#
# The lesson **Networking** (`05-networking.ipynb`) follows one packet from outside to the container
# that answers, and finds out where it can get lost.
