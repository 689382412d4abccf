"""The ports made real: Docker, git, registries, and simulations in memory."""
