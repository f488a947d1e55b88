# ---
# jupyter:
#   labkit:
#     minutes: 60
#     capabilities: [real-pods, metrics, ovh-api, node-pools]
#     clusters: [tide]
# ---

# %% [markdown]
# # Autoscaling: capacity that follows the load
#
# **About 60 minutes.** You need the lab that runs behind this page, and two cores. It helps to have
# done `10-managed-kubernetes.ipynb`, where a cluster of the cloud and its node pools are explained.

# %% [markdown]
# ## What you will be able to do
#
# - compute how many Pods fit on a node, from what they ask for;
# - let a pool of nodes grow and shrink between two bounds, and watch it;
# - find out what keeps a pool from growing, and what keeps a node from leaving;
# - tell apart two autoscalers: one moves the number of Pods, the other the number of nodes.

# %% [markdown]
# ## Before we begin
#
# A ticket shop sleeps for weeks, and then a concert is announced. Machines for the worst hour cost
# money in all the others; machines for the quiet hours leave visitors standing. Today the number of
# machines follows the work.
#
# These cells fetch the lab's words and prepare a namespace. Run them in turn with
# **Shift + Enter**.

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
    shake,
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
# The lab's own cloud comes first. Expect its address, and the number of your project.

# %% tags=["nbval-ignore-output"] why="The port and the project's number are drawn."
ovh = cloud()

# %% [markdown]
# Expect the name of a namespace and the folder of your files.

# %%
namespace = begin("11-autoscaling", engine=engine, attendee=attendee, namespace=namespace)

# %% [markdown]
# ## 1. A cluster with a small pool
#
# One call orders a cluster called `tide` and its pool `shore`, of one small machine: flavor `d2-2`,
# with 1 virtual CPU and 2 GB of memory. It takes some ten seconds. Expect INSTALLING, then READY.

# %% tags=["nbval-ignore-output"] why="Seconds are measured."
client = ovh.client()
kubes = f"/cloud/project/{ovh.project}/kube"
pool = {"name": "shore", "flavorName": "d2-2", "desiredNodes": 1}
tide = f"{kubes}/{client.post(kubes, name='tide', region='GRA7', nodepools=[pool])['id']}"
_ = ovh.follow(tide)

# %% [markdown]
# The cluster is there; its machine comes a moment later. Expect READY for the pool, too.

# %% tags=["nbval-ignore-output"] why="Seconds are measured."
shore = f"{tide}/nodepool/{client.get(f'{tide}/nodepool')[0]['id']}"
_ = ovh.follow(shore)

# %% [markdown]
# Another call gives a kubeconfig. We keep it in a file, and keep the long command in a word: `{k}`
# stands for "kubectl, on tide". Expect one node whose name begins with `shore-node-`.

# %%
content = client.post(f"{tide}/kubeconfig")["content"]
k = f"kubectl --kubeconfig={ovh.save_kubeconfig(content, '11-autoscaling/tide.kubeconfig')}"
# !{k} get nodes

# %% [markdown]
# ## 2. How many Pods fit?
#
# Two blocks of a node's description answer that. **Allocatable** is what Pods may ask for: a part
# of the machine feeds its own programs. **Allocated resources** is what they have asked for so far;
# DNS and metrics are Pods, too. Read the line `cpu` in both.

# %% tags=["nbval-ignore-output"] why="Some figures are this machine's; add-ons come later."
# !{k} describe node | sed -n '/^Allocatable/,/^System/p; /^Allocated/,/^Events/p'

# %% [markdown]
# Our prime workers ask for 150m each, 150 thousandths of a core. Of 900m the system has taken 100m
# or so; 800 by 150 makes **five**. Nobody measures anything here: a worker that asks for 150m and
# uses 5m takes the place of 150m.
#
# Start three of them. Expect `successfully rolled out`.

# %%
# !cat 11-autoscaling/primes.yaml
# !{k} apply -f 11-autoscaling/primes.yaml
# !{k} rollout status deployment/primes --timeout=120s

# %% [markdown]
# ## 3. A pool that may move
#
# From inside the cluster a pool is an object like others, a NodePool. Expect one line; read DESIRED
# and CURRENT, MIN and MAX, and AUTOSCALED.

# %% tags=["nbval-ignore-output"] why="The age is measured, and columns fill a moment later."
# !{k} get nodepools

# %% [markdown]
# Three fields let it move: a switch and two bounds. The fourth says how long a node must be of no
# use before it leaves. Ten minutes are usual, because a machine that comes and goes all the time
# serves nobody; today we take 20 seconds. Expect `patched`, and AUTOSCALED true.

# %%
slow = '"autoscaling": {"scaleDownUnneededTimeSeconds": 20}'
change = '{"autoscale": true, "minNodes": 1, "maxNodes": 3, ' + slow + "}"
# !{k} patch nodepool shore --type=merge --patch='{{"spec": {change}}}'
# !{k} get nodepool shore -o custom-columns=NAME:.metadata.name,AUTOSCALED:.spec.autoscale

# %% [markdown]
# ## 4. Up
#
# Eight workers do not fit where five do. The others are Pending, and the autoscaler asks itself:
# *would a new node help them?* It would. Expect a minute at most, then `successfully rolled out`.

# %%
# !{k} scale deployment/primes --replicas=8
# !{k} rollout status deployment/primes --timeout=180s

# %% [markdown]
# We never spoke of nodes. Who did? The events of the Pods that had waited. Expect
# `TriggeredScaleUp` with `shore 1->2 (max: 3)`: from one node to two.

# %% tags=["nbval-ignore-output"] why="How many Pods had to wait, the scheduler decides."
told = "custom-columns=REASON:.reason,MESSAGE:.message"
# !{k} get events --field-selector=reason=TriggeredScaleUp -o {told}
# !{k} get nodes

# %% [markdown]
# Now twenty. A third node comes, and then the bound is reached. Expect `condition met` as soon as
# three nodes are there.

# %%
# !{k} scale deployment/primes --replicas=20
# !{k} wait nodepool/shore --for=jsonpath='{{.status.currentNodes}}'=3 --timeout=180s

# %% [markdown]
# The first node holds five, each of the others six: 17 of 20. Three Pods stay `Pending`, and an
# event says why no further node comes: `max node group size reached`. (Those `ContainerCreating`
# have their node; the list shows them, too.) A bound protects your bill, not your visitors.

# %% tags=["nbval-ignore-output"] why="Which Pods are left over, the scheduler decides."
# !{k} get pods --field-selector=status.phase=Pending
# !{k} get events --field-selector=reason=NotTriggerScaleUp -o {told}

# %% [markdown]
# ## 5. Down
#
# Back to three workers. A node may leave when less than half of it is asked for, when its Pods find
# a place elsewhere, and when nobody forbids it; and all that for a while. Expect `condition met`
# after about a minute: one node is left.

# %%
# !{k} scale deployment/primes --replicas=3
# !{k} wait nodepool/shore --for=jsonpath='{{.status.currentNodes}}'=1 --timeout=240s

# %% [markdown]
# The autoscaler keeps notes. Expect, at the end, why the node that is left stays: `61% of it is
# requested, the threshold is 50%` (three workers and the system ask for 550m of its 900m). When a
# node of yours refuses to leave, read here first.

# %% tags=["nbval-ignore-output"] why="It holds times and drawn names."
# !{k} -n kube-system get configmap cluster-autoscaler-status -o jsonpath='{{.data.status}}'

# %% [markdown]
# Who may forbid it? A **PodDisruptionBudget**, in short `pdb`: it promises how many Pods of a label
# stay up while others are moved (`minAvailable`), or how many may be missing (`maxUnavailable`).
# `kubectl get pdb` says how many may move now, under ALLOWED DISRUPTIONS: where it is 0, none may.

# %% [markdown]
# So: **up** because of Pods that found no place, **down** because of nodes that are of no use. What
# Pods really *use* is in neither rule. Keep that in mind for the exercises.
#
# `tide` has done its work. Expect DELETING, then gone.

# %% tags=["nbval-ignore-output"] why="Seconds are measured."
client.delete(tide)
_ = ovh.follow(tide, until="gone")

# %% [markdown]
# Each of the next exercises has a cluster of its own. This word finds one by its name and fetches
# its kubeconfig, as you did by hand above. Nothing is shown.


# %%
def kubectl_on(name: str) -> str:
    (found,) = [one for one in client.get(kubes) if client.get(f"{kubes}/{one}")["name"] == name]
    content = client.post(f"{kubes}/{found}/kubeconfig")["content"]
    return f"kubectl --kubeconfig={ovh.save_kubeconfig(content, name + '.kubeconfig')}"


# %% [markdown]
# ## Exercise: Let it grow (8 minutes)
#
# Your turn, on a cluster called `rush`. It is ordered now, and takes some ten seconds.

# %%
start("let-it-grow")

# %% [markdown]
# The word `k` is `kubectl` on that cluster. The autoscaler answers within seconds.
#
# Where a hint or `check` says `kubectl`, write `!{k}`: `kubectl` alone asks the lab's own cluster,
# which knows no pools. (In a terminal: `kubectl --kubeconfig=rush.kubeconfig`, with the file that
# the cell saves.) An editor cannot open in a cell: use `patch`, as in section 3, and not `edit`.

# %% tags=["attendee"] exercise="let-it-grow"
k = kubectl_on("rush")
# !{k} get nodepools,deployments

# %% [markdown]
# Did it work?

# %%
check("let-it-grow")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("let-it-grow")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("let-it-grow")

# %% [markdown]
# ## Exercise: Let it shrink (12 minutes)
#
# After the rush, one machine too many. `start` orders a cluster of two nodes.

# %%
start("let-it-shrink")

# %% [markdown]
# A node of no use leaves after 10 seconds here. If it does not: who forbids it? Set the number of
# workers as in section 5; your file holds something else.

# %% [markdown]
# `apply` takes a field away only if an earlier `apply` has written it. Does it refuse your file,
# because two fields "cannot be both set"? One of them is still in the cluster from before: delete
# that object there, and apply again.

# %% tags=["attendee"] exercise="let-it-shrink"
k = kubectl_on("after-rush")
# !{k} get nodes,deployments

# %% [markdown]
# Did it work?

# %%
check("let-it-shrink")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("let-it-shrink")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("let-it-shrink")

# %% [markdown]
# ## Exercise: Busy but never growing (10 minutes)
#
# A pool with room to grow, a machine that glows, and nothing happens. This cluster works hard, so
# your machine will be warm for a while.

# %%
start("busy-but-never-growing")

# %% [markdown]
# `kubectl top` has its first figures about half a minute after the start.

# %% tags=["attendee"] exercise="busy-but-never-growing"
k = kubectl_on("glow")
# !{k} get nodepools,pods
answer("busy-but-never-growing", millicores="...")

# %% [markdown]
# Do they ask for what they use, and did the pool follow?

# %%
check("busy-but-never-growing")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("busy-but-never-growing")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("busy-but-never-growing")

# %% [markdown]
# ## 6. The other autoscaler
#
# Until now *you* said how many Pods there are. A **HorizontalPodAutoscaler** says it for you: it
# compares what Pods use with a goal, and changes the number in a Deployment. It measures, by the
# metrics add-on; and its percentages are percentages of **what a Pod asks for**. Expect the
# add-on's first answer: the use of the lab's own nodes.

# %% tags=["nbval-ignore-output"] why="What is used differs from moment to moment."
# !kubectl top nodes

# %% [markdown]
# The two work hand in hand and know nothing of each other. More visitors, more CPU, more Pods; more
# Pods than fit, Pending, more nodes. Without requests the chain breaks twice: no percentage, and
# nothing is ever Pending.

# %% [markdown]
# ## Exercise: Follow the queue (10 minutes)
#
# Back on the lab's own cluster: the number of Pods is to follow their CPU.

# %%
start("follow-the-queue")

# %% [markdown]
# Make an autoscaler, by `kubectl autoscale` or by your file, and give it something to compute with:
# 100m of CPU is a fair request for these Pods. One that asks for 500m is never half busy here, and
# nothing grows.
#
# The first reading takes half a minute. When `kubectl get hpa` shows a percentage, start the rush.

# %% tags=["attendee"] exercise="follow-the-queue"
# # !kubectl get hpa,deployments
# shake("follow-the-queue")

# %% [markdown]
# Did it go up by itself?

# %%
check("follow-the-queue")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("follow-the-queue")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("follow-the-queue")

# %% [markdown]
# ## Tidy up
#
# `finish` removes what this lesson took, clusters included; your files and your points stay.

# %% tags=["nbval-ignore-output"] why="Which clusters are still there depends on what you did."
finish("11-autoscaling")

# %% [markdown]
# ## Recap
#
# - The scheduler counts what Pods **ask for**. How many fit is a division.
# - A pool needs a switch and two bounds. It **grows** when Pods find no place, and never because of
#   use; the event is `TriggeredScaleUp`.
# - It **shrinks** when less than half of a node is asked for, its Pods fit elsewhere, and no
#   PodDisruptionBudget says no; and after a wait, so that it does not flap.
# - A HorizontalPodAutoscaler moves the number of **Pods** by what they use, in percent of what they
#   ask for. The pool moves the number of **nodes**.
# - Honest requests are the base of both.

# %% [markdown]
# Here is what you have done in this lesson.

# %%
progress("11-autoscaling")

# %% [markdown]
# ## Quiz
#
# Choose what you think, press **Answer**, and read why.

# %%
quiz("11-autoscaling")

# %% [markdown]
# ## Next
#
# The lesson **The OVHcloud API** (`12-ovhcloud-api.ipynb`) does all of it by calls that you sign
# yourself.
