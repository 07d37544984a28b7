"""Settings of what keeps data: databases, the rotation of their passwords, and backups."""
