"""What a deploy says at its end."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from cli.deploy.commands import without_image
from cli.session import Session
from cli.target import Target
from cli.terraform.provider_mirror import TerraformSetup
from config.loader.platform import load_platform
from config.models.environment.shared import shared_place
from tests.synthesis import Checkout

ALL = ("service-orders", "service-draft", "service-migrate", "network")


def a_session(checkout: Checkout, *, shared: bool = False) -> Session:
    (deployment,) = load_platform(checkout.root, only="dev")
    place = shared_place([deployment.environment]) if shared else deployment.environment
    setup = TerraformSetup(environment={}, skip_provider_lock=False, summary="")
    target = Target(embedded=True, description="")
    return Session(checkout.root, Console(file=StringIO()), place, target, setup, local=True)


def test_what_runs_nothing_yet_is_named_with_the_command_that_changes_it(checkout: Checkout) -> None:
    checkout.write("service_configs/draft.yaml", "kind: internal\nhealth_check: none\nport: 8080\n")
    checkout.write("service_configs/migrate.yaml", "kind: one-off\nbefore: draft\n")
    session = a_session(checkout)
    draft, migrate = sorted(without_image(session, ALL))
    assert draft.startswith("draft runs nothing yet: no image is released.")
    assert migrate.startswith("migrate runs nothing yet")
    for note in (draft, migrate):
        assert note.endswith("groundwork release draft TAG --environment dev")
    assert not list(without_image(session, ["service-orders"]))


def test_what_all_environments_share_has_no_services(checkout: Checkout) -> None:
    checkout.write("service_configs/draft.yaml", "kind: internal\nhealth_check: none\nport: 8080\n")
    assert not list(without_image(a_session(checkout, shared=True), ALL))
