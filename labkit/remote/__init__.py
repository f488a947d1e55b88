"""What a lesson reaches besides the API server; so far a web address.

For the grader read-only. Emulating any of it, and criteria, do not belong here.
"""
