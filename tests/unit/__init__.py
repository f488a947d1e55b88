"""Each module through its public face: no network, no cluster, the clock held."""
