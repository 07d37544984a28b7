"""What a change comes to: which stacks it affects, and what a plan of them means."""
