"""A rack on a Docker engine: its containers on a network of their own, HAProxy in front."""

from engine.adapters.docker.rack import DockerRack
from engine.adapters.docker.settings import DockerRackSettings

__all__ = ["DockerRack", "DockerRackSettings"]
