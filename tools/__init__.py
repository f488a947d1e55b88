"""What runs before labkit is installed, or around it: bootstrap, suites, measurements.

`bootstrap` and what it calls run in the system's Python, where no package is installed: they
import the standard library, `labkit.foundation` and `labkit.preflight.packages`. All else runs in
.venv and imports what it needs.
"""
