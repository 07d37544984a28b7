"""Sign-in to Grafana: by whom, as what, and from where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, StringConstraints

from config.models.service.routing.conditions import AllowedCidrs
from config.models.settings import Mistake, Settings, in_words

IssuerUrl = Annotated[
    str,
    StringConstraints(pattern=r"^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~-]+)*/?$", max_length=300),
    in_words("an address such as https://acme.okta.com"),
]
EndpointUrl = Annotated[
    str,
    StringConstraints(pattern=r"^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~-]+)+$", max_length=300),
    in_words("an address that begins with https:// and has a path"),
]
ClientId = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9._:/@-]{1,255}$"), in_words("letters, digits and ._:/@-, no spaces")
]
# No quote and no dollar sign, for it stands between quotes in an expression, and Grafana fills in variables.
GroupName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_+=.@:/-]([A-Za-z0-9_+=.@:/ -]*[A-Za-z0-9_+=.@:/-])?$", max_length=128),
    in_words("the name or id of a group: letters, digits, spaces and _+=.@:/-"),
]
ClaimName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=64), in_words("letters, digits and _")
]
Scope = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9._:/-]+$", max_length=128), in_words("letters, digits and ._:/-")
]
EmailDomain = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", max_length=253),
    in_words("a domain such as example.com, in lower-case letters"),
]


@dataclass(frozen=True)
class Endpoints:
    """The addresses that a sign-in goes through."""

    authorize: str
    token: str
    user_info: str


# By the form of the issuer, as its own .well-known/openid-configuration has them. Grafana reads none.
_KNOWN = (
    (
        r"https://accounts\.google\.com",
        Endpoints(
            "https://accounts.google.com/o/oauth2/v2/auth",
            "https://oauth2.googleapis.com/token",
            "https://openidconnect.googleapis.com/v1/userinfo",
        ),
    ),
    (
        r"(https://login\.microsoftonline\.com/[^/]+)/v2\.0",
        Endpoints(r"\1/oauth2/v2.0/authorize", r"\1/oauth2/v2.0/token", "https://graph.microsoft.com/oidc/userinfo"),
    ),
    (
        r"(https://[^/]+\.okta(?:-emea|preview)?\.com/oauth2/[^/]+)",
        Endpoints(r"\1/v1/authorize", r"\1/v1/token", r"\1/v1/userinfo"),
    ),
    (
        r"(https://[^/]+\.okta(?:-emea|preview)?\.com)",
        Endpoints(r"\1/oauth2/v1/authorize", r"\1/oauth2/v1/token", r"\1/oauth2/v1/userinfo"),
    ),
    (r"(https://[^/]+\.auth0\.com)", Endpoints(r"\1/authorize", r"\1/oauth/token", r"\1/userinfo")),
    (r"(https://gitlab\.com)", Endpoints(r"\1/oauth/authorize", r"\1/oauth/token", r"\1/oauth/userinfo")),
    (
        r"(https://[^/]+(?:/[^/]+)*/realms/[^/]+)",  # Keycloak
        Endpoints(*(rf"\1/protocol/openid-connect/{name}" for name in ("auth", "token", "userinfo"))),
    ),
)
# Where anybody has an account, not only the people of one company.
_EVERYBODYS = re.compile(
    r"https://(accounts\.google\.com|gitlab\.com|login\.microsoftonline\.com/(common|organizations|consumers)/v2\.0)"
)
_OWN = ("authorize_url", "token_url", "user_info_url")


class Oidc(Settings):
    """Sign-in by an identity provider that speaks OpenID Connect, at https://grafana.<domain>/login/generic_oauth."""

    issuer: IssuerUrl = Field(description="The address of the identity provider, as it calls itself.")
    client_id: ClientId = Field(
        description="The client that it knows Grafana as. The secret is stored with "
        "`groundwork secret set ENV grafana oidc-client-secret`, 0.40 $ a month."
    )
    authorize_url: EndpointUrl | None = Field(
        default=None, description="Only where the issuer is none of those that are known: where people sign in."
    )
    token_url: EndpointUrl | None = Field(default=None, description="Likewise: where Grafana asks for the token.")
    user_info_url: EndpointUrl | None = Field(default=None, description="Likewise: where it asks who that is.")
    scopes: tuple[Scope, ...] = Field(
        default=("openid", "profile", "email"), min_length=1, description="What Grafana asks the provider for."
    )
    groups_claim: ClaimName = Field(default="groups", description="The claim that holds a person's groups.")
    admins: tuple[GroupName, ...] = Field(default=(), description="The groups whose members are Admin.")
    editors: tuple[GroupName, ...] = Field(default=(), description="The groups whose members are Editor.")
    viewers: tuple[GroupName, ...] = Field(
        default=(),
        description="The groups whose members are Viewer. By default everybody else whom the provider lets sign in is.",
    )
    email_domains: tuple[EmailDomain, ...] = Field(
        default=(), description="Only people with a mail address of these domains; needed with Google and the like."
    )

    @property
    def endpoints(self) -> Endpoints | None:
        """The addresses that are written, or those that are known of the issuer; None where nobody knows them."""
        if self.authorize_url and self.token_url and self.user_info_url:
            return Endpoints(self.authorize_url, self.token_url, self.user_info_url)
        for pattern, known in _KNOWN:
            if found := re.fullmatch(pattern, self.issuer.rstrip("/")):
                return Endpoints(
                    found.expand(known.authorize), found.expand(known.token), found.expand(known.user_info)
                )
        return None

    @property
    def role_attribute_path(self) -> str:
        """The JMESPath by which Grafana gives a person the highest role of all groups."""
        groups = f"{self.groups_claim}[*]"
        of = (("Admin", self.admins), ("Editor", self.editors))
        ranks = [f"contains({groups}, '{group}') && '{role}'" for role, names in of for group in names]
        return " || ".join([*ranks, "'Viewer'"])

    @property
    def groups_that_may(self) -> tuple[str, ...]:
        """The groups whose members may sign in; none is everybody."""
        return (*self.admins, *self.editors, *self.viewers) if self.viewers else ()

    def mistakes(self) -> Iterator[Mistake]:
        """Nobody has two roles, the addresses are known, and the world does not sign in."""
        if self.endpoints is None:
            missing = [name for name in _OWN if getattr(self, name) is None]
            yield Mistake(
                field="issuer",
                message=f"its addresses are not known: {', '.join(missing)} must be written",
                allowed="Okta, Entra ID, Google, Auth0, GitLab.com, Keycloak, or another with the three addresses",
                fix=f"read them at {self.issuer.rstrip('/')}/.well-known/openid-configuration",
                because=_OWN,
            )
        if _EVERYBODYS.fullmatch(self.issuer.rstrip("/")) and not (self.email_domains or self.viewers):
            yield Mistake(
                field="email_domains",
                message=f"anybody in the world can have an account at {self.issuer}",
                allowed="the domains of your company's mail addresses",
                fix="write `email_domains: [example.com]` with your own",
                because=("issuer",),
            )
        named = [*self.admins, *self.editors, *self.viewers]
        if twice := sorted({group for group in named if named.count(group) > 1}):
            yield Mistake(
                field="editors" if twice[0] in self.editors else "viewers",
                message=f"{twice[0]} has a role already",
                allowed="each group once, among admins, editors or viewers",
                fix="leave it where its role is highest",
                because=("admins", "editors", "viewers"),
            )


class GrafanaSettings(Settings):
    """Sign-in to Grafana, beside the `admin` whose password AWS makes up."""

    oidc: Oidc | None = Field(default=None, description="Sign-in by your identity provider; viewers by default.")
    allowed_cidrs: AllowedCidrs = Field(
        default=(),
        description="The addresses that may reach it, such as your office's and your VPN's; by default any.",
    )
    password_version: int = Field(
        default=1,
        ge=1,
        le=1_000_000,
        description="The next number, and AWS makes up another password of `admin` at the next deploy of `monitoring`.",
    )
