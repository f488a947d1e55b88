"""What a learner can do: one function each, the only door behind `cli` and `widgets`.

If both faces need it, it is here; so is the running of every `steps.toml` (setup, solution, the
proof's wrong answers). Printing, drawing and verdicts do not belong here.
"""
