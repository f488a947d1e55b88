"""Claims about clusters, seen on real ones."""
