"""The monthly cost of an environment: the synthesized code, times expected usage, times AWS' prices."""
