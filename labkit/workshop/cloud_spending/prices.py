"""What a node costs an hour: an estimate, in EUR without tax.

OVHcloud's public catalogue of on-demand instances as read in June 2026, rounded up to a tenth of a
cent. The bill is OVHcloud's alone. The control plane of the plan `free` costs nothing; load
balancers and volumes that a cluster makes do, and are not in here.
"""

from labkit.foundation.errors import SettingInvalid
from labkit.foundation.text import say

SOURCE = "OVHcloud's public catalogue, June 2026"
EUR_PER_HOUR = {
    "d2-2": 0.011,
    "d2-4": 0.021,
    "d2-8": 0.038,
    "b2-7": 0.071,
    "b2-15": 0.135,
    "b2-30": 0.272,
    "b3-8": 0.052,
    "b3-16": 0.103,
    "b3-32": 0.205,
    "c2-7": 0.102,
    "c3-4": 0.046,
    "r2-15": 0.102,
}
UNKNOWN_EUR = max(EUR_PER_HOUR.values())
"""For a flavor that somebody else ordered: rather too much than too little."""


def price_of(flavor: str) -> float:
    """Raises SettingInvalid: what has no price cannot be kept within a budget."""
    if flavor not in EUR_PER_HOUR:
        raise SettingInvalid("flavor", flavor, say("one of {known}", known=", ".join(EUR_PER_HOUR)))
    return EUR_PER_HOUR[flavor]
