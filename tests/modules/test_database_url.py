"""The URL that real shells put together leads to the password that RDS made, whatever is in it."""

from __future__ import annotations

import shutil
import string
import subprocess
from urllib.parse import unquote, urlsplit

import pytest

from modules.data.database_url import with_url

SHELLS = [shell for shell in ("sh", "dash", "bash", "busybox") if shutil.which(shell)]
PASSWORDS = (string.printable.strip(), "a%2Fb", "-n", "$(id)${HOME}`id`", "'\"\\", " leading", "x" * 200)


@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize("shell", SHELLS)
def test_every_character_of_the_password_arrives(shell: str, password: str) -> None:
    known = {"HOST": "db.example", "PORT": "5432", "NAME": "app", "USER": "app", "PASSWORD": password}
    _, *arguments = with_url(["DATABASE_URL", "OTHER"])
    program = ["/bin/sh", "-c", 'printf "%s\\n" "$DATABASE_URL" "$OTHER" "$1" "${url-unset}"', "program", "a b"]
    command = [shutil.which(shell) or "", *(["sh"] if shell == "busybox" else []), *arguments, *program]
    variables = {f"DATABASE_{name}": value for name, value in known.items()}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
    url, other, argument, rest = done.stdout.splitlines()
    assert (other, argument, rest) == (url, "a b", "unset")
    parts = urlsplit(url)
    assert unquote(parts.password or "") == password
    assert (parts.scheme, parts.username, parts.hostname, parts.port) == ("postgresql", "app", "db.example", 5432)
    assert (parts.path, parts.query) == ("/app", "sslmode=require")
