"""All facts of a machine at once: the slow looks run side by side."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from labkit.foundation.settings import Settings
from labkit.preflight.facts import Kubectl, Machine
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
    system = platform(around)
    with ThreadPoolExecutor(max_workers=4) as pool:  # each mostly waits for a program
        installed = pool.submit(_installed, around)
        found_kubectl = pool.submit(kubectl, around) if thorough else None
        missing = missing_programs(settings) if thorough else ()
        offered = pool.submit(sources, around, missing, downloads=settings.downloads)
        host = pool.submit(network, around, PORTS)
        features = pool.submit(kernel, around, system.kernel)
        overlay = pool.submit(overlay_problem, around, places.paths.data)
        return Machine(
            platform=system,
            rights=rights(around),
            memory=memory(around),
            data=replace(filesystem(places.paths.data, mounts), overlay_problem=overlay.result()),
            cache=filesystem(settings.cache, mounts),
            limits=limits(around),
            cgroups=cgroups(around, mounts),
            clusters=clusters(around),
            remnants=remnants(around, mounts),
            times=times(around),
            proxies=proxies(around.environment),
            our_kubectl=settings.cache / "programs" / KUBERNETES.cache_name() / "kubectl",
            kubernetes_version=read_version(KUBERNETES.version()),
            installed=installed.result(),
            kubectl=found_kubectl.result() if found_kubectl else None,
            sources=offered.result(),
            network=host.result(),
            kernel=features.result(),
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
