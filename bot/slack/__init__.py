"""Slack: what comes in, how it is answered, and every block that is drawn."""
