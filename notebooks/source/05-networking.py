# ---
# jupyter:
#   labkit:
#     minutes: 90
#     capabilities: [real-pods, dns, multi-node, ingress, network-policy]
# ---

# %% [markdown]
# # Networking: where does this packet go?
#
# **About 90 minutes.** You need the lab that runs behind this page. It helps to have done
# `04-hello-kubernetes.ipynb`, where Pods, Deployments and Services are explained.

# %% [markdown]
# ## What you will be able to do
#
# - follow a packet from a caller to a Pod on another machine, and say who decided its way;
# - find out why a Service reaches nobody, and mend it;
# - choose between a Service inside the cluster, a door on every node, and an address outside;
# - lead many names and paths through one door;
# - call a Service by its name, also in another namespace;
# - say what a network plugin does, and which ones there are today;
# - explain a service mesh with two containers, and shut a door with a network policy.

# %% [markdown]
# ## Before we begin
#
# In lesson 04 everything worked by itself: Pods had addresses, Services led to Pods. Today we look
# at how. A network is a chain of small decisions, each written down somewhere, and we will read
# them one after the other.
#
# These cells fetch the lab's words and prepare a namespace. Run them in turn with
# **Shift + Enter**.

# %%
from labkit.notebook import (
    answer,
    begin,
    check,
    external_address,
    finish,
    hint,
    node_door,
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
# Expect the name of a namespace and the folder of your files. Where the door-keeper of section 7
# was never built on this machine, that is done now: it takes minutes, and the cell shows how far it
# is.

# %%
namespace = begin("05-networking", engine=engine, attendee=attendee, namespace=namespace)

# %% [markdown]
# One machine has little to route, so we add a second one: a small node called `depot`. It takes a
# few seconds. Expect `Node depot is Ready`, and then a list of nodes with `depot` among them.

# %% tags=["nbval-ignore-output"] why="Seconds, addresses and the number of nodes differ."
# !labkit node add --node-name depot --flavor d2-2 2>&1 | cat
# !kubectl get nodes

# %% [markdown]
# ## 1. Every Pod has an address
#
# Start three copies of *hello* and a Pod called *guest*, from which we will call. The Deployment
# asks that its Pods be spread over the nodes. Look for `topologySpreadConstraints`, and for the
# port, which has a name here: `web`.

# %%
# !cat 05-networking/deployment-hello.yaml

# %% [markdown]
# Expect `created` twice, and a few seconds later `successfully rolled out` and `condition met`.

# %%
# !kubectl apply -f 05-networking/deployment-hello.yaml -f 05-networking/pod-guest.yaml
# !kubectl rollout status deployment/hello --timeout=90s
# !kubectl wait pod/guest --for=condition=Ready --timeout=60s

# %% [markdown]
# Where are they? `-o wide` shows more columns; two of them matter today, IP and NODE. Expect four
# Pods on at least two nodes. Compare the first three numbers of each IP: Pods of one node have them
# in common.

# %% tags=["nbval-ignore-output"] why="Which Pod is on which node, the scheduler decides."
# !kubectl get pods -o wide

# %% [markdown]
# That is no accident. Each node has a **range** of addresses for its Pods. `/24` means: the first
# three numbers are fixed, the last is free, so there is room for some 250 Pods. Nobody needs to ask
# anybody: a node hands out what is in its own range, and no two Pods get the same.
#
# Expect a range for each node, and no range twice.

# %% tags=["nbval-ignore-output"] why="The number of nodes is the lab's, and ranges are handed out."
# !kubectl get nodes -o custom-columns=NAME:.metadata.name,RANGE:.spec.podCIDR

# %% [markdown]
# That was the first of four jobs of a **network plugin**: *handing out addresses*. The others are
# links, routes and rules, and they are on the nodes.
#
# ## 2. A look into a node
#
# Normally one needs to be root on a machine to look at its network. `labkit node look` asks the
# node for you, and only reads. First its **links**. A Pod has a network of its own, like a machine
# of its own; a pair of linked ends leads into it. Expect `lo`, by which a machine calls itself;
# `eth0`, the node's cable to the outside; and one end that begins with `veth` for each Pod that
# runs here.

# %% tags=["nbval-ignore-output"] why="Names of links are drawn, and add-ons have Pods here, too."
# !labkit node look depot links

# %% [markdown]
# Now the **routes**: a list of "whoever wants to go there, take this way". Read it from the left.
#
# - An address of one Pod, `dev veth…`: it lives here, behind that link.
# - A range, `via` an address: these Pods live on another node, and that is the node's address.
# - A range, `dev eth0` and no `via`: the nodes themselves. They share one cable.
# - `default`: everything else goes out to the world.

# %% tags=["nbval-ignore-output"] why="One line for each Pod and each other node."
# !labkit node look depot routes

# %% [markdown]
# So a packet to a Pod on another node needs no tunnel and no magic here: it is handed to that node,
# which knows its own Pods. Where the machines between two nodes don't know these ranges, as in many
# data centres, plugins wrap each packet into another one that is addressed to the node. That is an
# **overlay**, and VXLAN is the usual wrapping.
#
# Does it work? Call each copy from the guest, by its number. (`/hello probe` is a small caller in
# our image, and the first line puts the numbers into a file.) Expect `200 OK` three times.

# %%
# !kubectl get pods -l app=hello -o jsonpath="{.items[*].status.podIP}" > numbers
# !for ip in `cat numbers`; do kubectl exec guest -- /hello probe http://$ip:8080/healthz; done
# !rm numbers

# %% [markdown]
# Every Pod reaches every other by its number, on whichever node it is. That is the one rule of
# Kubernetes networking, and each plugin keeps it in its own way.
#
# ## 3. One number for many Pods
#
# Pods come and go, and their numbers with them. A **Service** has a number that stays. The kind
# without a word about its type is **ClusterIP**: it is there for callers inside the cluster. Look
# at `targetPort`: it says `web`, the name that the container gave its port.

# %%
# !cat 05-networking/service-hello.yaml
# !kubectl apply -f 05-networking/service-hello.yaml
# !kubectl get service hello

# %% [markdown]
# Call it from the guest by its name, once a second. Expect the names of different Pods, in no
# particular order.

# %% tags=["nbval-ignore-output"] why="Which Pod answers is drawn by lot, each time."
# !for n in 1 2 3 4 5; do sleep 1; kubectl exec guest -- /hello probe http://hello/; done | grep pod

# %% [markdown]
# Who has this number? Nobody. No machine and no link carries a ClusterIP; you have seen all links
# of a node, and it was not among them. It exists only in **rules**, which a program called
# *kube-proxy* writes on every node. Read the rules of our Service on `depot`: first the one that
# waits for packets to its number and port. Expect two lines; it is the one that begins with
# `-A KUBE-SERVICES`. (The other marks callers that are not Pods, so that answers find their way.)

# %% tags=["nbval-ignore-output"] why="Numbers and names of rules are drawn."
# !labkit node look depot rules | grep "{namespace}/hello cluster IP"

# %% [markdown]
# It jumps (`-j`) to a list with one line a Pod. Each line has a **probability**. Expect about 0.33,
# then 0.5, then none: a third of all calls go to the first; of the rest, half to the second; what
# is left, to the third. So all three get the same share.

# %% tags=["nbval-ignore-output"] why="Numbers and names of rules are drawn."
# !labkit node look depot rules | grep "{namespace}/hello ->"

# %% [markdown]
# And each line leads to one that changes the packet: DNAT, *destination address translation*. The
# Service's number is taken off, a Pod's is put on, and from here on the routes of section 2 apply.
# The node remembers the change, so that the answer comes back under the number that was called.

# %% tags=["nbval-ignore-output"] why="Numbers and names of rules are drawn."
# !labkit node look depot rules | grep '{namespace}/hello"' | grep DNAT

# %% [markdown]
# That is the whole secret. It also explains two things that surprise people: a `ping` to a
# ClusterIP gets no answer, because there are rules for its ports only; and a call is bound to one
# Pod from its first packet on, so a Service spreads *connections*, not single requests.
#
# (These rules are written for *iptables*. Newer clusters may use its successor, *nftables*, and
# some plugins do without kube-proxy altogether. The idea stays.)

# %% [markdown]
# ## 4. Who stands behind it
#
# kube-proxy reads what to write from **EndpointSlices**: lists of the Pods that the selector fits,
# each ready or not. All of ours are ready: expect three addresses and the port 8080. They are the
# ones in the rules.

# %%
# !kubectl get endpointslices -l kubernetes.io/service-name=hello

# %% [markdown]
# Beware of this short list. A Pod that is *not* ready has its address in it as well, without a
# mark, and what is beyond three addresses becomes `+ 2 more`. Rules are written for ready Pods
# only; those are what `kubectl describe service` counts under `Endpoints`.

# %% [markdown]
# What if nobody fits? Change one letter of the selector, and look. Expect `<unset>` for ports and
# endpoints, and no complaint at all: a Service that leads to nobody is a valid Service.

# %%
# !kubectl set selector service hello app=helo
# !kubectl get endpointslices -l kubernetes.io/service-name=hello

# %% [markdown]
# What does a caller notice? We give the nodes two seconds to hear of the change. Expect `connection
# refused`: where no Pod is behind a Service, kube-proxy writes a rule that refuses. In other
# clusters the caller may wait until it gives up.

# %% tags=["nbval-ignore-output"] why="How a refusal is told depends on when the node heard of it."
# !sleep 2; kubectl exec guest -- /hello probe http://hello/healthz

# %% [markdown]
# Put the letter back, and call until somebody answers (that is what `until … do … done` means).
# Expect `200 OK`, and three addresses again.

# %%
# !kubectl set selector service hello app=hello
# !until kubectl exec guest -- /hello probe http://hello/healthz 2>/dev/null; do sleep 0.5; done
# !kubectl get endpointslices -l kubernetes.io/service-name=hello

# %% [markdown]
# There is a second way to reach nobody: with the right Pods, at a port where none of them listens.
# So there are two questions to ask of a silent Service, in this order:
#
# 1. Is anybody in its EndpointSlice? If not, compare selector and labels, and see who is ready.
# 2. Is there a port, and is it one where the container listens? If not, look at `targetPort`.
#
# `kubectl describe service` shows selector, ports and endpoints on one page.

# %% [markdown]
# ## Exercise: Nobody answers (10 minutes)
#
# Somebody else's Service is silent, and all Pods are well.

# %%
start("nobody-answers")

# %% [markdown]
# Change the file in `work/nobody-answers` and apply it, or change the Service in place. Look after
# each change; you may not be done with the first.

# %% tags=["attendee"] exercise="nobody-answers"
# # !kubectl describe service tickets
# # !kubectl apply -f nobody-answers/

# %% [markdown]
# Does it answer, and are the Pods as they were?

# %%
check("nobody-answers")

# %% [markdown]
# Stuck? Take away the `#`. Each time you run it, `hint` gives one more nudge; there are three.

# %% tags=["help"]
# hint("nobody-answers")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("nobody-answers")

# %% [markdown]
# ## 5. Names
#
# The guest called `http://hello`, and not a number. A **DNS** server runs in the cluster (a
# Service, too: `kube-dns` in `kube-system`), and every Pod asks it. It knows each Service by this
# name:
#
# `hello.` *namespace* `.svc.cluster.local`
#
# Callers may shorten it, because each Pod completes short names: first with its own namespace, then
# with `svc.cluster.local`, then with `cluster.local`. So `hello` means *hello in my namespace*, and
# `hello.other` means *hello in the namespace other*.

# %% [markdown]
# Try the three lengths. Expect `200 OK` each time.

# %%
# !kubectl config set-context --current --namespace={namespace}
# !kubectl exec guest -- /hello probe http://hello/healthz
# !kubectl exec guest -- /hello probe http://hello.{namespace}/healthz
# !kubectl exec guest -- /hello probe http://hello.{namespace}.svc.cluster.local/healthz

# %% [markdown]
# And a neighbour's? `kube-dns` has a page for programs on port 9153. By its short name it is not
# found here; with its namespace it is. Expect `no such host` (or `server misbehaving`, where the
# cluster cannot ask the world outside), and after that `200 OK`.

# %% tags=["nbval-ignore-output"] why="What an unknown name comes to depends on the world outside."
# !kubectl exec guest -- /hello probe http://kube-dns:9153/metrics
# !kubectl exec guest -- /hello probe http://kube-dns.kube-system:9153/metrics | head -n 1

# %% [markdown]
# Why names, and not numbers? Delete a Service and make it again, and compare CLUSTER-IP. Expect two
# different numbers, and a guest that finds the new one: it asks for the name each time. (DNS
# remembers an answer for five seconds, so the guest may call the old number for a moment.)

# %% tags=["nbval-ignore-output"] why="Numbers are handed out afresh; that is the point."
# !kubectl get service hello
# !kubectl delete service hello
# !kubectl apply -f 05-networking/service-hello.yaml
# !kubectl get service hello
# !until kubectl exec guest -- /hello probe http://hello/healthz 2>/dev/null; do sleep 0.5; done

# %% [markdown]
# ### A name for each Pod
#
# Some callers want to reach *every* Pod, not any: a database that copies its data to all its
# brothers, say. For them there are Services without a number, called **headless**. Look at
# `clusterIP: None`. Expect `None` in the list, and no rule on the node: nothing is translated.

# %%
# !cat 05-networking/service-hello-each.yaml
# !kubectl apply -f 05-networking/service-hello-each.yaml
# !kubectl get service hello-each
# !labkit node look depot rules | grep -c "{namespace}/hello-each"

# %% [markdown]
# Its name leads to the numbers of all ready Pods, and the caller chooses. No rule changes the port,
# so it is the container's: 8080. Expect `200 OK`.

# %%
each = "http://hello-each:8080/healthz"
# !until kubectl exec guest -- /hello probe {each} 2>/dev/null; do sleep 0.5; done

# %% [markdown]
# ## Exercise: Call next door (8 minutes)
#
# A caller holds on to a number that is dead. Setting it up takes half a minute: a Service must be
# there first, and then go.

# %%
start("call-next-door")

# %% [markdown]
# See what its calls come to, and whom it calls. Then give it a target that lasts. A variable can be
# changed without a file: `kubectl set env deployment/NAME VARIABLE=VALUE`.

# %% tags=["attendee"] exercise="call-next-door"
# # !kubectl logs deployment/reporter --tail=3
# # !kubectl set env deployment/reporter TARGET=http://...

# %% [markdown]
# Whose weather does it read?

# %%
check("call-next-door")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("call-next-door")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("call-next-door")

# %% [markdown]
# ## 6. Doors to the outside
#
# A ClusterIP is for callers inside. For others there are three more ways in; each contains the one
# before it.
#
# | type | who can call | what it is made of |
# | --- | --- | --- |
# | ClusterIP | Pods and nodes | a number, and rules on every node |
# | NodePort | whoever reaches a node | the same, and one port on *every* node |
# | LoadBalancer | the world | the same, and an address that the cloud leads to the nodes |

# %% [markdown]
# You know LoadBalancer from lesson 04. Now make a NodePort. Expect two numbers under PORT(S): `80`
# for callers inside, and behind the colon one from 30000 upwards, which is open on every node.

# %%
# !kubectl config set-context --current --namespace={namespace}
# !kubectl apply -f 05-networking/service-hello-doors.yaml
# !kubectl get service hello-doors

# %% [markdown]
# `node_door` gives us a node's address with that number. Call at `depot` and see who answers.
# Expect Pods of *any* node: the door is on every node, and behind each door are all Pods.

# %% tags=["nbval-ignore-output"] why="Which Pod answers is drawn by lot, each time."
door = node_door("hello-doors", node="depot")
print("The door is", door)
for _ in range(6):
    print(visit(f"http://{door}/info").json()["pod"])

# %% [markdown]
# So a call may come in at one node and be answered on another: in at the door, changed by a rule,
# over a route to the next node, into the Pod, and back the same way. On its way in the *caller's*
# number is changed too, so that the answer comes back to this node and not straight to the caller,
# who would not know it. (A Service may say `externalTrafficPolicy: Local`; then a door leads to
# Pods of its own node only, and the caller's number stays.)
#
# Three numbers have a place in a Service, and people mix them up: `port` for callers inside,
# `targetPort` for the container, `nodePort` for the door on nodes.

# %% [markdown]
# ## Exercise: Follow the packet (12 minutes)
#
# Four facts of a journey. Everything is written down somewhere, and you have seen where. `start`
# adds a node, so it takes some seconds.

# %%
start("follow-the-packet")

# %% [markdown]
# Look as long as you like; nothing needs to be changed. In the last question the caller uses the
# Service's name, inside the cluster: no node's door takes part.
#
# Then note what you found, in place of the dots.

# %% tags=["attendee"] exercise="follow-the-packet"
# # !kubectl get services,pods -o wide
answer("follow-the-packet", node_port="...", pod_range="...", choices="...", crossing="...")

# %% [markdown]
# Four facts, four lines.

# %%
check("follow-the-packet")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("follow-the-packet")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("follow-the-packet")

# %% [markdown]
# ## 7. One door for many names
#
# A LoadBalancer for each application is an address, and a bill, for each. And a Service knows ports
# only: it cannot tell one web name from another. An **Ingress** can. It is a wish about names and
# paths, and a program called *Ingress controller* keeps the door and fulfils it. Here that is
# Traefik; expect its class. This one is the default, so an Ingress that names no class goes to it.
# (The list does not say so; `kubectl describe ingressclass` does, under Annotations.)

# %%
# !kubectl config set-context --current --namespace={namespace}
# !kubectl get ingressclass

# %% [markdown]
# Read the next file: one host, two paths. The path type *Prefix* cuts at slashes: `/guarded` means
# `/guarded` and `/guarded/x`, not `/guardedx`. (*Exact* means one path alone.) The longer path
# wins. Behind it stands a second Service, which we need later on as well.

# %%
# !cat 05-networking/ingress-hello.yaml
# !kubectl apply -f 05-networking/deployment-guarded.yaml -f 05-networking/service-guarded.yaml
# !kubectl apply -f 05-networking/ingress-hello.yaml

# %% [markdown]
# The controller takes it on, and writes the address of its door on it. All Ingresses of the cluster
# have the same.

# %%
front = external_address("hello", kind="ingress")
print("The door is at", front)

# %% [markdown]
# Nobody on the internet resolves our name, so we call the address and say the name ourselves, in
# the header *Host*, where browsers say it too. Expect a Pod of *hello*, and `404` for a name that
# the door does not know.

# %% tags=["nbval-ignore-output"] why="Which Pod answers is drawn by lot."
print(visit(f"http://{front}/info", host=f"hello.{namespace}.example", wanted=200).json()["pod"])
print(visit(f"http://{front}/info", host="nobody.example").status)

# %% [markdown]
# Two things to know before you meet them. An Ingress names *Services*, so those stay inside. And it
# speaks HTTP only; a database needs another door. (The controller of most older tutorials,
# *ingress-nginx*, has not been looked after since March 2026. The object stays; a richer one called
# *Gateway API* stands beside it.)

# %% [markdown]
# ## Exercise: One front door (12 minutes)
#
# Two teams, one name.

# %%
start("one-front-door")

# %% [markdown]
# Fill in the file in `work/one-front-door` and apply it. A class need not be named here. The door's
# address, for your own tries, is the one in `kubectl get ingress`. (A third Service, `maze`, is
# there as well. It is no part of the task.)

# %% tags=["attendee"] exercise="one-front-door"
# # !kubectl apply -f one-front-door/
# # !kubectl describe ingress front

# %% [markdown]
# Do both teams get their visitors, and only by the door?

# %%
check("one-front-door")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("one-front-door")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("one-front-door")

# %% [markdown]
# ## 8. A proxy beside the program
#
# Everything so far looked at addresses and ports. Some questions are about the calls themselves:
# how many failed? who called? was it encrypted? Each program could find out for itself, in each
# language anew. Or somebody stands beside each program and does it for all of them: a **proxy**.
#
# Look at the two containers of this Pod. They share its network, so they call each other at
# `127.0.0.1`, and each needs a port of its own.

# %%
# !cat 05-networking/deployment-guarded.yaml

# %% [markdown]
# Its Service has two doors, so that we can compare: one leads to the proxy, one past it. Expect
# `2/2` under READY: two containers, one Pod.

# %%
# !kubectl config set-context --current --namespace={namespace}
# !kubectl apply -f 05-networking/deployment-guarded.yaml -f 05-networking/service-guarded.yaml
# !kubectl rollout status deployment/guarded --timeout=60s
# !kubectl get pods -l app=guarded

# %% [markdown]
# Call both. The page is the same. What differs is a line in the **header**, which travels before
# each page and which visitors rarely see. Expect the name of the Pod for the first, `None` for the
# second: nobody stood there to write it.

# %% tags=["nbval-ignore-output"] why="The name of a Pod is drawn."
for port in (80, 8080):
    page = visit(f"http://{node_door('guarded', port=port)}/info")
    print(page.json()["app"], page.headers.get("x-lab-proxy"))

# %% [markdown]
# The program did not change, and does not know. A **service mesh**, such as Istio or Linkerd, does
# this for every Pod: it puts the proxy there by itself, leads all calls through it, and tells all
# proxies from one place what to do: count, encrypt, try again, let one call in twenty go to the new
# version, ask for a pass.
#
# It has a price: one more program beside each program, two more stops on each call, one more system
# to keep up to date. Newer meshes share one proxy a node for most of it (Istio calls that
# *ambient*). A mesh pays when many teams need the same rules; for two services it rarely does.

# %% [markdown]
# ## Exercise: A mesh in small (14 minutes)
#
# Now you are the mesh. Mind that a guard is of little use while there is a way round.

# %%
start("a-mesh-in-small")

# %% [markdown]
# Change the files in `work/a-mesh-in-small` and apply them. Then ask yourself the last question of
# the task, and look. The list of Services says whom each one leads to, by its selector, and not to
# which port; `kubectl describe service` does, under `TargetPort`.
#
# What has no file of yours can be written into one, as in lesson 02:
# `kubectl get service NAME -o yaml > a-mesh-in-small/mine.yaml`.

# %% tags=["attendee"] exercise="a-mesh-in-small"
# # !kubectl apply -f a-mesh-in-small/
# # !kubectl get services -o wide

# %% [markdown]
# Is the proxy there, do calls come through it, and is there no way past?

# %%
check("a-mesh-in-small")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("a-mesh-in-small")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("a-mesh-in-small")

# %% [markdown]
# ## 9. Doors that stay shut
#
# So far every Pod reaches every other. That is the rule, and often too much: why should a guest
# reach the ledger? A **NetworkPolicy** says who may. Two things about it surprise people: as long
# as no policy selects a Pod, everything is allowed; as soon as one does, only what some policy
# allows. And it names Pods by labels and by *their* port, never the Service.
#
# `Ingress` in the file means calls that come in, and nothing more: section 7 has no part in it.

# %%
# !kubectl config set-context --current --namespace={namespace}
# !cat 05-networking/networkpolicy-hello.yaml

# %% [markdown]
# It selects the Pods of hello and lets in whoever carries the label `pass: yes`. The guest carries
# none. Call before and after; the `2` at the end lets `probe` give up after two seconds. Expect
# `200 OK`, perhaps twice, and, once the nodes have heard of it, no answer: packets are dropped, a
# caller waits in vain.

# %% tags=["nbval-ignore-output"] why="How the end of waiting is told differs."
# !kubectl exec guest -- /hello probe http://hello/healthz 2
# !kubectl apply -f 05-networking/networkpolicy-hello.yaml
# !while kubectl exec guest -- /hello probe http://hello/healthz 2; do sleep 0.2; done

# %% [markdown]
# Give the guest its pass. Expect `200 OK` again, a moment later and without a restart: the rules on
# the nodes follow the labels.

# %%
# !kubectl label pod guest pass=yes
# !until kubectl exec guest -- /hello probe http://hello/healthz 2 2>/dev/null; do sleep 0.5; done

# %% [markdown]
# Who enforces it? The network plugin, and not all of them do. Where nobody does, the policy is
# accepted, listed, and ignored. So try it, as we did, from a Pod that must not get through. Lesson
# 08 closes a whole namespace this way.

# %% [markdown]
# ## 10. Who does all this
#
# Kubernetes brings Services and DNS; the rest is done by a **network plugin** that whoever builds
# the cluster chooses. All of them hand out addresses, make links, lay routes and cross nodes, by
# one common interface, CNI. They differ in how packets cross, and in what else they can do.

# %% [markdown]
# | plugin | how packets cross nodes | good to know |
# | --- | --- | --- |
# | Flannel | wrapped in VXLAN; or plain routes, as here | small; leaves policies to others |
# | Calico | plain routes that nodes teach each other (BGP), or wrapped | policies from the start |
# | Cilium | wrapped, or plain routes, by small programs in the kernel | can replace kube-proxy |
# | Weave Net | wrapped | its company closed in 2024, nobody looks after it: move away |
#
# Clouds often bring one of their own, or one of these. If you may choose: take what your cloud
# supports; else Cilium or Calico, whichever your team can read when something is broken at night.

# %% [markdown]
# ## Tidy up
#
# `finish` removes what this lesson took; your files and your points stay. The node goes as well.
# Expect `Node depot is gone`.

# %% tags=["nbval-ignore-output"] why="How long draining takes is said in seconds."
finish("05-networking")
# !labkit node remove depot 2>&1 | cat

# %% [markdown]
# ## Recap
#
# - Each node hands out addresses from a **range** of its own; **routes** say which node has which.
# - A **ClusterIP** is a number that only rules know: one line a ready Pod, chosen by lot.
# - Silent Service? First its **EndpointSlice**, then its **targetPort**.
# - Names last, numbers don't: `service.namespace` means the same from everywhere.
# - **Headless**: the name leads to all Pods. **NodePort**: a door on every node. **LoadBalancer**:
#   an address outside that leads to those doors.
# - An **Ingress** leads names and paths through one door to Services that stay inside.
# - A **mesh** is a proxy beside each program, and no way past it.
# - A **NetworkPolicy** shuts everything that none allows, if the plugin keeps it.
# - Plugins differ in how packets cross nodes, and in what they can forbid.

# %% [markdown]
# Here is what you have done in this lesson.

# %%
progress("05-networking")

# %% [markdown]
# ## Quiz
#
# Choose what you think, press **Answer**, and read why.

# %%
quiz("05-networking")

# %% [markdown]
# ## Next
#
# The lesson **Managed Kubernetes** (`10-managed-kubernetes.ipynb`) hands the control plane to a
# provider. (Lessons 06 to 09, on storage, etcd, security and Helm, are still being written.)
