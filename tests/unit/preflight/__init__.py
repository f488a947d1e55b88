"""Claims about labkit.preflight."""
