"""A Kubernetes to work on: engines behind one Protocol.

It belongs here if it is gone after `labkit down`. What runs inside the cluster for a lesson,
exercises, and the cloud's API do not.
"""
