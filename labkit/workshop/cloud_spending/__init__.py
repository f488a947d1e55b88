"""Spending on a real cloud: nothing without a budget, an end, and somebody's word for it.

What is made carries its end in its own name, in the same call that makes it. So no list of ours has
to be right for a reaper to find it, however we were interrupted.
"""
