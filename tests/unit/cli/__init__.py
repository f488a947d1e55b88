"""Claims about labkit.cli."""
