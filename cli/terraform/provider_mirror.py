"""The AWS provider's source when its public registry is out of reach."""

from __future__ import annotations

import os
import platform
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REGISTRY = "registry.terraform.io"
PROVIDER = f"{REGISTRY}/hashicorp/aws"
PROVIDER_VERSION = "5.100.0"
"""What cdktf-cdktf-provider-aws pins; a test compares the two."""

PARALLEL_STACKS = 4
"""A Terraform with its provider takes 0.6 GB; more at once gain nothing on a small machine."""

MEMORY_FOR_TIME = {"GOGC": "400"}
"""Each start of the provider hands over the schemas of 1,500 resources. To collect garbage less often meanwhile takes
0.2 GB more and saves a fifth of a plan's processor time. https://pkg.go.dev/runtime"""

CONVENTIONAL_PREFIXES = (Path("/opt"), Path("/usr/local"), Path("/usr/share"), Path("/var/lib"))
SEARCH_DEPTH = 4
SEARCH_LIMIT = 20_000
"""Directories looked into below one prefix: a search on a full machine still ends within a second or two."""
NEVER_A_MIRROR = frozenset({"node_modules", "site-packages", "doc", "man", "locale", "icons", "docker", "containerd"})

PLUGIN_CACHE = Path("build/terraform-plugins")
"""Of this checkout alone: Terraform does not expect two `init` in one cache at a time, and cdktf would use the one in
the home directory. https://developer.hashicorp.com/terraform/cli/config/config-file#provider-plugin-cache"""
NO_PLUGIN_CACHE = {"CDKTF_DISABLE_PLUGIN_CACHE_ENV": "true"}
"""A mirror is on this disk already. Without a lock file, which only the registry completes, every `init` would install
into the cache anew, under the eyes of those of other stacks."""

CLI_CONFIG = Path("build/terraform.tfrc")
CLI_CONFIG_TEXT = """\
provider_installation {{
  filesystem_mirror {{
    path = "{mirror}"
  }}
  direct {{
    exclude = ["{registry}/*/*"]
  }}
}}
"""


@dataclass(frozen=True, kw_only=True)
class TerraformSetup:
    """The environment in which Terraform is called here, and whether its lock file can be completed."""

    environment: Mapping[str, str]
    skip_provider_lock: bool
    summary: str

    @property
    def parallel_inits(self) -> int:
        """Number that may be initialized at a time: a mirror is only read; two that fill a plugin cache spoil it."""
        return PARALLEL_STACKS if self.skip_provider_lock else 1


def os_arch() -> str:
    """Return this machine's platform as Terraform writes it, such as linux_amd64."""
    machine = platform.machine().lower()
    arch = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}.get(machine, machine)
    return f"{sys.platform}_{arch}"


def holds_provider(mirror: Path, *, version: str = PROVIDER_VERSION, target: str) -> bool:
    """Return whether it serves this provider, unpacked or as the zip that `terraform providers mirror` writes."""
    provider = mirror / PROVIDER
    unpacked = (provider / version / target).glob("terraform-provider-aws*")
    return any(unpacked) or (provider / f"terraform-provider-aws_{version}_{target}.zip").is_file()


def places_terraform_knows(environ: Mapping[str, str], home: Path) -> Iterator[Path]:
    """Yield the mirrors that Terraform searches without being told."""
    yield home / ".terraform.d/plugins"
    if sys.platform == "darwin":
        yield home / "Library/Application Support/io.terraform/plugins"
        yield Path("/Library/Application Support/io.terraform/plugins")
        return
    data_home = environ.get("XDG_DATA_HOME") or str(home / ".local/share")
    data_dirs = environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    for data in (data_home, *data_dirs.split(":")):
        yield Path(data) / "terraform/plugins"


def directories_below(prefix: Path) -> Iterator[Path]:
    """Yield the prefix and what is below it, nearest first, bounded in depth and number."""
    level, looked_into = [prefix], 0
    for _ in range(SEARCH_DEPTH):
        deeper: list[Path] = []
        for directory in level:
            yield directory
            looked_into += 1
            if looked_into > SEARCH_LIMIT:
                return
            try:
                with os.scandir(directory) as entries:
                    deeper += [
                        Path(entry.path)
                        for entry in entries
                        if entry.is_dir() and entry.name not in NEVER_A_MIRROR and entry.name != REGISTRY
                    ]
            except OSError:
                continue
        level = sorted(deeper)


def find_mirror(prefixes: Iterable[Path], *, target: str) -> Path | None:
    """Return the first folder below these that holds the AWS provider for the platform."""
    for prefix in prefixes:
        for directory in directories_below(prefix):
            if holds_provider(directory, target=target):
                return directory
    return None


@cache
def registry_answers(timeout_seconds: float = 3.0) -> bool:
    """One short question per process."""
    try:
        with urllib.request.urlopen(f"https://{REGISTRY}/.well-known/terraform.json", timeout=timeout_seconds):
            return True
    except (OSError, urllib.error.URLError):
        return False


def users_own_config(environ: Mapping[str, str], home: Path) -> Path | None:
    """Return the CLI configuration that Terraform would read anyway, if it is there to be read."""
    named = environ.get("TF_CLI_CONFIG_FILE")
    candidates = ([Path(named)] if named else []) + [home / ".terraformrc"]
    return next((path for path in candidates if path.is_file()), None)


def prepare_terraform(
    root: Path,
    environ: Mapping[str, str] | None = None,
    *,
    home: Path | None = None,
    prefixes: Iterable[Path] = CONVENTIONAL_PREFIXES,
    online: bool | None = None,
) -> TerraformSetup:
    """Decide where the provider comes from, and write the CLI configuration if one of ours is needed."""
    environment = MEMORY_FOR_TIME | dict(os.environ if environ is None else environ)
    home = home or Path.home()
    config = root / CLI_CONFIG
    own_config = users_own_config(environment, home)
    if own_config == config:  # an outer call of ours set the variable
        own_config = None
    # A variable that names a missing file makes Terraform warn in every call, and hides ~/.terraformrc.
    environment.pop("TF_CLI_CONFIG_FILE", None)
    if own_config:
        environment["TF_CLI_CONFIG_FILE"] = str(own_config)

    def setup(summary: str, *, skip_provider_lock: bool = True) -> TerraformSetup:
        return TerraformSetup(
            environment=environment, skip_provider_lock=skip_provider_lock, summary=f"Terraform: {summary}"
        )

    if registry_answers() if online is None else online:
        plugin_cache = root.absolute() / PLUGIN_CACHE
        plugin_cache.mkdir(parents=True, exist_ok=True)
        environment.setdefault("TF_PLUGIN_CACHE_DIR", str(plugin_cache))
        return setup(f"providers come from {REGISTRY}", skip_provider_lock=False)
    if "TF_PLUGIN_CACHE_DIR" not in environment:
        environment |= NO_PLUGIN_CACHE
    if own_config:
        return setup(f"{REGISTRY} is out of reach, using your {own_config}")
    target = os_arch()
    known = [place for place in places_terraform_knows(environment, home) if holds_provider(place, target=target)]
    if known:
        return setup(f"{REGISTRY} is out of reach, Terraform finds its mirror in {known[0]}")
    mirror = find_mirror(prefixes, target=target)
    if mirror is None:
        return setup(
            f"{REGISTRY} is out of reach, and no mirror here holds hashicorp/aws {PROVIDER_VERSION} "
            f"for {target}. "
            "Where the registry can be reached, `terraform providers mirror DIR` makes one; "
            f"put it in {home / '.terraform.d/plugins'}"
        )
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(CLI_CONFIG_TEXT.format(mirror=mirror, registry=REGISTRY))
    environment["TF_CLI_CONFIG_FILE"] = str(config)
    return setup(f"{REGISTRY} is out of reach, using the mirror {mirror}")
