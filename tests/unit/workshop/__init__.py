"""Claims about labkit.workshop."""
