# ---
# jupyter:
#   labkit:
#     minutes: 55
#     capabilities: [real-pods, container-build, registry]
# ---

# %% [markdown]
# # Containers: from metal to images
#
# **About 55 minutes.** You need the lab that runs behind this page, and **podman**, which builds
# and runs containers; `labkit doctor` tells whether it is there. You don't have to know containers.

# %% [markdown]
# ## What you will be able to do
#
# - say what a container is, and what it is not: a process with a narrower view and a budget;
# - build an image, run it, and push it to a registry;
# - explain layers, tags and digests;
# - make an image small, free of secrets, and not root's;
# - name what a container alone does not do for you.

# %% [markdown]
# ## Metal, virtual machines, containers
#
# At first a program had a machine of its own. Most of the time the machine waited.
#
# Then came **virtual machines**: one machine plays several, each with an operating system of its
# own. They start in a minute and take gigabytes.
#
# A **container** has no operating system of its own. It is a process of your machine, started with
# two restrictions: what it can *see*, and how much it may *use*. It starts in a moment, and takes
# what the program takes. The price: all containers of a machine share one kernel, and its bugs.

# %% [markdown]
# ## Before we begin
#
# These cells fetch the lab's words, set your name, and prepare a namespace and files for the demo.
# Run them in turn with **Shift + Enter**.

# %%
from labkit.notebook import (
    begin,
    check,
    finish,
    hint,
    progress,
    quiz,
    reset,
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
# The first time, this may take some minutes: a registry for images is started on your machine, and
# gets the images that others begin with.

# %%
namespace = begin("01-containers", engine=engine, attendee=attendee, namespace=namespace)

# %% [markdown]
# ## 1. A narrower view
#
# What a process can see is decided by its **namespaces**: one for process numbers, one for the
# network, one for mounted folders, and some more. (A Kubernetes namespace is something else; the
# word was good enough to be used twice.)
#
# `unshare` starts a process in new ones. It needs no image and no container tool. The next command
# gives a shell a process namespace of its own, and lets it look around. Expect two processes, and
# the shell to be number 1, though your machine runs a hundred others.

# %%
# !unshare -Urpf --mount-proc sh -c 'echo I am number $$; ps -o pid,args'

# %% [markdown]
# That is half of a container. Nothing was installed, nothing booted, and there was no second
# kernel. (`-p` asks for the process namespace; `-U` and `-r` let you ask without being root.)
#
# Which namespaces a process is in stands in `/proc`. Here are those of this page, three of them.
# Expect a number in brackets for each: processes with the same number see the same.

# %% tags=["nbval-ignore-output"] why="The kernel numbers namespaces by itself."
# !readlink /proc/self/ns/pid /proc/self/ns/net /proc/self/ns/mnt

# %% [markdown]
# ## 2. A recipe and a build
#
# The other thing that makes a container handy is its **image**: a folder with the program and all
# that it needs, packed. How it is made stands in a **Containerfile** (Docker calls it Dockerfile).
# Read it from the top: what to begin with, what to run, what to add, as whom, and what to start.

# %%
# !cat 01-containers/Containerfile

# %% [markdown]
# `base` is small: a shell and a web server, `httpd`, which here serves the folder `/www` at port
# 8080. `USER` says that it shall not run as root; a number is more certain than a name.
#
# Fetch it first. Expect a long number, its id: it is computed from what is in the image.

# %%
# !podman pull --quiet registry.lab.example:5000/base:1.0

# %% [markdown]
# Build your image and call it `card`. Expect five steps, and at the end the id of the new image.

# %%
# !podman build --tag card 01-containers

# %% [markdown]
# Build it once more. Expect `Using cache` at each step, and the same id: nothing has changed, so
# nothing has to be done again. Where a line changes, this line and all after it are done anew. So
# what changes often belongs at the end.

# %%
# !podman build --tag card 01-containers

# %% [markdown]
# Each step that changes files makes a **layer**: only what is different. Expect the newest on top,
# the base at the bottom, and a size for each. The base has three million bytes, your page a few
# thousand. (The base says that it is over fifty years old: it carries no date, so that it is the
# same image whenever somebody builds it.)

# %% tags=["nbval-ignore-output"] why="It says how long ago each layer was made."
# !podman history card

# %% [markdown]
# ## 3. Run it
#
# Run the image in the background (`--detach`), and let port 18080 of your machine lead to port 8080
# of the container. Expect a long number, the container's id.

# %%
# !podman run --detach --name card --publish 127.0.0.1:18080:8080 card

# %% [markdown]
# Visit it. In a terminal you would type `curl 127.0.0.1:18080`. Expect the page from your folder.

# %%
print(visit("http://127.0.0.1:18080/").text)

# %% [markdown]
# Now look at the same process from both sides. Expect one line: inside the container it is number 1
# (`PID`), on your machine it has another number (`HPID`), and its user is 65532, not root.
#
# There is no box around it. It stands in your machine's list of processes, beside your browser.

# %% tags=["nbval-ignore-output"] why="The kernel numbers processes by itself."
# !podman top card pid hpid huser args

# %% [markdown]
# And its namespaces? Compare these three numbers with those of section 1. Expect others: it sees
# neither this page's processes, nor its network, nor its folders.

# %% tags=["nbval-ignore-output"] why="The kernel numbers namespaces by itself."
# !podman exec card ls -l /proc/1/ns/pid /proc/1/ns/net /proc/1/ns/mnt

# %% [markdown]
# ## 4. A budget
#
# Namespaces decide what a process sees. What it may use is decided by **cgroups**, groups of
# processes with a budget: memory, share of the processors, number of processes.
#
# Give a container 32 MiB and let it read its own budget, a file. (It is called one way by newer
# kernels and another by older ones.) Expect 33554432, which is 32 · 1024 · 1024.

# %%
budget = "/sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes"
# !podman run --rm --memory 32m card cat {budget} 2>/dev/null

# %% [markdown]
# What happens above it? `tail /dev/zero` looks for the end of an endless file, and keeps all of it
# in memory. Expect no output but the last line: status 137. The kernel killed the process, with
# signal 9, and 128 + 9 = 137. You will meet this number again in Kubernetes, as `OOMKilled`.

# %%
# !podman run --rm --memory 32m card tail /dev/zero; echo "status $?"

# %% [markdown]
# ## 5. Push it
#
# So far the image is on your machine only. Others fetch it from a **registry**, and the name of an
# image says from which: `registry.lab.example:5000/` is the lab's own, then follows a place in it,
# here called like your namespace, and after the colon a **tag**, mostly a version.
#
# Give the image that name as well, then push it. Expect its layers to be copied.

# %%
name = f"registry.lab.example:5000/{namespace}/card:1.0"
# !podman tag card {name}
# !podman push --quiet {name} && echo pushed

# %% [markdown]
# A registry is a web server: what podman asked, you can ask as well. It listens at 198.18.0.1, and
# `--cacert` names who signed its certificate. Expect the tags of your image: one so far.

# %%
# !curl --silent --cacert /var/lib/labkit/registry/ca.crt https://198.18.0.1:5000/v2/{namespace}/card/tags/list

# %% [markdown]
# ## 6. Let the cluster run it
#
# The machines of a cluster, its **nodes**, fetch images from there. What a cluster shall run is
# written down in a file, too. The smallest thing it runs is a **Pod**: one container or a few. Here
# is one. It has a name, a **label** by which others find it, and says which image.

# %%
# !cat 01-containers/pod-fair.yaml

# %% [markdown]
# `apply` hands it in, `wait` waits until it is ready. Expect `created`, then `condition met`.

# %%
# !kubectl apply -f 01-containers/pod-fair.yaml
# !kubectl wait --for=condition=Ready pod/fair --timeout=60s

# %% [markdown]
# Ask it for its page, from inside. Expect the same page as before, served by another machine: it
# has fetched the image from the registry, and knows nothing of the folder on yours.

# %%
# !kubectl exec fair -- cat /www/index.html

# %% [markdown]
# ## Exercise: Bake a card (14 minutes)
#
# Your turn: an image of your own, from an empty Containerfile to a running Pod. `start` gives you a
# fresh namespace, shows the task, and puts files with gaps into your folder.

# %%
start("bake-a-card")

# %% [markdown]
# Open your files: in the panel on the left click the folder symbol on top, then `work`, then
# `bake-a-card`. Fill in what is marked TODO, write the Containerfile, save with **Ctrl + S**.
#
# Then build, push and apply. Put the image's name from the task in place of the dots, take away the
# `#` and run the cell. In a terminal the same commands work, with a `!` less.
#
# A Pod stays with the image that it began with. Whenever you push another one, take the Pod away
# with `delete` before you apply it again. `--now` does not wait for it to say goodbye; without, it
# takes half a minute.

# %% tags=["attendee"] exercise="bake-a-card"
# # !podman build --tag ... bake-a-card
# # !podman push ...
# # !kubectl delete pod card --now
# # !kubectl apply -f bake-a-card/pod-card.yaml

# %% [markdown]
# Is it right? `check` looks into the registry, at your Pod, and visits the page.

# %%
check("bake-a-card")

# %% [markdown]
# Stuck? Take away the `#` and run the cell. Each time you run it, `hint` gives one more nudge;
# there are three.

# %% tags=["help"]
# hint("bake-a-card")

# %% [markdown]
# `solution` shows one right way, and why it is one. Read it after your own try.

# %% tags=["help"]
# solution("bake-a-card")

# %% [markdown]
# ## 7. Layers never forget
#
# Here is a Containerfile that copies a diary and removes it again.

# %%
# !cat 01-containers/Containerfile.forgetful

# %% [markdown]
# Build it and list what a container sees. Expect no diary.

# %%
# !podman build --quiet --tag forgetful --file 01-containers/Containerfile.forgetful 01-containers
# !podman run --rm forgetful

# %% [markdown]
# Now take the image apart as anybody can who has pulled it: each layer is an archive of files. The
# script is in your folder. Expect the diary, in one layer: the layer above it only says that this
# file shall not be shown.

# %%
# !sh 01-containers/open-the-layers.sh forgetful

# %% [markdown]
# So what never gets into a layer need not be removed: copy files by name instead of `COPY . .`, or
# list in a file `.containerignore` what stays out.
#
# And what is needed to build, but not to run? A Containerfile may have several `FROM`, each of
# which begins a new **stage**. Only the last stage becomes the image; it copies what it needs from
# the others with `COPY --from=NAME`. Here is one with two stages.

# %%
# !cat 01-containers/Containerfile.stages

# %% [markdown]
# Build it, and compare the sizes of all layers. Expect the base and a page, and nothing of two
# million bytes: the tools stayed behind in the kitchen.

# %% tags=["nbval-ignore-output"] why="It says how long ago each layer was made."
# !podman build --quiet --tag staged --file 01-containers/Containerfile.stages 01-containers
# !podman history staged

# %% [markdown]
# ## Exercise: Slim and clean (14 minutes)
#
# A colleague's image is huge, root's, and holds a password. Make a good one of it.

# %%
start("slim-and-clean")

# %% [markdown]
# Its build files are in `work/slim-and-clean`. Look at what each line brings, change the
# Containerfile, fill in the Pod. `WORKDIR` makes a folder and goes there: `COPY . .` copies into
# it, and `RUN` works in it. Each stage begins at `/` again.
#
# Then build, push, apply, with the image's name from the task. Is there a Pod of an earlier try?
# Delete it first.

# %% tags=["attendee"] exercise="slim-and-clean"
# # !podman build --tag ... slim-and-clean
# # !podman push ...
# # !kubectl delete pod legacy --now
# # !kubectl apply -f slim-and-clean/pod-legacy.yaml

# %% [markdown]
# Is it small, clean, and does it tell the same? Every layer is searched.

# %%
check("slim-and-clean")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("slim-and-clean")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("slim-and-clean")

# %% [markdown]
# ## 8. Tags move, digests don't
#
# A **tag** is a name that its owner may give to another image whenever they like. A **digest** is
# computed from the content, so that it cannot stand for anything else.
#
# Push your card once more, and let podman write down the digest under which the registry keeps it.
# Expect `sha256:` and 64 digits.

# %% tags=["nbval-ignore-output"] why="A build notes its time, so each has another digest."
# !podman push --quiet --digestfile /dev/stdout {name}

# %% [markdown]
# Now give the same tag to another image, the one with the stages, and push that. Expect the same
# name, and another digest. Whoever fetches `card:1.0` from now on gets something else, and nobody
# tells them.

# %% tags=["nbval-ignore-output"] why="A build notes its time, so each has another digest."
# !podman tag staged {name}
# !podman push --quiet --digestfile /dev/stdout {name}

# %% [markdown]
# An image can be named by its digest as well: `repository@sha256:…`. And what is in an image that
# somebody else pushed? `podman pull` fetches it and prints its *id*, another number, by which
# no node can ask for it. `podman inspect` shows all that is known of it, as a long text. Try it
# with the base. Expect two parts of the text: the digest, and the variables (`Env`) that it sets.

# %% tags=["nbval-ignore-output"] why="The digest differs, and the variables may become more."
base = "registry.lab.example:5000/base:1.0"
# !podman pull --quiet {base}
# !podman inspect {base} | grep --after-context=2 --extended-regexp '"(Digest|Env)"'

# %% [markdown]
# (Ask it only about images that you have *pulled*. One that you built yourself is packed anew on
# its way to the registry: its digest there is the one that `podman push` prints.)

# %% [markdown]
# ## Exercise: Pin the digest (10 minutes)
#
# A tag was moved this morning, and a stand shows the wrong season.

# %%
start("pin-the-digest")

# %% [markdown]
# Find out which image it should be, and write it into `work/pin-the-digest/pod-season.yaml`.

# %% tags=["attendee"] exercise="pin-the-digest"
# # !podman pull ...
# # !kubectl apply -f pin-the-digest/pod-season.yaml

# %% [markdown]
# Does it show the season, tomorrow as well?

# %%
check("pin-the-digest")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("pin-the-digest")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("pin-the-digest")

# %% [markdown]
# ## 9. Why one container is not enough
#
# Your first container still runs. Let it die, as programs do.

# %%
# !podman kill card

# %% [markdown]
# Look for it among those that run. Expect a head and nothing below it. The page is gone, and it
# stays gone: nobody was told to look after it.

# %%
# !podman ps

# %% [markdown]
# podman can start a container again when it ends. But when the whole machine dies, who starts it on
# another? Who tells visitors the new address? Who shares them between three copies, and changes the
# version of one after the other? Somebody has to watch, day and night. That is the work of an
# **orchestrator**, and of the rest of this workshop.

# %% [markdown]
# ## Tidy up
#
# `finish` ends all containers of this lesson, removes its images from your machine, and gives back
# what it took from the cluster; your files and your points stay.

# %%
finish("01-containers")

# %% [markdown]
# ## Recap
#
# - A **container** is a process with a narrower view (namespaces) and a budget (cgroups).
# - An **image** is its folder, packed in **layers**; a layer is never changed, and forgets nothing.
# - A **Containerfile** says how it is made. What is only needed to build stays in an earlier stage.
# - A **registry** hands images out. A **tag** may move, a **digest** cannot.
# - An image itself should say, by a number, that it is not root's.
# - A container that dies stays dead, until somebody looks after it.
#
# Here is what you have done in this lesson.

# %%
progress("01-containers")

# %% [markdown]
# ## Quiz
#
# Choose what you think, press **Answer**, and read why.

# %%
quiz("01-containers")

# %% [markdown]
# ## Next
#
# The lesson **Many small services** (`02-microservices.ipynb`) takes one program apart into
# several, by hand first, and then looks for somebody who looks after them.
