"""The platform's own images: what each contains, and the tag that follows from it. Imports config/ alone."""
