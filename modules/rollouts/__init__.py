"""The function that waits for rollouts and pre-deploy tasks, and its invocations."""
