"""`groundwork preview`: what is refused before AWS is asked, and what the states tell of previews."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from cli.previews.request import asked_preview, check_name, notes, preview_name
from cli.previews.stored import previews
from cli.state.state_file import StateFile
from cli.terraform.orphaned_stacks import without_previews
from config.loader.platform import load_platform
from tests.cli.commands import Groundwork, groundwork_in
from tests.synthesis import SHOP

DAY = date(2026, 11, 27)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(SHOP, tmp_path / "shop")
    shop = tmp_path / "shop"
    (shop / "service_configs/migrate.yaml").write_text("kind: one-off\nbefore: orders\nimage: example/job:1\n")
    (shop / "service_configs/pinned.yaml").write_text(f"kind: worker\nimage: example/a@sha256:{'a' * 64}\n")
    (shop / "service_configs/shop-web.yaml").write_text("kind: public-web\nport: 80\nhttp: {host: mailer-web}\n")
    return shop


@pytest.fixture
def groundwork(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Groundwork:
    monkeypatch.setattr("cli.previews.commands.ROOT", root)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")  # nobody listens there
    return groundwork_in(root, monkeypatch, capsys)


REFUSED = {
    "list it": (
        ("make", "list", "-s", "orders=v2"),
        "list: no preview can be called so\n  allowed: 2 to 20 lower-case letters, digits and single hyphens, a letter "
        "first, such as pr-17; not list, make, remove, sweep\n",
    ),
    "two hyphens": (
        ("pr--17", "-s", "orders=v2"),
        "pr--17: no preview can be called so\n  allowed: 2 to 20 lower-case letters, digits and single hyphens, a "
        "letter first, such as pr-17; not list, make, remove, sweep\n",
    ),
    "nothing": (("pr-17",), "a preview of what?\n  fix: name a service and its tag: --service orders=v7\n"),
    "no tag": (("pr-17", "-s", "orders"), "--service orders: has the wrong form\n  fix: --service orders=TAG\n"),
    "an unknown service": (
        ("pr-17", "-s", "order=v2"),
        "--service order=v2: there is no service order\n  allowed: mailer, orders, pinned, shop-web, storefront\n"
        "  fix: did you mean `orders`?\n",
    ),
    "twice": (
        ("pr-17", "-s", "orders=v2", "-s", "orders=v3"),
        "--service orders=v3: orders is named twice\n  fix: choose one tag\n",
    ),
    "a job": (
        ("pr-17", "-s", "migrate=v2"),
        "migrate is a one-off, and previews have no jobs\n"
        "  allowed: services of kind public-web, internal and worker\n",
    ),
    "an image without a tag": (
        ("pr-17", "-s", "pinned=v2"),
        f"pinned runs example/a@sha256:{'a' * 64}, which has no tag that another could take the place of\n"
        "  fix: write `image:` with a tag in service_configs/pinned.yaml\n",
    ),
    "another environment": (
        ("pr-17", "-s", "orders=v2", "-e", "prod"),
        "prod has no previews\n  allowed: dev\n  fix: --environment dev\n",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_previewed_is_refused_before_aws_is_asked(groundwork: Groundwork, case: str) -> None:
    arguments, message = REFUSED[case]
    ended = groundwork("preview", *arguments)
    assert (ended.err, ended.code) == (message, 2)


def test_a_tag_that_no_registry_takes_is_refused_like_that_of_a_release(groundwork: Groundwork) -> None:
    ended = groundwork("preview", "pr-17", "-s", "orders=a/b")
    assert ended.code == 2
    assert "a/b" in ended.err


def test_without_the_field_no_environment_has_previews(root: Path, groundwork: Groundwork) -> None:
    dev = root / "environments/dev.yaml"
    dev.write_text(dev.read_text().partition("previews:")[0])
    ended = groundwork("preview", "list")
    assert ended.err == "no environment has previews\n  fix: write `previews: {}` into environments/dev.yaml\n"
    assert ended.code == 2


def stored(name: str, *, expires: str, hosts: dict[str, str] | None = None, resources: bool = True) -> StateFile:
    tags = {"groundwork:expires": expires}
    made = [
        {"mode": "managed", "type": "aws_ecs_service", "name": "a", "instances": [{"attributes": {"tags_all": tags}}]},
        {
            "mode": "managed",
            "type": "aws_lb_listener_rule",
            "name": "b",
            "instances": [{"attributes": {"priority": 24_900, "tags_all": tags}}],
        },
    ]
    told = {"services": {"orders": "v2"}, "hosts": hosts or {}, "expires": expires}
    content = {
        "resources": made if resources else [],
        "outputs": {"preview": {"value": json.dumps(told)}} if hosts is not None else {},
    }
    return StateFile(f"dev/preview-{name}.tfstate", content)


def test_the_preview_of_a_pull_request_is_called_after_its_service_and_number() -> None:
    assert preview_name("orders", 17) == "orders-17"
    long, other = preview_name("s" * 22, 123456), preview_name("s" * 21 + "t", 123456)
    assert long != other
    for name in (long, other, preview_name("storefront", 12345)):
        assert check_name(name).endswith(("-123456", "-12345"))


def test_states_tell_which_previews_there_are_and_until_when() -> None:
    whole = stored("pr-2", expires="2026-12-04", hosts={"orders": "orders-pr-2.dev.example.com"})
    broken_off = stored("pr-1", expires="2026-12-03")
    gone = stored("pr-3", expires="2026-12-03", resources=False)
    other = StateFile("dev/network.tfstate", whole.content)
    first, second = previews([whole, other, gone, broken_off])
    assert (first.name, first.expires, first.services) == ("pr-1", date(2026, 12, 3), {})
    assert (second.name, second.expires, second.services) == ("pr-2", date(2026, 12, 4), {"orders": "v2"})
    assert second.hosts == {"orders": "orders-pr-2.dev.example.com"}
    assert second.priorities == [24_900]
    assert without_previews([whole, other]) == [other]


def test_a_priority_and_a_host_of_another_preview_are_passed_over_or_refused(root: Path) -> None:
    (deployment,) = load_platform(root, only="dev")
    others = previews([stored("web", expires="2026-12-04", hosts={"mailer": "storefront-pr-17.dev.example.com"})])
    asked = asked_preview(deployment, "pr-18", ["storefront=2"], today=DAY, others=others)
    assert asked.taken == (24_900,)
    assert asked.expires == date(2026, 12, 4)
    with pytest.raises(Exception, match=r"storefront-pr-17\.dev\.example\.com is already the host of preview web"):
        asked_preview(deployment, "pr-17", ["storefront=2"], today=DAY, others=others)


def test_what_a_preview_shares_and_leaves_out_is_said(root: Path) -> None:
    (deployment,) = load_platform(root, only="dev")
    asked = asked_preview(deployment, "pr-17", ["orders=2", "mailer=2"], today=DAY)
    assert notes(deployment, asked) == [
        "mailer takes its work beside that of dev: both take from the same.",
        "orders: orders--pr-17.app.local:80, from inside only; preview storefront too to try it from outside",
        "orders uses the database of dev: what it writes there stays.",
        "migrate is not run: the database stays as dev's own orders needs it.",
        "Its log is in CloudWatch for 3 days; Prometheus does not scrape it, nothing alarms, and one task of each "
        "service runs.",
        "It is removed after 2026-12-04; all else that it calls is dev's own.",
    ]
