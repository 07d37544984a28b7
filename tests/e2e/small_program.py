"""A program of two small stacks, in a checkout of its own, for tests of the `groundwork` command itself.

`dev-names` is a topic; `dev-work` needs it, makes a topic of its own, and is then busy until it may end. What all
environments share is a topic, too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from cli.terraform.provider_mirror import prepare_terraform
from tests.synthesis import ROOT, SHOP

GROUNDWORK = Path(sys.executable).with_name("groundwork")

# Many times what it takes: other tests deploy on the same machine meanwhile.
PATIENCE_SECONDS = 900
PAUSE = 'for _ in $(seq 6000); do [ -e "$MAY_END" ] && exit 0; sleep 0.1; done; exit 1'
PROGRAM = """
import os
import sys
from pathlib import Path

sys.path.insert(0, {root!r})
import main  # it prepares the import of the provider

from cdktf import App, DataResource, LocalExecProvisioner
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic

from config.loopback import is_loopback
from config.loader.platform import load_platform
from config.models.environment.shared import shared_place
from modules.local_context import LOCAL_AWS
from stacks.platform_stack import PlatformStack

local_aws = is_loopback(os.environ.get("AWS_ENDPOINT_URL", ""))
app = App(context={{LOCAL_AWS: local_aws}})
[deployment] = load_platform(Path(__file__).parent, only="dev")
environment = deployment.environment
names = PlatformStack(app, name="names", environment=environment)
topic = SnsTopic(names, "topic", name=environment.qualify("names"))
everybody = shared_place([deployment.environment])
shared = PlatformStack(app, name="names", environment=everybody)
SnsTopic(shared, "topic", name=everybody.qualify("names"))
if not Path(__file__).with_name("without-work").exists():
    work = PlatformStack(app, name="work", environment=environment)
    own = SnsTopic(work, "topic", name=environment.qualify("work"), display_name=topic.name)
    pause = LocalExecProvisioner(type="local-exec", command={pause!r})
    DataResource(work, "pause", depends_on=[own], provisioners=[pause])
app.synth()
"""


@dataclass
class SmallCheckout:
    """A checkout that deploys in seconds."""

    root: Path
    environment: Mapping[str, str]
    output: Path
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    @classmethod
    def make(cls, root: Path, environment: Mapping[str, str], program: str = PROGRAM) -> SmallCheckout:
        root.mkdir()
        shutil.copytree(SHOP / "environments", root / "environments")
        (root / "service_configs").mkdir()
        (root / "cdktf.json").write_text((ROOT / "cdktf.json").read_text())
        (root / "node_modules").symlink_to(ROOT / "node_modules")
        (root / "main.py").write_text(program.format(root=str(ROOT), pause=PAUSE))
        may_end = str(root.parent / "may-end")
        return cls(root, {**environment, "MAY_END": may_end}, root.with_suffix(".output"))

    def edit(self, old: str, new: str) -> None:
        """Change the program."""
        text = (self.root / "main.py").read_text()
        assert old in text
        (self.root / "main.py").write_text(text.replace(old, new))

    def let_work_end(self) -> None:
        Path(self.environment["MAY_END"]).touch()

    def hold_work(self) -> None:
        Path(self.environment["MAY_END"]).unlink()

    def remove_work(self) -> None:
        """Take the second stack out of the program, as deleting a service's file does."""
        (self.root / "without-work").touch()

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command; what it prints goes to `output`."""
        with self.output.open("w") as output:
            process = subprocess.Popen(
                [str(GROUNDWORK), *arguments],
                cwd=self.root,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
            )
        self.running.append(process)
        return process

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run a command to its end: its exit code and all it printed."""
        code = self.start(*arguments).wait(timeout=PATIENCE_SECONDS)
        return code, self.output.read_text()

    def plan(self, stack: str) -> int:
        """What `terraform plan -detailed-exitcode` ends with in a stack."""
        done = subprocess.run(
            ["terraform", "plan", "-detailed-exitcode", "-input=false", "-no-color"],
            cwd=self.root / "cdktf.out/stacks" / stack,
            env=dict(prepare_terraform(self.root, dict(self.environment)).environment),
            capture_output=True,
            text=True,
        )
        print(done.stdout, done.stderr)
        return done.returncode

    def stop(self) -> None:
        """End what still runs, at once."""
        for process in self.running:
            if process.poll() is None:
                kill_all(process.pid)
                process.wait()

    def wait_for(self, text: str, *, seconds: float = PATIENCE_SECONDS) -> None:
        """Until a line with this text has been printed."""
        deadline = time.monotonic() + seconds
        while text not in self.output.read_text():
            assert self.running[-1].poll() is None or text in self.output.read_text(), self.output.read_text()
            assert time.monotonic() < deadline, f"no {text!r} in:\n{self.output.read_text()}"
            time.sleep(0.2)

    def log(self) -> str:
        """What Terraform has said in the last run; nothing before the first has begun."""
        logs = sorted((self.root / "build/logs").glob("*.log"), key=lambda path: path.stat().st_mtime)
        return logs[-1].read_text() if logs else ""

    def wait_for_log(self, text: str, *, seconds: float = PATIENCE_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while text not in self.log():
            assert time.monotonic() < deadline, f"no {text!r} in:\n{self.log()}"
            time.sleep(0.2)


def descendants(pid: int) -> list[int]:
    """A process and all below it."""
    return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]


def kill_all(pid: int) -> None:
    """`kill -9` for a process and all below it, at once."""
    for one in descendants(pid):
        try:
            os.kill(one, 9)
        except ProcessLookupError:
            continue
