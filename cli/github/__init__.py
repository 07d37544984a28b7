"""What the workflows in .github/workflows ask of GitHub."""
