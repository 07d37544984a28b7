"""Settings that a person writes in YAML, as types. YAML is parsed here and nowhere else."""
