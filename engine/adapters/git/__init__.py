"""Git repositories by URL or path, through the git command and a cached mirror of each."""

from engine.adapters.git.credentials import GitCredentials
from engine.adapters.git.source import GitSource

__all__ = ["GitCredentials", "GitSource"]
