"""The Public Cloud project around the clusters: regions, flavors, quota, instances."""
