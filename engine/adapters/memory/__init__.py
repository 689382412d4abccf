"""Simulated racks: the bot without an engine, for a first look and for tests."""

from engine.adapters.memory.behaviour import HELD, Behaviour
from engine.adapters.memory.rack import MemoryRack
from engine.adapters.memory.world import MemoryWorld

__all__ = ["HELD", "Behaviour", "MemoryRack", "MemoryWorld"]
