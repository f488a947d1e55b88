"""Claims about labkit.foundation."""
