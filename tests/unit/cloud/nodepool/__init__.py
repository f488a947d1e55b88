"""Claims about pools and their nodes."""
