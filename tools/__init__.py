"""What runs before labkit is installed, or around it: the bootstrap and the stages of `make test`.

Only the standard library and `labkit.foundation`, because nothing else is there yet.
"""
