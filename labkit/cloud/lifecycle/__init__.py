"""From what is wanted to what is there: each cluster has a keeper that makes one follow the other.

What is wanted is on disk before a call is answered, so a keeper may die at any point: the next one
reads the same, looks at what is there, and goes on.
"""
