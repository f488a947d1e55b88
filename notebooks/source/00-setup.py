# ---
# jupyter:
#   labkit:
#     minutes: 40
#     capabilities: [real-pods, dns]
# ---

# %% [markdown]
# # Setting up: your first questions to a cluster
#
# **About 40 minutes.** All you need is this page and the lab that runs behind it. You don't have to
# know anything about Kubernetes: each word is explained where you first meet it.

# %% [markdown]
# ## What you will be able to do
#
# - say which cluster you are talking to, as which user, and where in it;
# - tell the version of your tool from the version of the cluster;
# - list things, look at one closely, and pick some out by their labels;
# - find the program that keeps dying, and read its last words;
# - work on an exercise: check it, take a hint, note an answer, start over.

# %% [markdown]
# ## Why a real cluster?
#
# **Kubernetes** runs programs on a group of machines and keeps them running. Such a group is called
# a **cluster**, and each machine in it a **node**. A cloud provider such as OVHcloud looks after
# several hundred thousand servers; nobody does that by hand, one program on one machine at a time.
#
# Slides can show you how it looks. But Kubernetes is best understood by asking it something,
# changing something, and seeing what it does. So there is a real cluster behind this page. It is
# yours, it costs nothing, and you cannot harm anything outside it. One tool is enough for today:
# **kubectl**. (Later lessons add *helm*, which packs applications, and *OpenTofu*, which orders
# machines and clusters from a file.)

# %% [markdown]
# ## How this page works
#
# Grey boxes are **cells**. Click into one and press **Shift + Enter**: it runs, and you are taken
# to the next. `[*]` beside a cell means that it is working, a number means that it has finished.
#
# Go from top to bottom. If something looks odd, choose *Kernel → Restart Kernel* in the menu and
# run the cells again from the top: that is always allowed.
#
# The first cell fetches the lab's own words. It prints nothing.

# %%
from labkit.notebook import (
    answer,
    begin,
    check,
    doctor,
    finish,
    hint,
    progress,
    quiz,
    reset,
    solution,
    start,
    watch_namespace,
    work_on,
)

# %% [markdown]
# Three settings come next: which cluster, whose exercises, which place in the cluster. Empty means
# "as this lab is set up", and that is right for you.

# %% tags=["parameters"]
engine = ""
attendee = ""
namespace = ""

# %% [markdown]
# Now begin. The lab prepares a place for you in the cluster, called a **namespace**, and connects
# `kubectl` to it. You will see the namespace's name and the folder where your files are.

# %%
namespace = begin("00-setup", engine=engine, attendee=attendee, namespace=namespace)

# %% [markdown]
# ## Is everything there?
#
# The **doctor** looks at this machine and at the cluster. Each line is one thing that the lab
# needs. If a line is not fine, it says in the same line how to mend it. Do that first, then run the
# cell again.

# %% tags=["nbval-ignore-output"] why="The doctor describes the machine, and each one differs."
doctor()

# %% [markdown]
# ## Which cluster am I talking to?
#
# `kubectl` reads a small file, the **kubeconfig**. It holds *contexts*; a context is three things
# with one name: a **cluster** (where), a **user** (as whom) and a **namespace** (in which room of
# the house). The star marks the context in use.
#
# A line that begins with `!` is a command for the terminal; the page runs it for you. Expect one
# line with a star, and on its right the namespace that you have been given.

# %%
# !kubectl config get-contexts

# %% [markdown]
# Look at the last column: it is *your* namespace, not one called `default`. A namespace keeps the
# names and rights of one team apart from those of another. Get used to one glance at the star
# before you change anything: most accidents happen in the wrong place, not with the wrong command.
#
# Here is the file itself, with the secrets left out. Find the same three names in it: `cluster`,
# `user` and `namespace`. The line `server` is the address of the cluster.

# %% tags=["nbval-ignore-output"] why="Addresses and folders in a kubeconfig are of this machine."
# !kubectl config view --minify

# %% [markdown]
# ## Two versions
#
# Two programs take part: `kubectl` here (the *client*) and the cluster (the *server*). Each has a
# version, such as 1.34.4: major 1, **minor** 34, patch 4. Expect three lines; the first is
# `kubectl`, the last is the cluster, the middle one is a helper inside `kubectl`.

# %%
# !kubectl version

# %% [markdown]
# If the two minors are more than one apart, strange things happen, so this is the first question
# when two people see different things.
#
# Next: where does the cluster answer? Expect two addresses. The *control plane* is the part that
# takes your orders. *CoreDNS* is the cluster's own telephone book; programs ask it for addresses.

# %%
# !kubectl cluster-info

# %% [markdown]
# ## The machines
#
# Now list the nodes. Expect one line for each machine, with `Ready` if it can take work. `-o wide`
# asks for more columns: addresses, operating system, and the program that runs **containers**: a
# container is a program with all that it needs, packed so that it runs the same on every machine.
#
# One word more in the column STATUS, `SchedulingDisabled`, would mean: this machine works, but it
# is closed and takes no new work. Such a node is called *cordoned*.

# %%
# !kubectl get nodes -o wide

# %% [markdown]
# `get` gives one line for each thing, `describe` tells everything about it. Expect a long answer.
# You don't need to read it all; look for two blocks:
#
# - `Capacity`: what the machine has. In this lab the nodes share your computer, so the CPU count is
#   your computer's; the memory, about 7 GB, is what a small cloud machine would have.
# - `Allocatable`: what programs may really use. It is less: the machine also has to feed the
#   **kubelet**, the agent of Kubernetes that works on every node.
#
# (`Pods: not authorized` means: you may look at the machine, not at other people's programs.)

# %% tags=["nbval-ignore-output"] why="The description has ages, sizes and events of this machine."
# !kubectl describe nodes

# %% [markdown]
# CPU is counted in thousandths: `1900m` is 1900 *millicores*, the same as 1.9 CPUs.
#
# ## Labels
#
# A **label** is a small note, `key=value`, stuck to a thing. Kubernetes finds things by their
# labels, and so will you. The cluster's own programs live in the namespace `kube-system`; `-n` asks
# about that namespace instead of yours. A running program is called a **Pod**. Expect a few Pods,
# each with its labels at the end of its line.

# %% tags=["nbval-ignore-output"] why="Which Pods the system has depends on the cluster."
# !kubectl get pods -n kube-system --show-labels

# %% [markdown]
# With `-l` you get only those that carry a label. Here is the telephone book, and nothing else.
# Expect one line, `Running`, with `1/1`: one of its one containers is ready.

# %%
# !kubectl get pods -n kube-system -l k8s-app=kube-dns

# %% [markdown]
# That was all: `get`, `describe`, `-n` and `-l` will take you far. `kubectl get` knows many kinds
# of things besides `nodes` and `pods`; you will need `services` in a minute. A **Service** is a
# lasting address in front of Pods; `get` lists that address in the column `CLUSTER-IP`.
#
# ## How an exercise works
#
# `start` prepares it and shows the task. Some values in it were drawn for you alone, so a
# neighbour's answer does not fit. This exercise adds a small machine to the cluster for a while,
# which takes a few seconds.

# %%
start("read-the-dials")

# %% [markdown]
# `check` looks at the cluster and tells you where you are. Try it before you do anything. Expect
# every line to say *not started*: this is what an untouched exercise looks like, and it is no
# reproach.

# %%
check("read-the-dials")

# %% [markdown]
# Now be wrong on purpose, to see what that is like. `answer` notes a value; 99 nodes is certainly
# too many. Expect one line that says *not yet*, with what it saw and what to look at next. Checking
# costs nothing: do it as often as you like.

# %%
answer("read-the-dials", usable_nodes=99)
check("read-the-dials")

# %% [markdown]
# `reset` takes an exercise back to the untouched state, whatever you have done to it. Expect *not
# started* everywhere again.

# %%
reset("read-the-dials")
check("read-the-dials")

# %% [markdown]
# ## Exercise: Read the dials (6 minutes)
#
# Your turn. Find the four figures with the commands from above; the task is shown where you ran
# `start`. You can add cells of your own with the **+** in the toolbar, one for each question. (The
# file that the task names is for those who work in a terminal; you don't need it here.)
#
# Do you prefer buttons? `work_on("read-the-dials")` in a cell of your own has all of these below
# the task.
#
# Then note your values in the cell below, in place of the dots: numbers as they are, everything
# else in quotes. Take away the `#` at the beginning of each line, run the cell, and check.

# %% tags=["attendee"] exercise="read-the-dials"
# answer("read-the-dials", server_minor=..., usable_nodes=...,
#        allocatable_cpu="...", dns_address="...")

# %% [markdown]
# Where do you stand?

# %%
check("read-the-dials")

# %% [markdown]
# Stuck? Take away the `#` and run the cell. Each time you run it, `hint` gives one more nudge;
# there are three.

# %% tags=["help"]
# hint("read-the-dials")

# %% [markdown]
# `solution` shows one right way, and why it is one. Read it after your own try.

# %% tags=["help"]
# solution("read-the-dials")

# %% [markdown]
# ## Exercise: Leave a card (6 minutes)
#
# So far you have only looked. Now you create something. Everything in Kubernetes is an **object**:
# a short text, mostly in a file called a **manifest**, that says what should be there. The simplest
# object is a **ConfigMap**: a card with keys and values. Here the form is shown for a menu.

# %% [markdown]
# ```yaml
# apiVersion: v1
# kind: ConfigMap
# metadata:
#   name: menu
#   labels:
#     course: lunch      # a label, below "labels", two blanks further in
# data:
#   soup: lentil         # a key and its value
#   price: "9"           # numbers stand in quotes, because values are texts
# ```

# %% [markdown]
# The blanks at the beginning of a line say what belongs to what, so keep them in step. Now see what
# is wanted from you, and where the file for it is.

# %%
start("leave-a-card")

# %% [markdown]
# Open the file: in the panel on the left click the folder symbol at the top, then `work`, then
# `leave-a-card`, and double-click `card.yaml`. Fill in what is marked TODO and save with
# **Ctrl + S**.
#
# Then `kubectl apply` reads the file and makes what it describes. Take away the first `#` and run
# the cell; expect `configmap/card created`.

# %% tags=["attendee"] exercise="leave-a-card"
# # !kubectl apply -f leave-a-card/card.yaml

# %% [markdown]
# Did it arrive, and in the right place? If you change the file, apply it again: Kubernetes acts on
# the difference only.

# %%
check("leave-a-card")

# %% [markdown]
# Stuck? Take away the `#`, as before. And if you would rather begin again, type
# `reset("leave-a-card")` into a cell of your own.

# %% tags=["help"]
# hint("leave-a-card")

# %% [markdown]
# `solution` shows one right way, and why it is one. Read it after your own try.

# %% tags=["help"]
# solution("leave-a-card")

# %% [markdown]
# ## Programs that say something, and programs that die
#
# What a program prints is kept as its **log**. `kubectl logs` shows it: for one Pod by its name, or
# for those with a label. Here is what the telephone book said last; expect its name and
# version. (It asks the world outside a question when it starts. Where the lab is not connected, a
# line with ERROR says so; it does no harm.)

# %% tags=["nbval-ignore-output"] why="What a DNS server says at its start depends on its version."
# !kubectl logs -n kube-system -l k8s-app=kube-dns --tail=6

# %% [markdown]
# Programs die: of a mistake, of too little memory. Kubernetes then starts the container again, and
# counts it: look at the column **RESTARTS** whenever you list Pods. A number that has stopped
# growing is an old story, one that grows is trouble.
#
# Each start begins a new log. The one of the run before is kept too: `--previous` behind `kubectl
# logs` and the Pod's name asks for it. That is where a program's last words are.
#
# A program that dies again and again is given a pause before each new start, and every pause is
# longer than the last. Meanwhile the list says `CrashLoopBackOff`: "I am waiting, it keeps
# crashing."

# %% [markdown]
# Labels are also notes from person to person. For a Pod called `lamp`:
#
# ```sh
# kubectl label pod lamp room=kitchen     # stick a label on
# kubectl get pods -l room=kitchen        # who carries it?
# kubectl label pod lamp room-            # a minus behind the key takes it off
# ```
#
# ## Exercise: Find the restless (8 minutes)
#
# Six Pods, and one of them has a problem. `start` prepares them and shows the task.

# %%
start("find-the-restless")

# %% [markdown]
# Look at them. Run this cell twice, some ten seconds apart, and compare. Expect six lines that look
# very much alike.

# %% tags=["nbval-ignore-output"] why="Pods that start and die look different at each moment."
# !kubectl get pods

# %% [markdown]
# Now find out which one it is and what it said. Then fill in the dots, take away the first `#` of
# each line, and run the cell.

# %% tags=["attendee"] exercise="find-the-restless"
# # !kubectl logs ... --previous
# # !kubectl label pod ... triage=restless
# answer("find-the-restless", last_word="...")

# %% [markdown]
# Is it the right one, and it alone?

# %%
check("find-the-restless")

# %% [markdown]
# Stuck? Take away the `#`, as before.

# %% tags=["help"]
# hint("find-the-restless")

# %% [markdown]
# `solution` shows one right way, and why it is one. Read it after your own try.

# %% tags=["help"]
# solution("find-the-restless")

# %% [markdown]
# ## Tidy up
#
# The small machine of the first exercise and your namespaces are no longer needed. `finish` gives
# them back; your files and your points stay. Expect a list of what was removed.

# %%
finish("00-setup")

# %% [markdown]
# ## Recap
#
# - A **cluster** is a group of machines, its **nodes**. `kubectl` talks to it.
# - The **kubeconfig** says where, as whom, and in which **namespace**: look at the star first.
# - `get` lists, `describe` tells all, `-n` chooses the namespace, `-l` picks by label.
# - Capacity is what a node has; **allocatable** is what your programs may use.
# - Everything is an **object**. You describe it in a file, and `apply` makes it so.
# - RESTARTS counts how often a program died; `logs --previous` has its last words.
#
# Here is what you have done in this lesson.

# %%
progress("00-setup")

# %% [markdown]
# ## Quiz
#
# Choose what you think, press **Answer**, and read why.

# %%
quiz("00-setup")

# %% [markdown]
# ## Next
#
# You know where you are and how to look around. The lesson **Containers** (`01-containers.ipynb`)
# shows what it is that Kubernetes runs. If containers are no news to you, **Hello, Kubernetes**
# (`04-hello-kubernetes.ipynb`) puts your first application into the world.
