"""Audit logs of a cluster: addresses that expire, and subscriptions."""
