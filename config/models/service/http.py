"""HTTP settings of a service: the requests from outside that come to it."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from config.models.service.routing.conditions import MOST_VALUES, AllowedCidrs, Conditions
from config.models.service.routing.redirect import Redirect
from config.models.service.target_group import TargetGroup
from config.models.settings import Mistake
from config.models.waf import ServiceWaf


class Http(Conditions, TargetGroup):
    """The requests from outside that come to this service, and those that are sent elsewhere."""

    allowed_cidrs: AllowedCidrs = Field(
        default=(),
        description="The addresses that may reach it, such as your office's; others get what an unknown host gets. By "
        "default any.",
    )
    redirects: tuple[Redirect, ...] = Field(
        default=(),
        max_length=50,
        description="Addresses that are others now, by default on the service's own hosts: "
        "{path: /old, to_path: /new}.",
    )
    waf: ServiceWaf = Field(default=ServiceWaf(), description="Exceptions of the firewall for these hosts.")

    def mistakes(self) -> Iterator[Mistake]:
        """Refuse an exception of the firewall for every host."""
        yield from super().mistakes()
        if self.is_for_any_host and self.waf.counted:
            yield Mistake(
                field="waf",
                message="an exception is made for the hosts of a service, and this one answers on any",
                allowed="a service with a host, or `edge.waf:` of the environment",
                fix="write the rules under `edge: {waf: {count: [...]}}` in the environment's file",
                because=("host",),
            )

    @property
    def most_values(self) -> int:
        """The hosts and path patterns that one rule has room for, beside the addresses."""
        return MOST_VALUES - len(self.allowed_cidrs)

    @property
    def redirected(self) -> tuple[Redirect, ...]:
        """The redirects, each with its hosts: by default those of the service."""
        return tuple(one if one.host else one.model_copy(update={"host": self.host}) for one in self.redirects)

    @property
    def all_conditions(self) -> tuple[Conditions, ...]:
        """The hosts and paths that are answered, those of the redirects included."""
        return (self, *self.redirected)
