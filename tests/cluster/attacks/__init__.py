"""Attacks on verdicts, with all that a learner can write.

Each ends in the right verdict or in "could not look", and never in a pass. The marker is the
instructor's, and the honest way stays open to whoever goes it.
"""
