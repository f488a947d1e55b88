"""Claims about labkit.kube before a real API server."""
