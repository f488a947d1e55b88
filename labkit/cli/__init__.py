"""The command line: one module a noun, the daily verbs at top level.

A command translates its flags, calls one function below and prints what it gives. Decisions, and
sentences that a widget needs as well, do not belong here.
"""
