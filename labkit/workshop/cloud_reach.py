"""How the lab's cloud is reached: over a socket, or without one in a test."""

from dataclasses import dataclass
from typing import Any

from labkit.remote.cloud_keys import CloudKeys
from labkit.remote.cloud_levers import Levers
from labkit.remote.ovhcloud import Cloud, ReadOnlyCloud, open_cloud, open_for_reading


@dataclass(frozen=True, slots=True)
class CloudReach:
    adapter: Any = None
    """Of requests, which python-ovh uses."""
    transport: Any = None
    """Of httpx."""

    def api(self, keys: CloudKeys) -> Cloud:
        return open_cloud(keys, self.adapter)

    def reading(self, keys: CloudKeys) -> ReadOnlyCloud:
        return open_for_reading(keys, self.adapter)

    def levers(self, keys: CloudKeys) -> Levers:
        return Levers(keys, transport=self.transport)
