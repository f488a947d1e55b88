"""The cloud's flavors, as far as a node of this machine can show them.

vCPUs and memory as in OVHcloud's catalogue of 2024; memory in GB as the catalogue writes it,
taken as GiB like the machines themselves report it.
"""

from dataclasses import dataclass

from labkit.foundation.errors import SettingInvalid
from labkit.foundation.text import say

KIB_PER_GIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Flavor:
    name: str
    vcpus: int
    memory_gib: int
    gpus: int = 0

    @property
    def memory_kib(self) -> int:
        return self.memory_gib * KIB_PER_GIB


FLAVORS = {
    flavor.name: flavor
    for flavor in (
        Flavor("d2-2", 1, 2),
        Flavor("d2-4", 2, 4),
        Flavor("d2-8", 4, 8),
        Flavor("b2-7", 2, 7),
        Flavor("b2-15", 4, 15),
        Flavor("b2-30", 8, 30),
        Flavor("b3-8", 2, 8),
        Flavor("b3-16", 4, 16),
        Flavor("b3-32", 8, 32),
        Flavor("c2-7", 2, 7),
        Flavor("c3-4", 2, 4),
        Flavor("r2-15", 2, 15),
        Flavor("t1-45", 8, 45, gpus=1),
    )
}
SUGGESTED = ("b2-7", "d2-2")


def known_flavor(name: str) -> Flavor:
    if name not in FLAVORS:
        raise SettingInvalid("--flavor", name, say("one of {known}", known=", ".join(FLAVORS)))
    return FLAVORS[name]


def checked_flavor(name: str, host_cpus: int) -> Flavor:
    """The flavor of that name, if a machine with `host_cpus` cores can show it.

    Raises SettingInvalid otherwise.
    """
    flavor = known_flavor(name)
    if flavor.gpus:
        raise SettingInvalid(
            "--flavor", name, say("a flavor without a GPU, which no node here has")
        )
    if flavor.vcpus > host_cpus:
        raise SettingInvalid(
            "--flavor",
            name,
            say(
                "a flavor with at most {host} vCPUs, as many as this machine has, such as {fits}",
                host=host_cpus,
                fits=next(each for each in SUGGESTED if FLAVORS[each].vcpus <= host_cpus),
            ),
        )
    return flavor
