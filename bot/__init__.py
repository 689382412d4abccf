"""The edge: Slack, HTTP, terminal, scheduler and the wiring of the process."""
