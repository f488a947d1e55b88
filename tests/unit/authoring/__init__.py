"""Claims about labkit.authoring."""
