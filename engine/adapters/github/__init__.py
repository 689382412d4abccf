"""GitHub as the forge, through PyGithub: as a GitHub App or with a token, Enterprise too."""

from engine.adapters.github.access import GitHubAccess
from engine.adapters.github.forge import GitHubForge

__all__ = ["GitHubAccess", "GitHubForge"]
