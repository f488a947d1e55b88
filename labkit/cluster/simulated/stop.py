"""`labkit stop` and `labkit down` for the simulated engine, from what is found, not remembered."""

import contextlib
import shutil
from pathlib import Path

from labkit.cluster.processes import kill
from labkit.cluster.simulated.site import Site
from labkit.foundation.progress import shown
from labkit.foundation.text import say
from labkit.kube.errors import KubeconfigInvalid
from labkit.kube.kubeconfig import read_access


def stop(site: Site) -> None:
    """End every process; the data stays.

    Nothing is asked to end in good order: what is written is in the kernel's hands already, and
    a lab must survive `kill -9` of anything in any case. The supervisor first: it would restart.
    """
    with shown(site.progress, say("Stop the processes of {name}", name=site.name)):
        kill(site.supervisors(), site.clock)
        kill(site.processes(), site.clock)
        _remove(site.paths.supervisor)


def delete(site: Site) -> None:
    """`stop`, then nothing of the cluster remains."""
    stop(site)
    with shown(site.progress, say("Remove the files of {name}", name=site.name)):
        kubeconfig = site.paths.admin_kubeconfig
        if _is_ours(site, kubeconfig):
            kubeconfig.unlink()
        _remove(site.paths.data)
        for folder in (kubeconfig.parent, site.paths.supervisor.parent):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


def _is_ours(site: Site, kubeconfig: Path) -> bool:
    """Another engine's cluster of that name would have its kubeconfig at the same place."""
    record = site.recorded()
    if record is None or not kubeconfig.exists():
        return False
    with contextlib.suppress(KubeconfigInvalid):
        return read_access(kubeconfig).server == f"https://127.0.0.1:{record.ports.api}"
    return True


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
