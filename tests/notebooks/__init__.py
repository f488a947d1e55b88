"""Claims about the notebooks, seen by running them."""
