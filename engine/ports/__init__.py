"""What the engine needs from the world outside, as small protocols over plain values."""
