"""All facts of a machine at once: the slow looks run side by side."""

import json
import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from labkit.foundation.settings import Settings
from labkit.preflight.facts import Kubectl, Machine, Network, Sources
from labkit.preflight.look_files import (
    clusters,
    filesystem,
    overlay_problem,
    remnants,
    times,
)
from labkit.preflight.look_network import network, proxies, sources
from labkit.preflight.look_system import cgroups, kernel, limits, memory, platform, rights
from labkit.preflight.mounts import read_mounts
from labkit.preflight.packages import Installed, look, read_version, with_containerd_version
from labkit.preflight.surroundings import Surroundings
from labkit.toolchain.programs import KUBERNETES, TOOLS
from labkit.toolchain.provide import missing_in

NOTEBOOK_PORT = 8888
PORTS = (NOTEBOOK_PORT,)  # a cluster's own ports are in namespaces, where nobody else is


def collect(settings: Settings, around: Surroundings, *, thorough: bool = True) -> Machine:
    """Not `thorough` leaves out kubectl and where missing programs would come from."""
    places = around.places
    mounts = read_mounts(around.read(places.proc / "self/mountinfo"))
    data = filesystem(places.paths.data, mounts)
    system = platform(around)
    with ThreadPoolExecutor(max_workers=4) as pool:  # each mostly waits for a program
        asked = _ask(pool, settings, around, thorough=thorough)
        features = pool.submit(kernel, around, system.kernel)
        return Machine(
            platform=system,
            rights=rights(around),
            memory=memory(around),
            cache=filesystem(settings.cache, mounts),
            limits=limits(around),
            cgroups=cgroups(around, mounts),
            clusters=clusters(around),
            remnants=remnants(around, mounts),
            times=times(around),
            proxies=proxies(around.environment),
            our_kubectl=settings.cache / "programs" / KUBERNETES.cache_name() / "kubectl",
            kubernetes_version=read_version(KUBERNETES.version()),
            data=replace(data, overlay_problem=asked.overlay.result()),
            installed=asked.installed.result(),
            kubectl=asked.kubectl.result(),
            sources=asked.sources.result(),
            network=asked.network.result(),
            kernel=features.result(),
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What programs are being asked meanwhile."""

    installed: Future[Installed]
    kubectl: Future[Kubectl | None]
    sources: Future[Sources]
    network: Future[Network]
    overlay: Future[str]


def _ask(
    pool: ThreadPoolExecutor, settings: Settings, around: Surroundings, *, thorough: bool
) -> _Asked:
    missing = missing_programs(settings) if thorough else ()
    return _Asked(
        installed=pool.submit(_installed, around),
        kubectl=pool.submit(kubectl if thorough else lambda _: None, around),
        sources=pool.submit(sources, around, missing, downloads=settings.downloads),
        network=pool.submit(network, around, PORTS),
        overlay=pool.submit(overlay_problem, around, around.places.paths.data),
    )


def _installed(around: Surroundings) -> Installed:
    here = look(around.places.root, around.environment.get("PATH", ""))
    return with_containerd_version(here, around.run)


def missing_programs(settings: Settings) -> tuple[str, ...]:
    """Those of the lab that are not in the user's cache."""
    return tuple(
        name
        for tool in TOOLS
        for name in missing_in(
            settings.cache / "programs" / tool.cache_name(), tuple(tool.programs)
        )
    )


def kubectl(around: Surroundings) -> Kubectl | None:
    """The one on PATH, as a shell finds it."""
    path = shutil.which("kubectl", path=around.environment.get("PATH", ""))
    if not path:
        return None
    _, said = around.say_of(path, "version", "--client", "--output=json")
    try:
        version = json.loads(said)["clientVersion"]["gitVersion"]
    except (ValueError, KeyError, TypeError):
        version = ""
    return Kubectl(path, read_version(str(version)))
