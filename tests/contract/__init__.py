"""Claims about the borders to other programs' interfaces."""
