"""The part of OVHcloud's API that is taught, in front of real clusters of this machine.

One folder a resource. It makes and changes clusters through the engine Protocol only, and reads and
writes what is in them through `kube`. How a node starts, lessons, and behaviour that the real API
does not show do not belong here.
"""
