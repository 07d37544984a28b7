"""What `groundwork up` says of the money before it makes an environment."""

from __future__ import annotations

import os
import re
from dataclasses import replace

from cli.target import Target
from cli.up.cost import monthly_cost
from tests.cli.test_deploy_commands import a_session
from tests.synthesis import ROOT, Checkout


def test_in_an_account_it_is_told_and_on_the_embedded_aws_there_is_none(checkout: Checkout) -> None:
    (checkout.root / "main.py").symlink_to(ROOT / "main.py")
    embedded = a_session(checkout)
    embedded = replace(embedded, terraform=replace(embedded.terraform, environment=dict(os.environ)))
    assert monthly_cost(embedded) is None
    account = replace(embedded, target=Target(embedded=False, description=""), local=False)
    said = monthly_cost(account)
    assert said is not None
    assert re.match(r"dev costs about \$[\d,.]+ a month: ", said)
    assert said.endswith("groundwork cost dev)")
