"""For whoever writes lessons, and for the machine that checks them.

Notebook sources become notebooks, sentences become a catalogue, runs are recorded. It belongs here
if a learner's command never needs it; what a learner can do is in `workshop`.
"""
