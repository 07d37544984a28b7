"""The tag: what changes it, and what does not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from images.context_file import EXECUTABLE, ContextFile
from images.fingerprint import fingerprint
from tests.images.conftest import contexts, tags
from tests.synthesis import ROOT

FILE = ContextFile(path="a", content=b"text")

ServiceFile = Callable[[str, str], None]


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


def test_path_mode_and_content_all_count() -> None:
    variants = [
        FILE,
        ContextFile(path="b", content=b"text"),
        ContextFile(path="a", content=b"text "),
        ContextFile(path="a", content=b"text", mode=EXECUTABLE),
    ]
    assert len({fingerprint([file]) for file in variants}) == len(variants)


def test_the_border_between_files_counts() -> None:
    one = [ContextFile(path="a", content=b"1:b1:c")]
    two = [ContextFile(path="a", content=b""), ContextFile(path="b", content=b"c")]
    assert fingerprint(one) != fingerprint(two)


def test_the_order_of_files_does_not_count() -> None:
    other = ContextFile(path="b", content=b"")
    assert fingerprint([FILE, other]) == fingerprint([other, FILE])


def test_a_service_under_another_name_changes_the_prometheus_image_alone(checkout: Path) -> None:
    before = tags(checkout)
    (checkout / "service_configs/orders.yaml").rename(checkout / "service_configs/purchases.yaml")
    storefront = checkout / "service_configs/storefront.yaml"
    storefront.write_text(storefront.read_text().replace("calls: [orders]", "calls: [purchases]"))
    assert changed(dict(before), dict(tags(checkout))) == {"prometheus"}


def test_a_changed_alert_changes_the_prometheus_image_alone(checkout: Path) -> None:
    before = tags(checkout)
    rules = checkout / "docker/prometheus/rootfs/etc/prometheus/rules/orders.yml"
    rules.parent.mkdir(parents=True, exist_ok=True)
    rules.write_text("groups: []\n")
    assert changed(dict(before), dict(tags(checkout))) == {"prometheus"}


def test_a_services_size_or_release_changes_no_image(checkout: Path, service_file: ServiceFile) -> None:
    service_file("orders", "kind: internal\nhealth_check: none\nimage: nginx:1\nport: 80\n")
    before = tags(checkout)
    service_file(
        "orders", "kind: internal\nhealth_check: none\nport: 80\ncpu: 512\nmemory_mib: 2048\nvariables: {A: b}\n"
    )
    (checkout / "service_configs/releases").mkdir(exist_ok=True)
    (checkout / "service_configs/releases/dev.yaml").write_text("orders: abc\n")
    assert tags(checkout) == before


def test_a_comment_in_any_yaml_changes_nothing(checkout: Path) -> None:
    before = tags(checkout)
    for file in checkout.rglob("*.yaml"):
        file.write_text(f"{file.read_text()}\n# a remark, with a blank line before it\n")
    assert tags(checkout) == before


def test_another_base_changes_the_image_on_it_alone(checkout: Path) -> None:
    before = tags(checkout)
    bases = checkout / "docker/bases.yaml"
    bases.write_text(bases.read_text().replace("grafana:13.2.3", "grafana:13.2.4"))
    assert changed(dict(before), dict(tags(checkout))) == {"grafana"}


def test_what_no_environment_changes_is_built_once_for_all(checkout: Path) -> None:
    everywhere = [tags(checkout, environment) for environment in ("dev", "staging", "prod")]
    shared = {name for name in everywhere[0] if len({of[name] for of in everywhere}) == 1}
    everywhere_alike = {"blackbox-exporter", "ecs-exporter", "fluent-bit", "otel-collector", "postgres-exporter"}
    assert shared == everywhere_alike | {"database-roles"}


STRANGE_MACHINE = """
import os, socket, time
os.umask(0o077)
time.time = lambda: 86400.0
socket.gethostname = lambda: "elsewhere"
time.tzset()
"""

PRINT_TAGS = """
import sys
from pathlib import Path
from tests.images.conftest import tags
print(sorted(tags(Path(sys.argv[1])).items()))
"""


def test_machine_clock_user_locale_and_umask_do_not_count(checkout: Path, tmp_path: Path) -> None:
    before = sorted(tags(checkout).items())
    (tmp_path / "strange").mkdir()
    (tmp_path / "strange/sitecustomize.py").write_text(STRANGE_MACHINE)
    for path in (checkout / "docker").rglob("*"):  # as a checkout under umask 077, long ago
        path.chmod(0o700 if path.is_dir() or path.stat().st_mode & 0o100 else 0o600)
        os.utime(path, (1, 1))
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{tmp_path / 'strange'}:{ROOT}",
        "PYTHONHASHSEED": "7",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONUTF8": "0",
        "LC_ALL": "C",
        "TZ": "Pacific/Chatham",
        "USER": "someone-else",
        "HOME": str(tmp_path),
        "AWS_REGION": "ap-southeast-2",
    }
    child = subprocess.run(
        [sys.executable, "-c", PRINT_TAGS, str(checkout)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert child.stdout.strip() == str(before)


def test_a_context_is_written_readable_for_all_and_whole(checkout: Path, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        context = contexts(checkout)["grafana"]
        folder = context.write(tmp_path / "build")
        assert context.write(tmp_path / "build") == folder
    finally:
        os.umask(before)
    assert folder == tmp_path / "build/grafana" / context.tag
    written = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    assert {path: file.read_bytes() for path, file in written.items()} == {f.path: f.content for f in context.files}
    assert {path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_dir()} == {0o755}
    assert {path.stat().st_mode & 0o777 for path in written.values()} == {0o644}
    assert [path.name for path in (tmp_path / "build").iterdir()] == ["grafana"]


def test_a_context_that_somebody_changed_is_written_anew(checkout: Path, tmp_path: Path) -> None:
    context = contexts(checkout)["grafana"]
    dockerfile = context.write(tmp_path / "build") / "Dockerfile"
    before = dockerfile.read_bytes()
    dockerfile.write_text("FROM scratch\n")
    (dockerfile.parent / "more").write_text("")
    context.write(tmp_path / "build")
    assert dockerfile.read_bytes() == before
    assert not (dockerfile.parent / "more").exists()
