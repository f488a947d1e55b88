"""The autoscaler: each question alone, and rushes played over time."""
