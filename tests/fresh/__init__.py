"""Claims about a machine that has nothing but git, make, python3 and sudo."""
