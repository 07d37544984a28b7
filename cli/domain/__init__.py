"""The domain of an environment: what the internet answers for it, and what has to be delegated."""
