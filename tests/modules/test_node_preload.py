"""What Node.js loads otherwise than it is written: each file must still read as modules/node_preload.cjs expects."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tarfile
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from cdktf import TerraformStack, Testing

from tests.synthesis import ROOT
from tests.test_architecture import PACKAGES

PRELOADED = ROOT / "modules/node_preload.cjs"
INDEX = "lib/index.js"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with as_file(files("cdktf_cdktf_provider_aws._jsii") / "provider-aws@20.1.0.jsii.tgz") as assembly:
        return unpack(assembly, tmp_path_factory.mktemp("provider") / "node_modules/@cdktf")


def unpack(assembly: Path, folder: Path) -> Path:
    """An installed provider's index.js and one of its modules; the other 2,138 are not there."""
    root = folder / "provider-aws"
    with tarfile.open(assembly, mode="r|gz") as archive:
        for member in archive:
            if member.name == f"package/{INDEX}":
                extracted = archive.extractfile(member)
                assert extracted is not None
                (root / "lib/sns-topic").mkdir(parents=True)
                (root / INDEX).write_bytes(extracted.read())
                break
    (root / "lib/sns-topic/index.js").write_text("exports.loaded = true;")
    return root


def assert_on_demand(package: Path) -> None:
    """A module is required when it is used, and not before."""
    program = """
        const provider = require("./lib/index.js");
        console.log(Object.keys(provider).length, provider.snsTopic.loaded, provider.snsTopic === provider.snsTopic);
        try { provider.sqsQueue } catch (error) { console.log(error.code) }
    """
    done = node(program, "--require", str(PRELOADED), cwd=package)
    modules, *told = done.stdout.split()
    assert told == ["true", "true", "MODULE_NOT_FOUND"], done.stderr
    assert int(modules) > 1500


def node(program: str, *options: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"NODE_OPTIONS": ""}  # main.py's
    command = ["node", *options, "--eval", program]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_a_module_is_required_when_it_is_used(package: Path) -> None:
    assert_on_demand(package)


def test_without_it_everything_is_required_at_once(package: Path) -> None:
    done = node('require("./lib/index.js")', cwd=package)
    assert done.returncode == 1
    assert "MODULE_NOT_FOUND" in done.stderr


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "index.js").write_text('exports.missing = require("./missing");')
    assert "MODULE_NOT_FOUND" in node('require("./index.js")', "--require", str(PRELOADED), cwd=tmp_path).stderr


def test_a_checkout_may_lie_in_a_folder_with_a_blank_and_a_quote_in_its_name(tmp_path: Path) -> None:
    checkout = tmp_path / 'two words "and" más'
    checkout.mkdir()
    for path in ROOT.iterdir():
        if path.name in (*PACKAGES, "docker", "environments", "service_configs"):
            (checkout / path.name).symlink_to(path)
    (checkout / "main.py").write_text((ROOT / "main.py").read_text())
    program = "import main; print(main.App(outdir='out').node.id)"
    done = subprocess.run([sys.executable, "-c", program], cwd=checkout, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_stacks_that_depend_on_each_other_in_a_circle_are_still_refused() -> None:
    app = Testing.app()
    first, second, third = (TerraformStack(app, name) for name in ("first", "second", "third"))
    first.add_dependency(second)
    second.add_dependency(third)
    with pytest.raises(RuntimeError, match="dependency"):
        third.add_dependency(first)


@pytest.mark.timeout(120)
def test_a_dependency_is_found_by_seeing_each_stack_once() -> None:
    """By every path it would take longer than the sun will shine."""
    app = Testing.app()
    stacks = [TerraformStack(app, f"stack-{number}") for number in range(60)]
    for number, stack in enumerate(stacks):
        for other in stacks[max(0, number - 5) : number] * 2:
            stack.add_dependency(other)
    assert len(stacks[-1].dependencies) == 5


def test_a_token_does_not_note_where_in_jsii_it_was_made(tmp_path: Path) -> None:
    file = tmp_path / "lib/tokens/private/stack-trace.js"
    file.parent.mkdir(parents=True)
    file.write_text("exports.captureStackTrace = captureStackTrace; function captureStackTrace() { return ['here'] }")
    program = f"console.log(require({json.dumps(str(file))}).captureStackTrace())"
    assert node(program, cwd=tmp_path).stdout == "[ 'here' ]\n"
    assert node(program, "--require", str(PRELOADED), cwd=tmp_path).stdout == "[]\n"


@pytest.fixture
def launcher(tmp_path: Path) -> Path:
    """jsii's own launcher, as its Python package puts it down, with a program that prints and answers."""
    embedded = files("jsii._embedded.jsii")
    launcher = tmp_path / "bin/jsii-runtime.js"
    for file in (launcher, tmp_path / "lib/program.js"):
        file.parent.mkdir()
    launcher.write_bytes((embedded / "bin__jsii-runtime.js").read_bytes())
    (tmp_path / "lib/program.js").write_text(f"""
        const channel = {{ {CHANNEL} }};
        const linked = process.execArgv.includes("--preserve-symlinks");
        require("fs").writeSync(channel.writeFD, `${{process.pid}} ${{linked}}\\n`);
        console.log("printed"); console.error("warned"); process.stdout.write("more\\n", () => process.exit(3));
    """)
    return launcher


CHANNEL = "readFD:3,writeFD:3"


def launch(launcher: Path, *options: str) -> tuple[list[str], int, dict[str, str], int]:
    command = ["node", *options, str(launcher)]
    environment = os.environ | {"NODE_OPTIONS": "", "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        out, err = process.communicate(timeout=30)
    told: dict[str, str] = {"stdout": "", "stderr": ""}
    for line in err.splitlines():
        for stream, text in json.loads(line).items():
            told[stream] += base64.b64decode(text).decode()
    return out.decode().split(), process.pid, told, process.returncode


def test_jsii_runs_in_the_process_that_python_starts_and_prints_as_ever(launcher: Path) -> None:
    (pid, linked), started, told, code = launch(launcher, "--require", str(PRELOADED))
    assert (int(pid), linked, code) == (started, "true", 3)
    assert told == {"stdout": "printed\nmore\n", "stderr": "warned\n"}

    (pid, linked), started, as_ever, code = launch(launcher)
    assert (int(pid) != started, linked, code, as_ever) == (True, "true", 3, told)


def test_a_launcher_of_a_program_that_reads_otherwise_starts_it_as_ever(launcher: Path) -> None:
    program = launcher.parents[1] / "lib/program.js"
    program.write_text(program.read_text().replace(CHANNEL, "readFD: 3, writeFD: 3"))
    (pid, _), started, told, code = launch(launcher, "--require", str(PRELOADED))
    assert (int(pid) != started, told["stdout"], code) == (True, "printed\nmore\n", 3)


@pytest.mark.parametrize("text", ["const its = 1; console.log('other');", "console.log('other');"])
def test_a_launcher_that_launches_otherwise_is_left_alone(launcher: Path, text: str) -> None:
    launcher.write_text(f"{text} (() => {{ console.log('to Python') }})();")
    command = ["node", "--require", str(PRELOADED), str(launcher)]
    done = subprocess.run(command, env=os.environ | {"NODE_OPTIONS": ""}, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("other\nto Python\n", "")


def test_a_synth_starts_one_node() -> None:
    program = """
import subprocess, main
from jsii._runtime import kernel
node = kernel.provider._process._process
print(node.args[0], subprocess.run(["ps", "-o", "pid=", "--ppid", str(node.pid)], capture_output=True).stdout)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "node b''\n"
