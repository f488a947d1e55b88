"""Sign the call in the envelope, and make one of our own."""

import hashlib
import json
import os
import urllib.error
import urllib.request
from pathlib import Path


def signature(*pieces):
    """Of secret, consumer, method, address, body and time."""
    return "$1$" + hashlib.sha1("+".join(map(str, pieces)).encode()).hexdigest()


def send(method, path, body="", sent=None):
    """The status and body of one call; `sent` is what travels in place of what was signed."""
    address = os.environ["OVH_ENDPOINT"] + path
    time = urllib.request.urlopen(os.environ["OVH_ENDPOINT"] + "/auth/time").read().decode()
    consumer = os.environ["OVH_CONSUMER_KEY"]
    secret = os.environ["OVH_APPLICATION_SECRET"]
    headers = {
        "User-Agent": "tram-${application_id}-${began}",
        "Content-Type": "application/json",
        "X-Ovh-Application": os.environ["OVH_APPLICATION_KEY"],
        "X-Ovh-Consumer": consumer,
        "X-Ovh-Timestamp": time,
        "X-Ovh-Signature": signature(secret, consumer, method, address, body, time),
    }
    data = (sent or body).encode() or None
    request = urllib.request.Request(address, data, headers, method=method)
    try:
        return urllib.request.urlopen(request).read().decode()
    except urllib.error.HTTPError as problem:
        return problem.read().decode()


call = json.loads(Path("envelope.json").read_text(encoding="utf-8"))
keys = call["application_secret"], call["consumer_key"]
print("signature", signature(*keys, call["method"], call["address"], call["body"], call["time"]))
print("own call", send("GET", "/me"))
print("tampered", send("POST", "/cloud/project/${project}/kube", '{"a":1}', sent='{"a":2}'))
