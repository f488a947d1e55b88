"""Start and end the machine's registries of images. Root's side; registry_files says what they are.

Both have certificates of one authority, which stays while either of them is there.
"""

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
    LOGINS,
    NOTE,
    OPEN,
    PRIVATE,
    REGISTRY,
    Realm,
    address_commands,
    configuration,
    known_registry,
    registry_group,
)
from labkit.cluster.local.site import Site
from labkit.cluster.local.taking_over import copied, may_read
from labkit.cluster.local.trusted import trusted_files
from labkit.cluster.plan import ProcessGroup
from labkit.cluster.processes import NOBODY
from labkit.cluster.supervising import remove_group
from labkit.foundation import files
from labkit.foundation.files import last_line, locked, write_atomically
from labkit.foundation.progress import shown
from labkit.foundation.text import say
from labkit.foundation.waiting import wait_until

LIMIT_SECONDS = 30


def start(site: Site, realm: Realm, program: Path | None, user: int) -> None:
    """Again and again: what runs is left alone. Without a program, that of the last time."""
    with locked(lock_of(site), holder="start the registry", clock=site.clock):
        if program is None:
            group = known_registry(site.machine, realm)
        else:
            group = _written(site, realm, program, user)
        if group is None:
            raise ClusterError(
                say("There is no registry on this machine yet."), say("Run `labkit registry up`.")
            )
        with shown(site.progress, say("Start the registry {place}", place=realm.place)):
            site.do(address_commands())
            ensure_beside_agent(site, user, [group])
            _wait(site, realm)


def end(site: Site, realm: Realm, user: int) -> None:
    """Its process and all images in it; none is fine. Only who started it may, and root.

    With the open one, whose folder holds the authority, goes the other.
    """
    ending = (PRIVATE, OPEN) if realm == OPEN else (realm,)
    for one in ending:
        check_owner(site, one, user)
    with locked(lock_of(site), holder="end the registry", clock=site.clock):
        with shown(site.progress, say("Remove the registry and its images")):
            for one in ending:
                _remove(site, one)
        lock_of(site).unlink(missing_ok=True)  # we hold it; whoever waits takes a new one
    release_machine(site)


def lock_of(site: Site) -> Path:
    return site.machine.data / "clusters" / f".{REGISTRY}.lock"


def check_owner(site: Site, realm: Realm, user: int) -> None:
    """Raises ClusterError where somebody else started it; none is fine."""
    note = realm.folder(site.machine) / NOTE
    if note.exists() and user not in (0, note.stat().st_uid):
        raise ClusterError(
            say("The registry belongs to another user."), say("Ask them to end it, or root.")
        )


def _remove(site: Site, realm: Realm) -> None:
    machine = site.machine
    with locked(machine.lock, holder="end the registry", clock=site.clock):
        if site.supervisor.is_alive():
            remove_group(site.supervisor, realm.name, site.clock)
    shutil.rmtree(realm.folder(machine), ignore_errors=True)
    if not known_registry(machine):  # then the open one's folder holds the authority, at most
        shutil.rmtree(machine.registry, ignore_errors=True)


def _written(site: Site, realm: Realm, program: Path, user: int) -> ProcessGroup:
    """The registry with all its files; what is there stays."""
    taken = trusted_files({REGISTRY: program}, site.machine.programs, user)[REGISTRY]
    if not may_read(taken, NOBODY, Path("/")):  # as in root's own home folder
        taken = copied(taken, site.machine.programs, user)
    folder, now = realm.folder(site.machine), site.clock.now()
    signing = site.machine.registry_authority
    signing.parent.mkdir(parents=True, exist_ok=True)
    authority = Authority.ensure(signing.parent, signing.stem, now)
    _write_folder(folder, realm, authority)
    note = folder / NOTE
    owner = note.stat().st_uid if note.exists() else user
    write_atomically(note, str(taken))
    os.chown(note, owner, -1)
    return registry_group(site.machine, taken, realm)


def _write_folder(folder: Path, realm: Realm, authority: Authority) -> None:
    data, settings, logins = folder / "data", folder / "config.yml", folder / LOGINS
    data.mkdir(parents=True, exist_ok=True)
    subject = Subject(realm.host, addresses=(ADDRESS, realm.host))
    pair = authority.ensure_pair(folder, "server", subject)
    given = [data, settings, pair.key]
    if not settings.exists():
        text = configuration(folder, secrets.token_hex(16), realm)
        write_atomically(settings, text, mode=files.PRIVATE)
    if realm.asks_login:
        if not logins.exists():  # else the program would draw a login and write it into its log
            write_atomically(logins, "", mode=files.PRIVATE)
        given.append(logins)
    for path in given:
        os.chown(path, NOBODY, NOBODY)


def _wait(site: Site, realm: Realm) -> None:
    log = realm.folder(site.machine) / "logs" / f"{realm.name}.log"

    def is_listening() -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex((ADDRESS, realm.port)) == 0

    wait_until(
        is_listening,
        say("the registry"),
        limit_seconds=LIMIT_SECONDS,
        clock=site.clock,
        pause_seconds=0.02,
        last_seen=lambda: last_line(log),
    )
