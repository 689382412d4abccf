"""The Web API methods that a bot calls, one module per noun."""
