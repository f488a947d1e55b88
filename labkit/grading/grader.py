"""Load an exercise's check and turn a Snapshot into a Verdict.

grade(exercise, snapshot, *, advice=True) -> Verdict
grade_settled(exercise, place, sources, progress, *, advice=True) -> Verdict
    takes a snapshot, and at most one more after `settle_seconds`
cannot_grade(exercise, what_is_missing, next_step) -> Verdict
    every criterion CANNOT_CHECK, for a missing capability
"""
