"""Recovery before the first change of a deploy: states that could not be written or are lost, and left locks."""
