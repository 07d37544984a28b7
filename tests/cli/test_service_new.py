"""`groundwork service`: new, list, show, remove."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.services.text import service_text
from config.loader.platform import load_platform
from config.models.service.kinds import Kind
from config.models.service.routing.listener_priority import rule_priority
from config.models.service.service import Service
from config.source.document import read_document
from config.source.node import plain
from tests.cli.commands import Ended, Groundwork, everything_in, groundwork_in
from tests.cli.terminal import type_into
from tests.config.platform_files import write_platform
from tests.synthesis import Checkout

SCHEMA_LINE = "# yaml-language-server: $schema=../schemas/service.json"

# All that a person has to write, by kind.
SHORTEST = {
    Kind.PUBLIC_WEB: ("kind: public-web", "port: 8080"),
    Kind.INTERNAL: ("kind: internal", "port: 8080", "health_check: none"),
    Kind.WORKER: ("kind: worker",),
    Kind.SCHEDULED_JOB: ("kind: scheduled-job", "schedule:", "  expression: rate(1 hour)"),
    Kind.ONE_OFF: ("kind: one-off",),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A platform with the environments dev and prod, and the services api and web (at shop.<domain>)."""
    return write_platform(tmp_path / "platform")


@pytest.fixture
def groundwork(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Groundwork:
    """Runs a command on it."""
    return groundwork_in(root, monkeypatch, capsys)


def service(root: Path, name: str, environment: str = "dev") -> Service:
    """What the program would deploy."""
    (deployment,) = load_platform(root, only=environment)
    return next(found for found in deployment.services if found.name == name)


def refused(root: Path, groundwork: Groundwork, *arguments: str) -> Ended:
    """A command that must end with 2 and leave every byte as it was."""
    before = everything_in(root)
    ended = groundwork(*arguments)
    assert ended.code == 2
    assert everything_in(root) == before
    return ended


def test_five_lines_are_a_deployable_service_of_any_kind(checkout: Checkout) -> None:
    checkout.keep_services()
    for kind, lines in SHORTEST.items():
        assert len(lines) <= 5
        checkout.write(f"service_configs/a-{kind}.yaml", "\n".join(lines) + "\n")
    platform = checkout.synthesize(only="dev")
    assert set(SHORTEST) == set(Kind)
    for kind in Kind:
        definition = platform[f"dev-service-a-{kind}"].one("aws_ecs_task_definition")
        assert (definition["family"], definition["cpu"]) == (f"dev-a-{kind}", "256")


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        (
            ("--kind", "public-web", "--port", "3000"),
            """\
kind: public-web  # customers reach it, through the load balancer
port: 3000        # where the container listens
cpu: 256          # 1024 is one vCPU
memory_mib: 512   # 512 to 2048 with this cpu
""",
        ),
        (
            ("--kind", "internal", "--port", "8080", "--cpu", "1024"),
            """\
kind: internal      # other services reach it as payments.app.local, if they name it in `calls:`
port: 8080          # where the container listens
cpu: 1024           # 1024 is one vCPU
memory_mib: 2048    # 2048 to 8192 with this cpu
health_check: none  # or `command:` below it: what ECS runs in the container to see it work
""",
        ),
        (
            ("--kind", "worker", "--memory-mib", "1024"),
            """\
kind: worker      # nothing connects to it
cpu: 256          # 1024 is one vCPU
memory_mib: 1024  # 512 to 2048 with this cpu
""",
        ),
        (
            ("--kind", "scheduled-job", "--schedule", "cron(30 3 * * ? *)", "--timezone", "Europe/Dublin"),
            """\
kind: scheduled-job               # runs by the clock, and ends
schedule:
  expression: cron(30 3 * * ? *)
  timezone: Europe/Dublin         # the clock that cron means
cpu: 256                          # 1024 is one vCPU
memory_mib: 512                   # 512 to 2048 with this cpu
""",
        ),
        (
            ("--kind", "one-off", "--before", "api"),
            """\
kind: one-off    # runs when told to, and ends
before: api      # runs to its end before each deploy of that service, with its image
cpu: 256         # 1024 is one vCPU
memory_mib: 512  # 512 to 2048 with this cpu
""",
        ),
    ],
)
def test_the_options_are_written_as_a_short_commented_file(
    root: Path, groundwork: Groundwork, arguments: tuple[str, ...], file: str
) -> None:
    ended = groundwork("service", "new", "payments", *arguments, "--about", "Takes the money")
    assert ended.code == 0, ended.err
    expected = f"{SCHEMA_LINE}\n# Takes the money\n{file}"
    assert (root / "service_configs/payments.yaml").read_text() == expected
    assert service(root, "payments").kind == arguments[1]


def test_host_path_and_health_check_are_written_where_they_are_not_the_default(
    root: Path, groundwork: Groundwork
) -> None:
    route = ("--host", "*", "--path", "/api/*", "--health-check", "/")
    assert groundwork("service", "new", "front", "--kind", "public-web", "--port", "80", *route).code == 0
    front = service(root, "front")
    assert front.http
    assert (front.http.host, front.http.path, front.health_check.path) == (("*",), ("/api/*",), "/")


def test_the_next_steps_name_the_repository_and_the_commands(root: Path, groundwork: Groundwork) -> None:
    ended = groundwork("service", "new", "payments", "--kind", "worker")
    registry = load_platform(root)[0].environment.registry
    assert ended.out.splitlines() == [
        "Wrote service_configs/payments.yaml",
        f"next: groundwork deploy shared    makes its repository, {registry}/payments",
        "      groundwork images publish --service payments --context DIR, or push an image there",
        "      groundwork release payments TAG --environment dev",
        "      groundwork images publish    Prometheus' image names whom it scrapes",
        "      groundwork deploy dev service-payments monitoring    without a release it runs no task",
        "code: on SIGTERM, finish what has begun and end; see docs/deploying.md, On SIGTERM",
        # There is no program to synthesize here; tests/cli/cost/test_new_service.py has one.
        "cost: what it adds a month, once it is released: groundwork cost ENV --service payments",
    ]


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        ((), "NAME, --kind public-web|internal|worker|scheduled-job|one-off"),
        (("payments",), "--kind public-web|internal|worker|scheduled-job|one-off"),
        (("payments", "--kind", "internal"), "--port 8080"),
        (("payments", "--kind", "public-web", "--yes"), "--port 8080"),
        (("--kind", "scheduled-job"), "NAME, --schedule EXPRESSION"),
    ],
)
def test_without_a_terminal_a_missing_answer_is_named_by_its_flag_and_nothing_waits(
    root: Path, groundwork: Groundwork, arguments: tuple[str, ...], missing: str
) -> None:
    ended = refused(root, groundwork, "service", "new", *arguments)
    assert ended.err.startswith(f"nobody is here to be asked, and the answer is missing to: {missing}\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("api", "--kind", "worker"), ("there is a service of this name already", "service_configs/api.yaml")),
        (("My_Service", "--kind", "worker"), ("this is no name for a service", "write my-service")),
        (("x" * 23, "--kind", "worker"), ("2 to 22 lower-case letters", "fix: choose another name")),
        (("new", "--kind", "servlet"), ("servlet", "public-web")),
        (
            ("other", "--kind", "public-web", "--port", "80", "--host", "shop"),
            ("already answers /* on host shop", "service_configs/other.yaml", "service_configs/web.yaml"),
        ),
        (("other", "--kind", "worker", "--port", "80"), ("port: a service of kind worker has nobody who connects",)),
        (("other", "--kind", "internal", "--port", "70000"), ("port: is too large", "70000")),
        (("other", "--kind", "worker", "--cpu", "300"), ("cpu: is none of the choices", "write 256")),
        (("other", "--kind", "worker", "--memory-mib", "700"), ("Fargate has no task with cpu 256 and 700 MiB",)),
        (("other", "--kind", "one-off", "--before", "apu"), ("apu", "did you mean `api`?")),
        (("other", "--kind", "scheduled-job", "--schedule", "@daily"), ("schedule.expression", "@daily")),
        (
            ("other", "--kind", "scheduled-job", "--schedule", "rate(1 day)", "--timezone", "Mars/Olympus"),
            ("there is no time zone Mars/Olympus",),
        ),
        (("other", "--kind", "public-web", "--port", "80", "--host", 'a"b\nc'), ("http.host",)),
    ],
)
def test_an_answer_that_the_loader_refuses_leaves_no_file(
    root: Path, groundwork: Groundwork, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    ended = refused(root, groundwork, "service", "new", *arguments)
    assert all(word in ended.err for word in words), ended.err


def test_several_hosts_and_paths_are_written_as_lists(root: Path, groundwork: Groundwork) -> None:
    route = ("--host", "www", "--host", "@", "--path", "/a/*", "--path", "/b")
    assert groundwork("service", "new", "other", "--kind", "public-web", "--port", "80", *route).code == 0
    text = (root / "service_configs/other.yaml").read_text()
    assert 'host: [www, "@"]' in text
    assert "path: [/a/*, /b]" in text
    (written,) = (its for its in load_platform(root)[0].services if its.name == "other")
    assert written.route
    assert (written.route.host, written.route.path) == (("www", "@"), ("/a/*", "/b"))


def test_a_task_before_deploys_is_told_to_have_a_command_of_its_own(groundwork: Groundwork) -> None:
    ended = groundwork("service", "new", "migrate", "--kind", "one-off", "--before", "web")
    assert "write `command:` in service_configs/migrate.yaml, or it starts what web starts" in ended.out


def test_a_rule_priority_that_is_taken_is_found_before_the_file_is_written(root: Path, groundwork: Groundwork) -> None:
    route = ("--kind", "public-web", "--port", "80", "--path", "/x")
    assert groundwork("service", "new", "front", *route).code == 0
    text = (root / "service_configs/front.yaml").read_text()
    priority = rule_priority("other", "other", "/x")
    (root / "service_configs/front.yaml").write_text(text.replace("http:\n", f"http:\n  priority: {priority}\n"))
    ended = refused(root, groundwork, "service", "new", "other", *route)
    assert f"{priority} is already the rule priority of " in ended.err


def test_at_a_terminal_it_asks_what_the_kind_needs_and_asks_again_after_a_slip(root: Path) -> None:
    code, screen = type_into(
        root,
        ["service", "new"],
        [
            ("Name", "api"),
            ("already", "payments"),
            ("Kind", "web"),
            ("allowed", "public-web"),
            ("Port", "http"),
            ("allowed", ""),
            ("[payments]", "pay"),
            ("[/*]", ""),
            ("[/healthz]", "/"),
            ("[256]", "512"),
            ("[1024]", ""),
            ("Write service_configs/payments.yaml?", "y"),
        ],
    )
    assert code == 0, screen
    assert "allowed: a whole number from 1 to 65535" in screen
    payments = service(root, "payments")
    assert payments.http
    assert (payments.port, payments.http.host, payments.health_check.path) == (8080, ("pay",), "/")
    assert (payments.cpu, payments.memory_mib) == (512, 1024)


def test_at_a_terminal_options_are_not_asked_for_again(root: Path) -> None:
    arguments = ["service", "new", "nightly", "--kind", "scheduled-job", "--cpu", "256", "--memory-mib", "512"]
    dialogue = [("When it runs", "rate(1 day)"), ("[UTC]", ""), ("Write", "")]
    code, screen = type_into(root, arguments, dialogue)
    assert code == 0, screen
    assert service(root, "nightly").kind is Kind.SCHEDULED_JOB


@pytest.mark.parametrize("leave", ["\x03", "\x04", "n"])
def test_leaving_in_the_middle_writes_nothing(root: Path, leave: str) -> None:
    before = everything_in(root)
    dialogue = [("Kind", "worker"), ("[256]", ""), ("[512]", ""), ("Write", leave)]
    code, _ = type_into(root, ["service", "new", "half"], dialogue)
    assert code == 1
    assert everything_in(root) == before


@pytest.mark.parametrize("answer", ["*", "@", "on", "123", "a: b", "#x", "'", "true", "- x"])
def test_any_answer_is_written_as_the_text_that_it_is(answer: str, tmp_path: Path) -> None:
    text = service_text("x", Kind.PUBLIC_WEB, {"port": 80, "http.host": answer, "cpu": 256, "memory_mib": 512})
    root = write_platform(tmp_path, {"service_configs/extra.yaml": text})
    http = plain(read_document(root, Path("service_configs/extra.yaml")).node)["http"]  # type: ignore[arg-type]
    assert http == {"host": answer}


def test_the_list_shows_every_service_and_its_release_in_each_environment(root: Path, groundwork: Groundwork) -> None:
    groundwork("release", "api", "1.4.2", "-e", "dev")
    (root / "service_configs/migrate.yaml").write_text("kind: one-off\nbefore: api\nmemory_mib: 1024\n")
    (root / "service_configs/web.yaml").write_text(
        "kind: public-web\nport: 80\nimage: example.com/web:1\n"
        "environments:\n  prod:\n    cpu: 512\n    memory_mib: 1024\n"
    )
    lines = groundwork("service", "list").out.splitlines()
    rows = [[cell.strip() for cell in line.strip("│┃").replace("┃", "│").split("│")] for line in lines]
    assert ["service", "kind", "host and path", "port", "cpu", "MiB", "dev", "prod"] in rows
    assert ["api", "internal", "-", "8080", "512", "1024", "1.4.2", "-"] in rows
    assert ["migrate", "one-off", "-", "-", "256", "1024", "1.4.2 (api)", "- (api)"] in rows
    image = "its own image"
    assert ["web", "public-web", "web.<domain>/*", "80", "256 dev", "512 dev", image, image] in rows
    assert ["", "", "", "", "512 prod", "1024 prod", "", ""] in rows


def test_show_says_of_each_value_in_which_line_it_stands(root: Path, groundwork: Groundwork) -> None:
    groundwork("release", "web", "7", "-e", "dev")
    out = groundwork("service", "show", "web", "--environment", "dev").out
    rows = {cells[1]: cells[2:4] for line in out.splitlines() if len(cells := [c.strip() for c in line.split("│")]) > 3}
    assert rows["kind"] == ["public-web", "service_configs/web.yaml:1"]
    assert rows["http.host"] == ["shop", "service_configs/web.yaml:4"]
    assert rows["scaling.min_tasks"] == ["1", "service_configs/web.yaml:8"]
    assert rows["memory_mib"] == ["512", "default"]
    assert rows["release"] == ["7", "service_configs/releases/dev/web.yaml:3"]
    in_prod = groundwork("service", "show", "web", "--environment", "prod").out
    assert "service_configs/web.yaml:8" not in in_prod


def test_show_leaves_out_what_the_kind_has_no_use_for(root: Path, groundwork: Groundwork) -> None:
    (root / "service_configs/migrate.yaml").write_text("kind: one-off\n")
    out = groundwork("service", "show", "migrate", "-e", "dev").out
    assert "memory_mib" in out
    assert not any(word in out for word in ("health_check", "scaling", "schedule"))


def test_a_service_that_another_calls_is_not_removed_and_both_files_are_named(
    root: Path, groundwork: Groundwork
) -> None:
    with (root / "service_configs/web.yaml").open("a") as file:
        file.write("calls: [api]\n")
    ended = refused(root, groundwork, "service", "remove", "api", "--yes")
    first = "service_configs/web.yaml:9: web calls api, so service_configs/api.yaml cannot be removed"
    assert ended.err.splitlines()[0] == first


def test_a_service_whose_database_is_protected_is_not_removed_in_one_step(root: Path, groundwork: Groundwork) -> None:
    with (root / "service_configs/api.yaml").open("a") as file:
        file.write("database: {}\n")
    (root / "environments/dev.yaml").write_text(
        (root / "environments/dev.yaml").read_text() + "deletion_protection: false\n"
    )
    ended = refused(root, groundwork, "service", "remove", "api", "--yes")
    assert "service_configs/api.yaml:9: the database of api is protected in prod" in ended.err
    assert "in dev" not in ended.err
    text = (root / "service_configs/api.yaml").read_text()
    (root / "service_configs/api.yaml").write_text(text.replace("{}", "{deletion_protection: false}"))
    ended = groundwork("service", "remove", "api", "--yes")
    assert "groundwork destroy prod service-api logins-api database-api logs-api\n" in ended.out


def test_removing_takes_the_file_and_its_releases_and_says_how_the_stack_is_destroyed(
    root: Path, groundwork: Groundwork
) -> None:
    before = everything_in(root)
    groundwork("service", "new", "extra", "--kind", "worker")
    for name in ("extra", "api"):
        groundwork("release", name, "1.0", "-e", "dev")
    ended = groundwork("service", "remove", "extra", "--yes")
    assert ended.code == 0
    assert "groundwork destroy dev service-extra logs-extra\n" in ended.out
    assert "groundwork destroy prod service-extra logs-extra\n" in ended.out
    after = everything_in(root)
    assert 'tag: "1.0"' in after.pop("service_configs/releases/dev/api.yaml").decode()
    assert after == before


def test_a_disk_that_fails_in_the_middle_of_removing_leaves_all_files_as_they_were(
    root: Path, groundwork: Groundwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    for environment in ("dev", "prod"):
        groundwork("release", "api", "1.0", "-e", environment)
    before = everything_in(root)
    # The releases of dev and prod are removed, and the service's file cannot be.
    unlink = Path.unlink

    def fail(path: Path, *, missing_ok: bool = False) -> None:
        if path == root / "service_configs/api.yaml":
            raise OSError(5, "Input/output error")
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", fail)
    ended = groundwork("service", "remove", "api", "--yes")
    assert ended.code == 1
    assert "cannot be written, and all is as it was: Input/output error" in ended.err
    assert everything_in(root) == before


def test_removing_asks_first(root: Path, groundwork: Groundwork) -> None:
    assert "add --yes" in refused(root, groundwork, "service", "remove", "api").err
    before = everything_in(root)
    code, screen = type_into(root, ["service", "remove", "api"], [("Delete service_configs/api.yaml?", "n")])
    assert (code, everything_in(root)) == (1, before), screen


def test_an_unknown_service_is_not_removed_nor_shown(root: Path, groundwork: Groundwork) -> None:
    assert "did you mean `api`?" in refused(root, groundwork, "service", "remove", "apii", "-y").err
    assert "did you mean `api`?" in refused(root, groundwork, "service", "show", "apii", "-e", "dev").err
