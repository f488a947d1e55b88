"""Tests: what is claimed about labkit, and how that was seen."""
