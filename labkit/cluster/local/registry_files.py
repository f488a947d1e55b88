"""The machine's registry of images as files, commands and a process plan. Pure but for one look.

Nodes know it as registry.lab.example:5000 and find it without DNS: each containerd is told where
it is. It listens on an address of the host's loopback that no network has, which is there whenever
a cluster is: where no registry listens, a pull is refused at once instead of being lost.
"""

from pathlib import Path

import yaml

from labkit.cluster.local.network import Command
from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.plan import ProcessGroup, ProcessPlan

ADDRESS = "198.18.0.1"  # of 198.18.0.0/24, which no cluster gets
PORT = 5000
HOST = "registry.lab.example"
REGISTRY = "registry"
NOBODY = 65534
NOTE = "program"
"""Names the registry's program; belongs to whoever started it first."""
LINK = ("dev", "lo")


def address_commands() -> list[Command]:
    return [Command(("ip", "address", "replace", f"{ADDRESS}/32", *LINK))]


def address_removal() -> list[Command]:
    return [Command(("ip", "address", "del", f"{ADDRESS}/32", *LINK))]


def configuration(folder: Path, secret: str) -> str:
    """Source: distribution 3.1, docs/configuration. Whoever reaches it may push and delete."""
    content = {
        "version": 0.1,
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {
            "filesystem": {"rootdirectory": str(folder / "data")},
            "delete": {"enabled": True},
            "maintenance": {"uploadpurging": {"enabled": False}},
        },
        "http": {
            "addr": f"{ADDRESS}:{PORT}",
            "secret": secret,
            "tls": {
                "certificate": str(folder / "server.crt"),
                "key": str(folder / "server.key"),
            },
        },
    }
    return yaml.safe_dump(content)


def registry_group(machine: MachinePaths, program: Path) -> ProcessGroup:
    """It runs as nobody: what anybody may push to has no business with root's rights."""
    as_nobody = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--")
    folder = machine.registry
    command = (*as_nobody, str(program), "serve", str(folder / "config.yml"))
    silent = (("OTEL_TRACES_EXPORTER", "none"),)  # else it looks for a collector on loopback
    plan = ProcessPlan(REGISTRY, command, environment=silent)
    return ProcessGroup(REGISTRY, (plan,), str(folder / "logs"))


def hosts_text(authority: Path) -> str:
    """Containerd's hosts.toml: where the name leads, and whose signature is trusted there.

    Source: containerd, docs/hosts.md. It is read anew at each pull.
    """
    url = f"https://{ADDRESS}:{PORT}"
    return f"""\
server = "{url}"

[host."{url}"]
  capabilities = ["pull", "resolve"]
  ca = "{authority}"
"""


def known_registry(machine: MachinePaths) -> ProcessGroup | None:
    """The registry as it was last started; None where there is none."""
    note = machine.registry / NOTE
    return registry_group(machine, Path(note.read_text())) if note.exists() else None
