"""Docker's errors, each as a message with a way out."""

from __future__ import annotations

from dataclasses import dataclass

from images.errors import ExitCode, ImageError

LAST_LINES = 12


@dataclass(frozen=True)
class Meaning:
    """`signs` are parts of Docker's or the registry's messages, in lower case."""

    code: ExitCode
    signs: tuple[str, ...]
    message: str
    fix: str


MEANINGS = (
    Meaning(
        ExitCode.NO_SPACE,
        ("no space left on device", "disk quota exceeded"),
        "no disk space is left",
        "free some on the engine's disk (docker system df shows what Docker holds; docker system prune frees it)",
    ),
    Meaning(
        ExitCode.NO_ENGINE,
        ("cannot connect to the docker daemon", "error during connect", "is the docker daemon running"),
        "no Docker engine answers",
        "start Docker, or set DOCKER_HOST to where it runs; `docker version` must show a server",
    ),
    Meaning(
        ExitCode.TAG_TAKEN,
        ("cannot be overwritten because the repository is immutable", "tag already exists"),
        "the tag exists with other content, and tags never change",
        "publish under another tag",
    ),
    Meaning(
        ExitCode.NO_REPOSITORY,
        ("name unknown", "repository does not exist", "the repository with name"),
        "the registry has no such repository",
        "deploy the stack shared-registry first; it makes one for every service file and platform image",
    ),
    Meaning(
        ExitCode.NO_LOGIN,
        ("no basic auth credentials", "authorization token has expired", "unauthorized", "denied:", "403 forbidden"),
        "the registry does not let you in",
        "sign in to the registry's account (aws sso login, or AWS_PROFILE=...), with rights on ECR",
    ),
)


def explain(output: str, doing: str, otherwise: ExitCode) -> ImageError:
    """Return the error behind a failed docker command; its last words where they mean nothing to us."""
    said = output.lower()
    for meaning in MEANINGS:
        # A base may be out of reach for its own reasons: then Docker's words say more than ours about our registry.
        if otherwise is ExitCode.BUILD_FAILED and meaning.code not in (ExitCode.NO_SPACE, ExitCode.NO_ENGINE):
            continue
        if any(sign in said for sign in meaning.signs):
            return ImageError(meaning.code, f"cannot {doing}: {meaning.message}", fix=meaning.fix)
    words = "\n".join(f"  {line}" for line in output.strip().splitlines()[-LAST_LINES:])
    return ImageError(otherwise, f"cannot {doing}:\n{words}")
