"""Benchmarks: how long a synth takes, and how it grows."""
