"""Fakes for the seams, written once and typed like the real thing."""
