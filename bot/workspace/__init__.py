"""The local Slack workspace: what the demo, newcomers and end-to-end tests use instead of Slack."""
