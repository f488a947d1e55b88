"""Clusters: `/cloud/project/{serviceName}/kube` and what belongs to one as a whole."""
