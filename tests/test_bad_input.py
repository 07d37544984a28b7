"""What `python main.py` answers to YAML that it cannot take."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.config.bad_yaml import API, DEV, WEB
from tests.config.platform_files import Content, added, replaced, write_platform

ROOT = Path(__file__).parents[1]

# One file each, so that one run of the program shows them all.
MISTAKES: dict[str, Content] = {
    **replaced(API, "  min_tasks: 1", "\tmin_tasks: 1"),
    **added(WEB, "memory_mb: 512\n"),
    **replaced(DEV, "10.10.0.0/16", "10.30.0.0/16"),
    "service_configs/empty.yaml": "",
    "service_configs/mailer.yaml": "kind: worker\ncpu: 512\n",
    "service_configs/releases/dev.yaml": "web: 1.10\n",
}
MESSAGES = [
    "environments/prod.yaml:4: network.cidr: overlaps 10.30.0.0/16 of environment dev, see environments/dev.yaml:4",
    "service_configs/api.yaml:6: a tab in the indentation",
    "service_configs/empty.yaml:1: the file is empty",
    "service_configs/mailer.yaml:2: memory_mib: Fargate has no task with cpu 512 and 512 MiB of memory",
    "service_configs/releases/dev.yaml:1: web: needs text, not a number",
    "service_configs/web.yaml:9: memory_mb: there is no such field",
]


def run(root: Path, changes: dict[str, Content], **environment: str) -> subprocess.CompletedProcess[str]:
    write_platform(root, changes)
    shutil.copy(ROOT / "main.py", root)
    return subprocess.run(
        [sys.executable, "main.py"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_bad_yaml_ends_with_code_2_and_one_message_for_each_mistake(tmp_path: Path) -> None:
    result = run(tmp_path, MISTAKES)
    assert result.returncode == 2
    assert result.stdout == ""
    assert [line for line in result.stderr.splitlines() if not line.startswith("  ")] == MESSAGES
    assert not list((tmp_path / "cdktf.out").rglob("*.tf.json"))


def test_an_environment_that_does_not_exist_ends_with_code_2(tmp_path: Path) -> None:
    result = run(tmp_path, {}, GROUNDWORK_ENVIRONMENT="prd")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("environments: there is no environment of this name\n")
    assert result.stderr.endswith("fix: did you mean `prod`?\n")
