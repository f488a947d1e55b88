"""Claims about labkit.cluster."""
