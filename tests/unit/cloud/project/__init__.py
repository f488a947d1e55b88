"""Claims about the project around clusters."""
