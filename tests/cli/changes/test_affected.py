"""For each kind of change: which stacks differ, exactly, why, and in which order."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cli.changes.affected import deploy_waves, find_affected
from cli.changes.affected_text import as_json, as_text, reasons
from cli.changes.tree import StackCode, synthesize_tree
from cli.changes.versions import base_commit, export_commit, export_files
from cli.errors import CommandError
from tests.cli.changes.conftest import Compare
from tests.synthesis import ROOT, Checkout

ORDERS, DEV, PROD = "service_configs/orders.yaml", "environments/dev.yaml", "environments/prod.yaml"
EVERY_STACK = ["account", "cluster", "database-orders", "edge", "logging", "logins-orders", "monitoring", "network"]
EVERY_STACK += ["storage-mailer"]
EVERY_STACK += [f"{kind}-{name}" for kind in ("logs", "service") for name in ("mailer", "orders", "storefront")]


def replaced(file: str, old: str, new: str) -> Callable[[Checkout], None]:
    """One text in one file, which must be there."""

    def change(checkout: Checkout) -> None:
        text = (checkout.root / file).read_text()
        assert old in text
        checkout.write(file, text.replace(old, new, 1))

    return change


def all_of(*changes: Callable[[Checkout], None]) -> Callable[[Checkout], None]:
    def change(checkout: Checkout) -> None:
        for each in changes:
            each(checkout)

    return change


@dataclass(frozen=True)
class Case:
    """A change, and each stack that differs with its reasons; those of `new` and `gone` are all they say."""

    name: str
    change: Callable[[Checkout], None]
    stacks: Mapping[str, list[str]]
    new: frozenset[str] = field(default=frozenset())
    gone: frozenset[str] = field(default=frozenset())


def because(reason: str, *stacks: str) -> dict[str, list[str]]:
    return {stack: [reason] for stack in stacks}


NETWORKED = ("network", "nat", "cluster", "edge", "logging")
MAILERS = ("logs-mailer", "service-mailer", "storage-mailer", "storage-mailer")
NEW_BILLING = frozenset(f"{env}-{kind}-billing" for env in ("dev", "prod") for kind in ("logs", "service"))
BILLING = "kind: worker\nimage: example/billing:1\ncalls: [orders]\n"
CASES = [
    Case(
        "a service's memory",
        replaced(ORDERS, "memory_mib: 1024", "memory_mib: 2048"),
        because(f"{ORDERS}: memory_mib 1024 → 2048", "prod-service-orders"),
    ),
    Case(
        "a service's memory in one environment",
        replaced(ORDERS, "    memory_mib: 512", "    memory_mib: 1024"),
        because(f"{ORDERS}: environments.dev.memory_mib 512 → 1024", "dev-service-orders"),
    ),
    Case(
        "metrics to scrape, by way of the groups that open the port",
        lambda checkout: checkout.add("service_configs/storefront.yaml", "metrics: {}\n"),
        because(
            "service_configs/storefront.yaml: metrics {} is new",
            "shared-registry",
            *(f"{env}-{name}" for env in ("dev", "prod") for name in ("monitoring", "service-storefront")),
        ),
    ),
    Case(
        "a CIDR",
        replaced(DEV, "10.10.0.0/16", "10.11.0.0/16"),
        because(f"{DEV}: network.cidr 10.10.0.0/16 → 10.11.0.0/16", *(f"dev-{name}" for name in NETWORKED)),
    ),
    Case("a comment", replaced(DEV, "# public services", "# Public services"), {}),
    Case("a default that is written out", lambda checkout: checkout.add(PROD, "region: eu-west-1\n"), {}),
    Case("fields in another order", replaced(ORDERS, "cpu: 512\nmemory_mib: 1024", "memory_mib: 1024\ncpu: 512"), {}),
    Case(
        "a new service",
        lambda checkout: checkout.write("service_configs/billing.yaml", BILLING),
        because(
            "service_configs/billing.yaml is new",
            "shared-registry",
            *(f"{env}-{name}" for env in ("dev", "prod") for name in ("monitoring", "logs-billing", "service-billing")),
        ),
        new=NEW_BILLING,
    ),
    Case(
        "a removed service",
        lambda checkout: checkout.remove("service_configs/mailer.yaml"),
        because(
            "service_configs/mailer.yaml is gone",
            "shared-registry",
            *(f"{env}-{name}" for env in ("dev", "prod") for name in ("monitoring", *MAILERS)),
        ),
        gone=frozenset(f"{env}-{name}" for env in ("dev", "prod") for name in MAILERS),
    ),
    Case(
        "a release",
        replaced("service_configs/releases/dev.yaml", "v1", "v2"),
        because("service_configs/releases/dev.yaml: orders v1 → v2", "shared-registry", "dev-service-orders"),
    ),
    Case(
        "the first release in an environment",
        lambda checkout: checkout.write("service_configs/releases/prod.yaml", "orders: v1\n"),
        because("service_configs/releases/prod.yaml is new", "prod-service-orders"),
    ),
    Case(
        "the base of an image",
        replaced("docker/bases.yaml", "grafana:13.2.3", "grafana:13.2.4"),
        because("docker/bases.yaml", "shared-registry", "dev-monitoring", "prod-monitoring"),
    ),
    Case(
        "a database's size",
        replaced(PROD, "instance_class: db.t4g.medium", "instance_class: db.t4g.large"),
        because(
            f"{PROD}: databases.instance_class db.t4g.medium → db.t4g.large",
            # Prometheus warns of connections by the class.
            *("prod-database-orders", "prod-monitoring", "shared-registry"),
        ),
    ),
    Case(
        "a tag of everything",
        replaced("environments/shared.yaml", "owner: platform", "owner: core"),
        because(
            "environments/shared.yaml: tags.owner platform → core",
            "shared-registry",
            *(f"{env}-{name}" for env in ("dev", "prod") for name in EVERY_STACK),
            "dev-nat",
        ),
    ),
    Case(
        "an environment that is gone",
        lambda checkout: checkout.remove(PROD),
        because(f"{PROD} is gone", "shared-registry", *(f"prod-{name}" for name in EVERY_STACK)),
        gone=frozenset(f"prod-{name}" for name in EVERY_STACK),
    ),
    Case(
        "two things at once, each with its own effect",
        all_of(
            replaced(ORDERS, "memory_mib: 1024", "memory_mib: 2048"),
            replaced(DEV, "monthly_usd: 450", "monthly_usd: 9"),
        ),
        {
            **because(f"{ORDERS}: memory_mib 1024 → 2048", "prod-service-orders"),
            **because(f"{DEV}: budget.monthly_usd 450 → 9", "dev-account"),
        },
    ),
    Case(
        "a new service with its first release, which alone would be a mistake",
        all_of(
            lambda checkout: checkout.write("service_configs/billing.yaml", "kind: worker\n"),
            lambda checkout: checkout.write("service_configs/releases/prod.yaml", "billing: v1\n"),
        ),
        {
            **because(
                "service_configs/billing.yaml is new",
                *("dev-monitoring", "prod-monitoring", "dev-service-billing", "dev-logs-billing", "prod-logs-billing"),
            ),
            **{
                stack: ["service_configs/billing.yaml is new", "service_configs/releases/prod.yaml is new"]
                for stack in ("shared-registry", "prod-service-billing")
            },
        },
        new=NEW_BILLING,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_a_change_affects_and_why(case: Case, changed: Checkout, compare: Compare) -> None:
    case.change(changed)
    affected = compare(changed)
    assert {stack.id: reasons(stack) for stack in affected.stacks} == case.stacks
    assert {stack.id for stack in affected.stacks if stack.kind == "added"} == case.new
    assert {stack.id for stack in affected.stacks if stack.kind == "removed"} == case.gone


def test_the_waves_are_those_of_a_deploy_and_what_is_gone_goes_last(changed: Checkout, compare: Compare) -> None:
    replaced("environments/shared.yaml", "owner: platform", "owner: core")(changed)
    changed.remove("service_configs/mailer.yaml")
    waves = [{stack.id for stack in wave if stack.environment != "prod"} for wave in compare(changed).waves]
    assert waves == [
        {"shared-registry"},
        {"dev-account", "dev-network"},
        {"dev-database-orders", "dev-edge", "dev-logging", "dev-nat"},
        {"dev-cluster", "dev-logs-orders", "dev-logs-storefront"},
        {"dev-logins-orders", "dev-monitoring"},
        {"dev-service-orders"},
        {"dev-service-storefront"},
        {"dev-service-mailer"},
        {"dev-logs-mailer", "dev-storage-mailer"},
    ]


def test_a_stack_waits_for_what_it_needs_by_way_of_one_that_is_not_affected() -> None:
    tree = {
        id_: StackCode(id_, "", frozenset(needs))
        for id_, needs in {"dev-a": (), "dev-b": ("dev-a",), "dev-c": ("dev-b",), "shared-r": ()}.items()
    }
    assert deploy_waves(["dev-a", "dev-c", "shared-r"], tree) == [["shared-r"], ["dev-a"], ["dev-c"]]


def test_the_values_that_differ_are_shown_and_not_the_parts_alike(changed: Checkout, compare: Compare) -> None:
    replaced("service_configs/releases/dev.yaml", "v1", "v2")(changed)
    text = "\n".join(as_text(compare(changed), "main"))
    assert text.startswith("2 stacks differ from main, in the order of a deploy:\n\n1. shared-registry: changed\n")
    assert "container_definitions[0].image …v1 → …v2" in text


def test_a_program_reads_the_same(changed: Checkout, compare: Compare) -> None:
    replaced(ORDERS, "memory_mib: 1024", "memory_mib: 2048")(changed)
    document = json.loads(as_json(compare(changed), "abc"))
    assert document["waves"] == [["prod-service-orders"]]
    (stack,) = document["stacks"]
    assert (stack["id"], stack["wave"], stack["change"]) == ("prod-service-orders", 0, "changed")
    assert (stack["environment"], stack["name"]) == ("prod", "service-orders")
    assert stack["settings"] == [{"file": ORDERS, "setting": "memory_mib", "old": "1024", "new": "2048"}]
    ((resource),) = stack["resources"]
    assert resource["attributes"] == [{"path": "memory", "old": "1024", "new": "2048"}]


class Repository:
    """This program with the shop's YAML, in git."""

    PROGRAM = ("config", "docker", "images", "modules", "monitoring", "stacks", "main.py", "cdktf.json")

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(ROOT / "tests/shop/environments", root / "environments")
        shutil.copytree(ROOT / "tests/shop/service_configs", root / "service_configs")
        for name in self.PROGRAM:
            source = ROOT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, root / name)
        for name in ("staging", "prod"):
            (root / f"environments/{name}.yaml").unlink()
        self.git("init", "--quiet", "--initial-branch=main")
        (root / ".gitignore").write_text("__pycache__/\ncdktf.out/\n")
        self.commit()

    def git(self, *arguments: str) -> str:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
        done = subprocess.run(["git", *identity, *arguments], cwd=self.root, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "change")

    def replace(self, file: str, old: str, new: str) -> None:
        text = (self.root / file).read_text()
        assert old in text
        (self.root / file).write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return Repository(tmp_path_factory.mktemp("repository") / "checkout")


def affected_by(repository: Repository, tmp_path: Path) -> dict[str, list[str]]:
    """What the files as they lie there affect, against their last commit, each version by a Python of its own."""
    commit = base_commit(repository.root, "HEAD")
    base = export_commit(repository.root, commit, tmp_path / "base")
    head = export_files(repository.root, tmp_path / "head")
    found = find_affected(base, head, tmp_path, lambda root, name: synthesize_tree(root, tmp_path / "out" / name))
    repository.git("checkout", "--quiet", "--force", ".")
    return {stack.id: reasons(stack) for stack in found.stacks}


def test_code_that_is_written_otherwise_and_says_the_same_affects_nothing(
    repository: Repository, tmp_path: Path
) -> None:
    repository.replace("modules/network/vpc.py", "class Vpc(", "_REFACTORED = True\n\n\nclass Vpc(")
    assert affected_by(repository, tmp_path) == {}


def test_a_new_alert_affects_prometheus_alone(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)  # what Python writes is no change
    text = (repository.root / "monitoring/alerts/databases.py").read_text()
    first = text[
        text.index("            Alert(") : text.index("            Alert(", text.index("            Alert(") + 1)
    ]
    name = first.split('"')[1]
    repository.replace("monitoring/alerts/databases.py", first, first + first.replace(name, f"{name}Too"))
    assert affected_by(repository, tmp_path) == because(
        "monitoring/alerts/databases.py", "shared-registry", "dev-monitoring"
    )


def test_a_base_that_is_not_there_is_one_clear_message(repository: Repository, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--base: there is no commit nowhere\n  fix: git fetch"):
        base_commit(repository.root, "nowhere")
    with pytest.raises(CommandError, match="there is no commit --help"):
        base_commit(repository.root, "--help")
    with pytest.raises(CommandError, match="no git repository"):
        export_files(tmp_path, tmp_path / "head")


def test_the_command_prints_it(repository: Repository) -> None:
    repository.replace("environments/dev.yaml", "monthly_usd: 450", "monthly_usd: 300")
    (repository.root / "untracked.txt").write_text("not committed, and of no effect")
    groundwork = Path(sys.executable).with_name("groundwork")
    done = subprocess.run(
        [str(groundwork), "affected", "--base", "HEAD", "--json"], cwd=repository.root, capture_output=True, text=True
    )
    repository.git("checkout", "--quiet", "--force", ".")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["waves"] == [["dev-account"]]
