from __future__ import annotations

from pathlib import Path

import pytest

from cli.terraform.provider_mirror import (
    CLI_CONFIG,
    PROVIDER,
    PROVIDER_VERSION,
    TerraformSetup,
    find_mirror,
    holds_provider,
    os_arch,
    prepare_terraform,
)
from tests.synthesis import Platform


def unpacked(mirror: Path, *, version: str = PROVIDER_VERSION, target: str | None = None) -> Path:
    directory = mirror / PROVIDER / version / (target or os_arch())
    directory.mkdir(parents=True)
    (directory / f"terraform-provider-aws_v{version}_x5").touch()
    return mirror


def packed(mirror: Path) -> Path:
    (mirror / PROVIDER).mkdir(parents=True)
    (mirror / PROVIDER / f"terraform-provider-aws_{PROVIDER_VERSION}_{os_arch()}.zip").touch()
    return mirror


def prepare(tmp_path: Path, *, online: bool = False, **environ: str) -> TerraformSetup:
    return prepare_terraform(
        tmp_path / "checkout",
        {"XDG_DATA_DIRS": str(tmp_path / "share"), **environ},
        home=tmp_path / "home",
        prefixes=[tmp_path / "opt"],
        online=online,
    )


@pytest.mark.parametrize("layout", [unpacked, packed])
def test_a_mirror_is_found_in_either_layout_a_few_levels_down(tmp_path: Path, layout: object) -> None:
    assert callable(layout)
    mirror = layout(tmp_path / "opt/terraform/mirror")
    setup = prepare(tmp_path)
    config = tmp_path / "checkout" / CLI_CONFIG
    assert setup.environment["TF_CLI_CONFIG_FILE"] == str(config)
    assert f'path = "{mirror}"' in config.read_text()
    assert setup.skip_provider_lock
    assert str(mirror) in setup.summary


def test_a_mirror_of_another_version_or_machine_does_not_count(tmp_path: Path) -> None:
    assert not holds_provider(unpacked(tmp_path / "old", version="5.99.0"), target=os_arch())
    assert not holds_provider(unpacked(tmp_path / "other", target="plan9_arm"), target=os_arch())


def test_with_the_registry_in_reach_nothing_changes(tmp_path: Path) -> None:
    unpacked(tmp_path / "opt/mirror")
    setup = prepare(tmp_path, online=True)
    assert "TF_CLI_CONFIG_FILE" not in setup.environment
    assert not setup.skip_provider_lock
    assert not (tmp_path / "checkout" / CLI_CONFIG).exists()


def test_a_persons_own_configuration_is_left_alone(tmp_path: Path) -> None:
    unpacked(tmp_path / "opt/mirror")
    own = tmp_path / "home/.terraformrc"
    own.parent.mkdir()
    own.write_text("# mine")
    assert prepare(tmp_path).environment["TF_CLI_CONFIG_FILE"] == str(own)
    named = tmp_path / "named.tfrc"
    named.write_text("# mine too")
    setup = prepare(tmp_path, TF_CLI_CONFIG_FILE=str(named))
    assert setup.environment["TF_CLI_CONFIG_FILE"] == str(named)


def test_a_variable_that_names_a_missing_file_is_replaced(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.tfrc")
    assert "TF_CLI_CONFIG_FILE" not in prepare(tmp_path, online=True, TF_CLI_CONFIG_FILE=missing).environment
    unpacked(tmp_path / "opt/mirror")
    assert prepare(tmp_path, TF_CLI_CONFIG_FILE=missing).environment["TF_CLI_CONFIG_FILE"] != missing


def test_our_own_configuration_from_an_outer_call_is_made_anew(tmp_path: Path) -> None:
    unpacked(tmp_path / "opt/mirror")
    ours = tmp_path / "checkout" / CLI_CONFIG
    ours.parent.mkdir(parents=True)
    ours.write_text("stale")
    prepare(tmp_path, TF_CLI_CONFIG_FILE=str(ours))
    assert "stale" not in ours.read_text()


def test_a_place_that_terraform_searches_by_itself_needs_no_configuration(tmp_path: Path) -> None:
    unpacked(tmp_path / "share/terraform/plugins")
    setup = prepare(tmp_path)
    assert "TF_CLI_CONFIG_FILE" not in setup.environment
    assert str(tmp_path / "share/terraform/plugins") in setup.summary


def test_without_registry_and_mirror_the_way_out_is_told(tmp_path: Path) -> None:
    summary = prepare(tmp_path).summary
    assert "terraform providers mirror" in summary
    assert f"hashicorp/aws {PROVIDER_VERSION}" in summary


def test_the_search_is_bounded(tmp_path: Path) -> None:
    unpacked(tmp_path / "a/b/c/d/e/f")
    assert find_mirror([tmp_path], target=os_arch()) is None


def test_the_version_looked_for_is_the_one_that_the_stacks_pin(shop: Platform) -> None:
    pinned = {stack.document["terraform"]["required_providers"]["aws"]["version"] for stack in shop}
    assert pinned == {PROVIDER_VERSION}


def test_memory_is_spent_to_save_time_unless_somebody_decided_otherwise(tmp_path: Path) -> None:
    assert prepare(tmp_path).environment["GOGC"] == "400"
    assert prepare(tmp_path, GOGC="100").environment["GOGC"] == "100"


def test_two_checkouts_install_the_provider_without_disturbing_each_other(tmp_path: Path) -> None:
    caches = [
        prepare_terraform(tmp_path / name, {}, home=tmp_path / "home", online=True).environment["TF_PLUGIN_CACHE_DIR"]
        for name in ("one", "another")
    ]
    assert all(Path(cache).is_dir() for cache in caches)
    assert len(set(caches)) == 2
    assert prepare(tmp_path, TF_PLUGIN_CACHE_DIR="/mine").environment["TF_PLUGIN_CACHE_DIR"] == "/mine"


def test_what_a_mirror_holds_is_cached_nowhere(tmp_path: Path) -> None:
    environment = prepare(tmp_path).environment
    assert "TF_PLUGIN_CACHE_DIR" not in environment
    assert environment["CDKTF_DISABLE_PLUGIN_CACHE_ENV"], "or cdktf makes one in the home directory"
