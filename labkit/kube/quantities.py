"""Kubernetes quantities compared as quantities: 1900m is 1.9, and 1Gi is 1073741824."""

import re
from decimal import Decimal

FACTORS = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "": Decimal(1),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "T": Decimal(10**12),
    "P": Decimal(10**15),
    "E": Decimal(10**18),
    "Ki": Decimal(2**10),
    "Mi": Decimal(2**20),
    "Gi": Decimal(2**30),
    "Ti": Decimal(2**40),
    "Pi": Decimal(2**50),
    "Ei": Decimal(2**60),
}
FORM = re.compile(
    r"([+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30}))(?:[eE]([+-]?\d{1,2})|([A-Za-z]{0,2}))"
)


def quantity(text: str) -> Decimal:
    """Raises ValueError for what the API server would refuse too."""
    found = FORM.fullmatch(text.strip())
    if not found or (found[3] or "") not in FACTORS:
        raise ValueError(f"{text!r} is not a quantity")
    number, exponent, unit = found.groups()
    return Decimal(number).scaleb(int(exponent or 0)) * FACTORS[unit or ""]


def same_quantity(one: str, other: str) -> bool:
    """False, not a ValueError, where either is no quantity."""
    try:
        return quantity(one) == quantity(other)
    except ValueError:
        return False
