"""The logins of a database: roles of PostgreSQL, each with no more rights than its user needs."""

from __future__ import annotations

from enum import StrEnum

EXPORTER_ROLE = "app_exporter"
"""It sees PostgreSQL's statistics, and no table."""


class Login(StrEnum):
    """The rights of a service in its database."""

    DATA = "data"
    SCHEMA = "schema"

    @property
    def role(self) -> str:
        """The role of PostgreSQL: it reads and writes rows, or owns the tables and may change them too."""
        return f"app_{self}"
