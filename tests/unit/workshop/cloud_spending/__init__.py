"""Claims about labkit.workshop.cloud_spending."""
