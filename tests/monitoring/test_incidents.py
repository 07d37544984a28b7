"""Incidents, replayed: Prometheus' rules over their series, and a running Alertmanager over what then fires."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from modules.ecs.rollback_alarms import QUIET_REQUESTS
from monitoring import alertmanager as rendered_alertmanager
from monitoring.alerts.alert import WATCHDOG
from monitoring.alerts.rule_files import RULES
from monitoring.cloudwatch_exporter import EVENT_MINUTES
from monitoring.inhibition import INHIBITIONS, inhibit_rules
from monitoring.yaml_text import yaml_text
from tests.monitoring.alert_cases import alb
from tests.monitoring.alertmanager_process import Labels, alertmanager, inhibited, send
from tests.monitoring.exported import promtool
from tests.monitoring.incidents import HEALTHY, INCIDENTS, STOREFRONT, Incident
from tests.monitoring.listener import Listener, listening
from tests.monitoring.test_alerts import FILES, PROD, ROWS
from tests.synthesis import Attributes, Platform

PATIENCE_S = 60
TOPIC = "arn:aws:sns:eu-west-1:123456789012:prod-alerts"
WHERE = {"NatHasNoPortLeft": "nat-1", "NatDropsPackets": "nat-1"}


def labels_of(alert: str) -> dict[str, str]:
    """Return the labels by which Alertmanager knows an alert."""
    name, severity, about = alert.split()
    of_service = next(row for row in ROWS.values() if row[1].name == name)[1].of_a_service
    labels = {"alertname": name, "severity": severity, "service" if of_service else "component": about}
    return labels | ({"dimension_nat_gateway_id": WHERE[name]} if name in WHERE else {})


@pytest.mark.promtool
def test_nobody_is_told_of_a_healthy_environment(tmp_path: Path) -> None:
    fires(Incident(series={}, at=120, told=frozenset()), tmp_path)


@pytest.mark.promtool
@pytest.mark.parametrize("name", INCIDENTS)
def test_exactly_these_alerts_fire(name: str, tmp_path: Path) -> None:
    fires(INCIDENTS[name], tmp_path)


@pytest.mark.promtool
@pytest.mark.parametrize("name", INCIDENTS)
def test_from_its_first_minute_to_its_last_nobody_is_told_of_anything_else(name: str, tmp_path: Path) -> None:
    """A symptom that fired some minutes before its cause would be a message of its own."""
    incident = INCIDENTS[name]
    told = f"last_over_time(({uninhibited()})[{incident.at}m:1m])"
    has(incident, told, incident.told | incident.told_before, tmp_path)


def uninhibited() -> str:
    """Return PromQL for what fires while nothing inhibits it: Alertmanager's rules, minute by minute."""
    told = _firing()
    for rule in inhibit_rules():
        causes, symptoms = _firing(*rule["source_matchers"]), _firing(*rule["target_matchers"])
        told = f"({told} unless ({symptoms} and on ({', '.join(rule['equal'])}) {causes}))"
    return told


def _firing(*matchers: str) -> str:
    selected = ",".join(['alertstate="firing"', *matchers])
    return f"ALERTS{{{selected}}}"


def fires(incident: Incident, folder: Path) -> None:
    """Ask for all that fires at the end, whether or not anybody is told."""
    has(incident, _firing(), incident.told | incident.silenced, folder)


def has(incident: Incident, alerts: str, expected_alerts: frozenset[str], folder: Path) -> None:
    """Let promtool replay an incident, and compare what PromQL says of its alerts."""
    files = []
    for path, content in FILES.items():
        files.append(folder / path.removeprefix(f"{RULES}/"))
        files[-1].write_bytes(content)
    series = {**HEALTHY, **incident.series}
    expected = []
    for alert in expected_alerts | {f"{WATCHDOG} none monitoring"}:
        labels = {name: value for name, value in labels_of(alert).items() if not name.startswith("dimension")}
        selector = ",".join(f'{name}="{value}"' for name, value in labels.items())
        expected.append({"labels": f"{{{selector}}}", "value": 1})
    document = {
        "rule_files": [str(file) for file in files],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "promql_expr_test": [
                    {
                        "expr": f"group by (alertname, severity, service, component) ({alerts})",
                        "eval_time": f"{incident.at}m",
                        "exp_samples": expected,
                    }
                ],
            }
        ],
    }
    (folder / "test.yaml").write_bytes(yaml_text(document, comment="for promtool"))
    promtool("test", "rules", str(folder / "test.yaml"))


@pytest.mark.promtool
@pytest.mark.parametrize("name", INCIDENTS)
def test_people_are_told_once_for_each_cause_and_of_no_symptom(name: str, tmp_path: Path) -> None:
    incident = INCIDENTS[name]
    with listening() as listener, alertmanager(_to(listener), tmp_path) as address:
        send(address, list(_sent(incident.told)))
        told = _told(listener, incident.told)
        send(address, list(_sent(incident.silenced)))
        _until_inhibited(address, incident.silenced)
        sentinel = "ServiceDown critical sentinel"
        send(address, list(_sent(frozenset({sentinel}))))
        assert told | _told(listener, frozenset({sentinel})) == incident.told | {sentinel}


@pytest.mark.parametrize("name", INCIDENTS)
def test_the_alarms_that_roll_a_deploy_back_mail_of_these_incidents_and_of_no_other(name: str, shop: Platform) -> None:
    """Sooner than Prometheus, whose exporter waits for CloudWatch's figures, and also where Prometheus is away."""
    stack = shop["prod-service-storefront"]
    alarms = {one["alarm_name"].rpartition("-")[2]: one for one in stack.all("aws_cloudwatch_metric_alarm")}
    metrics = {"requests": "request_count_sum", "errors": "httpcode_target_5_xx_count_sum"}
    metrics["unhealthy"] = "un_healthy_host_count_maximum"
    series = {**HEALTHY, **INCIDENTS[name].series}
    figures = {
        of: by_minute(series.get(next(iter(alb(metric, "", of=STOREFRONT))), "")) for of, metric in metrics.items()
    }
    shares = [
        100 * errors / requests if requests > QUIET_REQUESTS * EVENT_MINUTES else 0
        for requests, errors in zip_longest(figures["requests"], figures["errors"], fillvalue=0)
    ]
    seen = {"5xx": shares, "unhealthy": figures["unhealthy"]}
    rung = {end for end, values in seen.items() if ever_rings(alarms[end], values)}
    assert rung == INCIDENTS[name].rings
    assert all(alarms[end]["alarm_actions"] == [TOPIC] for end in rung)


def by_minute(notation: str) -> list[float]:
    """Return the values of a series in promtool's notation, without those that are missing."""
    values: list[float] = []
    for start, step, times in re.findall(r"(?<!\S)(-?[\d.]+)([+-][\d.]+)?x(\d+)", notation):
        values += [float(start) + number * float(step or 0) for number in range(int(times) + 1)]
    return values


def ever_rings(alarm: Attributes, values: Sequence[float]) -> bool:
    """Whether an alarm rings at any time over values of a minute each."""
    assert alarm["comparison_operator"] == "GreaterThanThreshold"
    periods = alarm["evaluation_periods"]
    return any(min(values[at : at + periods]) > alarm["threshold"] for at in range(len(values) - periods + 1))


def test_inhibition_names_alerts_that_there_are_and_no_cause_silences_itself() -> None:
    known = {alert.name for _, alert in ROWS.values()} | set(ROWS)
    for one in INHIBITIONS:
        assert set(one.causes) | set(one.symptoms) <= known
        assert not set(one.causes) & set(one.symptoms)


def _to(listener: Listener) -> dict[str, object]:
    """Return the configuration with a webhook in place of the topic, and nothing to wait for."""
    config = YAML(typ="safe").load(rendered_alertmanager.render(PROD)[rendered_alertmanager.CONFIG])
    config["route"] |= {"group_wait": "0s", "group_interval": "1s"}
    for route in config["route"]["routes"]:
        route.pop("mute_time_intervals", None)
    for receiver in config["receivers"]:
        del receiver["sns_configs"]
        receiver["webhook_configs"] = [{"url": f"{listener.url}/"}]
    return dict(config)


def _sent(alerts: frozenset[str]) -> Iterator[tuple[Labels, Labels]]:
    for alert in sorted(alerts):
        yield labels_of(alert) | {"environment": "prod"}, {"summary": alert}


def _told(listener: Listener, until: frozenset[str]) -> set[str]:
    """Return every alert that notifications have told of, once these are among them."""
    told: set[str] = set()
    while not until <= told:
        told |= {alert["annotations"]["summary"] for alert in listener.next().json()["alerts"]}
    return told


def _until_inhibited(address: str, alerts: frozenset[str]) -> None:
    wanted = {(name, severity) for name, severity, _ in (alert.split() for alert in alerts)}
    until = time.monotonic() + PATIENCE_S
    while inhibited(address) != wanted:
        assert time.monotonic() < until, f"not kept back: {wanted - inhibited(address)}"
        time.sleep(0.1)
