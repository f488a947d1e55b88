"""From which address does this machine call a server? python my-address.py HOST"""

# TODO: which HOST? The one in the kubeconfig of cluster knock.
import socket
import sys

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
    probe.connect((sys.argv[1], 6443))  # nothing is sent: the route alone decides
    print(probe.getsockname()[0])
