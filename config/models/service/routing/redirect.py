"""A redirect, which the load balancer answers itself: to another host, another path, or both."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from config.models.service.routing.conditions import LABEL, LONGEST_HOST, LONGEST_PATH, Conditions, path_patterns
from config.models.service.routing.listener_priority import overlap, rule_band
from config.models.settings import Mistake, in_words

# What a redirect may take over from the request.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RedirectActionConfig.html
KEYWORD = r"#\{(path|host|port)\}"
TargetHost = Annotated[
    str,
    StringConstraints(pattern=rf"^(@|{LABEL}(\.{LABEL})*)$", max_length=LONGEST_HOST),
    in_words('a label such as shop (the domain is added), "@" for the domain itself, or a whole name of any domain'),
]
TargetPath = Annotated[
    str,
    StringConstraints(pattern=rf"^/([A-Za-z0-9_\-.$/~'@:+!,;=%&]|{KEYWORD})*$", max_length=LONGEST_PATH),
    in_words("a path such as /new/#{path}, which is the request's; #{host} and #{port} are there too"),
]


class Redirect(Conditions):
    """The hosts and paths that are answered with another address; the query goes along."""

    to_host: TargetHost | None = Field(
        default=None,
        description="Label under the environment's domain, @ for the domain itself, or a whole name; by default the "
        "host that was asked.",
    )
    to_path: TargetPath | None = Field(
        default=None, description="Where on that host; #{path} is the path that was asked for, and the default."
    )
    code: Literal[301, 302] = Field(
        default=301, description="301 is for good, and browsers keep it; 302 is for the time being."
    )

    def mistakes(self) -> Iterator[Mistake]:
        """Refuse a redirect to nowhere else."""
        yield from super().mistakes()
        if self.to_host is None and self.to_path is None:
            yield Mistake(
                message="this redirect does not say where to",
                allowed="`to_host:`, `to_path:` or both",
                fix="write to_host: shop, or to_path: /new",
            )


def loop_mistakes(redirects: Sequence[Redirect], paths: Sequence[str]) -> Iterator[Mistake]:
    """Yield each redirect that its own answer fits again; `paths` are those of the service itself."""
    for number, redirect in enumerate(redirects):
        if not (redirect.to_host is None or redirect.to_host in redirect.host or redirect.is_for_any_host):
            continue
        to = "/*" if redirect.to_path is None else re.sub(KEYWORD, "*", redirect.to_path)
        again = next((path for path in redirect.path if any(overlap(one, to) for one in path_patterns(path))), None)
        if again is None or ("*" not in to and _answered(to, again, paths)):
            continue
        yield Mistake(
            field=f"http.redirects.{number}",
            message=f"who is sent to {redirect.to_path or 'the path that was asked for'} is redirected again, for ever",
            allowed="another host, or a path that the redirect is not for",
            fix="write another `to_host:` or `to_path:`, or a narrower `path:`",
        )


def _answered(target: str, redirected: str, paths: Sequence[str]) -> bool:
    """Return whether the service itself answers the target, by a path that is tried before the redirect's."""
    deeper = [path for path in paths if rule_band(path) < rule_band(redirected)]
    return any(overlap(pattern, target) for path in deeper for pattern in path_patterns(path))
