"""How events, commands and clicks reach the bot: Socket Mode or signed HTTP."""
