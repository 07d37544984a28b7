"""The API token of a Terraform Cloud, found where Terraform finds it.

https://developer.hashicorp.com/terraform/cli/config/config-file#credentials
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

CREDENTIALS = Path(".terraform.d/credentials.tfrc.json")
OF_ANY_HOST = "TFE_TOKEN"
_BLOCK = re.compile(r'credentials\s+"(?P<host>[^"]+)"\s*\{[^}]*?\btoken\s*=\s*"(?P<token>[^"]+)"', re.DOTALL)


def variable(hostname: str) -> str:
    """Return the environment variable that Terraform reads: dots become underscores, and hyphens two."""
    return f"TF_TOKEN_{hostname.replace('-', '__').replace('.', '_')}"


def find_token(hostname: str, environ: Mapping[str, str], home: Path) -> str | None:
    """Find the token: environment, CLI configuration, what `terraform login` wrote, TFE_TOKEN; in this order."""
    for name, value in environ.items():
        if name.startswith("TF_TOKEN_") and _host_of(name) == hostname and value:
            return value
    named = environ.get("TF_CLI_CONFIG_FILE")
    for file in (Path(named) if named else home / ".terraformrc", home / ".terraformrc", home / CREDENTIALS):
        if token := _in_file(file, hostname):
            return token
    return environ.get(OF_ANY_HOST) or None


def with_token(environ: Mapping[str, str], hostname: str, token: str) -> dict[str, str]:
    """Return an environment in which Terraform finds it too: with a CLI configuration of ours it reads no other."""
    return {**environ, variable(hostname): token}


def find_here(hostname: str) -> str | None:
    """Return the token on this machine."""
    return find_token(hostname, os.environ, Path.home())


def _host_of(name: str) -> str:
    return name.removeprefix("TF_TOKEN_").replace("__", "-").replace("_", ".").lower()


def _in_file(file: Path, hostname: str) -> str | None:
    try:
        text = file.read_text()
    except OSError:
        return None
    if file.suffix == ".json":
        try:
            return json.loads(text)["credentials"][hostname]["token"] or None
        except (ValueError, KeyError, TypeError):
            return None
    return next((match["token"] for match in _BLOCK.finditer(text) if match["host"] == hostname), None)
