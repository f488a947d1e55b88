"""The only package that knows Jupyter: one view per thing shown, and the functions of a cell.

A view takes a value (a verdict, progress, a report) and draws it, as text and as HTML. Calls to
a cluster and the wording of verdicts do not belong here.
"""
