"""`labkit stop` and `labkit down` for the simulated engine, from what is found, not remembered."""

import shutil
from pathlib import Path

from labkit.cluster.processes import kill
from labkit.cluster.simulated.site import Site
from labkit.foundation.progress import shown
from labkit.foundation.text import say


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
        _remove(site.paths.data)
        kubeconfig = site.paths.admin_kubeconfig
        kubeconfig.unlink(missing_ok=True)
        for folder in (kubeconfig.parent, site.paths.supervisor.parent):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
