# ---
# jupyter:
#   labkit:
#     minutes: 65
#     capabilities: [ovh-api, real-pods, node-pools]
# ---

# %% [markdown]
# # The OVHcloud API: everything the panel does, by calls
#
# **About 65 minutes.** You need the lab that runs behind this page, and some Python. It helps to
# have done `10-managed-kubernetes.ipynb`, where clusters and pools are explained.

# %% [markdown]
# ## What you will be able to do
#
# - sign a request as OVHcloud wants it signed, with nothing but Python;
# - ask for a key that may do little, and say why little is good;
# - order a cluster and a node pool by calls, wait for them, and put an application on them;
# - make a pool smaller, and choose which machine leaves;
# - read an error, and know whether it is about you, your key or your order.

# %% [markdown]
# ## Before we begin
#
# Everything that the OVHcloud Control Panel shows and does goes through an **API**: addresses on
# the web that take and give JSON. The panel is one program that uses it; yours may be another.
# Run the cells in turn with **Shift + Enter**.

# %%
import hashlib
import json

from labkit.notebook import (
    answer,
    begin,
    check,
    cloud,
    finish,
    hint,
    progress,
    quiz,
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
# Expect the name of a namespace, and the folder of your files.

# %%
namespace = begin("12-ovhcloud-api", engine=engine, attendee=attendee, namespace=namespace)

# %% [markdown]
# ## 1. A cloud on your own machine
#
# Here the API is an **emulator**: the same addresses, the same JSON, on this machine. What it makes
# is real: an order for a cluster starts a Kubernetes here, an order for a node adds one. No
# account, no bill. Expect its address, and the name of your **project**.

# %% tags=["nbval-ignore-output"] why="The project's name is drawn by lot."
lab = cloud()
print(lab.endpoint)
print(lab.project)

# %% [markdown]
# A project is a folder for what you order. Its name is 32 characters long and part of almost every
# address, so let us give its address a short name.

# %%
project = f"/cloud/project/{lab.project}"

# %% [markdown]
# One call needs no key: *what time is it?* Expect a number, the seconds since 1970. Why a cloud
# tells the time, you will see in a minute.

# %% tags=["nbval-ignore-output"] why="Time goes on."
# !curl -s {lab.endpoint}/auth/time

# %% [markdown]
# Every other call must say who is calling. Try without. Expect `You must login first`.

# %%
# !curl -s {lab.endpoint}/me

# %% [markdown]
# ## 2. Three keys and a signature
#
# - The **application key** says which program is calling. It is no secret.
# - The **application secret** is what the program proves that with. It never travels.
# - The **consumer key** says for whom, and what this program may do for them.
#
# Instead of the secret, each call carries a **signature**: a digest over secret, consumer key,
# method, address, body and time. Whoever changes one letter on the way needs another signature.
#
# You need not compute it: OVHcloud's own library does. It knows the cloud's addresses by names such
# as `ovh-eu`; `lab.client()` has added the emulator's, and gives you a client with your keys.
# Expect your account, and `account` as the way you came in.

# %%
client = lab.client()
details = client.get("/auth/details")
print(details["account"], details["method"])

# %% [markdown]
# How does it look by hand? Six pieces, joined by `+`, through SHA-1, with `$1$` in front. Here are
# the pieces of a call that asks for your project's regions. The keys are not printed, and yours
# should never be: a notebook is a file that people pass on.

# %%
address = f"{lab.endpoint}{project}/region"
now = str(client.get("/auth/time", _need_auth=False))
pieces = [lab.application_secret, lab.consumer_key, "GET", address, "", now]
signature = "$1$" + hashlib.sha1("+".join(pieces).encode()).hexdigest()
print(len(signature), "characters, the first three:", signature[:3])

# %% [markdown]
# Four headers carry it. Expect a list that begins with GRA5, as an answer to a call that no library
# has helped with.

# %%
import urllib.request

request = urllib.request.Request(
    address,
    headers={
        "X-Ovh-Application": lab.application_key,
        "X-Ovh-Consumer": lab.consumer_key,
        "X-Ovh-Timestamp": now,
        "X-Ovh-Signature": signature,
        "User-Agent": "tram-by-hand",
    },
)
with urllib.request.urlopen(request) as reply:
    print(json.load(reply)[:3])

# %% [markdown]
# Why the time? A signature that is minutes old is refused, so a call that somebody copied on its
# way is soon worth nothing. And that is why the cloud tells the time: your clock may be wrong.
#
# Three things go wrong when people sign by hand:
#
# - the address is signed **as it is sent**, with `%2F` where a slash is written so;
# - the body is signed byte for byte: a blank more is another body;
# - a call without a body signs an empty piece, not `null`.

# %% [markdown]
# ## Exercise: Sign it yourself (12 minutes)
#
# A ticket machine has no library. You have Python.

# %%
start("sign-it-yourself")

# %% [markdown]
# Put your signature in place of the dots. The file with the call is in `work/sign-it-yourself`.

# %% tags=["attendee"] exercise="sign-it-yourself"
# call = json.load(open("sign-it-yourself/call.json"))
# answer("sign-it-yourself", signature="...", refusal="...")

# %% [markdown]
# Is it the signature, down to the last letter?

# %%
check("sign-it-yourself")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("sign-it-yourself")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("sign-it-yourself")

# %% [markdown]
# ## 3. A key that may do little
#
# Your client may do everything in this account. A script that only looks should not. A consumer
# key is asked for with **access rules**: a method and a path each. A star stands for anything,
# slashes included. Ask for one that may list clusters, and no more.

# %% tags=["nbval-ignore-output"] why="Each key is new."
wish = client.post(
    "/auth/credential",
    accessRules=[{"method": "GET", "path": f"{project}/kube"}],
    redirection=None,
    _need_auth=False,
)
print(wish["state"])
print(wish["validationUrl"])

# %% [markdown]
# `pendingValidation`: nobody has granted it yet. That is done by a person, on a page, where the
# rules are listed. Open the address above in a new tab, read the table, and grant it.
#
# In a run without people this cell does it. Expect `validated`.

# %%
print(lab.grant(wish["validationUrl"]))

# %% [markdown]
# A client with that key may list clusters. Expect an empty list: you have none.

# %%
watchman = lab.client(consumer_key=wish["consumerKey"])
print(watchman.get(f"{project}/kube"))

# %% [markdown]
# And anything else? Expect `This call has not been granted`: the key is fine, a rule is missing.
# Rules cannot be added to a key later. Whoever needs more asks for a new one.

# %%
import ovh

try:
    watchman.get(f"{project}/quota")
except ovh.exceptions.APIError as problem:
    print(str(problem).splitlines()[0])

# %% [markdown]
# ## Exercise: The narrow key (10 minutes)
#
# The night watch needs a key of its own: wide enough for its round, and no wider.

# %%
start("the-narrow-key")

# %% [markdown]
# Ask for the key, have it granted, and note the number of its credential: a client with that key
# tells it at `/auth/currentCredential`.

# %% tags=["attendee"] exercise="the-narrow-key"
# rules = [{"method": "GET", "path": "..."}]
# answer("the-narrow-key", credential="...")

# %% [markdown]
# Does it open what it must, and nothing else?

# %%
check("the-narrow-key")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("the-narrow-key")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("the-narrow-key")

# %% [markdown]
# ## 4. Ask before you order
#
# What is on offer? Regions, flavors and versions change; slides do not. The talk of 2022 showed
# `/kube/regions`. That address is gone; today it is the next one. Expect a list of regions.

# %%
regions = client.get(f"{project}/capabilities/kube/regions")
print(regions)

# %% [markdown]
# And this is what an address that is gone answers. Expect `Got an invalid (or empty) URL`.

# %%
try:
    client.get(f"{project}/kube/regions/all")
except ovh.exceptions.ResourceNotFoundError as problem:
    print(str(problem).splitlines()[0])

# %% [markdown]
# Which machines may nodes be? Expect name, cores and memory in GB of those that this cloud has room
# for.

# %% tags=["nbval-ignore-output"] why="Which flavors have room depends on this machine."
for flavor in client.get(f"{project}/capabilities/kube/flavors", region="GRA7"):
    if flavor["state"] == "available":
        print(flavor["name"], flavor["vCPUs"], flavor["ram"])

# %% [markdown]
# Now an order copied from an old page, with version 1.22. Expect a refusal that names the field and
# what you wrote there. Errors of this kind are a gift: read them to the end.

# %%
try:
    client.post(f"{project}/kube", name="first", region="GRA7", version="1.22")
except ovh.exceptions.BadParametersError as problem:
    print(str(problem).splitlines()[0])

# %% [markdown]
# ## 5. Order, then wait
#
# Without a version you get the newest. Expect `INSTALLING`: the answer to an order is *noted*, not
# *done*.

# %%
order = client.post(f"{project}/kube", name="first", region="GRA7")
print(order["status"])

# %% [markdown]
# So ask again, until it says `READY`. A real cloud takes minutes, this one seconds. `ERROR` would
# be an answer as well: a program that waits for `READY` alone waits for ever.

# %%
import time


def wait_for(path, wanted="READY", minutes=3):
    """Ask once a second; give up on an error, or when the time is over."""
    for _ in range(minutes * 60):
        status = client.get(path)["status"]
        if status == wanted or status.endswith("ERROR"):
            return status
        time.sleep(1)
    return f"still {status}"


kube = f"{project}/kube/{order['id']}"
print(wait_for(kube))

# %% [markdown]
# A cluster without nodes can run nothing. Order a **pool**: so many machines of one flavor. The
# flavor is all that you must say; look at what the cloud has filled in.

# %% tags=["nbval-ignore-output"] why="Names of pools are drawn by lot."
pool = client.post(f"{kube}/nodepool", flavorName="b2-7")
for field in ("name", "desiredNodes", "minNodes", "maxNodes", "autoscale", "status"):
    print(field, pool[field])

# %% [markdown]
# Wait for it. Two kinds of lists live in this API: clusters are listed by their ids, pools and
# nodes as whole objects. Expect one node, `READY`.

# %%
print(wait_for(f"{kube}/nodepool/{pool['id']}"))
print(client.get(f"{project}/kube") == [order["id"]])
print([node["status"] for node in client.get(f"{kube}/node")])

# %% [markdown]
# The **kubeconfig** comes from a call, too, and it is a secret like a password. It goes into a file
# that only you may read. Expect the node that you ordered: its name begins with the pool's.

# %% tags=["nbval-ignore-output"] why="Names of nodes are drawn by lot."
lab.save_kubeconfig(client.post(f"{kube}/kubeconfig")["content"], "first.kubeconfig")
# !kubectl --kubeconfig first.kubeconfig get nodes

# %% [markdown]
# From here it is Kubernetes as you know it. Hello, on a cluster that you ordered by calls: expect
# `successfully rolled out`.

# %%
# !kubectl --kubeconfig first.kubeconfig apply -f 12-ovhcloud-api/hello.yaml
# !kubectl --kubeconfig first.kubeconfig rollout status deployment/hello --timeout=120s

# %% [markdown]
# What you order, you pay for, until you give it back. `DELETE` has no answer, `None` here; the
# status says `DELETING`, and then the address is gone. Expect exactly that.

# %%
print(client.delete(kube))
print(client.get(kube)["status"])


def wait_until_gone(path, minutes=3):
    for _ in range(minutes * 60):
        try:
            client.get(path)
        except ovh.exceptions.ResourceNotFoundError:
            return "gone"
        time.sleep(1)
    return "still there"


print(wait_until_gone(kube))

# %% [markdown]
# ## Exercise: A cluster by call (18 minutes)
#
# Bologna wants a cluster. There is one trap, and only a status will tell you about it.

# %%
start("a-cluster-by-call")

# %% [markdown]
# Work with your own client; the cells above are a good start.

# %% tags=["attendee"] exercise="a-cluster-by-call"
# # client.post(...)

# %% [markdown]
# Is it there, is it what was ordered, and does it greet?

# %%
check("a-cluster-by-call")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("a-cluster-by-call")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("a-cluster-by-call")

# %% [markdown]
# ## 6. Smaller, and which one leaves
#
# A pool is made smaller with one field, `desiredNodes`. By default the youngest machine leaves. To
# choose, name it in the same call: `nodesToRemove` takes ids of nodes, of machines, or the
# `providerID` that Kubernetes shows.
#
# And the size must lie between `minNodes` and `maxNodes`, at every moment. A call that would break
# that is refused as a whole, and nothing of it happens.

# %% [markdown]
# ## Exercise: Retire this node (10 minutes)
#
# One disk of three is failing. Choose well, and choose in one call.

# %%
start("retire-this-node")

# %% [markdown]
# Look first: `…/nodepool` and `…/node` tell ids and bounds.

# %% tags=["attendee"] exercise="retire-this-node"
# # client.put(...)

# %% [markdown]
# Has the right one left, and does everybody still work?

# %%
check("retire-this-node")

# %% [markdown]
# Stuck? `hint` gives one more nudge each time; there are three.

# %% tags=["help"]
# hint("retire-this-node")

# %% [markdown]
# One right way, and why it is one, for after your own try.

# %% tags=["help"]
# solution("retire-this-node")

# %% [markdown]
# ## What you have seen
#
# - Every call is signed: six pieces, one digest. The secret itself stays at home.
# - A consumer key carries rules that never change. Ask for few.
# - An order is answered at once and done later: watch the status, errors included.
# - Lists are of two kinds; a void answer is no answer; a refusal names the field.

# %%
quiz("12-ovhcloud-api")

# %% [markdown]
# Expect your exercises, and how far each is.

# %%
progress("12-ovhcloud-api")

# %% [markdown]
# Done? `finish` puts the namespace of this lesson away. Your answers stay.

# %% tags=["help"]
# finish("12-ovhcloud-api")
