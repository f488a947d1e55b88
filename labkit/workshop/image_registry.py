"""Where the lab's registry of images is: one a machine, at an address that every node reaches."""

from pathlib import Path

from labkit.remote.registry import RegistryAccess

LOCAL_REGISTRY = RegistryAccess("https://198.18.0.1:5000", Path("/var/lib/labkit/registry/ca.crt"))
"""Root's part of labkit runs it; its authority's certificate is for everybody to read."""
