"""A fresh Debian in a folder, with mounts, processes, network and cgroups of its own.

What this network asks of every machine (a proxy, own certificates) is put there by us, as an
administrator would; labkit's own needs are not: they are what the test is about.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from labkit.foundation.process import Completed, Runner, start_detached
from labkit.foundation.waiting import Clock, wait_until
from tests.fresh.network import connected
from tests.support.proc import children, pids, words

SUITE = "bookworm"
PACKAGES = "git,make,python3,sudo"
USER = "ada"
CERTIFICATES = "usr/local/share/ca-certificates"
COPIED = ("etc/pip.conf", "etc/resolv.conf", "etc/hosts")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

ENTER = Path(__file__).with_name("enter.sh")
CGROUPS = Path("/sys/fs/cgroup")
JOIN = """
for tree in /sys/fs/cgroup/labkit-fresh /sys/fs/cgroup/*/labkit-fresh; do
    [ ! -e "$tree/cgroup.procs" ] || echo $$ >"$tree/cgroup.procs"
done
exec "$@"
"""
# Process 1 buries whoever nobody waits for; with it, every process and every mount goes.
FIRST_PROCESS = """
import os, subprocess
subprocess.Popen(["sleep", "infinity"])
while True:
    os.wait()
"""


@dataclass(frozen=True, slots=True)
class FreshMachine:
    root: Path
    first: int
    """Process 1 inside, by its number outside."""
    run: Runner

    def home(self, user: str) -> Path:
        """As seen from outside."""
        return self.root / ("root" if user == "root" else f"home/{user}")

    def give(self, source: Path, target: Path, user: str) -> None:
        """Copy a folder in; `target` is inside, and belongs to `user` afterwards."""
        inside = self.root / target.relative_to("/")
        inside.parent.mkdir(parents=True, exist_ok=True)
        self.run(["cp", "-a", "--reflink=auto", str(source), str(inside)], timeout_seconds=300)
        self.does(f"chown -R {user}: {target}")

    def running(self) -> list[str]:
        """Command lines of what runs inside, what keeps the machine open left out."""
        ours = {self.first, *children(self.first)[:1]}
        lines = [" ".join(words(pid)) for pid in inside(self.first) if pid not in ours]
        return [line for line in lines if line]

    def does(
        self,
        command: str,
        *,
        user: str = "root",
        limit_seconds: float = 300,
        may_fail: bool = False,
        watch: Callable[[str], None] | None = None,
    ) -> Completed:
        """Run a shell line as a login of `user` would: nothing of our environment gets in."""
        target = ["sh", "-c", JOIN, "sh", "nsenter", "--target", str(self.first)]
        inside = [*target, "--mount", "--pid", "--net", "--cgroup", "--root", "--wd=/", "--"]
        clean = ["env", "-i", f"PATH={PATH}", "TERM=dumb", "LANG=C.UTF-8"]
        return self.run(
            [*inside, *clean, "su", "--login", user, "--command", command],
            timeout_seconds=limit_seconds,
            may_fail=may_fail,
            watch=watch,
        )


def build(root: Path, run: Runner) -> None:
    settings = root.with_name(f"{root.name}.apt.conf")
    dumped = run(["apt-config", "dump", "Acquire"]).output
    settings.write_text("".join(line + "\n" for line in dumped.splitlines() if is_ours(line)))
    run(
        [
            "mmdebstrap",
            "--mode=root",
            "--variant=minbase",
            f"--include={PACKAGES}",
            f"--aptopt={settings}",
            SUITE,
            str(root),
        ],
        timeout_seconds=900,
    )
    settings.unlink()
    for name in COPIED:
        if (source := Path("/") / name).exists():
            shutil.copy(source, root / name)
    if (Path("/") / CERTIFICATES).is_dir():
        shutil.copytree(Path("/") / CERTIFICATES, root / CERTIFICATES, dirs_exist_ok=True)
    run(["chroot", str(root), "useradd", "--create-home", "--shell", "/bin/bash", USER])
    (root / "etc/sudoers.d" / USER).write_text(f"{USER} ALL=(ALL:ALL) NOPASSWD: ALL\n")


def is_ours(line: str) -> bool:
    """What reaches a mirror from here: proxies, and how strict to be about its dates."""
    return any(word in line for word in ("::Proxy", "Check-Valid-Until", "Check-Date"))


@contextmanager
def fresh_machine(folder: Path, run: Runner, clock: Clock) -> Iterator[FreshMachine]:
    """Built anew; ended, unmounted and removed afterwards, whatever happened inside."""
    root, log = folder / "root", folder / "entered.log"
    try:
        build(root, run)
        outer = start_detached(["sh", str(ENTER), str(root), FIRST_PROCESS], log)
        first = wait_until(
            lambda: next(iter(children(outer)), None),
            "the fresh machine's first process",
            limit_seconds=10,
            clock=clock,
            last_seen=log.read_text,
        )
        try:
            with connected(first, run):
                yield opened(FreshMachine(root, first, run), log, clock)
        finally:
            end(first, run, clock)
    finally:
        run(["rm", "-rf", "--one-file-system", str(root)], timeout_seconds=300)


def opened(machine: FreshMachine, log: Path, clock: Clock) -> FreshMachine:
    wait_until(
        lambda: machine.does("test -e /run/entered", may_fail=True).status == 0,
        "the fresh machine",
        limit_seconds=30,
        clock=clock,
        last_seen=log.read_text,
    )
    return machine


def end(first: int, run: Runner, clock: Clock) -> None:
    """With its first process go all others, then every mount; the cgroups are left to us."""
    run(["kill", "-KILL", str(first)], may_fail=True)
    wait_until(
        lambda: not words(first),
        "the end of the fresh machine",
        limit_seconds=60,
        clock=clock,
    )
    wait_until(
        remove_cgroups,
        "the end of what ran in the fresh machine's cgroups",
        limit_seconds=60,
        clock=clock,
    )


def remove_cgroups() -> bool:
    """False while a process that was killed is still on its way out."""
    for tree in (CGROUPS, *CGROUPS.iterdir()):
        for folder in sorted(tree.glob("labkit-fresh/**/"), reverse=True):
            try:
                folder.rmdir()
            except OSError:
                return False
    return True


def inside(first: int) -> list[int]:
    """Processes of the same process namespace as `first`, told by the kernel, never by name."""
    own = namespace(first)
    return [pid for pid in pids() if own and namespace(pid) == own]


def namespace(pid: int) -> str:
    try:
        return str(Path(f"/proc/{pid}/ns/pid").readlink())
    except OSError:
        return ""
