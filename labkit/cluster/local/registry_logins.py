"""Who may log in to the machine's private registry: an htpasswd file. Root's side.

Root's side is told hashes, never a password. The registry reads the file anew when its time of
change differs, so that nobody has to start it again.
"""

import os
import re
from collections.abc import Mapping

from labkit.cluster.errors import ClusterError
from labkit.cluster.local.registry import check_owner, lock_of
from labkit.cluster.local.registry_files import LOGINS, PRIVATE
from labkit.cluster.local.site import Site
from labkit.cluster.processes import NOBODY
from labkit.foundation import files
from labkit.foundation.files import locked, write_atomically
from labkit.foundation.text import say

USER = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
BCRYPT = re.compile(r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}")
"""The only kind of hash that the registry knows."""


def set_logins(site: Site, logins: Mapping[str, str], asking: int) -> None:
    """Hashes by user; an empty one takes the login away. All others stay.

    Only who started the registry may, and root.
    """
    for user, hashed in logins.items():
        if not USER.fullmatch(user) or (hashed and not BCRYPT.fullmatch(hashed)):
            raise ClusterError(
                say("Not a login of a registry: {user!r}.", user=user[:80]),
                say("Use labkit's own client."),
            )
    path = PRIVATE.folder(site.machine) / LOGINS
    with locked(lock_of(site), holder="change logins", clock=site.clock):
        if not path.exists():
            raise ClusterError(
                say("There is no private registry on this machine yet."),
                say("Run `labkit registry up --private`."),
            )
        check_owner(site, PRIVATE, asking)
        before = path.stat()
        new = path.with_name(f"{LOGINS}.new")
        write_atomically(new, with_logins(path.read_text(), logins), mode=files.PRIVATE)
        os.chown(new, NOBODY, NOBODY)
        if new.stat().st_mtime_ns <= before.st_mtime_ns:  # two changes within a tick of the clock
            os.utime(new, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
        new.replace(path)


def with_logins(text: str, logins: Mapping[str, str]) -> str:
    """The file's text with these lines put in, replaced or left out."""
    lines = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    lines |= logins
    return "".join(f"{user}:{hashed}\n" for user, hashed in sorted(lines.items()) if hashed)
