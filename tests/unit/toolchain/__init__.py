"""Claims about labkit.toolchain."""
