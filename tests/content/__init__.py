"""Claims about the repository itself: its files, pins, exercises and notebooks."""
