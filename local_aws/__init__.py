"""The embedded AWS: a launcher for moto and what moto lacks."""
