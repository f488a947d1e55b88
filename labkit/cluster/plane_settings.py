"""What of a control plane may change in its life, as an engine writes it down."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from labkit.cluster.engine import ClusterConfig, OpenIdConnect
from labkit.cluster.versions import checked_version, newest, upgraded
from labkit.foundation.errors import SettingInvalid
from labkit.foundation.text import say

BEFORE_THERE_WAS_A_CHOICE = "1.34"


@dataclass(frozen=True, slots=True)
class PlaneSettings:
    version: str = ""
    credential_generation: int = 0
    oidc: OpenIdConnect | None = None
    allowed: tuple[str, ...] = ()

    @property
    def minor(self) -> str:
        return self.version or BEFORE_THERE_WAS_A_CHOICE

    def moved_to(self, config: ClusterConfig) -> "PlaneSettings":
        """Raises SettingInvalid for a version that this one cannot become."""
        return PlaneSettings(
            upgraded(self.minor, config.version),
            max(self.credential_generation, config.credential_generation),
            config.oidc,
            checked_ranges(config.allowed),
        )


AS_BEFORE = PlaneSettings()
"""Of a cluster that was made when none of this could be chosen."""


def first_settings(config: ClusterConfig) -> PlaneSettings:
    return PlaneSettings(
        checked_version(config.version) or newest(),
        config.credential_generation,
        config.oidc,
        checked_ranges(config.allowed),
    )


def checked_ranges(texts: tuple[str, ...]) -> tuple[str, ...]:
    """In the form that nft takes. Raises SettingInvalid."""
    return tuple(str(_range(text)) for text in texts)


def _range(text: str) -> IPv4Network:
    try:
        return IPv4Network(text, strict=False)
    except ValueError as problem:
        expected = say("an IPv4 range such as 203.0.113.0/24")
        raise SettingInvalid("allowed source", text, expected) from problem


def settings_from(content: Mapping[str, Any]) -> PlaneSettings:
    """From JSON, where tuples have become lists. Raises KeyError or TypeError."""
    words = {"oidc": oidc_from(content.get("oidc")), "allowed": tuple(content.get("allowed") or ())}
    return PlaneSettings(**{**content, **words})


def oidc_from(content: Mapping[str, Any] | None) -> OpenIdConnect | None:
    if content is None:
        return None
    lists = {
        "required_claims": tuple((str(k), str(v)) for k, v in content["required_claims"]),
        "signing_algorithms": tuple(content["signing_algorithms"]),
    }
    return OpenIdConnect(**{**content, **lists})
