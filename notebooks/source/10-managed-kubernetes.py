# ---
# jupyter:
#   labkit:
#     minutes: 60
#     capabilities: [real-pods, node-pools, private-registry, ovh-api, audit-log]
#     clusters: [lesson]
# ---

# %% [markdown]
# # Managed Kubernetes: use it, let others operate it
#
# **About 60 minutes.** You need the lab that runs behind this page. It helps to have done lessons
# 00 to 05; nobody expects that you have seen a managed cluster before.

# %% [markdown]
# ## What you will be able to do
#
# - say which duties are the provider's, the administrator's and the developer's;
# - order a managed cluster by an API, and reach it with `kubectl`;
# - add machines to it, as a pool, from outside and from inside;
# - fetch an image from a registry that asks for a login;
# - decide from where the API server may be called;
# - find in the audit log who did what.

# %% [markdown]
# ## Before we begin
#
# So far the whole cluster was yours: control plane, etcd, nodes. Most firms leave that to somebody
# who does it every day. Who does what, then?

# %% [markdown]
# | duty | provider | administrator | developer |
# | --- | --- | --- | --- |
# | API server, etcd and their backup | runs, patches | chooses when | uses |
# | nodes | brings, replaces | how many, which flavor | says what a Pod needs |
# | system of the nodes | patches | update policy | |
# | who may call, who may do what | keeps the list | writes it | |
# | images, apps, their data | | gives room | builds, patches, backs up |

# %% [markdown]
# The cloud here is an **emulated** one: OVHcloud's API, on this machine. It asks for no account and
# writes no bill. Behind it are real clusters. These cells fetch the lab's words; run them in turn
# with **Shift + Enter**.

# %%
from labkit.notebook import (
    answer,
    begin,
    check,
    cloud,
    finish,
    hint,
    progress,
    quiz,
    reset,
    solution,
    start,
)

# %% [markdown]
# The settings stay empty: "as this lab is set up".

# %% tags=["parameters"]
engine = ""
attendee = ""
namespace = ""

# %% [markdown]
# Expect the name of a namespace and the folder of your files. The first time, the lab may have to
# build a registry for images: that takes minutes, and the cell shows how far it is.

# %%
namespace = begin("10-managed-kubernetes", engine=engine, attendee=attendee, namespace=namespace)

# %% [markdown]
# Start the cloud. Expect the address of its API and the number of your project. The second line
# makes a client: the one that OVHcloud publishes for Python.

# %% tags=["nbval-ignore-output"] why="The number of the project differs."
ovh = cloud()
client = ovh.client()

# %% [markdown]
# ## 1. Order a cluster
#
# One call orders a control plane and a pool with one node. What you give by name (`name=`,
# `region=`) is the body of the call; `put` takes it in the same way. The answer comes at once, long
# before the cluster does: its status is INSTALLING.

# %%
base = f"/cloud/project/{ovh.project}/kube"
pool = {"name": "day", "flavorName": "d2-4", "desiredNodes": 1}
ordered = client.post(base, name="lesson", region="GRA11", nodepool=pool)
kube = f"{base}/{ordered['id']}"
ordered["status"]

# %% [markdown]
# `follow` asks again until the status is READY. Here that takes some seconds, in a data centre some
# minutes.

# %% tags=["nbval-ignore-output"] why="How many seconds it takes differs."
seen = ovh.follow(kube)

# %% [markdown]
# What does the provider say about it? Expect a version, an update policy, and that it is up to
# date. You see no etcd, no scheduler and no machine for them: those are not yours to look after.

# %% tags=["nbval-ignore-output"] why="The version grows with Kubernetes."
{name: seen[name] for name in ("name", "status", "version", "updatePolicy", "isUpToDate")}

# %% [markdown]
# ## 2. Reach it
#
# The kubeconfig is one more call away. It is an administrator's: keep it as you keep a key. Expect
# one node, of the pool that you ordered.

# %% tags=["nbval-ignore-output"] why="Names, ages and seconds differ."
ovh.follow(f"{kube}/nodepool/{client.get(kube + '/nodepool')[0]['id']}")
config = client.post(f"{kube}/kubeconfig")["content"]
path = ovh.save_kubeconfig(config, "lesson.yaml")
# !kubectl --kubeconfig lesson.yaml get nodes

# %% [markdown]
# ## 3. The pool is an object, too
#
# A **node pool** is a group of equal machines. The API shows it, and the cluster does as well: as
# an object of kind NodePool. Desired is what you want, current what there is; min and max are
# bounds.

# %% tags=["nbval-ignore-output"] why="The age of the pool is another each time."
# !kubectl --kubeconfig lesson.yaml get nodepools

# %% [markdown]
# You change it as you change any object. Two machines, please: expect a second node after some
# seconds, which nobody had to set up.

# %% tags=["nbval-ignore-output"] why="Names and ages differ."
# !kubectl --kubeconfig lesson.yaml scale nodepool day --replicas=2
there = "jsonpath={.status.availableNodes}=2"
# !kubectl --kubeconfig lesson.yaml wait nodepool/day --for={there} --timeout=180s
# !kubectl --kubeconfig lesson.yaml get nodes

# %% [markdown]
# The API tells the same story. Both are views of one pool; whichever you change, the other
# follows.

# %%
found = client.get(f"{kube}/nodepool")[0]
found["name"], found["desiredNodes"], found["flavor"]

# %% [markdown]
# ### Machines that are not for everybody
#
# A Pod may wish for certain nodes, by their labels: that is its **nodeSelector**. A node may refuse
# Pods: that is a **taint**, with a key, a value and an effect. With `NoSchedule` no new Pod comes,
# with `NoExecute` those that run must leave as well, and `PreferNoSchedule` is no more than a plea.
# A **toleration** is a Pod's permit to pass.
#
# A permit sends nobody: its Pod *may* go there, and may go elsewhere. A wish opens no door. What
# belongs on certain nodes, and on no others, needs both.

# %% [markdown]
# Write label and taint into the pool's template, not on a node: a node that comes later carries
# them, too. Here are both for a kitchen. This part belongs into the `spec` of the pool:
#
# ```yaml
#   template:
#     metadata:
#       labels: {room: kitchen}
#     spec:
#       taints:
#         - {key: room, value: kitchen, effect: NoSchedule}
# ```

# %% [markdown]
# And this into the `spec` of a Pod, as deep as `containers`. Wish and permit name the same things:
#
# ```yaml
#       nodeSelector: {room: kitchen}
#       tolerations:
#         - {key: room, value: kitchen, effect: NoSchedule}
# ```
#
# `kubectl --kubeconfig lesson.yaml explain nodepool.spec --recursive` lists all that a pool has.

# %% [markdown]
# ## Exercise: A pool for the night (15 minutes)
#
# Setting it up takes a while: a cluster is ordered, with a shop in it.

# %% tags=["nbval-ignore-output"] why="Addresses and drawn values differ."
start("a-pool-for-the-night")

# %% [markdown]
# Its files lie in the exercise's folder. Get the kubeconfig first, as in section 2; then order the
# pool. Each command for this cluster needs `--kubeconfig tram.yaml`: without, it goes to the lab's
# own cluster, which knows no NodePool.
#
# A Job cannot be changed once it is there (`field is immutable`): delete it, and apply it again.

# %% tags=["attendee"] exercise="a-pool-for-the-night"
# tram = [one for one in client.get(base) if client.get(f"{base}/{one}")["name"] == "tram"][0]
# config = client.post(f"{base}/{tram}/kubeconfig")["content"]
# ovh.save_kubeconfig(config, "tram.yaml")
# !kubectl --kubeconfig tram.yaml get nodepools

# %% [markdown]
# Is it done?

# %%
check("a-pool-for-the-night")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("a-pool-for-the-night")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("a-pool-for-the-night")

# %% [markdown]
# ## 4. A private registry
#
# Images of your own do not belong on a public shelf. A **private registry** asks who you are, and
# the one who is asked is the kubelet: it fetches the image before there is a container.
#
# Its login stands in a **Secret**: an object like a ConfigMap, for what not everybody shall read.
# `kubectl create secret docker-registry` makes one out of three things: the registry, named as in
# the image, port included; a user; a password. The Pod names it under `imagePullSecrets`, a list of
# names, as deep as `containers`. Secret and Pod must be in the same namespace.

# %% [markdown]
# ## Exercise: From the private shelf (10 minutes)
#
# This one happens in the lab's own cluster, in your namespace.

# %% tags=["nbval-ignore-output"] why="Addresses and drawn values differ."
start("from-the-private-shelf")

# %% [markdown]
# See what the Pod waits for; its events say more. Then tell the kubelet how to log in. From here,
# the file with the password is `from-the-private-shelf/envelope.txt`.
#
# The kubelet waits longer after each failure. `kubectl rollout restart deployment/members` makes a
# new Pod, which asks at once.

# %% tags=["attendee"] exercise="from-the-private-shelf"
# !kubectl get pods
# !kubectl create secret docker-registry --help

# %% [markdown]
# Is it done?

# %%
check("from-the-private-shelf")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("from-the-private-shelf")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("from-the-private-shelf")

# %% [markdown]
# ## 5. A network of one's own
#
# Nodes can stand in a private network, without an address on the internet. The fields below say in
# which one. Here they are empty: the emulated cloud keeps such settings and shows them, but its
# nodes stay in the lab's network.

# %%
names = ("privateNetworkId", "nodesSubnetId", "loadBalancersSubnetId")
{name: seen[name] for name in names}

# %% [markdown]
# ## 6. From where may one call?
#
# The API server has an address on the internet; `ipRestrictions` says from where it may be called.
# Expect an empty list, and that means: from everywhere.
#
# The list guards this cluster alone. The cloud's own API goes on answering you, so that even who
# has locked themselves out of the cluster can mend the list.

# %%
client.get(f"{kube}/ipRestrictions")

# %% [markdown]
# ## Exercise: Who may knock (8 minutes)
#
# A cluster of its own is ordered for it; nothing runs there.

# %% tags=["nbval-ignore-output"] why="Addresses and drawn values differ."
start("who-may-knock")

# %% [markdown]
# Read the list before you change it. POST adds, PUT replaces, DELETE removes one. The first two
# take a list: `ips=["192.0.2.0/24"]`.
#
# The kubeconfig comes as in section 2; its line `server` has the address. `my-address.py` wants
# that alone, without `https://` and without the port.

# %% tags=["attendee"] exercise="who-may-knock"
# knock = [one for one in client.get(base) if client.get(f"{base}/{one}")["name"] == "knock"][0]
# client.get(f"{base}/{knock}/ipRestrictions")

# %% [markdown]
# Is it done?

# %%
check("who-may-knock")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("who-may-knock")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("who-may-knock")

# %% [markdown]
# ## 7. The visitors' book
#
# The API server writes down every call: who, what, when, with which answer. That is the **audit
# log**. On a managed cluster the file is the provider's; you ask for an address behind which it can
# be read for a while. First, do something worth a line.

# %%
# !kubectl --kubeconfig lesson.yaml create configmap note --from-literal=hello=world
# !kubectl --kubeconfig lesson.yaml delete configmap note

# %% [markdown]
# Ask for the address, fetch the log, and keep what was deleted. Expect the name of your ConfigMap.
# The line also holds `user`, `userAgent` and `responseStatus`. Look at the last one, too: calls
# that were refused are in the book like those that were done (`code` 403 and 200).
#
# A program's user is a **service account**; the log calls it
# `system:serviceaccount:`*namespace*`:`*name*.

# %%
address = client.post(f"{kube}/log/url", kind="audit")["url"]
# !curl --silent "{address}" | grep '"verb":"delete"' | grep -o '"name":"note"' | head -1

# %% [markdown]
# ## Exercise: The missing tariff (10 minutes)
#
# Somebody removed a ConfigMap at lunch, in a cluster of its own.

# %% tags=["nbval-ignore-output"] why="Addresses and drawn values differ."
start("the-missing-tariff")

# %% [markdown]
# Read the log, line by line of JSON. Then note what you found, and mend it: with the kubeconfig of
# that cluster, as in section 2.

# %% tags=["attendee"] exercise="the-missing-tariff"
# counter = [one for one in client.get(base) if client.get(f"{base}/{one}")["name"] == "counter"][0]
# address = client.post(f"{base}/{counter}/log/url", kind="audit")["url"]
# answer("the-missing-tariff", account="...", tool="...")

# %% [markdown]
# Is it done?

# %%
check("the-missing-tariff")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("the-missing-tariff")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("the-missing-tariff")

# %% [markdown]
# ## 8. Updates
#
# Who patches? The provider prepares each version, and you choose the policy: `ALWAYS_UPDATE`,
# `MINIMAL_DOWNTIME` or `NEVER_UPDATE`. Nodes are drained one by one, so your apps need more than
# one copy. Expect the policy that you set, read back.

# %%
client.put(f"{kube}/updatePolicy", updatePolicy="MINIMAL_DOWNTIME")
client.get(kube)["updatePolicy"]

# %% [markdown]
# ## 9. What a certificate says, and what not
#
# | word | what it says | what it does not say |
# | --- | --- | --- |
# | certified Kubernetes | it passes the conformance tests | that it is fast, or cheap |
# | ISO 27001 | the provider keeps rules for security, audited | that your app is secure |
# | ISO 27017, 27018 | the same for clouds and personal data | who of you reads the data |
# | HDS | the hosting may hold French health data | that your processing may |
#
# Which service, region and date a certificate covers stands in the provider's own documents: read
# them before you promise anything.

# %% [markdown]
# ## Tidy up
#
# A cluster costs as long as it is there, used or not. `finish` removes those of this lesson; your
# files and your points stay. The cloud itself runs on, empty: `labkit cloud down` ends it.

# %% tags=["nbval-ignore-output"] why="Which clusters were there differs."
finish("10-managed-kubernetes")

# %% [markdown]
# ## Recap
#
# - The **provider** runs the control plane; **you** decide on versions, machines and access, and
#   your app stays yours.
# - A **node pool** is wanted state, too: in the API, and as an object in the cluster.
# - Label and taint of nodes belong into the pool's **template**.
# - A **private registry** is asked by the kubelet, so the login is a Secret that the Pod names.
# - **ipRestrictions**: POST adds, PUT replaces, an empty list restricts nobody.
# - The **audit log** says who, by which program, and with which answer.
# - A **certificate** covers the service, not what you do with it.

# %% [markdown]
# Here is what you have done in this lesson.

# %%
progress("10-managed-kubernetes")

# %% [markdown]
# ## Quiz
#
# Choose what you think, press **Answer**, and read why.

# %%
quiz("10-managed-kubernetes")

# %% [markdown]
# ## Next
#
# The lesson **Autoscaling** (`11-autoscaling.ipynb`) lets pools and Pods follow their load, and
# teaches what they go by.
