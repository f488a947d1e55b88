"""The `simulated` engine: a real control plane without any rights, its nodes played by kwok.

Here belongs what differs from real nodes: free ports instead of a network of its own, Node objects
and the stages that their Pods pass. Pods get an address and become Running; no container runs, so
there is nothing to log in to, to read logs of, or to connect to.
"""
