"""Sign-in to Grafana and where metrics are sent: the message for what cannot be, and known identity providers."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.models.monitoring.grafana import Endpoints, Oidc
from tests.config.bad_yaml import DEV, PROD, Bad, check
from tests.config.platform_files import added
from tests.config.test_bad_aws import NEEDED, NO_NAT

OIDC = "monitoring: {{grafana: {{oidc: {}}}}}\n"

WORKSPACE = "ws-12345678-1234-1234-1234-123456789012"

CASES = [
    Bad(
        "an issuer that is not known",
        added(DEV, OIDC.format("{issuer: https://id.example.com, client_id: grafana}")),
        """
environments/dev.yaml:6: monitoring.grafana.oidc.issuer: its addresses are not known: authorize_url, token_url, user_info_url must be written
  value: https://id.example.com
  allowed: Okta, Entra ID, Google, Auth0, GitLab.com, Keycloak, or another with the three addresses
  fix: read them at https://id.example.com/.well-known/openid-configuration
""",  # noqa: E501
    ),
    Bad(
        "an issuer by http",
        added(DEV, OIDC.format("{issuer: http://acme.okta.com, client_id: grafana}")),
        """
environments/dev.yaml:6: monitoring.grafana.oidc.issuer: has the wrong form
  value: http://acme.okta.com
  allowed: an address such as https://acme.okta.com
""",
    ),
    Bad(
        "everybody in the world",
        added(DEV, OIDC.format("{issuer: https://accounts.google.com, client_id: grafana}")),
        """
environments/dev.yaml:6: monitoring.grafana.oidc.email_domains: anybody in the world can have an account at https://accounts.google.com
  value: issuer: https://accounts.google.com
  allowed: the domains of your company's mail addresses
  fix: write `email_domains: [example.com]` with your own
""",
    ),
    Bad(
        "a group with two roles",
        added(DEV, OIDC.format("{issuer: https://a.okta.com, client_id: g, admins: [ops], editors: [ops]}")),
        """
environments/dev.yaml:6: monitoring.grafana.oidc.editors: ops has a role already
  value: [ops]
  allowed: each group once, among admins, editors or viewers
  fix: leave it where its role is highest
""",
    ),
    Bad(
        "a group that would end its expression",
        added(DEV, OIDC.format("{issuer: https://a.okta.com, client_id: g, admins: [\"x') || 'Admin\"]}")),
        """
environments/dev.yaml:6: monitoring.grafana.oidc.admins[0]: has the wrong form
  value: "x') || 'Admin"
  allowed: the name or id of a group: letters, digits, spaces and _+=.@:/-
  fix: write x-Admin
""",
    ),
    Bad(
        "more addresses than a rule takes",
        added(DEV, "monitoring: {grafana: {allowed_cidrs: [10.0.0.0/8, 1.2.3.4/32, 1.2.3.5/32, 1.2.3.6/32]}}\n"),
        """
environments/dev.yaml:6: monitoring.grafana.allowed_cidrs: has 4 entries
  value: [10.0.0.0/8, 1.2.3.4/32, 1.2.3.5/32, 1.2.3.6/32]
  allowed: a list of 0 to 3, each an address range such as 10.10.0.0/16
  fix: remove 1
""",
    ),
    Bad(
        "an address within its network",
        added(DEV, "monitoring: {grafana: {allowed_cidrs: [203.0.113.7/24]}}\n"),
        """
environments/dev.yaml:6: monitoring.grafana.allowed_cidrs[0]: has the wrong form
  value: 203.0.113.7/24
  allowed: an address range such as 10.10.0.0/16
  fix: write 203.0.113.0/24
""",
    ),
    Bad(
        "sign-in without a way out",
        {PROD: f"{NO_NAT}{NEEDED}]\n" + OIDC.format("{issuer: https://acme.okta.com, client_id: grafana}")},
        """
environments/prod.yaml:7: monitoring.grafana.oidc: with nat: none Grafana does not reach https://acme.okta.com, see environments/prod.yaml:5
  value: {issuer: https://acme.okta.com, client_id: grafana}
  allowed: no oidc, or nat: single, instance or per-zone
  fix: remove it, or write nat: single below network
""",  # noqa: E501
    ),
    Bad(
        "three replicas",
        added(DEV, "monitoring: {replicas: 3}\n"),
        """
environments/dev.yaml:6: monitoring.replicas: is none of the choices
  value: 3
  allowed: 1, 2
  fix: write 2
""",
    ),
    Bad(
        "a workspace that is none",
        added(DEV, "monitoring: {remote_write: {workspace_id: my-workspace}}\n"),
        """
environments/dev.yaml:6: monitoring.remote_write.workspace_id: has the wrong form
  value: my-workspace
  allowed: the id of a workspace, such as ws-12345678-1234-1234-1234-123456789012
""",
    ),
    Bad(
        "a workspace without a way to it",
        {PROD: f"{NO_NAT}{NEEDED}]\n" + f"monitoring: {{remote_write: {{workspace_id: {WORKSPACE}}}}}\n"},
        """
environments/prod.yaml:6: network.interface_endpoints: with nat: none Prometheus does not reach its workspace without aps-workspaces, see environments/prod.yaml:7
  value: [ec2, ...
  allowed: a list with aps-workspaces in it, or another nat
  fix: add aps-workspaces to interface_endpoints, or choose nat: single
""",  # noqa: E501
    ),
]


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: bad.name)
def test_a_sign_in_that_cannot_be_is_one_clear_message(bad: Bad, tmp_path: Path) -> None:
    check(bad, tmp_path)


# As their .well-known/openid-configuration have them.
ISSUERS = {
    "https://accounts.google.com": Endpoints(
        "https://accounts.google.com/o/oauth2/v2/auth",
        "https://oauth2.googleapis.com/token",
        "https://openidconnect.googleapis.com/v1/userinfo",
    ),
    "https://login.microsoftonline.com/1111-22/v2.0": Endpoints(
        "https://login.microsoftonline.com/1111-22/oauth2/v2.0/authorize",
        "https://login.microsoftonline.com/1111-22/oauth2/v2.0/token",
        "https://graph.microsoft.com/oidc/userinfo",
    ),
    "https://acme.okta.com": Endpoints(
        "https://acme.okta.com/oauth2/v1/authorize",
        "https://acme.okta.com/oauth2/v1/token",
        "https://acme.okta.com/oauth2/v1/userinfo",
    ),
    "https://acme.okta.com/oauth2/default": Endpoints(
        "https://acme.okta.com/oauth2/default/v1/authorize",
        "https://acme.okta.com/oauth2/default/v1/token",
        "https://acme.okta.com/oauth2/default/v1/userinfo",
    ),
    "https://acme.eu.auth0.com": Endpoints(
        "https://acme.eu.auth0.com/authorize",
        "https://acme.eu.auth0.com/oauth/token",
        "https://acme.eu.auth0.com/userinfo",
    ),
    "https://gitlab.com": Endpoints(
        "https://gitlab.com/oauth/authorize", "https://gitlab.com/oauth/token", "https://gitlab.com/oauth/userinfo"
    ),
    "https://id.acme.com/realms/people": Endpoints(
        "https://id.acme.com/realms/people/protocol/openid-connect/auth",
        "https://id.acme.com/realms/people/protocol/openid-connect/token",
        "https://id.acme.com/realms/people/protocol/openid-connect/userinfo",
    ),
}


@pytest.mark.parametrize("issuer", ISSUERS)
def test_the_addresses_of_an_identity_provider_follow_from_its_issuer(issuer: str) -> None:
    for written in (issuer, f"{issuer}/"):
        oidc = Oidc(issuer=written, client_id="grafana", email_domains=("acme.com",))
        assert oidc.endpoints == ISSUERS[issuer]


def test_addresses_that_are_written_count_more_than_those_that_are_known() -> None:
    urls = [f"https://login.acme.com/{name}" for name in ("authorize", "token", "me")]
    names = ("authorize_url", "token_url", "user_info_url")
    oidc = Oidc.model_validate({"issuer": "https://a.okta.com", "client_id": "g"} | dict(zip(names, urls, strict=True)))
    assert oidc.endpoints == Endpoints(*urls)


def test_a_person_has_the_highest_role_of_all_groups_and_is_a_viewer_without() -> None:
    oidc = Oidc(issuer="https://a.okta.com", client_id="g", admins=("ops", "Site Team"), editors=("leads",))
    assert oidc.role_attribute_path == (
        "contains(groups[*], 'ops') && 'Admin' || contains(groups[*], 'Site Team') && 'Admin' || "
        "contains(groups[*], 'leads') && 'Editor' || 'Viewer'"
    )
    assert Oidc(issuer="https://a.okta.com", client_id="g").role_attribute_path == "'Viewer'"


def test_once_viewers_are_named_nobody_else_signs_in_but_those_with_a_higher_role() -> None:
    oidc = Oidc(issuer="https://a.okta.com", client_id="g", admins=("ops",), viewers=("all-staff",))
    assert oidc.groups_that_may == ("ops", "all-staff")
    assert Oidc(issuer="https://a.okta.com", client_id="g", admins=("ops",)).groups_that_may == ()
