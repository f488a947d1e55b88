"""What Managed Kubernetes offers in this project, before anything is ordered."""
