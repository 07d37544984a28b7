"""Fields of a service about its monitoring: metrics, promises, alerts and owner."""
