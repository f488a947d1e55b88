"""Claims about labkit.remote."""
