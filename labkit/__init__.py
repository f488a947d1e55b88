"""A hands-on Kubernetes lab: clusters, lessons, exercises and their checks."""
