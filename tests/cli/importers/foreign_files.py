"""Foreign files with the shapes of real ones, and what they are imported into."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.config.platform_files import write_platform

INPUTS = Path(__file__).parent / "inputs"
# The command's arguments, by a name for the case.
CASES = {
    "django": ("compose", "django/compose.yaml"),
    "shop": ("compose", "shop/docker-compose.yml"),
    "mean": ("compose", "mean/compose.yml"),
    "laptop": ("compose", "laptop/compose.yaml"),
    "shelf": ("compose", "shelf/compose.yaml"),
    "copilot": ("copilot", "copilot"),
    "desk": ("copilot", "desk/copilot"),
    "copilot-of-a-job": ("copilot", "copilot/copilot"),
    "task-definition": ("task-definition", "taskdefs/written.json"),
    "containers-beside": ("task-definition", "taskdefs/beside.json"),
    "answered": ("task-definition", "taskdefs/answered.json"),
}
# What stands in the inputs and must stand nowhere else.
VALUES = (
    *("hunter2", "django-insecure-correct-horse", "smtp pass phrase", "abcdef0123456789", "AKIAABCDEFGHIJKLMNOP"),
    *("s3cret", "fake_password", "abcdef", "tok_9f8e7d", '"1234"', " 1234"),
)


def platform_with_inputs(root: Path) -> Path:
    """A platform without services, and the inputs beside it in foreign/."""
    write_platform(root, {"service_configs/api.yaml": None, "service_configs/web.yaml": None})
    shutil.copytree(INPUTS, root / "foreign")
    return root
