"""Benchmarks: ours and the alternative side by side in one run."""
