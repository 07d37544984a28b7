"""What Docker prints, read: progress and errors."""

from __future__ import annotations

import pytest

from images.docker.errors import explain
from images.docker.progress import BuildProgress, PushProgress
from images.errors import ExitCode

CLASSIC = ["Sending build context to Docker daemon  12.3kB", "Step 1/4 : ARG BASE", " ---> 1a2b", "Step 3/4 : COPY"]
BUILDKIT = [
    "#1 [internal] load build definition",
    "#5 [checked 1/3] FROM base",
    "#6 [checked 2/3] COPY",
    "#6 DONE 0.1s",
]


@pytest.mark.parametrize(("lines", "done", "total"), [(CLASSIC, 3, 4), (BUILDKIT, 2, 3), ([], 0, 0)])
def test_both_builders_say_how_far_they_are(lines: list[str], done: int, total: int) -> None:
    progress = BuildProgress()
    for line in lines:
        progress.read(line)
    assert (progress.done, progress.total) == (done, total)


def test_a_push_counts_layers() -> None:
    progress = PushProgress()
    for line in (
        "The push refers to repository [127.0.0.1:5000/platform/prometheus]",
        "5f70bf18a086: Preparing",
        "aaaaaaaaaaaa: Preparing",
        "bbbbbbbbbbbb: Waiting",
        "5f70bf18a086: Layer already exists",
        "aaaaaaaaaaaa: Pushed",
        "tag: digest: sha256:00 size: 1234",
    ):
        progress.read(line)
    assert (progress.done, progress.total) == (2, 3)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("write /var/lib/docker/tmp/x: no space left on device", ExitCode.NO_SPACE),
        ("Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?", ExitCode.NO_ENGINE),
        ("no basic auth credentials", ExitCode.NO_LOGIN),
        ("denied: Your authorization token has expired. Reauthenticate and try again.", ExitCode.NO_LOGIN),
        (
            "name unknown: The repository with name 'orders' does not exist in the registry with id '123456789012'",
            ExitCode.NO_REPOSITORY,
        ),
        (
            "tag invalid: The image tag 'a' already exists in the 'b' repository and cannot be overwritten because the "
            "repository is immutable.",
            ExitCode.TAG_TAKEN,
        ),
        ("blob upload unknown", ExitCode.PUSH_FAILED),
    ],
)
def test_each_refusal_has_its_message_and_exit_code(said: str, code: ExitCode) -> None:
    error = explain(said, "push it", ExitCode.PUSH_FAILED)
    assert error.code is code
    assert str(error).startswith("cannot push it:")
    assert ("fix: " in str(error)) is (code is not ExitCode.PUSH_FAILED)


def test_a_base_out_of_reach_is_said_in_dockers_own_words() -> None:
    said = "pull access denied for acme/base, repository does not exist or may require 'docker login'"
    error = explain(said, "build it", ExitCode.BUILD_FAILED)
    assert error.code is ExitCode.BUILD_FAILED
    assert said in str(error)
