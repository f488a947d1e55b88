"""Claims about labkit.grading."""
