"""Claims about labkit.widgets."""
