"""The formulas that make lines of resource types, a file for each subject."""
