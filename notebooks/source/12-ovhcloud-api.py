# ---
# jupyter:
#   labkit:
#     minutes: 60
#     capabilities: [real-pods, node-pools, ovh-api]
#     clusters: [lesson]
# ---

# %% [markdown]
# # The OVHcloud API: everything the panel does, by calls
#
# **About 60 minutes.** You need the lab that runs behind this page. It helps to have done
# `10-managed-kubernetes.ipynb`, where a cluster of the cloud and its pools are explained.

# %% [markdown]
# ## What you will be able to do
#
# - sign a request, with nothing but a digest;
# - ask for a key that may do little, and see what it may not do;
# - create a cluster and a pool by calls, fetch a kubeconfig, and run something there;
# - change the size of a pool without errors, and name the machine that leaves;
# - read the body of an error.

# %% [markdown]
# ## Before we begin
#
# Whatever the panel of a cloud shows, it has asked an **API** for. Programs can ask the same. For
# OVHcloud that means hundreds of calls, for every product; those of Kubernetes lie below one path.

# %% [markdown]
# | call, below `/cloud/project/…` | what it is for |
# | --- | --- |
# | `GET` and `POST` `/kube` | list clusters, order one |
# | `GET`, `PUT`, `DELETE` `/kube/{id}` | read, rename, delete it |
# | `/kube/{id}/nodepool`, `/kube/{id}/node` | its pools and machines |
# | `/kube/{id}/flavors`, `/kube/{id}/customization` | kinds of machines, settings |
# | `/kube/{id}/ipRestrictions`, `/kube/{id}/log/url` | who may call, who has called |
# | `/capabilities/kube/regions` | where clusters may be |

# %% [markdown]
# The cloud here is an **emulated** one, on this machine: no account, no bill, and behind it real
# clusters. These cells fetch the lab's words, and two libraries: one for digests, and
# the one that OVHcloud publishes. Run them in turn with **Shift + Enter**.

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
import hashlib
import ovh

# %% [markdown]
# The settings stay empty: "as this lab is set up".

# %% tags=["parameters"]
engine = ""
attendee = ""
namespace = ""

# %% [markdown]
# Expect the name of a namespace and the folder of your files.

# %%
namespace = begin("12-ovhcloud-api", engine=engine, attendee=attendee, namespace=namespace)

# %% [markdown]
# Start the cloud. Expect the address of its API and the number of your project. `account` has your
# keys, to sign with. (Lessons 10 and 11 called it `ovh`; here `ovh` is OVHcloud's library.)

# %% tags=["nbval-ignore-output"] why="The port and the project's number are drawn."
account = cloud()

# %% [markdown]
# ## 1. A call without a signature
#
# One call needs no key: what time is it? Expect a bare whole number, the seconds since 1970.

# %% tags=["nbval-ignore-output"] why="It is the time, another each second."
# !curl --silent {account.endpoint}/auth/time

# %% [markdown]
# Any other call wants to know who you are. Expect a refusal, in JSON: errors have a body, and it
# says what is wrong.

# %%
# !curl --silent {account.endpoint}/me

# %% [markdown]
# ## 2. Sign one by hand
#
# You have three keys. The **application key** says which program calls, the **consumer key** for
# whom it calls and what it may do. The **application secret** never travels: it goes into a digest,
# and the API, which knows it, too, computes the same one.
#
# Six pieces are joined by `+`: secret, consumer key, method, whole address, body, time. A GET has
# no body, so that piece is empty.

# %%
client = account.client()
method, address, body = "GET", f"{account.endpoint}/me", ""
moment = str(client.get("/auth/time", _need_auth=False))
secret, consumer = account.application_secret, account.consumer_key
pieces = [secret, consumer, method, address, body, moment]

# %% [markdown]
# The digest is SHA-1, and `$1$` in front names the recipe. Expect 43 characters: three, and forty
# digits.

# %%
digest = hashlib.sha1("+".join(pieces).encode()).hexdigest()
signature = "$1$" + digest
len(signature)

# %% [markdown]
# Four headers carry it: the two keys that may travel, the time, and the signature. Expect the
# account that the keys belong to.

# %%
headers = {
    "X-Ovh-Application": account.application_key,
    "X-Ovh-Consumer": consumer,
    "X-Ovh-Timestamp": moment,
    "X-Ovh-Signature": signature,
}
sent = " ".join(f"--header '{name}: {value}'" for name, value in headers.items())
# !curl --silent {sent} {address}

# %% [markdown]
# ## 3. Let a library sign
#
# OVHcloud's own client does those three cells in one word. Expect the same account.

# %%
client.get("/me")

# %% [markdown]
# ## Exercise: Sign it yourself (12 minutes)
#
# A ticket machine has Python, and no library of OVHcloud.

# %% tags=["nbval-ignore-output"] why="Addresses and drawn values differ."
start("sign-it-yourself")

# %% [markdown]
# `envelope.json` and `sign.py` lie in the exercise's folder. Work there, then note what you found.
# (In a terminal, put `$1$…` in single quotes: the shell would take it for a variable.)

# %% [markdown]
# You can make your own two calls in a cell, with the keys of `account`; in a terminal,
# `labkit cloud credentials` prints the same. Which call has a body? A POST to
# `/cloud/project/…/kube`, for one: its signature is looked at before anything is ordered.

# %% tags=["attendee"] exercise="sign-it-yourself"
# !cat sign-it-yourself/envelope.json sign-it-yourself/sign.py
# !cd sign-it-yourself && python3 sign.py
# answer("sign-it-yourself", signature="...", tampered="...")

# %% [markdown]
# Is it done?

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
# ## 4. What is on offer?
#
# Ask before you order. First the regions: names of places, as plain text.

# %%
project = f"/cloud/project/{account.project}"
client.get(f"{project}/capabilities/kube/regions")

# %% [markdown]
# Older guides ask `…/kube/regions`; paths change, so the API describes itself, at
# `{endpoint}/cloud.json`. Next the **flavors**, kinds of machines, in one region. Expect whole
# objects now; we print two fields of those that are small.

# %%
flavors = client.get(f"{project}/capabilities/kube/flavors", region="GRA11")
small = [one for one in flavors if one["vCPUs"] <= 2]
for one in sorted(small, key=lambda one: one["name"]):
    print(one["name"], one["vCPUs"], "cores")

# %% [markdown]
# ## 5. An order that is refused
#
# Version 1.22 of Kubernetes is long gone. Ask for it, and the library raises an error; we catch it.
# Expect the field and the value that it does not like.

# %%
kubes = f"{project}/kube"
before = client.get(kubes)
try:
    client.post(kubes, name="lesson", region="GRA11", version="1.22")
except ovh.exceptions.BadParametersError as problem:
    print(problem.response.status_code, problem.args[0])

# %% [markdown]
# Nothing was ordered. Expect True: the list of clusters is as it was.

# %%
print(client.get(kubes) == before)

# %% [markdown]
# ## 6. An order that is taken
#
# Without a version you get the newest. The answer comes at once, and the cluster does not: read the
# status.

# %%
ordered = client.post(kubes, name="lesson", region="GRA11")
kube = f"{kubes}/{ordered['id']}"
ordered["status"]

# %% [markdown]
# `follow` asks again until the status is READY, and stops at an ERROR, which is an answer as well.

# %% tags=["nbval-ignore-output"] why="How many seconds it takes differs."
seen = account.follow(kube)

# %% [markdown]
# Read it back. Expect READY.

# %%
seen["name"], seen["region"], seen["status"]

# %% [markdown]
# Below that path lies what belongs to the cluster: the flavors that it may have, settings of its
# parts, and who may call it. Expect a list, a dict, and a list without entries: nobody is shut out.

# %%
for what in ("flavors", "customization", "ipRestrictions"):
    print(what, type(client.get(f"{kube}/{what}")).__name__)
client.get(f"{kube}/ipRestrictions")

# %% [markdown]
# Now a pool. One field is a must, the flavor; the provider fills in all the others. Read which.

# %%
made = client.post(f"{kube}/nodepool", flavorName="d2-4")
names = ("desiredNodes", "minNodes", "maxNodes", "autoscale", "monthlyBilled", "antiAffinity")
{name: made[name] for name in names}

# %% [markdown]
# It has a name, too, that the provider made up, as the order gave no `name`. And what you order as
# `flavorName` is read back as `flavor`. A machine takes its time: follow the pool.

# %% tags=["nbval-ignore-output"] why="Seconds are measured."
pool = f"{kube}/nodepool/{made['id']}"
_ = account.follow(pool)

# %% [markdown]
# There are **two styles of lists**. Clusters come as ids, each of which you ask for on its own;
# pools come as whole objects. Expect a text first, then a dict.

# %%
clusters, pools = client.get(kubes), client.get(f"{kube}/nodepool")
print(type(clusters[0]).__name__, ordered["id"] in clusters)
print(type(pools[0]).__name__, pools[0]["flavor"])

# %% [markdown]
# ## 7. Run something there
#
# The kubeconfig is one more call. Keep it in a file, and the long command in a word: `{k}` stands
# for "kubectl, on lesson". Then hello goes there. Expect `successfully rolled out`, which takes a
# program that runs.

# %%
content = client.post(f"{kube}/kubeconfig")["content"]
k = f"kubectl --kubeconfig={account.save_kubeconfig(content, '12-ovhcloud-api/lesson.yaml')}"
# !{k} apply -f 12-ovhcloud-api/hello.yaml
# !{k} rollout status deployment/hello --timeout=180s

# %% [markdown]
# Does it answer? First we wait until the Service knows its Pod; then the API server hands our
# question on. Expect the greeting.

# %%
known = "jsonpath={.endpoints[0].conditions.ready}=true"
chosen = "--selector=kubernetes.io/service-name=hello"
# !{k} wait endpointslice {chosen} --for={known} --timeout=60s > /dev/null
# !{k} get --raw /api/v1/namespaces/default/services/hello:80/proxy/

# %% [markdown]
# ## Exercise: A cluster by call (12 minutes)
#
# Now without us: a cluster for Bologna, its pool, and something on it.

# %% tags=["nbval-ignore-output"] why="Addresses and drawn values differ."
start("a-cluster-by-call")

# %% [markdown]
# `hello.yaml` in the exercise's folder is begun. Order, follow, fetch the kubeconfig, apply.
#
# Give your variables new names, such as `mine`: the cells below go on with `kube` and `pool`, and
# section 11 deletes what `kube` is.

# %% tags=["attendee"] exercise="a-cluster-by-call"
# mine = client.post(kubes, name="...", region="...")
# account.follow(f"{kubes}/{mine['id']}")
# # … a pool, its kubeconfig, and kubectl apply --filename a-cluster-by-call/hello.yaml

# %% [markdown]
# Is it done?

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
# ## 8. A key that may do little
#
# Your key may do everything, so a thief of it could, too. For a program that only lists clusters,
# ask for a **narrow** one: each rule is a verb and a path. No signature is needed to ask. Expect
# that it waits for somebody to say yes.

# %%
rules = [{"method": "GET", "path": kubes}]
asked = client.post("/auth/credential", _need_auth=False, accessRules=rules)
asked["state"]

# %% [markdown]
# Before anybody has, the key is worth nothing. Expect an error.

# %%
narrow = account.client(asked["consumerKey"])
try:
    narrow.get(kubes)
except ovh.exceptions.APIError as problem:
    print(problem.response.status_code, problem.args[0])

# %% [markdown]
# At OVHcloud you open `validationUrl`, log in, and read what is asked for before you say yes. Here
# `grant` does it. Expect that the list can be read now.

# %%
account.grant(asked["validationUrl"])
print(ordered["id"] in narrow.get(kubes))

# %% [markdown]
# In a rule, a star stands for anything, slashes included: `…/kube/*` is every path below, but not
# `…/kube` itself.

# %% [markdown]
# And the rest? Our rule has no star, so one cluster is already too much; and DELETE is another
# verb. Expect 403 twice, each with a class and a message in its body. The key is fine; a rule is
# missing.

# %%
for verb in ("GET", "DELETE"):
    try:
        narrow.call(verb, kube)
    except ovh.exceptions.APIError as problem:
        said = problem.response.json()
        print(verb, problem.response.status_code, said["class"], "-", said["message"])

# %% [markdown]
# ## Exercise: The narrow key (10 minutes)
#
# The night watch needs more than a list, and much less than everything.

# %% tags=["nbval-ignore-output"] why="Addresses and drawn values differ."
start("the-narrow-key")

# %% [markdown]
# `rules.json` in the exercise's folder has the form. Which calls does the script make? A key may
# always ask for its own number, without a rule. Rules cannot be changed later, so another try is
# another key.

# %% tags=["attendee"] exercise="the-narrow-key"
# rules = [{"method": "GET", "path": kubes}]
# asked = client.post("/auth/credential", _need_auth=False, accessRules=rules)
# account.grant(asked["validationUrl"])
# mine = account.client(asked["consumerKey"]).get("/auth/currentCredential")
# answer("the-narrow-key", credential=mine["credentialId"])

# %% [markdown]
# Is it done?

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
# ## 9. Another size
#
# Two machines, please: a PUT to the pool. We set its bounds with it. Expect two once it is READY.

# %% tags=["nbval-ignore-output"] why="Seconds are measured."
client.put(pool, desiredNodes=2, minNodes=1, maxNodes=3)
_ = account.follow(pool)

# %% [markdown]
# Read it back, and count the machines.

# %%
nodes = client.get(f"{pool}/nodes")
client.get(pool)["currentNodes"], [one["status"] for one in nodes]

# %% [markdown]
# Desired has to stay between the bounds at every moment. Lower the maximum below it, and expect a
# 400 whose message has the numbers. In brackets follows the id of the request, which the support
# would ask for; it is another each time, so we cut it off.

# %%
try:
    client.put(pool, maxNodes=1)
except ovh.exceptions.BadParametersError as problem:
    print(problem.response.status_code, problem.args[0].split(" (request")[0])

# %% [markdown]
# ## 10. This machine, please
#
# When a pool shrinks, the youngest machine leaves. You may choose another, here the oldest, by its
# **id**. One call says both, how many and which. Beware: a *name* in place of the id is passed over
# in silence here, and the youngest leaves after all.

# %% tags=["nbval-ignore-output"] why="Seconds are measured."
oldest, youngest = sorted(nodes, key=lambda one: one["createdAt"])
client.put(pool, desiredNodes=1, nodesToRemove=[oldest["id"]])
_ = account.follow(pool)

# %% [markdown]
# Who is left? Expect True: it is the younger one.

# %%
left = [one["id"] for one in client.get(f"{pool}/nodes")]
print(left == [youngest["id"]])

# %% [markdown]
# ## Exercise: Retire this node (10 minutes)
#
# A disk is failing. One machine goes, and it is not the youngest.

# %% tags=["nbval-ignore-output"] why="Addresses and drawn values differ."
start("retire-this-node")

# %% [markdown]
# Read the pool and its nodes first. Then say in one call how many, between which bounds, and who
# goes.

# %% tags=["attendee"] exercise="retire-this-node"
# depots = [one for one in client.get(kubes) if client.get(f"{kubes}/{one}")["name"] == "depot"]
# client.get(f"{kubes}/{depots[0]}/nodepool")
# client.put(f"{kubes}/{depots[0]}/nodepool/...", desiredNodes=...)

# %% [markdown]
# Is it done?

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
# ## 11. Delete
#
# A cluster costs as long as it is there. DELETE is answered at once, too; the way out has a status.

# %% tags=["nbval-ignore-output"] why="Seconds are measured."
client.delete(kube)
account.follow(kube, until="gone")

# %% [markdown]
# Gone means 404. Expect that, from the path that was a cluster.

# %%
try:
    client.get(kube)
except ovh.exceptions.ResourceNotFoundError as problem:
    print(problem.response.status_code, ordered["id"] in client.get(kubes))

# %% [markdown]
# ## Tidy up
#
# `finish` removes what this lesson may have left; your files and your points stay.

# %% tags=["nbval-ignore-output"] why="Which clusters were there differs."
finish("12-ovhcloud-api")

# %% [markdown]
# ## Recap
#
# - A **signature** is a digest of six pieces; the secret is in it and never travels.
# - A **consumer key** is an application, a person who said yes, and rules. Narrow is better.
# - **Ask what is on offer** before you order; a 400 says which field it does not like.
# - An accepted order is not a delivered one: **follow the status**, and take ERROR for an answer.
# - **Lists** come as ids or as objects.
# - A pool shrinks by its youngest machine, unless you **name** one.

# %% [markdown]
# Here is what you have done in this lesson.

# %%
progress("12-ovhcloud-api")

# %% [markdown]
# ## Quiz
#
# Choose what you think, press **Answer**, and read why.

# %%
quiz("12-ovhcloud-api")
