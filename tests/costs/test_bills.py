"""Whole environments: the lines of a bill worked out apart from this code, and what must hold for any bill."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from config.models.environment.usage import ServiceUsage, Usage
from costs.bill import Bill, make_bill
from costs.levers import levers
from costs.price_list import PriceList, load_prices
from tests.costs.resources import PRICES, bill_of
from tests.synthesis import SHOP, Checkout, Platform

ENVIRONMENTS = ("dev", "staging", "prod")
PUBLIC = "data to the internet"

# What the shop cost when its bill was worked out by hand, line by line, before any of it was made cheaper.
AS_BEFORE: Mapping[str, object] = {
    "cluster": {"container_insights": "enabled"},
    "logging": {"destination": "cloudwatch"},
}
NETWORKS: Mapping[str, object] = {
    "dev": {"nat": "single", "flow_logs": "cloudwatch"},
    "staging": {"nat": "single", "flow_logs": "cloudwatch"},
    "prod": {"flow_logs": "cloudwatch"},
}
CLASSES = {"dev": "db.t4g.micro", "staging": "db.t4g.medium", "prod": "db.m7g.large"}
USAGE: Mapping[str, Mapping[str, float]] = {
    "dev": {"requests_per_second": 1, "flow_log_gb": 20, "platform_log_gb": 3, "cross_zone_gb": 4},
    "staging": {"requests_per_second": 5, "flow_log_gb": 40, "platform_log_gb": 4, "cross_zone_gb": 13},
    "prod": {"requests_per_second": 50, "flow_log_gb": 200, "platform_log_gb": 6, "cross_zone_gb": 72},
}
IMAGES_USD = 0.5
SNAPSHOTS = "snapshots of that disk"
HAND = {
    # item: (items of the bill that begin so), dev, staging, prod
    "NAT hours": (("NAT gateways, hours",), 35.04, 35.04, 105.12),
    "NAT data": (("NAT gateways, data",), 4.80, 4.80, 4.80),
    "public IPv4": (("public addresses",), 14.60, 14.60, 21.90),
    "ALB hours": (("load balancer, hours",), 18.40, 18.40, 18.40),
    "LCU": (("load balancer, capacity units",), 0.085, 1.10, 11.03),
    "Fargate, services": (("tasks of mailer", "tasks of orders", "tasks of storefront"), 2.76, 33.56, 57.67),
    "Fargate, platform": (("tasks of grafana", "tasks of cloudwatch-exporter"), 21.63, 21.63, 21.63),
    "EC2": (("instances of",), 26.86, 26.86, 26.86),
    "EBS": (("root disks", "disk of"), 4.40, 4.40, 7.04),
    "RDS instance": (("database, instance",), 12.41, 50.37, 271.56),
    "RDS storage": (("database, storage",), 2.54, 2.54, 5.08),
    "logs of services": (("log",), 26.21, 26.21, 26.21),
    "other logs": (("logs of the platform",), 1.71, 2.28, 3.42),
    "flow logs": (("flow logs",), 11.42, 22.98, 116.70),
    "Container Insights": (("Container Insights",), 28.72, 38.10, 38.10),
    # 2.10, and since then that alerts arrive, that services have their new password, and three on the instance, its
    # disk and Spot
    "alarms": (("alarms",), 2.60, 2.60, 2.60),
    "snapshots": ((SNAPSHOTS,), 1.00, 1.00, 2.50),
    # 4.47, 4.47 and 5.87, and since then the firewall: 42 metrics x 8.76 thousand rounds x 0.01
    "GetMetricData": (("metrics asked",), 8.15, 8.15, 9.55),
    # 3.68, and since then the firewall: 4 x 8.76 x 0.01
    "ListMetrics": (("metrics listed",), 4.03, 4.03, 4.03),
    "KMS": (("KMS keys",), 3.00, 3.00, 3.00),
    # 0.80, and since then two logins of a database: 2 x 0.40
    "secrets": (("secrets", "database, password"), 1.60, 1.60, 1.60),
    "WAF rules": (("firewall, rules",), 9.00, 9.00, 9.00),
    "WAF requests": (("firewall, requests",), 0.61, 7.88, 78.84),
    "zones": (("DNS zones",), 1.00, 1.00, 1.00),
    "data to the internet": ((PUBLIC,), 0.87, 11.28, 112.78),
    "ECR, S3, between zones": (("between zones", "access logs"), 1.42, 1.67, 2.26),
}
# with the three alarms of 0.10 and the two secrets of 0.40 above: 238.3, 337.3 and 843.3 before the secrets
WITHOUT_INTERNET_DATA = {"dev": 239.1, "staging": 338.1, "prod": 844.1}


def settle(checkout: Checkout, file: str, fields: Mapping[str, object]) -> None:
    """Write fields of a YAML file, sections merged."""
    yaml = YAML()
    path = checkout.root / file
    document = yaml.load(path.read_text())
    for name, value in fields.items():
        if isinstance(value, Mapping):
            document.setdefault(name, {}).update(value)
        else:
            document[name] = value
    with path.open("w") as stream:
        yaml.dump(document, stream)


def as_worked_out(checkout: Checkout) -> None:
    """Take the services back to the settings of the bill by hand, which knows no storage of a service."""
    mailer = checkout.root / "service_configs/mailer.yaml"
    document = YAML().load(mailer.read_text())
    for name in ("permissions", "buckets", "queues", "cache"):
        del document[name]
    del document["scaling"]["messages_per_task"]
    with mailer.open("w") as stream:
        YAML().dump(document, stream)
    for name in ("mailer", "orders", "storefront"):
        settle(checkout, f"service_configs/{name}.yaml", {"on_demand_base": 0, "scaling": {"memory_percent": 75}})


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Bill]:
    """The bills of the shop as it was worked out by hand."""
    checkout = Checkout(tmp_path_factory.mktemp("before") / "checkout")
    for name in ENVIRONMENTS:
        settle(checkout, f"environments/{name}.yaml", {**AS_BEFORE, "usage": dict(USAGE[name])})
        settle(checkout, f"environments/{name}.yaml", {"databases": {"instance_class": CLASSES[name]}})
        settle(checkout, f"environments/{name}.yaml", {"network": NETWORKS[name]})
    settle(checkout, "environments/dev.yaml", {"office_hours": {"databases": False, "monitoring": False}})
    as_worked_out(checkout)
    platform = checkout.synthesize()
    return {name: bill_of(checkout.root, platform, name) for name in ENVIRONMENTS}


@pytest.mark.parametrize("item", HAND)
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_each_line_agrees_with_the_bill_worked_out_by_hand(
    environment: str, item: str, before: Mapping[str, Bill]
) -> None:
    begins, *amounts = HAND[item]
    expected = amounts[ENVIRONMENTS.index(environment)]
    exact = item == "logs of services"
    found = [
        line.usd or 0
        for line in before[environment].lines
        if (line.item in begins if exact else line.item.startswith(begins))
    ]
    assert sum(found) == pytest.approx(expected, rel=0.02, abs=0.01)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_sum_agrees_with_the_bill_worked_out_by_hand(environment: str, before: Mapping[str, Bill]) -> None:
    bill = before[environment]
    usd = bill.usd - sum(line.usd or 0 for line in bill.lines if line.item in (PUBLIC, SNAPSHOTS)) + IMAGES_USD
    assert usd == pytest.approx(WITHOUT_INTERNET_DATA[environment], rel=0.02)


def larger(usage: Usage, draw: random.Random) -> Usage:
    """Some usage with nothing below that of another."""
    fields = {name: float(value) for name, value in usage if name not in ("services", "new_connections_per_request")}
    more = {name: value * draw.choice((1, 1, 1.5, 20)) + draw.choice((0, 0, 3)) for name, value in fields.items()}
    return usage.model_copy(update=more | {"new_connections_per_request": draw.uniform(0.2, 1)})


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_more_usage_never_costs_less(environment: str, before: Mapping[str, Bill]) -> None:
    draw = random.Random(environment)  # the same draws in each run
    bill = before[environment]
    for _ in range(40):
        usage = larger(bill.facts.usage, draw)
        more = make_bill(replace(bill.facts, usage=usage))
        assert more.usd >= bill.usd
        assert more.least <= more.usd + 1e-9
        assert more.usd <= more.most + 1e-9
        bill = more if more.usd < 1e7 else before[environment]


def test_each_field_of_usage_moves_the_bill_of_an_environment_that_has_everything(delivered: Platform) -> None:
    """A field that moves nothing would be a question asked for nothing."""
    root = delivered.out.parent / "checkout"
    bill = bill_of(root, delivered, "prod")
    unmoved = {
        name
        for name, value in bill.facts.usage
        if name != "services"
        and make_bill(
            replace(
                bill.facts,
                usage=bill.facts.usage.model_copy(
                    update={name: min(1, value * 100 + 100)}
                    if name == "new_connections_per_request"
                    else {name: value * 100 + 100}
                ),
            )
        ).usd
        <= bill.usd
    }
    # Of resources that this environment has none of; images are in the shared bill. Bytes are the dearest dimension
    # of a capacity unit here, not connections.
    assert unmoved <= {
        "new_connections_per_request", "endpoint_gb", "bucket_gb", "cache_gb", "million_operations", "image_gb",
        "image_gb_per_day", "sent_series",
    }  # fmt: skip


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("service", ["mailer", "storefront"])
def test_a_removed_service_lowers_the_sum_by_its_own_part(
    environment: str, service: str, shop: Platform, without: Mapping[str, tuple[Path, Platform]]
) -> None:
    bill = bill_of(SHOP, shop, environment)
    root, platform = without[service]
    after = bill_of(root, platform, environment)
    assert bill.usd - after.usd == pytest.approx(bill.sum_of(service), abs=0.005)
    assert bill.sum_of(service) > 1
    assert make_bill(bill.facts.without(service)).usd == pytest.approx(after.usd, abs=0.005)


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[Path, Platform]]:
    """The shop without one of its services, synthesized."""
    found = {}
    for service in ("mailer", "storefront"):
        checkout = Checkout(tmp_path_factory.mktemp(f"without-{service}") / "checkout")
        checkout.remove(f"service_configs/{service}.yaml")
        found[service] = checkout.root, checkout.synthesize()
    return found


def test_a_service_that_differs_is_reckoned_by_its_own_usage(before: Mapping[str, Bill]) -> None:
    bill = before["prod"]
    usage = bill.facts.usage.model_copy(update={"services": {"storefront": ServiceUsage(requests_per_second=5)}})
    after = make_bill(replace(bill.facts, usage=usage))
    (requests,) = [line.usd for line in after.lines if line.item == "firewall, requests"]
    assert requests == pytest.approx(7.884)
    assert after.sum_of("mailer") == bill.sum_of("mailer")


def test_a_region_without_prices_says_no_price_and_guesses_nothing(before: Mapping[str, Bill]) -> None:
    bill = make_bill(replace(before["dev"].facts, prices=load_prices("mars-north-1")))
    assert bill.usd == 0
    assert {line.usd for line in bill.lines if line.prices} == {None}
    assert "nat_hour" in bill.missing
    assert "no price for nat_hour in mars-north-1" in next(
        line.how for line in bill.lines if line.item == "NAT gateways, hours"
    )


def test_a_size_without_a_price_is_left_out_of_the_sum_and_named(before: Mapping[str, Bill]) -> None:
    facts = before["dev"].facts
    prices = {key: price for key, price in PRICES.prices.items() if key != "rds.db.t4g.micro"}
    bill = make_bill(replace(facts, prices=PriceList("eu-west-1", prices)))
    assert bill.missing == ("rds.db.t4g.micro",)
    assert before["dev"].usd - bill.usd == pytest.approx(730 * 0.017)


def test_a_lever_says_what_the_change_in_the_yaml_comes_to(
    before: Mapping[str, Bill], tmp_path_factory: pytest.TempPathFactory
) -> None:
    changes: Mapping[str, Mapping[str, object]] = {
        "network.nat": {"network": {"nat": "instance"}},
        "network.flow_logs": {"network": {"flow_logs": "s3"}},
        "databases.multi_az": {"databases": {"multi_az": False}},
        "cluster.container_insights": {"cluster": {"container_insights": "disabled"}},
        "databases.instance_class": {"databases": {"instance_class": "db.t4g.micro"}},
        "cluster.spot_percent": {"cluster": {"spot_percent": 100}},
    }
    said = {lever.setting: lever for lever in levers(before["prod"])}
    for setting, fields in changes.items():
        checkout = Checkout(tmp_path_factory.mktemp("lever") / "checkout")
        settle(checkout, "environments/prod.yaml", {**AS_BEFORE, "usage": dict(USAGE["prod"])})
        settle(checkout, "environments/prod.yaml", {"databases": {"instance_class": CLASSES["prod"]}})
        settle(checkout, "environments/prod.yaml", {"network": NETWORKS["prod"]})
        as_worked_out(checkout)
        settle(checkout, "environments/prod.yaml", fields)
        after = bill_of(checkout.root, checkout.synthesize(only="prod"), "prod")
        assert after.usd - before["prod"].usd == pytest.approx(said[setting].usd, abs=0.02), setting


def test_a_lever_of_office_hours_says_what_the_change_in_the_yaml_comes_to(
    shop: Platform, tmp_path_factory: pytest.TempPathFactory
) -> None:
    weekdays = {"start": "07:00", "stop": "20:00"}
    changes: Mapping[tuple[str, str], Mapping[str, object]] = {
        ("dev", "office_hours"): {"office_hours": None},
        ("dev", "office_hours.monitoring"): {"office_hours": {"monitoring": False}},
        ("dev", "office_hours.databases"): {"office_hours": {"databases": False}},
        ("dev", "network.nat"): {"network": {"nat": "single"}},
        ("dev", "monitoring.single_task"): {"monitoring": {"single_task": True}},
        ("staging", "monitoring.single_task"): {"monitoring": {"single_task": True}},
        ("staging", "office_hours"): {"office_hours": weekdays | {"monitoring": True, "databases": True}},
    }
    for (environment, setting), fields in changes.items():
        bill = bill_of(SHOP, shop, environment)
        said = {lever.setting: lever.usd for lever in levers(bill)}
        checkout = Checkout(tmp_path_factory.mktemp("hours") / "checkout")
        settle(checkout, f"environments/{environment}.yaml", fields)
        after = bill_of(checkout.root, checkout.synthesize(only=environment), environment)
        # A quarter of an hour around the hours, and the alarm that tells the night from a failure.
        assert after.usd - bill.usd == pytest.approx(said[setting], rel=0.03), setting


@pytest.mark.parametrize("written", ["standard", "infrequent-access"])
def test_the_lever_of_the_log_class_says_what_the_change_in_the_yaml_comes_to(
    written: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bills = []
    other = "standard" if written == "infrequent-access" else "infrequent-access"
    for log_class in (written, other):
        checkout = Checkout(tmp_path_factory.mktemp("class") / "checkout")
        settle(checkout, "environments/prod.yaml", {"logging": {"destination": "cloudwatch", "log_class": log_class}})
        bills.append(bill_of(checkout.root, checkout.synthesize(only="prod"), "prod"))
    (lever,) = [one for one in levers(bills[0]) if one.setting == "logging.log_class"]
    assert lever.value == other
    # Three services, each 0.5 GB a day: 3 x 0.5 x 730 / 24 = 45.625 GB x (0.57 - 0.285)
    assert abs(lever.usd) == pytest.approx(13.0031, abs=0.001)
    assert bills[1].usd - bills[0].usd == pytest.approx(lever.usd, abs=0.001)


# What the shop costs without its log collections, what its customers download and mailer's storage.
PROMISES = {"dev": 120, "staging": 240, "prod": 580}
# Since a database has logins of its own, 2 x 0.40; dev and prod keep theirs without.
LEVERS_OF_THE_PROMISE = {"staging": "monitoring.single_task"}
LOGGING = ("log collection", "endpoint of the log collections", PUBLIC)
APART = (*LOGGING, "cache", "queue", "bucket")
QUEUES_OF = "mailer"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_costs_no_more_than_promised(environment: str, shop: Platform) -> None:
    bill = bill_of(SHOP, shop, environment)
    usd = sum(
        line.usd or 0
        for line in bill.lines
        if not line.item.startswith(APART) and not (line.owner == QUEUES_OF and line.item.startswith("metrics "))
    )
    asked = LEVERS_OF_THE_PROMISE.get(environment)
    assert usd + sum(lever.usd for lever in levers(bill) if lever.setting == asked) <= PROMISES[environment]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_budget_is_spent_before_anything_happens(environment: str, shop: Platform) -> None:
    """At 80 % by forecast it warns; prod's counts the account, so all three."""
    (budget,) = shop[f"{environment}-account"].all("aws_budgets_budget")
    counted = [environment] if "cost_filter" in budget else list(ENVIRONMENTS)
    assert sum(bill_of(SHOP, shop, name).usd for name in counted) < 0.8 * float(budget["limit_amount"])
