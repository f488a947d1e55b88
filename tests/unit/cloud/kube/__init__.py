"""Claims about clusters as the API shows them."""
