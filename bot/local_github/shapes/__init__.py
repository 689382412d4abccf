"""Draws records as the JSON objects that GitHub's REST API and webhooks have in common."""
