"""The machine's registries of images as files, commands and process plans. Pure but for one look.

Nodes know the open one as registry.lab.example:5000, that with a login as
private.lab.example:5001, and find them without DNS: each containerd is told where they are. They
listen on an address of the host's loopback that no network has, which is there whenever a cluster
is: where no registry listens, a pull is refused at once instead of being lost.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from labkit.cluster.local.network import Command
from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.plan import ProcessGroup, ProcessPlan
from labkit.cluster.processes import NOBODY

ADDRESS = "198.18.0.1"  # of 198.18.0.0/24, which no cluster gets
PORT = 5000
HOST = "registry.lab.example"
REGISTRY = "registry"
NOTE = "program"
"""Names the registry's program; belongs to whoever started it first."""
LOGINS = "htpasswd"
LINK = ("dev", "lo")


@dataclass(frozen=True, slots=True)
class Realm:
    """One of the machine's registries."""

    name: str
    """Of its process and of its folder."""
    host: str
    port: int
    asks_login: bool = False

    @property
    def place(self) -> str:
        """As images name it."""
        return f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        return f"https://{ADDRESS}:{self.port}"

    def folder(self, machine: MachinePaths) -> Path:
        return machine.data / self.name


OPEN = Realm(REGISTRY, HOST, PORT)
PRIVATE = Realm("private-registry", "private.lab.example", 5001, asks_login=True)
REALMS = {realm.name: realm for realm in (OPEN, PRIVATE)}


def address_commands() -> list[Command]:
    return [Command(("ip", "address", "replace", f"{ADDRESS}/32", *LINK))]


def address_removal() -> list[Command]:
    return [Command(("ip", "address", "del", f"{ADDRESS}/32", *LINK))]


def configuration(folder: Path, secret: str, realm: Realm = OPEN) -> str:
    """Source: distribution 3.1, docs/configuration.

    Whoever reaches the open one may push and delete; so may whoever has a login to the other,
    because an htpasswd file knows no rights.
    """
    content: dict[str, Any] = {
        "version": 0.1,
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {
            "filesystem": {"rootdirectory": str(folder / "data")},
            "delete": {"enabled": True},
            "maintenance": {"uploadpurging": {"enabled": False}},
        },
        "http": {
            "addr": f"{ADDRESS}:{realm.port}",
            "secret": secret,
            "tls": {
                "certificate": str(folder / "server.crt"),
                "key": str(folder / "server.key"),
            },
        },
    }
    if realm.asks_login:
        content["auth"] = {"htpasswd": {"realm": realm.host, "path": str(folder / LOGINS)}}
    return yaml.safe_dump(content)


def registry_group(machine: MachinePaths, program: Path, realm: Realm = OPEN) -> ProcessGroup:
    """It runs as nobody: what anybody may push to has no business with root's rights."""
    as_nobody = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--")
    folder = realm.folder(machine)
    command = (*as_nobody, str(program), "serve", str(folder / "config.yml"))
    silent = (("OTEL_TRACES_EXPORTER", "none"),)  # else it looks for a collector on loopback
    plan = ProcessPlan(realm.name, command, environment=silent)
    return ProcessGroup(realm.name, (plan,), str(folder / "logs"))


def hosts_text(authority: Path, realm: Realm = OPEN) -> str:
    """Containerd's hosts.toml: where the name leads, and whose signature is trusted there.

    Source: containerd, docs/hosts.md. It is read anew at each pull. No login is in it: that is
    the business of whoever pulls.
    """
    return f"""\
server = "{realm.url}"

[host."{realm.url}"]
  capabilities = ["pull", "resolve"]
  ca = "{authority}"
"""


def known_registry(machine: MachinePaths, realm: Realm = OPEN) -> ProcessGroup | None:
    """The registry as it was last started; None where there is none."""
    note = realm.folder(machine) / NOTE
    return registry_group(machine, Path(note.read_text()), realm) if note.exists() else None


def known_registries(machine: MachinePaths) -> list[ProcessGroup]:
    return [known for realm in REALMS.values() if (known := known_registry(machine, realm))]
