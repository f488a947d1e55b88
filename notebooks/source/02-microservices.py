# ---
# jupyter:
#   labkit:
#     minutes: 45
#     capabilities: [real-pods, dns]
# ---

# %% [markdown]
# # Many small services, and who looks after them
#
# **About 45 minutes.** You need the lab that runs behind this page. It helps to have done
# `00-setup.ipynb`, where `kubectl`, nodes and namespaces are explained.

# %% [markdown]
# ## What you will be able to do
#
# - run an application of three services by hand, and say what that costs;
# - read a Compose file, and name the Kubernetes object behind each of its lines;
# - join services by name, and find the link that is broken;
# - say what Compose, Swarm and Kubernetes each do, and what they leave to people.

# %% [markdown]
# ## Before we begin
#
# These cells fetch the lab's words, set your name, and prepare a namespace for the demo. Run them
# in turn with **Shift + Enter**.

# %%
from labkit.notebook import (
    begin,
    check,
    finish,
    hint,
    progress,
    quiz,
    reset,
    run_by_hand,
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
# Expect the name of a namespace and the folder of your files.

# %%
namespace = begin("02-microservices", engine=engine, attendee=attendee, namespace=namespace)

# %% [markdown]
# ## 1. Three services, by hand
#
# A shop could be one big program. Many are several small ones instead, each with one duty, because
# small ones can be changed and grown one at a time. They are called **microservices**, and they
# call each other over the network.
#
# Ours has three: **web** meets the customers and asks **orders**; orders asks **stock** what is on
# the shelves. All three are the same small program, called *hello*; what differs is its settings.
#
# First without any cluster: as plain processes on this machine. Which one must you start first? The
# one that calls nobody. Expect a process number and an address.

# %%
stock = run_by_hand("stock")
stock

# %% [markdown]
# Orders must be told where stock is. There is no name for it, only an address with a port that
# happened to be free, so you hand that on. Then the same for web.

# %%
orders = run_by_hand("orders", calls=stock.address)
web = run_by_hand("web", calls=orders.address)
print(orders)
print(web)

# %% [markdown]
# The page `/chain` answers who took part: each service asks the next one and adds itself in front.
# Expect three lines: web, orders, stock.

# %%
for hop in visit(f"{web.address}/chain").json():
    print(hop)

# %% [markdown]
# It works. It also took three starts in the right order, and three addresses in your head.
#
# ## 2. One of them goes
#
# Processes end: a mistake in the program, too little memory, a machine that is switched off. Let us
# end stock, without a word of warning. `kill -9` tells the machine to take the process away.
#
# Expect a chain that breaks off: two hops, and then a `problem` instead of the third. *Connection
# refused* means that the machine is there, and nobody listens at that port.

# %%
# !kill -9 {stock.pid}
for hop in visit(f"{web.address}/chain").json():
    print(hop)

# %% [markdown]
# Web and orders are well, and the customers get nothing. Perhaps somebody notices? Wait five
# seconds, and ask again. Expect the same.

# %%
for hop in visit(f"{web.address}/chain", pause_seconds=5).json():
    print(hop)
print(stock)

# %% [markdown]
# Nobody comes. A process that was started by hand stays away until a hand starts it again. At three
# in the morning that is your hand. Do it now; it gets the address that it had, or else you would
# have to start the other two anew as well. Expect three hops.

# %%
stock = run_by_hand("stock")
for hop in visit(f"{web.address}/chain").json():
    print(hop)

# %% [markdown]
# What was your work so far? Starting in order, finding free ports, telling everybody the addresses,
# noticing that one is gone, starting it again. With thirty services, on five machines, this is what
# people did all day. Programs that do it for them are called **orchestrators**.
#
# ## 3. The same, written down: Compose
#
# The first helper is Compose. It reads one file and starts everything in it on one machine. Read
# ours; we don't run it here. Look for the three services, and for how each one names the next.

# %%
# !cat 02-microservices/compose.yaml

# %% [markdown]
# What the lines mean, and which of your chores each takes over:
#
# | in the file | what it says | your chore before |
# | --- | --- | --- |
# | `services` | three containers, from one image | three starts |
# | `http://orders:8080` | the service's name is an address | telling addresses |
# | `ports: "80:8080"` | port 80 of the machine leads to 8080 inside | finding a free port |
# | `restart: always` | one that ends is started again | noticing, starting again |
# | `env_file` | settings are in a file of their own | typing them each time |

# %% [markdown]
# That is a lot for one short file, and for one machine it may be all you need. Where does it end?
# At that machine. If it is lost, all of this is lost with it: there is no other on which anybody
# would start it.
#
# ## 4. The same in a cluster
#
# Kubernetes asks for a little more writing. For each service there are two objects. Read those of
# stock: where is the name, where the number of copies, where the port?

# %%
# !cat 02-microservices/stock.yaml

# %% [markdown]
# - The **Deployment** keeps copies running. Each copy is a **Pod**, and the label `app: stock` is
#   on all of them. Its line `replicas` is more than `restart: always`: a Pod whose machine is lost
#   is made again on another one.
# - The **Service** is the name. DNS knows `stock`, and whoever calls it is sent to a Pod that
#   carries the labels of the `selector`. Callers come to `port`; the program listens on
#   `targetPort`.
# - The **readinessProbe** is a question that the machine asks each Pod every second. While there is
#   no good answer, the Pod is not *ready*, and the Service does not lead to it.

# %% [markdown]
# Stock has settings from a file, as in Compose. In the cluster settings are an object of their own,
# a **ConfigMap**, and `kubectl` makes one from such a file. Under `envFrom` the Deployment names
# it. Expect `created`.

# %%
# !cat 02-microservices/stock.env
# !kubectl create configmap stock --from-env-file=02-microservices/stock.env

# %% [markdown]
# One setting alone may stand in the Deployment, as under `environment` in Compose. In orders it is
# whom to call. Expect a list with one entry, in two lines: `name` and `value`. (A value is always a
# text: a number needs quotes, `"12"`.)

# %%
# !grep --after-context=2 env: 02-microservices/orders.yaml

# %% [markdown]
# Now apply all three. The order does not matter any more: a name can be called before anybody
# stands behind it, and the caller tries again. Expect `created` six times.

# %%
# !kubectl apply -f 02-microservices/web.yaml
# !kubectl apply -f 02-microservices/orders.yaml
# !kubectl apply -f 02-microservices/stock.yaml

# %% [markdown]
# Wait until all are available; it takes some seconds. Expect three Deployments and three Services.

# %%
# !kubectl wait --for=condition=Available deployment --all --timeout=60s
# !kubectl get deployments,services

# %% [markdown]
# These Services can be called from inside the cluster only, which is right for orders and stock. So
# we call from inside: `kubectl exec` runs a command in a Pod, here one of the Deployment web, and
# `/hello probe` is the program's own way to open a page. Expect `200 OK`, then three hops.

# %%
# !kubectl exec deployment/web -- /hello probe http://web/chain

# %% [markdown]
# Nobody typed a number. The Pods found each other by the names of their Services, wherever they
# run. And the setting has arrived: expect `SHELVES` among the last lines.

# %%
# !kubectl exec deployment/web -- /hello probe http://stock/info

# %% [markdown]
# More work for stock? Ask for three copies. Then call it five times (`deploy` is short for
# `deployment`): expect names that differ, in no particular order. Nobody told the callers.

# %%
# !kubectl scale deployment stock --replicas=3
# !kubectl rollout status deployment/stock --timeout=60s
# !for n in 1 2 3 4 5; do kubectl exec deploy/web -- /hello probe http://stock/info | grep pod; done

# %% [markdown]
# ## 5. One of them goes, again
#
# Now the same accident as before, while somebody keeps calling. This Pod calls web twice a second
# and prints a line each time; `"ok":true` means that all three services answered. Expect `created`,
# then `condition met`.

# %%
# !kubectl apply -f 02-microservices/pod-caller.yaml
# !kubectl wait pod/caller --for=condition=Ready --timeout=60s

# %% [markdown]
# The next cell draws what is in your namespace, and follows every change for ten minutes. Keep it
# in sight: below the Deployment `orders` there is one Pod.

# %% tags=["nbval-ignore-output"] why="The picture is drawn anew with every change."
watch_namespace(namespace)

# %% [markdown]
# Delete the Pod of orders, and look up at the picture: it leaves, and another one is there almost
# at once, with a new name. You did not start it. Expect `deleted`, then `condition met`.

# %%
# !kubectl delete pod -l app=orders
# !kubectl wait --for=condition=Available deployment/orders --timeout=60s

# %% [markdown]
# What did the caller see? Expect lines with `"ok":true`. Perhaps there are some with `false`
# between them, while the new Pod was starting; with two copies of orders there would hardly be any.

# %% tags=["nbval-ignore-output"] why="When a call falls into the gap is chance; lines carry times."
# !kubectl logs caller --tail=16

# %% [markdown]
# And now? Follow what it prints until a call goes well. Expect `"ok":true` within a second or two.

# %%
# !kubectl logs caller --since=1s --follow | grep --max-count=1 --only-matching '"ok":true'

# %% [markdown]
# Who made the new Pod? The Deployment compares how many are wanted with how many are there, all the
# time, and makes up the difference (through a helper that counts, the ReplicaSet in the picture).
# What it makes belongs to it. A Pod that you make by hand belongs to nobody, and stays away when it
# goes, like the process of section 2.
#
# ## Exercise: Nobody restarts it (8 minutes)
#
# Your turn: a Pod that was made by hand, long ago, and that everybody depends on.

# %%
start("nobody-restarts-it")

# %% [markdown]
# Open the file in `work/nobody-restarts-it` (the panel on the left, folder symbol on top), mend
# what is marked TODO and save with **Ctrl + S**. Then take away the `#` below, line by line as you
# need them.

# %% tags=["attendee"] exercise="nobody-restarts-it"
# # !kubectl get pods --show-labels
# # !kubectl apply -f nobody-restarts-it/
# # !kubectl delete pod ...

# %% [markdown]
# Does somebody look after it now?

# %%
check("nobody-restarts-it")

# %% [markdown]
# Stuck? Take away the `#` and run the cell. Each time you run it, `hint` gives one more nudge;
# there are three.

# %% tags=["help"]
# hint("nobody-restarts-it")

# %% [markdown]
# `solution` shows one right way, and why it is one. Read it after your own try.

# %% tags=["help"]
# solution("nobody-restarts-it")

# %% [markdown]
# ## 6. When a link breaks
#
# Three services have two links, and each link can break in several ways. Back to our own
# application: `kubectl` is to use its namespace again. Expect `modified`.

# %%
# !kubectl config set-context --current --namespace={namespace}

# %% [markdown]
# First a wrong address: orders is told to call `stok`. Wait until the new Pod is there, and walk
# the chain. Expect a `problem` that ends in *no such host*, or a similar word: DNS knows no such
# name.

# %% tags=["nbval-ignore-output"] why="These words depend on the machine's DNS."
# !kubectl set env deployment/orders BACKEND_URL=http://stok
# !kubectl rollout status deployment/orders --timeout=60s
# !kubectl exec deployment/web -- /hello probe http://web/chain

# %% [markdown]
# The last service that answered is orders: the broken link is between it and the next one. Mend it,
# and break the other end: the Service now looks for a label that no Pod has. Expect `updated` and
# `patched`.

# %%
# !kubectl set env deployment/orders BACKEND_URL=http://stock
# !kubectl rollout status deployment/orders --timeout=60s
# !kubectl patch service stock --patch='{{"spec": {{"selector": {{"app": "stok"}}}}}}'

# %% [markdown]
# The name is right now. Who stands behind it? That is written down in an **EndpointSlice**. Expect
# `<unset>` where addresses should be: nobody. Beside it, the Pods are well, with another label.

# %% tags=["nbval-ignore-output"] why="The list follows the change by a moment, and Pods have ages."
# !kubectl get endpointslices -l kubernetes.io/service-name=stock
# !kubectl get pods -l app=stock --show-labels

# %% [markdown]
# Walk the chain once more. Expect *connection refused*: the name leads to an address, and nobody is
# behind it. The same word comes when the Service leads to a port where nobody listens, or when the
# Pods run without being ready.

# %% tags=["nbval-ignore-output"] why="Rules of the network follow the change by up to a second."
# !kubectl exec deployment/web -- /hello probe http://web/chain

# %% [markdown]
# Mend it, and remember the walk. It goes from the end to the front, and asks at each link:
#
# 1. **Address**: which name and port does the caller have? `kubectl set env deployment/orders
#    --list`
# 2. **Service**: is there one of that name, and does it have that port? `kubectl get services`
# 3. **Endpoints**: does its selector find Pods? `kubectl get endpointslices`
# 4. **Port**: is `targetPort` the one on which the program listens? `kubectl logs` says it
# 5. **Ready**: does `kubectl get pods` say 1/1? If not, `kubectl describe pod` says what was asked

# %%
# !kubectl patch service stock --patch='{{"spec": {{"selector": {{"app": "stock"}}}}}}'

# %% [markdown]
# ## Exercise: Mend the chain (10 minutes)
#
# Four services, and one mistake that we don't tell you. Not everybody in the room has the same one.

# %%
start("mend-the-chain")

# %% [markdown]
# Look before you change anything. This call comes as far as orders:

# %% tags=["nbval-ignore-output"] why="How it breaks off depends on the mistake drawn."
# !kubectl exec deployment/front -- /hello probe http://front/chain

# %% [markdown]
# Walk the links, one by one, with the five questions above; add cells with the **+** in the
# toolbar. Put your repair in place of the dots. What no short command changes, you change in a
# file: `get … -o yaml` writes an object down as it is, you correct a line and save, `apply` hands
# it in. (Before another try, write it down again: an old copy is refused.)

# %% tags=["attendee"] exercise="mend-the-chain"
# # !kubectl get services,endpointslices
# # !kubectl get pods --show-labels
# # !kubectl get deployment,service ... -o yaml > mend-the-chain/mine.yaml
# # !kubectl apply -f mend-the-chain/mine.yaml

# %% [markdown]
# Does a call pass all four again, and is the cause gone?

# %%
check("mend-the-chain")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("mend-the-chain")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("mend-the-chain")

# %% [markdown]
# ## 7. Line by line, from Compose to the cluster
#
# You have seen every piece of the translation. Here it is as a table:
#
# | Compose | Kubernetes |
# | --- | --- |
# | a service | a Deployment, and a Service that gives it the name |
# | `image`, `environment` | the container in the Pod template, and its `env` |
# | `ports: "80:8080"` | `port: 80`, `targetPort: 8080` of the Service |
# | `restart: always` | nothing to write: a Deployment does that, and more |
# | `env_file` | a ConfigMap, named under `envFrom` |

# %% [markdown]
# ## Exercise: From Compose to a cluster (14 minutes)

# %%
start("compose-to-cluster")

# %% [markdown]
# In `work/compose-to-cluster` are the Compose file, its file of settings, and `shop.yaml` with
# gaps. Two Services are missing in it; write them like the one that is there. Then make the
# ConfigMap and apply `shop.yaml`, that file alone: `kubectl` cannot read the Compose file beside
# it. Compose calls the programs at their own port, 8080; a Service is called at its `port`.
#
# A container reads its settings when it starts. Is the ConfigMap changed afterwards, ask for new
# Pods: `kubectl rollout restart deployment/prices`.

# %% tags=["attendee"] exercise="compose-to-cluster"
# # !kubectl create configmap ...
# # !kubectl apply -f compose-to-cluster/shop.yaml
# # !kubectl exec deployment/front -- /hello probe http://front/chain

# %% [markdown]
# Has the shop moved?

# %%
check("compose-to-cluster")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("compose-to-cluster")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("compose-to-cluster")

# %% [markdown]
# ## 8. Which one, then?
#
# Between Compose and Kubernetes there is **Swarm**, which is part of Docker: several machines, and
# files much like Compose's.
#
# | who does it? | Compose | Swarm | Kubernetes |
# | --- | --- | --- | --- |
# | starts again what ended | yes | yes | yes |
# | other machines, a lost one made up for | no | yes | yes |
# | new versions step by step, and back | no | yes | yes |

# %% [markdown]
# And what goes further:
#
# | who does it? | Compose | Swarm | Kubernetes |
# | --- | --- | --- | --- |
# | grows and shrinks with the load | no | no | yes |
# | who may do what, how much, and call whom | no | little | yes |
# | learns new kinds of objects | no | no | yes |
# | offered by clouds, ready to use | no | hardly | yes |
# | time until you are at home in it | an hour | a day | weeks |

# %% [markdown]
# The last line is a price, and it is real. For one machine, Compose is the better choice. Swarm is
# still maintained and needs less learning, but fewer and fewer people use it and build for it.
# Kubernetes pays off where there are many services, several machines, or several teams; and some of
# its price can be left to a cloud that runs it for you.
#
# One duty stays with you in all three: that your program treats its **data** rightly when a copy of
# it starts anew.

# %% [markdown]
# ## Tidy up
#
# `finish` removes what this lesson took in the cluster, and ends the three processes of the
# beginning. Your files and your points stay.

# %%
finish("02-microservices")

# %% [markdown]
# Are they gone? Expect three lines that say so.

# %%
print(web)
print(orders)
print(stock)

# %% [markdown]
# ## Recap
#
# - **Microservices** call each other over the network. By hand, every start, address and restart is
#   yours, and what ends stays away.
# - **Compose** writes it down for one machine. An **orchestrator** keeps it so, on many.
# - A **Deployment** keeps Pods running; a **Service** gives them a name; a **ConfigMap** holds
#   settings outside.
# - What a Deployment made belongs to it and comes back. A Pod made by hand belongs to nobody.
# - A broken chain is walked link by link: address, Service, endpoints, port, ready.
#
# Here is what you have done in this lesson.

# %%
progress("02-microservices")

# %% [markdown]
# ## Quiz
#
# Choose what you think, press **Answer**, and read why.

# %%
quiz("02-microservices")

# %% [markdown]
# ## Next
#
# The lesson **Desired state** (`03-desired-state.ipynb`) shows who keeps all this running: you say
# what should be there, and watch how the cluster makes it so.
