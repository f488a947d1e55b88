"""Node pools: how many nodes of which flavor, and what each of them carries."""
