"""Widgets in a real browser, on the JupyterLab that learners get and a real cluster."""
