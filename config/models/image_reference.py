"""Complete references of public images, as Docker and ECS read them.

https://pkg.go.dev/github.com/distribution/reference
"""

from __future__ import annotations

import re

from config.models.settings import Mistake, refuse

_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_HOST = r"(?:localhost|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)(?::[0-9]+)?"
_NAME = re.compile(rf"(?:{_HOST}/)?{_PART}(?:/{_PART})*")
_REFERENCE = re.compile(rf"(?P<name>{_NAME.pattern})(?::[\w][\w.-]{{0,127}})?(?:@sha256:[0-9a-f]{{64}})?", re.ASCII)
_PRIVATE = re.compile(r"(?:[a-z]+://)?[0-9]{12}\.dkr[.-]ecr[.-]")
_DIGEST = re.compile(r"(sha256:)?[0-9a-f]{64}")
_PLACEHOLDER = re.compile(r"\$\{?\w|\{\{|<[\w-]+>|%\w+%")
_LONGEST_NAME = 255
_ALLOWED = "a reference such as public.ecr.aws/nginx/nginx:1.29.1: registry, lower-case name, tag"


def public_reference(text: str) -> str:
    """Refuse what no registry has, and what no task of the platform may pull."""
    if mistake := _mistake(text):
        raise refuse(mistake)
    return text


def _mistake(text: str) -> Mistake | None:
    if _PRIVATE.match(text):
        return Mistake(
            message="a service may pull from its own repository only, and from public registries",
            allowed="{of: web} for the image of another service, or no `image:` but a release",
            fix=f"write {{of: {_last_part(text) or 'web'}}} if that is a service's, "
            "or remove it, push to the service's own repository and release that",
        )
    if _DIGEST.fullmatch(text):
        return Mistake(
            message="is a digest without the name of its image",
            allowed=_ALLOWED,
            fix=f"write <name>@sha256:{text.removeprefix('sha256:')}",
        )
    if _PLACEHOLDER.search(text):
        return Mistake(
            message="nothing is replaced in it",
            allowed=_ALLOWED,
            fix="write the tag itself, or remove `image:` and release what is built: `groundwork release NAME TAG`",
        )
    if len(re.split("[:@]", text)[0]) > _LONGEST_NAME:
        return Mistake(message=f"its name has more than {_LONGEST_NAME} characters", allowed=_ALLOWED)
    if _REFERENCE.fullmatch(text):
        return None
    bare = re.sub(r"^[a-z]+://", "", text.strip())
    host, slash, rest = bare.partition("/")
    lower = f"{host}/{rest.lower()}" if slash and ("." in host or ":" in host) else bare.lower()
    fix = next((f"write {one}" for one in (bare, lower) if one != text and _REFERENCE.fullmatch(one)), None)
    return Mistake(message="is no reference of an image", allowed=_ALLOWED, fix=fix)


def is_tagged(text: str) -> bool:
    """Tell whether a reference says which version it means."""
    return "@" in text or ":" in text.rpartition("/")[2]


def means_latest(text: str) -> bool:
    """Tell whether a reference means what is newest in its registry, whenever it is read."""
    return "@" not in text and (not is_tagged(text) or text.endswith(":latest"))


def _last_part(text: str) -> str:
    return re.split("[:@]", text.rpartition("/")[2])[0]
