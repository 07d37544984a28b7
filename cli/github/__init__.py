"""GitHub's API, for the workflows in .github/workflows."""
