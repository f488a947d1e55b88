"""Who removed the tariff: python ask.py CALL user|tool, where CALL is log/url or auditLogs."""

import json
import os
import sys
from urllib.request import urlopen

import ovh.client

endpoint = os.environ["OVH_ENDPOINT"]
ovh.client.ENDPOINTS[endpoint] = endpoint
cloud = ovh.Client(endpoint=endpoint)
base = f"/cloud/project/{os.environ['OVH_CLOUD_PROJECT_SERVICE']}/kube"
(counter,) = [one for one in cloud.get(base) if cloud.get(f"{base}/{one}")["name"] == "counter"]
body = {"kind": "audit"} if sys.argv[1] == "log/url" else {}
address = cloud.post(f"{base}/{counter}/{sys.argv[1]}", **body)["url"]

events = [json.loads(line) for line in urlopen(address).read().splitlines()]
(found,) = [
    event
    for event in events
    if event["verb"] == "delete"
    and event["objectRef"]["resource"] == "configmaps"
    and event["objectRef"].get("name") == "tariff"
    and event["responseStatus"]["code"] == 200
]
print(found["user"]["username"] if sys.argv[2] == "user" else found["userAgent"])
