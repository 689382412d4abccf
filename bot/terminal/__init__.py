"""The same answers at a terminal."""
