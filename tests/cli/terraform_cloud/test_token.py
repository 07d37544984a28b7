"""The token is found where Terraform finds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.terraform_cloud.token import find_token, variable, with_token
from tests.terraform_cloud.fixtures import log_in
from tests.terraform_cloud.server import TOKEN

HOST = "tfe.my-company.com"


def test_without_any_there_is_none(tmp_path: Path) -> None:
    assert find_token(HOST, {}, tmp_path) is None
    (tmp_path / ".terraform.d").mkdir()
    (tmp_path / ".terraform.d/credentials.tfrc.json").write_text("no json")
    assert find_token(HOST, {"TF_TOKEN_app_terraform_io": "other", "TFE_TOKEN": ""}, tmp_path) is None


@pytest.mark.parametrize("name", ["TF_TOKEN_tfe_my__company_com", "TF_TOKEN_tfe_my-company_com"])
def test_the_variable_of_the_host_comes_first(name: str, tmp_path: Path) -> None:
    log_in(tmp_path, HOST)
    assert find_token(HOST, {name: "from-the-variable", "TFE_TOKEN": "any"}, tmp_path) == "from-the-variable"


def test_then_the_configuration_and_what_terraform_login_wrote(tmp_path: Path) -> None:
    log_in(tmp_path, HOST)
    assert find_token(HOST, {"TFE_TOKEN": "any"}, tmp_path) == TOKEN
    (tmp_path / ".terraformrc").write_text(
        f'credentials "app.terraform.io" {{\n  token = "x"\n}}\ncredentials "{HOST}" {{\n  token = "configured"\n}}\n'
    )
    assert find_token(HOST, {"TFE_TOKEN": "any"}, tmp_path) == "configured"
    named = tmp_path / "own.tfrc"
    named.write_text(f'credentials "{HOST}" {{ token = "named" }}\n')
    assert find_token(HOST, {"TF_CLI_CONFIG_FILE": str(named)}, tmp_path) == "named"


def test_the_variable_of_the_tools_comes_last(tmp_path: Path) -> None:
    assert find_token(HOST, {"TFE_TOKEN": "any"}, tmp_path) == "any"


def test_terraform_is_given_it_in_its_own_variable() -> None:
    assert variable(HOST) == "TF_TOKEN_tfe_my__company_com"
    assert with_token({"PATH": "/bin"}, HOST, "x") == {"PATH": "/bin", "TF_TOKEN_tfe_my__company_com": "x"}
