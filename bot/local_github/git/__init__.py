"""Bare repositories: what is in them, changing them, and serving them over HTTP."""
