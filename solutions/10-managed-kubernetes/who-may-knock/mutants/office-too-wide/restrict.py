"""Call the cluster's ipRestrictions: python restrict.py METHOD NETWORK…, `me` for this machine."""

import os
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import ovh.client

FIND = ["kubectl", "config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}"]
server = urlsplit(subprocess.run(FIND, check=True, capture_output=True, text=True).stdout)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
    probe.connect((server.hostname, server.port))
    me = probe.getsockname()[0]

endpoint = os.environ["OVH_ENDPOINT"]
ovh.client.ENDPOINTS[endpoint] = endpoint
cloud = ovh.Client(endpoint=endpoint)
base = f"/cloud/project/{os.environ['OVH_CLOUD_PROJECT_SERVICE']}/kube"
(knock,) = [one for one in cloud.get(base) if cloud.get(f"{base}/{one}")["name"] == "knock"]
ips = [word.replace("me", me) for word in sys.argv[2:]]
cloud.call(sys.argv[1], f"{base}/{knock}/ipRestrictions", {"ips": ips}, need_auth=True)
