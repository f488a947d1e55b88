"""Whom the API server's door lets in: one nft table in the cluster's namespace, replaced whole.

Only what comes over the link from the host is looked at. Nodes and Pods come over the bridge, the
control plane over loopback, and labkit itself asks at the router's address. It goes with the
namespace.
"""

from labkit.cluster.control_plane import API_PORT
from labkit.cluster.local.network import Command, Network, in_namespace

NAME = "inet door"
RULE = (
    'iifname != {{ "lo", "br0" }} ip daddr {address} tcp dport {port} ip saddr != @allowed '
    "reject with tcp reset"
)


def door_commands(network: Network, allowed: tuple[str, ...], nft: str) -> list[Command]:
    text = f"table {NAME} {{}}\ndelete table {NAME}\n{_table(network, allowed)}"
    return [Command((*in_namespace(network.namespace), nft, "-f", "-"), text)]


def _table(network: Network, allowed: tuple[str, ...]) -> str:
    """Empty where everybody may call. What is refused hears so at once, also in mid-connection."""
    if not allowed:
        return ""
    rule = RULE.format(address=network.api_address, port=API_PORT)
    return f"""\
table {NAME} {{
  set allowed {{
    type ipv4_addr; flags interval; auto-merge
    elements = {{ {", ".join(allowed)} }}
  }}
  chain input {{
    type filter hook input priority filter; policy accept;
    {rule}
  }}
}}
"""
