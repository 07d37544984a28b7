"""The settings models: what a person may write, with types, defaults and bounds."""
