"""Claims about labkit.kube."""
