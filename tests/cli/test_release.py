"""`groundwork release`: which image runs where."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.services import config_transaction as editing
from config.loader.platform import load_platform
from tests.cli.commands import Ended, Groundwork, commit, everything_in, git, groundwork_in
from tests.config.platform_files import write_platform

DEV, PROD = "service_configs/releases/dev/api.yaml", "service_configs/releases/prod/api.yaml"
FORMER = "service_configs/releases/dev.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A platform with the environments dev and prod, the services api and web, and no release."""
    return write_platform(tmp_path / "platform")


@pytest.fixture
def groundwork(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Groundwork:
    """Runs a command on it."""
    return groundwork_in(root, monkeypatch, capsys)


def released(root: Path, environment: str, service: str) -> str | None:
    """What the program would deploy."""
    (deployment,) = load_platform(root, only=environment)
    return next(found.release for found in deployment.services if found.name == service)


def refused(root: Path, groundwork: Groundwork, *arguments: str) -> Ended:
    """A command that must end with 2 and leave every byte as it was."""
    before = everything_in(root)
    ended = groundwork(*arguments)
    assert ended.code == 2
    assert ended.out == ""
    assert everything_in(root) == before
    return ended


def test_the_first_release_makes_a_file_that_editors_understand(root: Path, groundwork: Groundwork) -> None:
    ended = groundwork("release", "api", "1.4.2", "--environment", "dev")
    assert ended.code == 0
    assert ended.out.splitlines() == [
        f"api in dev: no release → 1.4.2  ({DEV})",
        f"next: git add {DEV} && git commit -m 'Release api 1.4.2 to dev'",
        "      groundwork deploy dev service-api",
    ]
    lines = (root / DEV).read_text().splitlines()
    assert lines[0] == "# yaml-language-server: $schema=../../../schemas/release.json"
    assert lines[1].startswith("# Which image of api runs in dev")
    assert lines[2:] == ['tag: "1.4.2"']
    assert (released(root, "dev", "api"), released(root, "prod", "api")) == ("1.4.2", None)


def test_what_is_to_be_deployed_has_the_migration_that_the_new_image_runs_first(
    root: Path, groundwork: Groundwork
) -> None:
    (root / "service_configs/migrate.yaml").write_text("kind: one-off\nbefore: api\n")
    assert (
        groundwork("release", "api", "v1", "-e", "dev")
        .out.splitlines()[-1]
        .endswith(" groundwork deploy dev service-migrate service-api")
    )


def test_a_release_over_another_says_from_what_to_what(root: Path, groundwork: Groundwork) -> None:
    (root / DEV).parent.mkdir(parents=True)
    (root / DEV).write_text("# ours\ntag:   v1   # keep\n")
    ended = groundwork("release", "api", "v2", "-e", "dev")
    assert ended.out.startswith("api in dev: v1 → v2")
    assert (root / DEV).read_text() == '# ours\ntag:   v2   # keep\nprevious: ["v1"]\n'


def test_the_former_file_is_written_for_as_long_as_it_is_there(root: Path, groundwork: Groundwork) -> None:
    (root / FORMER).parent.mkdir()
    (root / FORMER).write_text("# ours\napi:   v1   # keep\nweb: v8\n")
    ended = groundwork("release", "api", "v2", "-e", "dev")
    assert ended.out.startswith(f"api in dev: v1 → v2  ({FORMER})")
    assert ended.out.splitlines()[-1] == (
        f"note: releases of two teams at once conflict in {FORMER}: groundwork service split-releases"
    )
    assert (root / FORMER).read_text() == "# ours\napi:   v2   # keep\nweb: v8\n"
    assert not (root / DEV).exists()


def test_splitting_changes_files_and_nothing_that_runs(root: Path, groundwork: Groundwork) -> None:
    (root / FORMER).parent.mkdir()
    (root / FORMER).write_text('api: "1.10"\nweb: v8\n')
    commit(root, "Release api and web")
    before = load_platform(root)
    ended = groundwork("service", "split-releases")
    assert ended.code == 0
    assert ended.out.splitlines()[:3] == [DEV, "service_configs/releases/dev/web.yaml", f"{FORMER}, removed"]
    assert load_platform(root) == before
    assert not (root / FORMER).exists()
    commit(root, "Split the releases")
    groundwork("release", "api", "1.11", "-e", "dev")
    commit(root, "Release api 1.11")
    groundwork("release", "api", "-e", "dev", "--previous")
    assert released(root, "dev", "api") == "1.10"
    again = groundwork("service", "split-releases")
    assert (again.code, again.out) == (0, "Every release has a file of its own already; nothing to do.\n")


def test_both_forms_at_once_are_refused(root: Path, groundwork: Groundwork) -> None:
    """Code owners of the former file would not be asked for the other."""
    groundwork("release", "api", "1.0", "-e", "dev")
    (root / FORMER).write_text("web: v8\n")
    ended = refused(root, groundwork, "service", "list")
    assert ended.err == (
        f"{DEV}:1: the releases of dev are in {FORMER}\n"
        "  value: api.yaml\n"
        "  allowed: one of the two forms\n"
        "  fix: groundwork service split-releases --environment dev, before this file is written\n"
    )


def test_two_clones_release_different_services_at_once_and_merge(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    origin = groundwork_in(root, monkeypatch, capsys)
    origin("release", "api", "1.0", "-e", "dev")
    commit(root, "Release api 1.0")
    teams = {"api": "1.1", "web": "7"}
    for service, tag in teams.items():
        clone = tmp_path / service
        git(tmp_path, "clone", "--quiet", f"file://{root}", str(clone))
        team = groundwork_in(clone, monkeypatch, capsys)
        for environment in ("dev", "prod"):
            assert team("release", service, tag, "-e", environment).code == 0
        commit(clone, f"Release {service}")
    for service in teams:
        git(root, "pull", "--quiet", "--no-rebase", "--no-edit", f"file://{tmp_path / service}", "HEAD")
    for service, tag in teams.items():
        assert {released(root, environment, service) for environment in ("dev", "prod")} == {tag}


def test_the_same_tag_again_changes_nothing_and_is_no_failure(root: Path, groundwork: Groundwork) -> None:
    groundwork("release", "api", "1.4.2", "-e", "dev")
    before = everything_in(root)
    ended = groundwork("release", "api", "1.4.2", "-e", "dev")
    assert (ended.code, ended.out) == (0, f"api in dev is at 1.4.2 already ({DEV}); nothing to do.\n")
    assert everything_in(root) == before


def test_promoting_writes_the_very_tag_that_runs_there(root: Path, groundwork: Groundwork) -> None:
    groundwork("release", "api", "1e10", "-e", "dev")
    ended = groundwork("release", "api", "--environment", "prod", "--from", "dev")
    assert ended.code == 0
    assert "git commit -m 'Promote api 1e10 to prod'" in ended.out
    assert released(root, "prod", "api") == "1e10"


def test_what_is_not_released_there_cannot_be_promoted(root: Path, groundwork: Groundwork) -> None:
    ended = refused(root, groundwork, "release", "api", "-e", "prod", "--from", "dev")
    assert ended.err.startswith(f"{DEV}: api has no release in dev that could be promoted")
    assert "fix: groundwork release api TAG --environment dev" in ended.err


def test_previous_goes_back_to_the_tag_before_and_says_which_commit_named_it(
    root: Path, groundwork: Groundwork
) -> None:
    for tag in ("1.0", "1.1", "1.2"):
        groundwork("release", "api", tag, "-e", "prod")
        commit(root, f"Release api {tag}")
    groundwork("release", "web", "7", "-e", "prod")
    commit(root, "Release web")
    ended = groundwork("release", "api", "-e", "prod", "--previous")
    assert ended.code == 0
    assert ended.out.startswith(f"api in prod: 1.2 → 1.1  ({PROD})\n  last named by ")
    assert "Release api 1.1\n" in ended.out
    assert "git commit -m 'Roll back api to 1.1 in prod'" in ended.out
    assert released(root, "prod", "api") == "1.1"


def test_previous_of_a_release_that_is_not_committed_is_the_committed_one(root: Path, groundwork: Groundwork) -> None:
    groundwork("release", "api", "1.0", "-e", "prod")
    commit(root, "Release api 1.0")
    groundwork("release", "api", "1.1", "-e", "prod")
    groundwork("release", "api", "-e", "prod", "--previous")
    assert released(root, "prod", "api") == "1.0"


def test_previous_passes_over_commits_without_a_release_of_the_service(root: Path, groundwork: Groundwork) -> None:
    groundwork("release", "api", "1.0", "-e", "prod")
    commit(root, "Release api 1.0")
    (root / PROD).unlink()
    commit(root, "Take everything back")
    (root / PROD).parent.mkdir(parents=True, exist_ok=True)
    (root / PROD).write_text("tag: [broken\n")
    commit(root, "Break the file")
    (root / PROD).unlink()
    groundwork("release", "api", "2.0", "-e", "prod")
    commit(root, "Release api 2.0")
    groundwork("release", "api", "-e", "prod", "--previous")
    assert released(root, "prod", "api") == "1.0"


def test_without_a_tag_before_previous_says_so(root: Path, groundwork: Groundwork) -> None:
    groundwork("release", "api", "1.0", "-e", "prod")
    commit(root, "Release api 1.0")
    ended = refused(root, groundwork, "release", "api", "-e", "prod", "--previous")
    assert ended.err == f"{PROD}: no commit of this file has another tag of api than 1.0\n  fix: name the tag instead\n"


def test_in_a_shallow_clone_previous_says_how_to_get_the_history(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    in_origin = groundwork_in(root, monkeypatch, capsys)
    for tag in ("1.0", "1.1"):
        in_origin("release", "api", tag, "-e", "prod")
        commit(root, f"Release api {tag}")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{root}", str(shallow))
    ended = groundwork_in(shallow, monkeypatch, capsys)("release", "api", "-e", "prod", "--previous")
    assert ended.code == 2
    assert "this clone is shallow: git fetch --unshallow" in ended.err


def test_outside_of_git_previous_says_that_there_is_no_history(
    root: Path, groundwork: Groundwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(root.parent))
    ended = refused(root, groundwork, "release", "api", "-e", "prod", "--previous")
    assert ended.err.startswith("git: fatal: not a git repository")
    assert "fix: name the tag instead" in ended.err


@pytest.mark.parametrize(
    "tag", ["latest", "with space", ".hidden", "-dash", "a/b", "a:b", "ü", "", "x" * 129, "new\nline", '"', "# x"]
)
def test_no_tag_that_a_registry_refuses_or_that_moves_gets_into_the_file(
    root: Path, groundwork: Groundwork, tag: str
) -> None:
    ended = refused(root, groundwork, "release", "-e", "dev", "--", "api", tag)
    assert ended.err.startswith(f"{DEV}: tag: ")
    assert "allowed: " in ended.err


def test_latest_is_refused_with_the_reason_also_where_it_was_written_by_hand(
    root: Path, groundwork: Groundwork
) -> None:
    reason = "latest names another image after each push; a release names one image for ever"
    assert reason in refused(root, groundwork, "release", "api", "latest", "-e", "dev").err
    (root / DEV).parent.mkdir(parents=True)
    (root / DEV).write_text("tag: latest\n")
    assert f"{DEV}:1: tag: {reason}" in refused(root, groundwork, "release", "web", "1.0", "-e", "dev").err


@pytest.mark.parametrize("tag", ["x" * 128, "_1", "1.10", "2026-07-01.a_B"])
def test_every_tag_that_a_registry_takes_is_taken(root: Path, groundwork: Groundwork, tag: str) -> None:
    assert groundwork("release", "api", tag, "-e", "dev").code == 0
    assert released(root, "dev", "api") == tag


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("release", "apii", "1", "-e", "dev"), ("there is no service of this name", "apii", "did you mean `api`?")),
        (("release", "zzz", "1", "-e", "dev"), ("allowed: api, web", "groundwork service new zzz")),
        (("release", "api", "1", "-e", "prd"), ("there is no environment of this name", "did you mean `prod`?")),
        (("release", "api", "-e", "prod", "--from", "def"), ("no environment of this name", "did you mean `dev`?")),
        (("release", "api", "-e", "dev"), ("one of TAG, --from ENV and --previous",)),
        (("release", "api", "1", "-e", "dev", "--previous"), ("one of TAG, --from ENV and --previous",)),
    ],
)
def test_a_slip_is_refused_with_what_was_probably_meant(
    root: Path, groundwork: Groundwork, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    ended = refused(root, groundwork, *arguments)
    assert all(word in ended.err for word in words), ended.err


def test_a_service_with_an_image_of_its_own_has_no_release(root: Path, groundwork: Groundwork) -> None:
    with (root / "service_configs/api.yaml").open("a") as file:
        file.write("image: example.com/api:1\n")
    ended = refused(root, groundwork, "release", "api", "1.0", "-e", "dev")
    assert ended.err.startswith("service_configs/api.yaml:9: api runs an image of its own choice")
    assert "value: example.com/api:1" in ended.err


def test_what_runs_before_a_deploy_follows_the_release_of_that_service(root: Path, groundwork: Groundwork) -> None:
    (root / "service_configs/migrate.yaml").write_text("kind: one-off\nbefore: api\n")
    ended = refused(root, groundwork, "release", "migrate", "1.0", "-e", "dev")
    assert ended.err.startswith("service_configs/migrate.yaml:2: migrate runs the image of api")
    assert "fix: groundwork release api TAG --environment dev" in ended.err


def test_while_another_file_is_broken_nothing_is_written_and_that_file_is_named(
    root: Path, groundwork: Groundwork
) -> None:
    (root / "service_configs/web.yaml").write_text("kind: public-web\nport: eighty\n")
    assert "service_configs/web.yaml:2: port" in refused(root, groundwork, "release", "api", "1.0", "-e", "dev").err


def test_a_disk_that_fails_leaves_the_old_file_and_no_rubbish(
    root: Path, groundwork: Groundwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    groundwork("release", "api", "1.0", "-e", "dev")
    before = everything_in(root)
    syncs = iter((False, True))  # the copy that is checked first, then the file itself

    def full(descriptor: int) -> None:
        if next(syncs):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("cli.services.config_transaction.os.fsync", full)
    ended = groundwork("release", "api", "1.1", "-e", "dev")
    assert ended.code == 1
    assert "No space left on device" in ended.err
    assert everything_in(root) == before


def test_a_file_that_somebody_else_changes_meanwhile_is_not_overwritten(root: Path) -> None:
    change = editing.ConfigTransaction(root)
    change.write(Path(DEV), 'tag: "1.0"\n')
    (root / DEV).parent.mkdir(parents=True)
    (root / DEV).write_text("web: v1\n")
    with pytest.raises(CommandError, match="changed by somebody else"):
        change.apply()
    assert (root / DEV).read_text() == "web: v1\n"


def test_the_file_keeps_its_permissions(root: Path, groundwork: Groundwork) -> None:
    groundwork("release", "api", "1.0", "-e", "dev")
    (root / DEV).chmod(0o640)
    groundwork("release", "api", "1.1", "-e", "dev")
    assert (root / DEV).stat().st_mode & 0o777 == 0o640
