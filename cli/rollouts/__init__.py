"""The rollout function of an environment, invoked and shown."""
