"""The message for a secret that is named wrongly, or that could not be read; none of them repeats a value."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.loader.platform import load_platform
from tests.config.bad_yaml import API, Bad, check
from tests.config.platform_files import added, write_platform

DEV_ACCOUNT = "1" * 12
ARN = f"arn:aws:secretsmanager:eu-west-1:{DEV_ACCOUNT}:secret:shared/stripe"
FORMS = (
    "stripe-key or STRIPE_KEY, in letters of one case: a name or an ARN, never the secret itself or the fields name, "
    "of, secret, parameter, key, kms_key"
)


def said(line: str, printed: str) -> Bad:
    return Bad(line, added(API, f"secrets:\n  KEY: {line}\n"), printed.replace("FORMS", FORMS))


CASES = [
    said(
        "AKIA0000000000000000",
        """
service_configs/api.yaml:10: secrets.KEY: has the wrong form
  value: not shown
  allowed: FORMS
""",
    ),
    said(
        "",
        """
service_configs/api.yaml:10: secrets.KEY: has no value
  value: not shown
  allowed: FORMS
""",
    ),
    said(
        "{secret: a b}",
        """
service_configs/api.yaml:10: secrets.KEY.secret: has the wrong form
  value: not shown
  allowed: the name of a secret in this account, such as shared/stripe, or its full ARN with the six characters at its \
end, or null
""",
    ),
    said(
        f'"{ARN}"',
        """
service_configs/api.yaml:10: secrets.KEY.secret: ECS finds nothing by an ARN without the six characters that AWS puts \
behind the name
  value: ...
  allowed: the whole ARN, such as …:secret:shared/stripe-AbCdEf
  fix: copy it from `aws secretsmanager describe-secret`, or write the secret's name
""",
    ),
    said(
        "{}",
        """
service_configs/api.yaml:10: secrets.KEY: it does not say where the value is
  value: {}
  allowed: one of name, secret and parameter
  fix: add `name:` of a secret that `groundwork secret set` stores
""",
    ),
    said(
        "{secret: shared/stripe, parameter: /shared/stripe}",
        """
service_configs/api.yaml:10: secrets.KEY.parameter: the value is already where `secret` says
  value: /shared/stripe
  allowed: one of name, secret and parameter
  fix: remove one of the two
""",
    ),
    said(
        "{secret: shared/stripe, of: web}",
        """
service_configs/api.yaml:10: secrets.KEY.of: a secret belongs to no service
  value: web
  allowed: only with `name:`
  fix: remove it
""",
    ),
    said(
        "{parameter: /shared/stripe, key: api_key}",
        """
service_configs/api.yaml:10: secrets.KEY.key: ECS reads a parameter whole
  value: api_key
  allowed: only with `secret:` or `name:`
  fix: keep the JSON in Secrets Manager, or each value in a parameter of its own
""",
    ),
    said(
        "{name: stripe-key, kms_key: platform}",
        """
service_configs/api.yaml:10: secrets.KEY.kms_key: `groundwork secret set` encrypts by AWS' own key, which needs no right
  value: platform
  allowed: only with `secret:` or `parameter:`
  fix: remove it
""",
    ),
    said(
        "{secret: shared/stripe, key: 'api:key'}",
        """
service_configs/api.yaml:10: secrets.KEY.key: has the wrong form
  value: not shown
  allowed: the name of a value in the secret's JSON, without colons, or null
""",
    ),
    said(
        "{secret: shared/stripe, json_key: x}",
        """
service_configs/api.yaml:10: secrets.KEY.json_key: there is no such field
  value: not shown
  allowed: name, of, secret, parameter, key, kms_key
  fix: write `key:`
""",
    ),
    said(
        "{of: web, name: stripe-key}",
        """
service_configs/api.yaml:10: secrets.KEY.name: web has no secret stripe-key
  value: stripe-key
  allowed: none yet
  fix: add `STRIPE_KEY: stripe-key` under `secrets:` of web.yaml
""",
    ),
    said(
        "{of: wep, name: stripe-key}",
        """
service_configs/api.yaml:10: secrets.KEY.of: there is no service_configs/wep.yaml
  value: wep
  allowed: none yet
  fix: add `STRIPE_KEY: stripe-key` under `secrets:` of wep.yaml
""",
    ),
    said(
        f"{ARN}-AbCdEf",
        f"""
service_configs/api.yaml:10: secrets.KEY: it is in account {DEV_ACCOUNT}, and its key is not said: a secret under AWS' \
default key can be read in its own account only, see environments/prod.yaml:1 (in prod)
  value: ...
  allowed: a secret of account 222222222222, or `kms_key:` with the ARN of its own key
  fix: write it as fields, with `kms_key:` among them, or another ARN under `environments:`
""",
    ),
]


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: bad.name)
def test_the_message_for(bad: Bad, tmp_path: Path) -> None:
    check(bad, tmp_path)


SHARED = f"""\
secrets:
  DJANGO_SECRET_KEY: DJANGO_SECRET_KEY
  STRIPE: {ARN}-AbCdEf
  STRIPE_ID: {{secret: shared/stripe, key: id}}
  SMTP: {{parameter: /shared/smtp/password, kms_key: alias/shared}}
  OWN_PART: {{name: stripe, key: api_key}}
environments: {{prod: {{secrets: {{STRIPE: {{secret: {ARN}-AbCdEf, kms_key: platform}}}}}}}}
"""


def test_secrets_are_taken_in_the_forms_that_teams_have_them_in(tmp_path: Path) -> None:
    other = {"service_configs/mail.yaml": "kind: worker\nsecrets: {KEY: {of: api, name: DJANGO_SECRET_KEY}}\n"}
    write_platform(tmp_path, added(API, SHARED) | other)
    dev = load_platform(tmp_path, only="dev")[0]
    api = next(service for service in dev.services if service.name == "api")
    assert api.secrets["STRIPE"].secret == f"{ARN}-AbCdEf"
    assert api.secrets["DJANGO_SECRET_KEY"].name == "DJANGO_SECRET_KEY"
