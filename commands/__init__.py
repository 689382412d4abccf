"""What people may ask: one module per noun, one Click tree. No Slack, no SQL."""
