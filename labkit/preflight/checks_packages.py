"""Whether the system's packages that a node needs are here, and new enough."""

from labkit.foundation.text import say
from labkit.preflight.facts import Machine
from labkit.preflight.finding import Finding, blocking, fine, note
from labkit.preflight.packages import (
    DOCKERS_CONTAINERD,
    OLDEST_CONTAINERD,
    PACKAGES,
    Installed,
    Package,
    absent_parts,
    install_command,
)


def packages(machine: Machine) -> list[Finding]:
    """One finding for each package that lacks something; one in all when none does."""
    here = machine.installed
    lacking = [(package, absent) for package in PACKAGES if (absent := absent_parts(package, here))]
    if not lacking:
        return [fine("packages", say("All {count} system packages are here.", count=len(PACKAGES)))]
    return [_lacking(package, absent, here) for package, absent in lacking]


def _lacking(package: Package, absent: list[str], here: Installed) -> Finding:
    seen = say(
        "{absent} is not on this machine; package {package} {why}.",
        absent=", ".join(absent),
        package=package.name,
        why=package.why,
    )
    level = note if package.is_optional else blocking
    return level(f"package-{package.name}", seen, _fix(package, here))


def _fix(package: Package, here: Installed) -> str:
    if here.has_dockers_containerd and package.name in {"containerd", "runc"}:
        # Debian's containerd and runc conflict with Docker's package, which brings both.
        return f"sudo apt-get install --reinstall --yes {DOCKERS_CONTAINERD}"
    return install_command([package.name], here)


def containerd(machine: Machine) -> list[Finding]:
    here = machine.installed
    version = here.containerd_version
    if not version:
        return []
    written = ".".join(str(part) for part in version)
    if version >= OLDEST_CONTAINERD:
        return [fine("containerd", say("containerd {version}.", version=written))]
    name = DOCKERS_CONTAINERD if here.has_dockers_containerd else "containerd"
    return [
        blocking(
            "containerd",
            say("containerd is {version}; Kubernetes needs 1.6 or newer.", version=written),
            install_command([name], here),
        )
    ]
