"""The lab's own controllers of one cluster: add-ons, and addresses for LoadBalancers."""

from pathlib import Path

from labkit.cluster.local.site import Site
from labkit.cluster.plan import ProcessGroup


def controllers_group(site: Site, archives: dict[str, Path]) -> ProcessGroup:
    return ProcessGroup(f"{site.name}.controllers", (), str(site.paths.logs))
