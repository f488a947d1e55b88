"""Nodes of a cluster, one by one."""
