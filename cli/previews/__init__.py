"""Previews of services in another version, beside an environment's own."""
