"""What is wanted and what is there."""
