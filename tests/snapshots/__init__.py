"""Every check replayed over recorded snapshots."""
