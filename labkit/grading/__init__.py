"""Is an exercise done, and if not, what to look at.

Everything here is pure, except for taking the snapshot. A criterion belongs in `criteria` when a
second exercise needs it. Changing an attendee's objects, printing and progress do not belong here.
"""
