"""Start and end the machine's registry of images. Root's side; what it is, says registry_files."""

import os
import secrets
import shutil
import socket
from pathlib import Path

from labkit.cluster.certificates import Authority, Subject
from labkit.cluster.errors import ClusterError
from labkit.cluster.local.own_processes import ensure_beside_agent, release_machine
from labkit.cluster.local.registry_files import (
    ADDRESS,
    HOST,
    NOBODY,
    NOTE,
    PORT,
    REGISTRY,
    address_commands,
    configuration,
    known_registry,
    registry_group,
)
from labkit.cluster.local.site import Site
from labkit.cluster.local.trusted import check_readable, copied, may_read, trusted_files
from labkit.cluster.plan import ProcessGroup
from labkit.cluster.supervising import remove_group
from labkit.foundation.files import PRIVATE, last_line, locked, write_atomically
from labkit.foundation.progress import shown
from labkit.foundation.text import say
from labkit.foundation.waiting import wait_until

LIMIT_SECONDS = 30


def start(site: Site, program: Path | None, user: int) -> None:
    """Again and again: what runs is left alone. Without a program, that of the last time."""
    with locked(_lock(site), holder="start the registry", clock=site.clock):
        group = known_registry(site.machine) if program is None else _written(site, program, user)
        if group is None:
            raise ClusterError(
                say("There is no registry on this machine yet."), say("Run `labkit registry up`.")
            )
        with shown(site.progress, say("Start the registry")):
            site.do(address_commands())
            ensure_beside_agent(site, user, [group])
            _wait(site)


def end(site: Site, user: int) -> None:
    """Its process and all images in it; none is fine. Only who started it may, and root."""
    note = site.machine.registry / NOTE
    if note.exists() and user not in (0, note.stat().st_uid):
        raise ClusterError(
            say("The registry belongs to another user."), say("Ask them to end it, or root.")
        )
    with locked(_lock(site), holder="end the registry", clock=site.clock):
        with shown(site.progress, say("Remove the registry and its images")):
            with locked(site.machine.lock, holder="end the registry", clock=site.clock):
                if site.supervisor.is_alive():
                    remove_group(site.supervisor, REGISTRY, site.clock)
            shutil.rmtree(site.machine.registry, ignore_errors=True)
        release_machine(site)
        _lock(site).unlink(missing_ok=True)  # we hold it; whoever waits takes a new one


def _lock(site: Site) -> Path:
    return site.machine.data / "clusters" / f".{REGISTRY}.lock"


def _written(site: Site, program: Path, user: int) -> ProcessGroup:
    """The registry with all its files; what is there stays."""
    check_readable(program, user)
    taken = trusted_files({REGISTRY: program}, site.machine.programs)[REGISTRY]
    if not may_read(taken, NOBODY, Path("/")):  # as in root's own home folder
        taken = copied(taken, site.machine.programs)
    folder, now = site.machine.registry, site.clock.now()
    data, settings = folder / "data", folder / "config.yml"
    data.mkdir(parents=True, exist_ok=True)
    authority = Authority.ensure(folder, site.machine.registry_authority.stem, now)
    pair = authority.ensure_pair(folder, "server", Subject(HOST, addresses=(ADDRESS, HOST)))
    if not settings.exists():
        write_atomically(settings, configuration(folder, secrets.token_hex(16)), mode=PRIVATE)
    for path in (data, settings, pair.key):
        os.chown(path, NOBODY, NOBODY)
    note = folder / NOTE
    owner = note.stat().st_uid if note.exists() else user
    write_atomically(note, str(taken))
    os.chown(note, owner, -1)
    return registry_group(site.machine, taken)


def _wait(site: Site) -> None:
    log = site.machine.registry / "logs" / f"{REGISTRY}.log"
    wait_until(
        _is_listening,
        say("the registry"),
        limit_seconds=LIMIT_SECONDS,
        clock=site.clock,
        pause_seconds=0.02,
        last_seen=lambda: last_line(log),
    )


def _is_listening() -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((ADDRESS, PORT)) == 0
