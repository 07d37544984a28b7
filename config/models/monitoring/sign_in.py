"""Sign-in to Grafana by an identity provider, as Grafana's own settings."""

from __future__ import annotations

import json

from config.models.monitoring.grafana import Oidc


def sign_in(oidc: Oidc) -> dict[str, str]:
    """Return Grafana's settings of a sign-in by OpenID Connect.

    https://grafana.com/docs/grafana/latest/setup-grafana/configure-access/configure-authentication/generic-oauth/
    """
    if (endpoints := oidc.endpoints) is None:
        return {}  # said by Oidc.mistakes
    settings = {
        "ENABLED": "true",
        "NAME": "single sign-on",
        "CLIENT_ID": oidc.client_id,
        "SCOPES": " ".join(oidc.scopes),
        "AUTH_URL": endpoints.authorize,
        "TOKEN_URL": endpoints.token,
        "API_URL": endpoints.user_info,
        "USE_PKCE": "true",
        "ALLOW_SIGN_UP": "true",
        "ALLOW_ASSIGN_GRAFANA_ADMIN": "false",
        "ROLE_ATTRIBUTE_PATH": oidc.role_attribute_path,
        "GROUPS_ATTRIBUTE_PATH": oidc.groups_claim,
        "ALLOWED_GROUPS": json.dumps(oidc.groups_that_may) if oidc.groups_that_may else "",
        "ALLOWED_DOMAINS": ",".join(oidc.email_domains),
    }
    return {f"GF_AUTH_GENERIC_OAUTH_{name}": value for name, value in settings.items() if value}
