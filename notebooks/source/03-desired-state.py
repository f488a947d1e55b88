# ---
# jupyter:
#   labkit:
#     minutes: 50
#     capabilities: [real-pods]
# ---

# %% [markdown]
# # Desired state: say what, not how
#
# **About 50 minutes.** You need the lab that runs behind this page. It helps to have done
# `00-setup.ipynb`, where `kubectl`, nodes and namespaces are explained.

# %% [markdown]
# ## What you will be able to do
#
# - write a manifest, hand it in, and see who makes what of it;
# - say which things come back when they are deleted, and which never do;
# - find out where a cluster differs from your files, and undo the difference;
# - name the programs that a cluster is made of, and what is missing when one of them stops;
# - empty a machine without losing a visitor, and put a helper beside a program.

# %% [markdown]
# ## Before we begin
#
# A **Pod** is one running copy of a program. The program here is *hello*, a small web page. Run the
# cells in turn with **Shift + Enter**.

# %%
from labkit.notebook import (
    answer,
    begin,
    check,
    end_cluster,
    external_address,
    finish,
    hint,
    progress,
    quiz,
    reset,
    second_cluster,
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
# Expect the name of a namespace, and the folder of your files.

# %%
namespace = begin("03-desired-state", engine=engine, attendee=attendee, namespace=namespace)

# %% [markdown]
# ## 1. A wish, and who fulfils it
#
# A **manifest** is a wish in a file. Read this one from the top. It answers four questions: *what
# am I* (`kind` and `name`), *how many* (`replicas`), *which Pods are mine* (`selector`), and *how
# is one made* (`template`).

# %%
# !cat 03-desired-state/deployment-web.yaml

# %% [markdown]
# The picture below draws what is in your namespace, and every change of it. It is empty now. Run
# the cell, and keep the picture in sight.

# %% tags=["nbval-ignore-output"] why="The picture is drawn anew with every change."
watch_namespace(namespace)

# %% [markdown]
# Now hand the wish in. `-v=6` makes kubectl tell whom it talks to. Look at the addresses: all are
# of one machine. That is the **API server**. No node is asked, no program is started from here.

# %% tags=["nbval-ignore-output"] why="It shows the times and addresses of each call."
# !kubectl apply -f 03-desired-state/deployment-web.yaml -v=6

# %% [markdown]
# Wait until the wish is fulfilled, then list three kinds of things. Expect one **Deployment**, one
# **ReplicaSet** whose name begins with the Deployment's, and two Pods whose names begin with the
# ReplicaSet's.

# %%
# !kubectl rollout status deployment/web --timeout=60s
# !kubectl get deployments,replicasets -o name
# !kubectl get pods

# %% [markdown]
# You asked for one thing and got four. The Deployment made the ReplicaSet, the ReplicaSet made the
# Pods. Each has one small job; you will see the programs behind them soon.
#
# How does anybody know whether a wish is fulfilled? Each change of it gets a number, `generation`.
# Whoever works on it notes the number that they have seen, `observedGeneration`. Expect the same
# number twice: the latest wish was heard.

# %%
# !kubectl get deployment web -o jsonpath="{.metadata.generation} {.status.observedGeneration}"

# %% [markdown]
# `spec` in an object is what is wanted, `status` is what is there. Everything in Kubernetes is
# made of this pair: one side for you to write, the other for the cluster.
#
# ## 2. Take something away
#
# Delete all Pods of your namespace. What do you think is there afterwards? Expect two Pods again,
# with new names, a few seconds old.

# %%
# !kubectl delete pods --all
# !kubectl rollout status deployment/web --timeout=60s
# !kubectl get pods

# %% [markdown]
# Nobody was told to mend anything. Two were wanted, none was there, so two were made. This is
# called **reconciliation**: compare what is wanted with what is there, act on the difference, and
# compare again, for ever.
#
# How does the ReplicaSet count its Pods? By their **labels**. Take the label away from one of them:
# the part `app-` with a minus says so. Expect `unlabeled`.

# %% tags=["nbval-ignore-output"] why="Which of the Pods it is depends on their drawn names."
# !kubectl label $(kubectl get pods -l app=web -o name | head -n 1) app-

# %% [markdown]
# How many Pods will there be? Expect three: two that carry the label, one of them new. The third
# runs on, and nobody counts it any more.

# %%
# !kubectl wait deployment/web --for=condition=Available --timeout=60s
# !kubectl get pods -l app=web
# !kubectl get pods -l "!app" -o name

# %% [markdown]
# Labels say who is counted. Who *made* whom is written elsewhere, in `ownerReferences`: the thing
# above, by kind and name. The next cell asks each Pod for its owner. Expect `ReplicaSet` twice, and
# `<none>` for the Pod that you set free: with its label it lost its owner.

# %% tags=["nbval-ignore-output"] why="The names of the Pods are drawn by lot."
# !kubectl get pods -o custom-columns=POD:.metadata.name,OWNER:.metadata.ownerReferences[*].kind

# %% [markdown]
# An owner does two things for what it owns: it makes another when one is missing, and when the
# owner is deleted, what it owns goes too. A Pod without an owner has neither. Delete yours, since
# nobody else will. Expect its name, and `deleted`.

# %%
# !kubectl delete pods -l "!app"

# %% [markdown]
# ## Exercise: Three of a kind (8 minutes)
#
# Your turn: a wish of your own, and a Pod that you take away.

# %%
start("three-of-a-kind")

# %% [markdown]
# Most of it you can write after the file of section 1. A variable is new: it belongs to a
# container, and stands as deep as `image`. `env` is a list; each entry has a name and a value. A
# value is a text, so a number needs quotes.
#
# ```yaml
#           env:
#             - name: COLOUR
#               value: "7"
# ```

# %% [markdown]
# Open the file in `work/three-of-a-kind`, write what is missing, and save with **Ctrl + S**. Then
# take away the `#` and run the cell, line by line. Put a Pod's name in place of the dots, twice: of
# one that is `Running`, since those of an earlier try may still be leaving.

# %% tags=["attendee"] exercise="three-of-a-kind"
# # !kubectl apply -f three-of-a-kind/
# # !kubectl get pods
# # !kubectl delete pod ...
# answer("three-of-a-kind", victim="...")

# %% [markdown]
# Are there three, as asked for, and did the cluster make up for one?

# %%
check("three-of-a-kind")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("three-of-a-kind")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("three-of-a-kind")

# %% [markdown]
# ## Exercise: Who would return? (8 minutes)
#
# A ReplicaSet is not the only kind of owner. A **StatefulSet** keeps Pods with fixed names, a
# **Job** keeps one until its work is done. Seven Pods run here. Who of them has somebody above?

# %%
start("who-would-return")

# %% [markdown]
# Expect seven Pods. The list does not say who made them; you have seen a way to ask.

# %% tags=["nbval-ignore-output"] why="The names of some Pods are drawn by lot."
# !kubectl get pods --show-labels

# %% [markdown]
# Put names in place of the dots. A label on the wrong Pod comes off with the key and a minus.

# %% tags=["attendee"] exercise="who-would-return"
# # !kubectl label pod ... fate=gone

# %% [markdown]
# Are the right ones marked, and is everybody still alive?

# %%
check("who-would-return")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("who-would-return")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("who-would-return")

# %% [markdown]
# ## 3. The file wins
#
# Back to our own namespace. Expect `modified`: one line of your kubeconfig has changed.

# %%
# !kubectl config set-context --current --namespace={namespace}

# %% [markdown]
# Somebody in a hurry changes the running Deployment by hand: three copies, not two. The file still
# says two. Ask for the **difference**: lines with a minus are in the cluster, those with a plus are
# what the file would make of them. Look for `replicas`.

# %% tags=["nbval-ignore-output"] why="It names temporary files, with times."
# !kubectl scale deployment web --replicas=3
# !kubectl diff -f 03-desired-state/deployment-web.yaml

# %% [markdown]
# Apply the file again. Only the difference is acted on: expect `configured`, and two Pods. Then
# apply it once more: expect `unchanged`. That is the good thing about saying *what*: you may say it
# twice.

# %%
# !kubectl apply -f 03-desired-state/deployment-web.yaml
# !kubectl rollout status deployment/web --timeout=60s
# !kubectl apply -f 03-desired-state/deployment-web.yaml

# %% [markdown]
# What the file never mentions, `apply` leaves alone. Add a variable by hand, and apply. Expect
# `unchanged`, and the variable is still there. `--list` shows the variables; a name with a minus
# behind it takes one out, as with labels.

# %%
# !kubectl set env deployment/web COLOUR=red
# !kubectl apply -f 03-desired-state/deployment-web.yaml
# !kubectl set env deployment/web --list
# !kubectl set env deployment/web COLOUR-

# %% [markdown]
# ## Exercise: Undo the drift (8 minutes)
#
# Last night somebody was in a hurry, in more than one place.

# %%
start("undo-the-drift")

# %% [markdown]
# Look first, then bring it back. Everything you need was in the last section. (`apply` may warn
# that an annotation is missing. That is its own notebook: it was not used here before, and begins
# one.)

# %% tags=["attendee"] exercise="undo-the-drift"
# # !kubectl diff -f undo-the-drift/deployment-till.yaml
# # !kubectl ...

# %% [markdown]
# Is it what the team agreed on, and nothing more?

# %%
check("undo-the-drift")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("undo-the-drift")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("undo-the-drift")

# %% [markdown]
# ## 4. Who does all this?
#
# Time to look inside. To take a cluster apart you need one that nobody misses, so here is a second
# one, called *desired*, with two nodes. It takes some ten seconds. From here to the end of section
# 5, `kubectl` speaks to it.
#
# It needs Linux and root on this machine. Should the cell say that sudo cannot ask for a password
# here, choose *File → New → Terminal*, run `labkit up --name desired --apart --nodes 2` there, and
# run the cell again. Where there is no root to be had, read on without running the cells.

# %%
second_cluster("desired", nodes=2)

# %% [markdown]
# Here are the programs that it is made of, with the number that each has as a process of this
# machine. There is nothing else: a cluster is a handful of programs.

# %% tags=["nbval-ignore-output"] why="Process numbers are of this machine."
# !labkit component list --name desired

# %% [markdown]
# First the **control plane**, the part that decides:
#
# - **etcd** remembers: every wish and every status is in it, and nowhere else.
# - **kube-apiserver** is the counter. Everybody, you and all the others, talks to it alone.
# - **kube-controller-manager** compares wanted with present: Deployments, ReplicaSets, Jobs, nodes.
# - **kube-scheduler** gives each new Pod a node. That is all it does.
#
# Then, on each **node**: the **kubelet** runs the Pods that bear its node's name, through
# **containerd**; **kube-proxy** writes the rules by which visitors find them.

# %% [markdown]
# They are processes like any other. `ps` lists those of this machine by name; your lab's own
# cluster has the same, so expect most names more than once.

# %% tags=["nbval-ignore-output"] why="Processes are those of this machine."
# !ps -C etcd,kube-apiserver,kube-controller,kube-scheduler,kubelet,kube-proxy -o pid,etime,comm

# %% [markdown]
# ## 5. One after the other
#
# What does each of them do? Stop it, and see what is missing. Begin with the **scheduler**, then
# ask for two Pods. What will happen to them?

# %%
# !labkit component stop kube-scheduler --name desired
# !kubectl apply -f 03-desired-state/deployment-web.yaml
# !kubectl wait deployment/web --for=jsonpath={.status.unavailableReplicas}=2 --timeout=30s

# %% [markdown]
# They are there, so the controllers have done their part. But `Pending`: expect `<none>` in the
# column NODE, for both. No kubelet feels responsible.

# %% tags=["nbval-ignore-output"] why="The names of the Pods are drawn by lot."
# !kubectl get pods -o custom-columns=POD:.metadata.name,STATUS:.status.phase,NODE:.spec.nodeName

# %% [markdown]
# `labkit status` tells what runs, and what was stopped on purpose. Nobody starts that behind your
# back. Expect a line about the scheduler.

# %%
# !labkit status --name desired | grep purpose

# %% [markdown]
# Start it again. Expect `successfully rolled out`, soon: it finds two Pods without a node.

# %%
# !labkit component start kube-scheduler --name desired
# !kubectl rollout status deployment/web --timeout=60s

# %% [markdown]
# Next, the **controller manager**. Without it, delete one Pod. Two are wanted: will another come?

# %% tags=["nbval-ignore-output"] why="Which of the Pods it is depends on their drawn names."
# !labkit component stop kube-controller-manager --name desired
# !kubectl delete $(kubectl get pods -l app=web -o name | head -n 1)

# %% [markdown]
# Count them. Expect one name: the wish says two, and nobody compares.

# %%
# !kubectl get pods -l app=web -o name

# %% [markdown]
# Start it again, and ask until there are two: that is what the second line does. Expect two names.

# %%
# !labkit component start kube-controller-manager --name desired
# !until [ $(kubectl get pods -l app=web -o name | wc -l) = 2 ]; do sleep 0.2; done
# !kubectl get pods -l app=web -o name

# %% [markdown]
# Now the **API server**. First open a door for visitors, and pay a visit. Expect the page of a Pod.

# %% tags=["nbval-ignore-output"] why="Which of the Pods answers is chance."
# !kubectl expose deployment web --type=LoadBalancer --port=80 --target-port=8080
address = external_address("web")
visit(f"http://{address}/")

# %% [markdown]
# Stop it. Expect that kubectl finds nobody to talk to ("connection refused").

# %% tags=["nbval-ignore-output"] why="kubectl complains at length, with times and addresses."
# !labkit component stop kube-apiserver --name desired
# !kubectl get pods

# %% [markdown]
# And your visitors? Expect the page, as before: kubelets go on running what they run, and the rules
# on the nodes are still there. What waits is change: no new Pod, no repair, no news.

# %% tags=["nbval-ignore-output"] why="Which of the Pods answers is chance."
visit(f"http://{address}/")

# %% [markdown]
# Start it again and wait until it answers. Expect the same two Pods, with 0 under RESTARTS: they
# never noticed.

# %%
# !labkit component start kube-apiserver --name desired
# !until kubectl get --raw /readyz > /dev/null 2>&1; do sleep 0.2; done
# !kubectl get pods -l app=web

# %% [markdown]
# Last, a node falls silent: stop the **kubelet** of node2. It used to say "I am well" every few
# seconds. The cluster waits for 50 seconds before it believes that something is wrong, because a
# network may stumble. The next cell waits for that. Expect `condition met`, after most of a minute.

# %%
# !labkit component stop node2/kubelet --name desired
# !kubectl wait node/node2 --for=condition=Ready=Unknown --timeout=120s

# %% [markdown]
# Expect one node that is `Ready`, and one that is `NotReady`. After five more minutes its Pods
# would be made anew elsewhere. (They may still be running there! Nobody knows, that is the point.)

# %%
# !kubectl get nodes

# %% [markdown]
# Start the kubelet again. Expect `condition met`, soon this time: good news is believed at once.

# %%
# !labkit component start node2/kubelet --name desired
# !kubectl wait node/node2 --for=condition=Ready --timeout=60s

# %% [markdown]
# ### Empty a machine
#
# A machine must be repaired. First **cordon** it: no new Pod goes there, those that run stay.
# Expect `cordoned`. Then ask for four Pods: the two new ones go to node1.

# %%
# !kubectl cordon node2
# !kubectl scale deployment web --replicas=4
# !kubectl rollout status deployment/web --timeout=60s

# %% [markdown]
# Then **drain** it: its Pods are asked to leave, one after the other, and their owners make others
# elsewhere. Expect `evicting` for some, and `drained` in the last line.

# %% tags=["nbval-ignore-output"] why="Which Pods were on the node is the scheduler's choice."
# !kubectl drain node2 --ignore-daemonsets --delete-emptydir-data --timeout=90s

# %% [markdown]
# Where are the four now? Expect `node1`, four times.

# %%
# !kubectl rollout status deployment/web --timeout=60s
# !kubectl get pods -l app=web -o custom-columns=NODE:.spec.nodeName

# %% [markdown]
# The machine is repaired: `uncordon`. Nobody moves back by themselves; new Pods may come here
# again. Then remove the whole second cluster. From here on `kubectl` speaks to your lab again.

# %%
# !kubectl uncordon node2
end_cluster("desired")

# %% [markdown]
# ## 6. A companion
#
# A Pod may hold more than one container. They come and go together, on one node, with one address.
# A helper beside the main program is called a **sidecar**. In this Pod are two; look for the folder
# `board`, and for the two places where it is mounted.

# %%
# !cat 03-desired-state/pod-pair.yaml

# %% [markdown]
# Expect `2/2` under READY: both containers are ready.

# %%
# !kubectl apply -f 03-desired-state/pod-pair.yaml
# !kubectl wait pod/pair --for=condition=Ready --timeout=60s
# !kubectl get pod pair

# %% [markdown]
# They share their address. `exec` runs a command inside a container; `-c` says in which. From the
# right one, ask the left one at `127.0.0.1`, "myself". Expect `200 OK` and `ok`.

# %%
# !kubectl exec pair -c right -- /hello probe http://127.0.0.1:8080/healthz

# %% [markdown]
# They share a folder, too, but only because the manifest mounts it in both. Hand a note to the left
# one (through the API server, as the line says), and ask the right one for its notes. Expect the
# note: one has written it, the other has read it.

# %% tags=["nbval-ignore-output"] why="A note has the time at which it was written."
# !echo "Good morning" > note.txt
# !kubectl create --raw /api/v1/namespaces/{namespace}/pods/pair:8080/proxy/notes -f note.txt
# !kubectl exec pair -c right -- /hello probe http://127.0.0.1:8081/notes

# %% [markdown]
# Each container has a log of its own: what it prints. `kubectl logs` takes `-c`, too. Expect one
# line, with the port of the right one.

# %% tags=["nbval-ignore-output"] why="The program prints the time before each line."
# !kubectl logs pair -c right

# %% [markdown]
# ## Exercise: A log companion (10 minutes)
#
# A program writes into a file, and its log stays empty. Mend it without touching the program.

# %%
start("a-log-companion")

# %% [markdown]
# Change the file in `work/a-log-companion` and apply it. Then look at the companion's log.

# %% tags=["attendee"] exercise="a-log-companion"
# # !kubectl apply -f a-log-companion/
# # !kubectl rollout status deployment/till --timeout=60s
# # !kubectl logs deployment/till -c ...

# %% [markdown]
# Do both run, do they share the folder, and are the sales in the log?

# %%
check("a-log-companion")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("a-log-companion")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("a-log-companion")

# %% [markdown]
# ## Tidy up
#
# `finish` removes what this lesson took from the cluster; your files and your points stay. If you
# stopped in the middle, `end_cluster("desired")` removes the second cluster at any time.

# %%
finish("03-desired-state")

# %% [markdown]
# ## Recap
#
# - You write the **wish** (`spec`); the cluster writes what is there (`status`), and works on the
#   difference.
# - A Pod does not return: its **owner** makes another. **Labels** say whom the owner counts.
# - `kubectl diff` shows where the cluster left your file; `apply` restores what the file states.
# - etcd remembers, the **API server** talks, **controllers** compare, the **scheduler** places, the
#   **kubelet** runs. Each can be away for a while; what it does is missing, nothing else.
# - `cordon`, `drain`, `uncordon`: how a machine is emptied and comes back.
# - Containers of a Pod share an address, and a folder where both mount it.
#
# Here is what you have done in this lesson.

# %%
progress("03-desired-state")

# %% [markdown]
# ## Quiz
#
# Choose what you think, press **Answer**, and read why.

# %%
quiz("03-desired-state")

# %% [markdown]
# ## Next
#
# The lesson **Hello, Kubernetes** (`04-hello-kubernetes.ipynb`) puts an application into the world,
# changes it while people use it, and takes a change back.
