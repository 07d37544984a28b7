"""A connection to Terraform Cloud, and what each of its refusals means for a person."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from cli.errors import CommandError
from cli.terraform_cloud.token import find_here, variable
from config.models.terraform_cloud import PUBLIC_HOST, Execution, TerraformCloud

if TYPE_CHECKING:
    from pytfe import TFEClient
    from pytfe.errors import TFEError
    from pytfe.models import Organization

ANSWER_SECONDS = 15
MOST_RETRIES = 10
LONGEST_PAUSE_SECONDS = 15
"""Together about two minutes: the free plan's limit of 30 requests counts a minute. Retry-After goes before it."""

STATUS_PAGE = "https://status.hashicorp.com"


@dataclass(frozen=True)
class Connection:
    """One organization of a Terraform Cloud, asked with the token of whoever runs the command."""

    settings: TerraformCloud
    token: str

    @cached_property
    def client(self) -> TFEClient:
        """The API client."""
        # One second of every command's start, so only here.
        from pytfe import TFEClient, TFEConfig

        return TFEClient(
            TFEConfig(
                address=self.address,
                token=self.token,
                timeout=ANSWER_SECONDS,
                max_retries=MOST_RETRIES,
                backoff_base=1,
                backoff_cap=LONGEST_PAUSE_SECONDS,
                ca_bundle=None,  # httpx itself reads SSL_CERT_FILE, as Terraform does
            )
        )

    def close(self) -> None:
        """Close the connection, if there is one."""
        if "client" in self.__dict__:
            self.client.close()

    @property
    def address(self) -> str:
        """The address of the API."""
        return f"https://{self.settings.hostname}"

    @property
    def description(self) -> str:
        """The organization and its host, in words."""
        return f"organization {self.settings.organization} at {self.settings.hostname}"

    @cached_property
    def organization(self) -> Organization:
        """The organization, or the reason why it cannot be used."""
        from pytfe.errors import NotFound

        name = self.settings.organization
        try:
            with self.explained(f"read organization {name}"):
                return self.client.organizations.read(name)
        except CommandError as error:
            if not isinstance(error.__cause__, NotFound):
                raise
        with self.explained("list your organizations"):
            seen = sorted(each.name or "" for each in self.client.organizations.list())
        raise CommandError(
            f"{self.settings.hostname} has no organization {name}, or your token may not see it",
            allowed=", ".join(seen) or "this token sees no organization",
            fix="correct `organization:` under `terraform_cloud:`, or use a token of that organization",
        )

    def may(self, what: str) -> bool:
        """Return whether the token has a right such as `can-create-project`; if the API does not say, trying tells."""
        return (self.organization.permissions or {}).get(what) is not False

    def refuse_what_the_plan_lacks(self) -> None:
        """Terraform can run at Terraform Cloud, or with agents, only where the organization has bought that."""
        name = self.organization.name or self.settings.organization
        with self.explained("read the organization's plan"):
            has = self.client.organizations.read_entitlements(name)
        execution = self.settings.execution
        if execution is Execution.AGENT and has.agents is False:
            raise CommandError(
                f"the plan of organization {self.settings.organization} has no agents",
                fix="write `execution: remote` or `execution: local`, or change the plan",
            )
        if execution is Execution.REMOTE and has.operations is False:
            raise CommandError(
                f"the plan of organization {self.settings.organization} runs no Terraform",
                fix="write `execution: local`, or change the plan",
            )

    @contextmanager
    def explained(self, doing: str) -> Iterator[None]:
        """Turn a refusal of the API into a message that says what to do."""
        from pytfe.errors import TFEError

        try:
            yield
        except TFEError as error:
            raise CommandError(self._in_words(doing, error)) from error

    def _in_words(self, doing: str, error: TFEError) -> str:
        from pytfe.errors import RateLimited

        host, said = self.settings.hostname, str(error)
        if error.status == 401:
            return (
                f"{host} does not accept your token: it is wrong, revoked or expired\n"
                f"  fix: terraform login {host}, or set {variable(host)}"
            )
        if isinstance(error, RateLimited):
            return (
                f"{host} answers no more: too many requests, although this command waited for two minutes\n"
                "  fix: wait until other runs have ended; the free plan allows 30 requests a minute"
            )
        if error.status is None:
            return f"cannot {doing}: the connection to {host} failed: {said}"
        if error.status >= 500:
            page = f", see {STATUS_PAGE}" if host == PUBLIC_HOST else ""
            return f"cannot {doing}: {host} answers {error.status}, a fault of its own{page}\n  fix: try again later"
        if error.status in (403, 404):
            return (
                f"you may not {doing}, or it does not exist ({error.status} {said})\n"
                "  fix: ask an owner of the organization for a team with the right to manage projects and workspaces"
            )
        return f"cannot {doing}: {host} answers {error.status}: {_details(error)}"


def _details(error: TFEError) -> str:
    found = [each if isinstance(each, str) else each.get("detail") or each.get("title") or "" for each in error.errors]
    return "; ".join(found) or str(error)


def connect(settings: TerraformCloud) -> Connection:
    """Find the token and the API. One short question, without patience: a wrong host shall not cost two minutes."""
    import httpx

    host = settings.hostname
    token = find_here(host)
    if token is None:
        raise CommandError(
            f"there is no token for {host}", fix=f"terraform login {host}, or set {variable(host)} to an API token"
        )
    try:
        answer = httpx.get(f"https://{host}/.well-known/terraform.json", timeout=ANSWER_SECONDS, follow_redirects=True)
        found = answer.json() if answer.status_code == 200 else {}
    except httpx.TransportError as error:
        raise CommandError(_unreachable(host, error)) from error
    except ValueError:
        found = {}
    if not isinstance(found, dict) or not any(name.startswith("tfe.v2") for name in found):
        raise CommandError(
            f"{host} is no Terraform Cloud: it says nothing useful at /.well-known/terraform.json",
            fix="correct `hostname:` under `terraform_cloud:`, or remove it for app.terraform.io",
        )
    return Connection(settings, token)


def _unreachable(host: str, error: Exception) -> str:
    cause: BaseException | None = error
    while cause:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return (
                f"the TLS certificate of {host} is not trusted: {cause.verify_message}\n"
                "  fix: name the certificate of its authority in SSL_CERT_FILE; Terraform reads it too"
            )
        cause = cause.__cause__ or cause.__context__
    return (
        f"{host} cannot be reached: {error}\n"
        "  fix: check `hostname:` under `terraform_cloud:`, your network, and HTTPS_PROXY"
    )
