"""`groundwork prices refresh` against a web server that has offer files in AWS' form."""

from __future__ import annotations

import csv
import io
import shutil
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cli.cost.prices_command import refresh_region
from cli.errors import CommandError
from costs.price_list import load_prices
from tests.costs.resources import PRICES

HEAD = [["FormatVersion", "v1.0"], ["Disclaimer", "…"], ["Publication Date", "2027-01-15T10:00:00Z"], ["Version", "1"]]
COLUMNS = [
    "SKU", "TermType", "StartingRange", "Unit", "PricePerUnit", "Currency", "usageType", "operation",
    "Operating System", "Tenancy", "Pre Installed S/W", "CapacityStatus", "Database Engine", "Deployment Option",
]  # fmt: skip

Row = Mapping[str, str]


def row(usage_type: str, usd: str, **more: str) -> Row:
    return {"SKU": "X", "TermType": "OnDemand", "Currency": "USD", "usageType": usage_type, "PricePerUnit": usd} | more


LINUX = {"Operating System": "Linux"}
SHARED = {"Tenancy": "Shared", "Pre Installed S/W": "NA", "CapacityStatus": "Used"}
ONE_ZONE, TWO_ZONES = {"Deployment Option": "Single-AZ"}, {"Deployment Option": "Multi-AZ"}
POSTGRES, ORACLE = {"Database Engine": "PostgreSQL"}, {"Database Engine": "Oracle"}
MICRO = "EU-InstanceUsage:db.t4g.micro"

OFFERS: Mapping[str, list[Row]] = {
    "AmazonEC2": [
        row("EU-NatGateway-Hours", "0.0500000000"),
        row("EU-BoxUsage:t4g.medium", "0.0400", **LINUX, **SHARED),
        row("EU-BoxUsage:t4g.medium", "0.0900", **{"Operating System": "Windows", "Tenancy": "Shared"}),
        row("EU-BoxUsage:t4g.medium", "0.0100", **{"Operating System": "Linux", "Tenancy": "Dedicated"}),
        row("EU-BoxUsage:t4g.medium", "0.0200", TermType="Reserved", **{"Operating System": "Linux"}),
        row("EU-EBS:VolumeUsage.gp3", "0.0880"),
        row("EU-EBS:VolumeUsage.gp3", "0.0890", operation="other"),
    ],
    "AWSDataTransfer": [
        row("EU-DataTransfer-Out-Bytes", "0.0000", StartingRange="0"),
        row("EU-DataTransfer-Out-Bytes", "0.0850", StartingRange="10240"),
        row("EU-DataTransfer-Out-Bytes", "0.0910", StartingRange="100"),
    ],
    "AWSELB": [
        row("EU-LoadBalancerUsage", "0.0300", operation="LoadBalancing:Application"),
        row("EU-LoadBalancerUsage", "0.0400", operation="LoadBalancing"),
    ],
    "awswaf": [row("EU-RequestV2-Tier1", "0.0000007")],
    "awskms": [row("eu-west-1-KMS-Keys", "1.1")],
    "AmazonRDS": [
        row(MICRO, "0.018", **POSTGRES, **ONE_ZONE),
        row(MICRO, "0.036", **POSTGRES, **TWO_ZONES),
        row(MICRO, "0.099", **ORACLE, **ONE_ZONE),
    ],
}


@pytest.fixture
def offers() -> Iterator[str]:
    """A server of offer files; of services that are not in OFFERS it has none."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = self.path.strip("/").split("/")
            rows = OFFERS.get(parts[3]) if self.path.endswith("/current/eu-west-1/index.csv") else None
            text = io.StringIO()
            if rows is not None:
                writer = csv.writer(text, quoting=csv.QUOTE_ALL)
                writer.writerows([*HEAD, COLUMNS, *([one.get(column, "") for column in COLUMNS] for one in rows)])
            self.send_response(200 if rows is not None else 404)
            self.end_headers()
            self.wfile.write(text.getvalue().encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The prices of one day, to be written anew."""
    return Path(shutil.copytree(Path(__file__).parents[2] / "costs/prices", tmp_path / "prices"))


def test_prices_are_read_and_dated(offers: str, folder: Path) -> None:
    changed, kept = refresh_region("eu-west-1", offers=offers, folder=folder)
    prices = load_prices("eu-west-1", folder).prices
    read = {
        "nat_hour": 0.05,
        "ec2.t4g.medium": 0.04,  # Linux, shared, on demand
        "egress_gb": 0.091,  # the first tier that costs anything
        "alb_hour": 0.03,  # of an application load balancer
        "waf_mreq": 0.7,  # AWS' price is of one request, ours of a million
        "kms_key": 1.1,
        "rds.db.t4g.micro": 0.018,  # PostgreSQL in one zone
    }
    assert {key: prices[key].usd for key in read} == pytest.approx(read)
    assert {new.key for _, new in changed} == set(read)
    one = prices["nat_hour"]
    assert (str(one.read), one.confidence, one.source) == ("2027-01-15", "A", "AWS offer file AmazonEC2")
    assert prices["secret"] == PRICES.prices["secret"]
    assert "secret" in {price.key for price in kept}


def test_what_the_price_list_does_not_say_clearly_stays(offers: str, folder: Path) -> None:
    """Two amounts for one usage type: neither is taken."""
    refresh_region("eu-west-1", offers=offers, folder=folder)
    assert load_prices("eu-west-1", folder).prices["ebs_gp3"] == PRICES.prices["ebs_gp3"]


def test_a_region_that_aws_does_not_have_changes_nothing(offers: str, folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(CommandError, match="nothing for the region mars-north-1") as error:
        refresh_region("mars-north-1", offers=offers, folder=folder)
    assert error.value.exit_code == 2
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_price_list_that_cannot_be_reached_changes_nothing(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(CommandError, match=r"(?s)cannot be read.*--offers") as error:
        refresh_region("eu-west-1", offers="http://127.0.0.1:9", folder=folder)
    assert error.value.exit_code == 1
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_every_price_in_the_repository_is_complete() -> None:
    for region in ("eu-west-1", "us-east-1"):
        prices = load_prices(region).prices
        assert prices.keys() == load_prices("eu-west-1").prices.keys()
        for price in prices.values():
            assert price.usd > 0
            assert price.confidence in "ABCD"
            assert price.unit
            assert price.source
