"""Secrets of a service are stored many at once, on the local AWS: what is named, once, and no value is ever printed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from local_aws.endpoint import REGION, Endpoint
from tests.cli.commands import Ended, Groundwork, groundwork_in
from tests.config.platform_files import added, write_platform

pytestmark = pytest.mark.e2e

API = "service_configs/api.yaml"
NAMED = """\
secrets:
  DJANGO_SECRET_KEY: DJANGO_SECRET_KEY
  STRIPE: stripe-key
  MAIL: {parameter: /shared/mail}
  THEIRS: {secret: shared/theirs}
"""
VALUES = "DJANGO_SECRET_KEY='hunter2 $x'\nSTRIPE=hunter3\nLOG_LEVEL=hunter4\n"


class Imports:
    """The command on an account where nothing is stored yet."""

    def __init__(self, root: Path, groundwork: Groundwork, clients: dict[str, Any]) -> None:
        self.root, self._groundwork, self._clients = root, groundwork, clients

    def __call__(self, *arguments: str, of: str = "import") -> Ended:
        ended = self._groundwork("secret", of, "dev", *arguments)
        assert "hunter" not in ended.out + ended.err
        return ended

    def stored(self) -> dict[str, str]:
        secrets = self._clients["secretsmanager"]
        names = [one["Name"] for one in secrets.list_secrets()["SecretList"]]
        return {name: secrets.get_secret_value(SecretId=name)["SecretString"] for name in names}

    def put_parameter(self, name: str, value: str) -> None:
        self._clients["ssm"].put_parameter(Name=name, Value=value, Type="SecureString")


@pytest.fixture
def imports(
    tmp_path: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Imports]:
    endpoint.request("POST", "/moto-api/reset")
    for name, value in endpoint.environment({}, account_id="1" * 12).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    for module in ("secrets", "secret_import"):
        monkeypatch.setattr(f"cli.services.{module}.ROOT", tmp_path)
    write_platform(tmp_path, added(API, NAMED))
    (tmp_path / ".env").write_text(VALUES)
    clients = {name: boto3.client(name, region_name=REGION) for name in ("secretsmanager", "ssm")}
    yield Imports(tmp_path, groundwork_in(tmp_path, monkeypatch, capsys), clients)
    for one in clients.values():
        one.close()


def test_what_the_file_names_is_stored_and_the_rest_is_left_out_with_the_line_that_would_name_it(
    imports: Imports,
) -> None:
    ended = imports("api", "--from-env", str(imports.root / ".env"), "--yes")
    assert ended.code == 0, ended.err
    assert imports.stored() == {"dev/api/DJANGO_SECRET_KEY": "hunter2 $x", "dev/api/stripe-key": "hunter3"}
    assert "STRIPE → dev/api/stripe-key" in ended.out
    assert "  LOG_LEVEL: LOG_LEVEL" in ended.out


def test_nothing_is_overwritten_unless_it_is_asked_for(imports: Imports) -> None:
    file = str(imports.root / ".env")
    imports("api", "--from-env", file, "--yes")
    (imports.root / ".env").write_text(VALUES.replace("hunter3", "hunter5"))
    again = imports("api", "--from-env", file, "--yes")
    assert again.code == 2
    assert "2 of 2 are stored already, and nothing was changed" in again.err
    assert imports.stored()["dev/api/stripe-key"] == "hunter3"
    assert imports("api", "--from-env", file, "--yes", "--force").code == 0
    assert imports.stored()["dev/api/stripe-key"] == "hunter5"


def test_nothing_is_stored_before_a_yes(imports: Imports) -> None:
    ended = imports("api", "--from-env", str(imports.root / ".env"))
    assert ended.code == 2
    assert "add --yes" in ended.err
    assert imports.stored() == {}


def test_parameters_are_taken_by_the_last_part_of_their_names_however_many_pages_there_are(imports: Imports) -> None:
    for number in range(12):
        imports.put_parameter(f"/shop/prod/other/OTHER_{number}", "hunter1")
    imports.put_parameter("/shop/prod/web/DJANGO_SECRET_KEY", "hunter6")
    imports.put_parameter("/shop/prod/stripe-key", "hunter7")
    ended = imports("api", "--from-ssm", "/shop/prod", "--yes")
    assert ended.code == 0, ended.err
    assert imports.stored() == {"dev/api/DJANGO_SECRET_KEY": "hunter6", "dev/api/stripe-key": "hunter7"}
    imports.put_parameter("/shop/prod/worker/stripe-key", "hunter8")
    assert "two parameters below /shop/prod are called stripe-key" in imports("api", "--from-ssm", "/shop/prod").err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("api",), "nothing says where the values are"),
        (("api", "--from-env", "x", "--from-ssm", "/x"), "nothing says where the values are"),
        (("api", "--from-ssm", "shop"), "fix: write --from-ssm /shop"),
        (("api", "--from-ssm", "/shop"), "there is no parameter below /shop"),
        (("api", "--from-env", "NONE"), "NONE: No such file or directory"),
        (("api", "--from-env", "BAD"), "BAD:2: is no line of variables"),
        (("api", "--from-env", "OTHER"), "none of the 1 names is a secret of api in dev"),
        (("api", "--from-env", "TWICE"), "STRIPE and stripe-key are both the secret stripe-key of api"),
        (("api", "--from-env", "EMPTY"), "STRIPE is empty"),
        (("web", "--from-env", "OTHER"), "none; write them in service_configs/web.yaml first"),
        (("wep", "--from-env", "OTHER"), "there is no service_configs/wep.yaml"),
    ],
)
def test_bad_input_ends_with_2_and_changes_nothing(arguments: tuple[str, ...], said: str, imports: Imports) -> None:
    for name, text in {
        "BAD": "STRIPE=hunter1\nhunter2\n",
        "OTHER": "OTHER=hunter1\n",
        "TWICE": "STRIPE=hunter1\nstripe-key=hunter2\n",
        "EMPTY": "STRIPE=\n",
    }.items():
        (imports.root / name).write_text(text)
    files = {"BAD", "OTHER", "TWICE", "EMPTY"}
    ended = imports(*(str(imports.root / one) if one in files else one for one in arguments), "--yes")
    assert ended.code == 2
    assert said in ended.err
    assert imports.stored() == {}


def test_the_list_says_what_is_missing_and_the_command_that_stores_it(imports: Imports) -> None:
    imports("api", "--from-env", str(imports.root / ".env"), "--yes")
    ended = imports(of="list")
    assert ended.code == 1
    assert "Missing: aws ssm put-parameter --type SecureString --name /shared/mail" in ended.out
    assert "Missing: aws secretsmanager create-secret --name shared/theirs" in ended.out
    assert "stripe-key" not in "".join(line for line in ended.out.splitlines() if line.startswith("Missing"))
