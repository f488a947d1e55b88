"""The lab's own controllers of one cluster: add-ons, network policies, LoadBalancers' addresses.

Run as `python -m labkit.cluster.local.controllers NAME` by the supervisor. A controller that
meets trouble ends the process, and the supervisor starts it again: state is in the cluster.
"""

import os
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

from labkit.cluster.local.addons import keep_addons
from labkit.cluster.local.balancing import keep_addresses
from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.local.policy.enforcing import keep_policies
from labkit.cluster.local.site import Site
from labkit.foundation.process import SystemRunner
from labkit.foundation.progress import Quiet
from labkit.foundation.waiting import SystemClock


def main(name: str) -> None:
    site = Site(name, MachinePaths(), SystemRunner(), SystemClock(), Quiet(), Path(sys.executable))
    for controller in (keep_addresses, keep_policies, keep_addons):
        threading.Thread(target=run_or_end, args=(controller, site)).start()


def run_or_end(
    controller: Callable[[Site], object], site: Site, end: Callable[[int], object] = os._exit
) -> None:
    try:
        controller(site)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()  # nobody else does: so hard an end runs nothing more
        raise
    finally:
        end(1)  # one thread's end is everybody's: no half of a controller goes on


if __name__ == "__main__":
    main(sys.argv[1])
