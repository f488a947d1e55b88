"""Claims about tools: the bootstrap and the suites."""
