"""What a lesson reaches besides the API server: a web address, images, the cloud's API.

For the grader read-only. Emulating any of it, and criteria, do not belong here.
"""
