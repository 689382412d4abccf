"""Telling Slack what the outbox holds: each thing once, the last state always."""
