"""Claims about who may call."""
