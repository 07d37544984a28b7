"""What keeps this code base in order: which way imports point, and what no file may do."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.synthesis import ROOT, SHOP

LONGEST_FILE = 200
LONGEST_STACK_FILE, LONGEST_STACK = 60, 40
PACKAGES = ("cli", "config", "costs", "images", "local_aws", "modules", "monitoring", "rollouts", "stacks")
# Each package may import from those below it in this table, and from nothing else of ours.
MAY_IMPORT = {
    "config": set(),
    "costs": {"config"},
    "monitoring": {"config"},
    "images": {"config", "monitoring"},
    "modules": {"config", "rollouts"},
    "stacks": {"config", "images", "modules"},
    "main": {"config", "images", "modules", "stacks"},
    "local_aws": {"config"},
    "rollouts": set(),
    "cli": {"config", "costs", "images", "local_aws", "rollouts"},
}
# The rooms of a package, each allowed to import from those above it; what lies in none is a package's own front door.
ROOMS = {
    "config": ("models", "source", "diagnostics", "checks", "loader"),
    "modules": (
        "network",
        "data",
        "logging",
        "edge",
        "monitoring",
        "ecs",
        "rollouts",
        "workload",
        "monitoring_services",
        "delivery",
    ),
}
MOST_MODULES = 17
# Packages that start fast because they know nothing of constructs.
WITHOUT_CONSTRUCTS = ("config", "costs", "monitoring", "images", "cli", "local_aws")
SYNTH_PATH = ("config", "monitoring", "images", "modules", "stacks")
CONSTRUCTS = {"Construct", "PlatformStack", "TerraformStack"}
GRAB_BAGS = {"utils", "util", "helpers", "helper", "common", "base", "misc", "shared_code"}


def sources(*packages: str) -> list[Path]:
    """Every Python file of these packages."""
    return [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]


def product() -> list[Path]:
    """Every Python file but the tests: a table of cases may be as long as it must."""
    return [ROOT / "main.py", *sources(*PACKAGES, "benchmarks")]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{named(path)} imports relatively"
            yield node.module


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_point_one_way(package: str) -> None:
    ours = {*PACKAGES, "main", "tests"}
    files = [ROOT / "main.py"] if package == "main" else sources(package)
    for path in files:
        used = {name.split(".")[0] for name in imports(path)} & ours
        assert used <= MAY_IMPORT[package] | {package}, named(path)


@pytest.mark.parametrize("package", ROOMS)
def test_the_rooms_of_a_package_import_one_way(package: str) -> None:
    rooms = ROOMS[package]
    for at, room in enumerate(rooms):
        for path in sorted((ROOT / package / room).rglob("*.py")):
            used = {parts[1] for name in imports(path) if (parts := name.split("."))[0] == package and len(parts) > 2}
            assert used & set(rooms) <= set(rooms[: at + 1]), named(path)


def test_no_imports_run_in_a_circle_those_for_the_type_checker_included() -> None:
    modules = {named(path).removesuffix(".py").replace("/", "."): path for path in product()}
    TopologicalSorter({name: modules.keys() & set(imports(path)) for name, path in modules.items()}).prepare()


def test_no_folder_holds_more_modules_than_a_reader_can_survey() -> None:
    for folder in {path.parent for path in product()}:
        modules = [path.name for path in folder.glob("*.py") if path.name != "__init__.py"]
        assert folder == ROOT or "local_aws" in folder.parts or len(modules) <= MOST_MODULES, named(folder)


def test_what_a_person_waits_for_imports_no_constructs() -> None:
    constructs = {"cdktf", "cdktf_cdktf_provider_aws", "constructs"}
    for path in sources(*WITHOUT_CONSTRUCTS):
        assert not {name.split(".")[0] for name in imports(path)} & constructs, named(path)


def test_what_renders_the_dashboards_is_needed_by_nobody_else() -> None:
    """They are committed: whoever deploys needs no package but the product's own."""
    rendering = {"monitoring.dashboards", "grafana_foundation_sdk"}
    for path in product():
        if "dashboards" not in path.parts:
            used = {name for name in imports(path) for part in rendering if f"{name}.".startswith(f"{part}.")}
            assert not used, named(path)


def test_no_environment_is_known_by_name() -> None:
    names = {file.stem for file in (SHOP / "environments").glob("*.yaml")} - {"shared"}
    for path in (ROOT / "main.py", *sources(*SYNTH_PATH)):
        for node in ast.walk(ast.parse(path.read_text())):
            compared: list[ast.AST] = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
            compared += [node.pattern] if isinstance(node, ast.match_case) else []
            constants = {part.value for side in compared for part in ast.walk(side) if isinstance(part, ast.Constant)}
            assert not constants & names, f"{named(path)} decides by an environment's name"


def test_only_main_reads_environment_variables() -> None:
    for path in sources("config", "modules", "stacks"):
        assert "os" not in imports(path), f"{named(path)}: what needs the operating system belongs elsewhere"


def test_the_switch_for_the_embedded_aws_stays_in_the_stacks() -> None:
    for path in sources("config", "monitoring", "images", "modules"):
        assert not re.search(r"\bembedded\b(?! AWS)", path.read_text()), named(path)


def test_no_file_is_longer_than_a_few_screens() -> None:
    long = [named(path) for path in product() if len(path.read_text().splitlines()) > LONGEST_FILE]
    assert not long, "split it by topic"


def test_a_stack_fits_on_a_screen() -> None:
    """A stack says what is in it; how each part is made is a module's."""
    for path in sources("stacks"):
        text = path.read_text()
        assert text.count("\n") <= LONGEST_STACK_FILE, named(path)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef):
                assert (node.end_lineno or 0) - node.lineno < LONGEST_STACK, f"{named(path)} {node.name}"


def test_every_file_says_first_what_it_is() -> None:
    for path in product():
        if text := path.read_text().strip():
            summary = ast.get_docstring(ast.parse(text)) or ""
            assert summary.split("\n\n")[0].rstrip().endswith((".", ":", "`")), named(path)


VERBLESS = re.compile(
    r"(Of|By|What|How|Where|Who|Whose|Whether|Which|When|As|From|To whom|That|All that|So|In|The same|Same)\b"
)


def test_a_docstring_begins_with_an_imperative_or_names_its_subject() -> None:
    found = [
        f"{named(path)}: {summary}"
        for path in product()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and VERBLESS.match(summary := (ast.get_docstring(node) or "").split("\n")[0])
    ]
    assert not found


def test_files_are_named_after_the_thing_in_them() -> None:
    assert not [named(path) for path in product() if GRAB_BAGS & {path.stem, path.parent.name}]


def test_constructs_take_keyword_only_typed_arguments() -> None:
    for path in sources("modules", "stacks"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.ClassDef) or not CONSTRUCTS & {ast.unparse(base) for base in node.bases}:
                continue
            for constructor in node.body:
                if isinstance(constructor, ast.FunctionDef) and constructor.name == "__init__":
                    assert len(constructor.args.args) <= 3, f"{node.name}: only self, scope and id_ by position"
                    assert constructor.args.kwarg is None, f"{node.name}: no **kwargs"


def test_the_docker_folder_is_no_package() -> None:
    """PyPI has a package of that name, which moto imports."""
    assert not (ROOT / "docker/__init__.py").exists()


def test_one_file_names_the_engine() -> None:
    """Everything else is written to cdktf's names, whichever package they lead to."""
    fork = [named(path) for path in (*product(), *sources("modules")) if "cdktn" in path.read_text()]
    assert set(fork) == {"modules/engine.py"}


def test_the_providers_root_is_never_executed() -> None:
    """It imports all 2,139 submodules, which takes 8 to 15 s."""
    program = (
        "import sys, main\n"
        "provider = sys.modules['cdktf_cdktf_provider_aws']\n"
        "loaded = [name for name in sys.modules if name.startswith('cdktf_cdktf_provider_aws.')]\n"
        "print(hasattr(provider, '__all__'), len(loaded))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    executed, loaded = done.stdout.split()
    assert executed == "False"
    assert 10 < int(loaded) < 300
