"""Receivers: what a real Alertmanager delivers to each, in the words of their APIs.

By Alertmanager 0.28, the first with the receiver for Microsoft Teams: .ci/install-debian-packages.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from config.loader.platform import Deployment, load_platform
from config.models.environment.platform_service import alertmanager as alertmanager_service
from config.models.environment.receiver import HEARTBEAT
from monitoring import alertmanager as rendered_alertmanager
from tests.monitoring.alertmanager_process import START, alertmanager, send
from tests.monitoring.listener import Listener, Request, listening

LABELS = {"alertname": "ServiceDown", "service": "storefront", "severity": "critical", "environment": "prod"}
SAID = {
    "summary": "No task of storefront is running",
    "description": "It ran within the last day.",
    "runbook_url": "https://example.com/services.md#servicedown",
}
NEWER = "/usr/local/bin/prometheus-alertmanager-0.28"
TITLE = "[FIRING] prod: ServiceDown storefront"
BODY = (
    "FIRING ServiceDown (storefront)\nNo task of storefront is running\nIt ran within the last day.\n"
    "Runbook: https://example.com/services.md#servicedown\nsince "
)


def told(checkout: Path, yaml_of_receivers: str, owner: str | None = None) -> Deployment:
    """Return prod, with these receivers."""
    file = checkout / "environments/prod.yaml"
    lines = "".join(f"    {line}\n" for line in yaml_of_receivers.splitlines())
    file.write_text(file.read_text().replace("monitoring:\n", f"monitoring:\n  receivers:\n{lines}"))
    if owner:
        service = checkout / "service_configs/storefront.yaml"
        service.write_text(f"owner: {owner}\n{service.read_text()}")
    (deployment,) = load_platform(checkout, only="prod")
    return deployment


def config_of(deployment: Deployment) -> dict[str, Any]:
    config = YAML(typ="safe").load(rendered_alertmanager.render(deployment)[rendered_alertmanager.CONFIG])
    return dict(config)


def here(config: dict[str, Any], listener: Listener, folder: Path) -> dict[str, Any]:
    """Return the configuration with this machine's addresses, and nothing to wait for."""
    config["route"] |= {"group_wait": "0s", "group_interval": "1s"}
    for receiver in config["receivers"]:
        for section, entries in receiver.items():
            for entry in entries if section != "name" else ():
                _redirect(section, entry, listener.url, folder)
    return config


def _redirect(section: str, entry: dict[str, Any], url: str, folder: Path) -> None:
    for key in [key for key in entry if key.endswith("_file")]:
        entry[key] = str(folder / Path(entry[key]).name)
    if section == "sns_configs":
        entry["api_url"] = f"{url}/sns"
    elif section == "pagerduty_configs":
        entry["url"] = f"{url}/v2/enqueue"
    elif section == "opsgenie_configs":
        entry["api_url"] = f"{url}/"


def delivered(deployment: Deployment, value: str, folder: Path) -> dict[str, Request]:
    """Return what arrives for the topic and for the one receiver, of one alert."""
    settings = alertmanager_service(deployment.environment, "tag")
    variables = dict.fromkeys(settings.secrets, value)
    files = settings.variables.get("RECEIVERS", "").replace("/tmp/", f"{folder}/")
    with listening() as listener:
        variables = {name: text.replace("LISTENER", listener.url) for name, text in variables.items()}
        config = here(config_of(deployment), listener, folder)
        with alertmanager(config, folder, variables | {"RECEIVERS": files}, program=NEWER) as address:
            send(address, [(LABELS, SAID)])
            requests = [listener.next() for one in config["receivers"] if one["name"] != HEARTBEAT]
    return {request.path.split("/")[1]: request for request in requests}


@pytest.mark.promtool
def test_slack_gets_an_attachment_in_its_channel(checkout: Path, tmp_path: Path) -> None:
    deployment = told(checkout, 'chat: {type: slack, channel: "#alerts"}')
    payload = delivered(deployment, "LISTENER/slack/T0/B0", tmp_path)["slack"].json()
    assert payload["channel"] == "#alerts"
    (attachment,) = payload["attachments"]
    assert attachment["title"] == TITLE
    assert attachment["text"].startswith(BODY)
    assert attachment["color"] == "danger"
    assert (tmp_path / "receiver-chat").stat().st_mode & 0o777 == 0o600


@pytest.mark.promtool
def test_pagerduty_gets_an_event_with_a_key_to_resolve_it_by(checkout: Path, tmp_path: Path) -> None:
    payload = delivered(told(checkout, "pager: {type: pagerduty}"), "routing", tmp_path)["v2"].json()
    assert (payload["routing_key"], payload["event_action"]) == ("routing", "trigger")
    assert payload["dedup_key"]
    event = payload["payload"]
    assert (event["summary"], event["severity"], event["component"]) == (TITLE, "critical", "storefront")
    assert event["custom_details"]["alerts"].startswith(BODY)


@pytest.mark.promtool
def test_opsgenie_gets_an_alert_with_a_priority(checkout: Path, tmp_path: Path) -> None:
    request = delivered(told(checkout, "pager: {type: opsgenie, region: eu}"), "genie", tmp_path)["v2"]
    assert request.path == "/v2/alerts"
    assert request.headers["Authorization"] == "GenieKey genie"
    payload = request.json()
    assert (payload["message"], payload["priority"]) == (TITLE, "P1")
    assert payload["description"].startswith(BODY)
    assert payload["alias"]


@pytest.mark.promtool
def test_a_webhook_gets_alertmanagers_own_form(checkout: Path, tmp_path: Path) -> None:
    payload = delivered(told(checkout, "hook: {type: webhook}"), "LISTENER/webhook", tmp_path)["webhook"].json()
    assert (payload["version"], payload["status"], payload["receiver"]) == ("4", "firing", "hook")
    assert payload["groupLabels"] == {"service": "storefront"}
    (alert,) = payload["alerts"]
    assert (alert["labels"], alert["annotations"]) == (LABELS, SAID)


@pytest.mark.promtool
def test_mail_goes_by_the_topic_with_what_subscriptions_are_filtered_by(checkout: Path, tmp_path: Path) -> None:
    deployment = told(checkout, "people: {type: mail, to: [a@example.com]}")
    form = delivered(deployment, "", tmp_path)["sns"].form()
    assert (form["Action"], form["Subject"]) == ("Publish", TITLE)
    assert form["TopicArn"] == deployment.environment.alerts_topic_arn
    assert form["Message"].startswith(BODY)
    attributes = {
        form[f"MessageAttributes.entry.{n}.Name"]: form[f"MessageAttributes.entry.{n}.Value.StringValue"]
        for n in (1, 2)
    }
    assert attributes == {"severity": "critical", "owner": "none"}


@pytest.mark.promtool
def test_teams_gets_a_card(checkout: Path, tmp_path: Path) -> None:
    """https://adaptivecards.io/explorer/, as an incoming webhook of Teams' Workflows takes it."""
    payload = delivered(told(checkout, "chat: {type: teams}"), "LISTENER/teams", tmp_path)["teams"].json()
    assert payload["type"] == "message"
    (attachment,) = payload["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attachment["content"]["type"] == "AdaptiveCard"
    title, text = attachment["content"]["body"]
    assert (title["type"], title["text"], title["color"]) == ("TextBlock", TITLE, "Attention")
    assert (text["type"], text["wrap"]) == ("TextBlock", True)
    assert text["text"].startswith(BODY)


@pytest.mark.promtool
@pytest.mark.parametrize(
    ("labels", "names"),
    [
        ({"severity": "critical"}, ["topic", "pager", "chat"]),
        ({"severity": "warning"}, ["topic", "chat"]),
        ({"severity": "critical", "service": "storefront", "owner": "shop"}, ["topic", "shop-chat"]),
        ({"severity": "warning", "service": "orders", "owner": "billing"}, ["topic", "chat"]),
    ],
)
def test_an_alert_reaches_those_who_are_named_for_it(
    checkout: Path, tmp_path: Path, labels: Mapping[str, str], names: list[str]
) -> None:
    text = "pager: {type: pagerduty}\nchat: {type: slack}\nshop-chat: {type: slack, owners: [shop]}"
    (file,) = rendered_alertmanager.render(told(checkout, text, owner="shop")).values()
    (tmp_path / "alertmanager.yml").write_bytes(file)
    words = [f"{name}={value}" for name, value in labels.items()]
    command = ["amtool", "config", "routes", "test", f"--config.file={tmp_path / 'alertmanager.yml'}", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert list(dict.fromkeys(done.stdout.strip().split(","))) == names


def test_warnings_wait_for_the_morning_and_repeat_daily_and_critical_ones_never_wait(checkout: Path) -> None:
    config = config_of(told(checkout, "chat: {type: slack}"))
    for route in config["route"]["routes"][1:]:
        warning = 'severity="warning"' in route["matchers"]
        assert route.get("mute_time_intervals") == (["quiet-hours"] if warning else None)
        assert route["repeat_interval"] == ("24h" if warning else "4h")
    (interval,) = config["time_intervals"]
    (times,) = interval["time_intervals"]
    assert times["times"] == [
        {"start_time": "20:00", "end_time": "24:00"},
        {"start_time": "00:00", "end_time": "08:00"},
    ]


@pytest.mark.parametrize(
    "words", ["chat", "/tmp/x=", "/tmp/x=lower", "relative=CHAT", "/tmp/x=CHAT;id", "/tmp/x=NOT_THERE"]
)
def test_alertmanager_does_not_start_with_words_it_cannot_read(words: str) -> None:
    done = subprocess.run(
        ["/bin/sh", str(START)],
        env={"RECEIVERS": words, "ALERTMANAGER": "/bin/true", "CHAT": "x"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert words in done.stderr


def published(folder: Path, deployment: Deployment, *, refuse: bool, watchdog: bool = True) -> list[dict[str, str]]:
    """Return what is published on the heartbeat's topic until another alert has been told of."""
    alerts = [(LABELS, SAID), *([({"alertname": "Watchdog", "severity": "none"}, SAID)] if watchdog else [])]
    with listening(refuse="heartbeat" if refuse else None) as listener:
        config = here(config_of(deployment), listener, folder)
        config["route"]["routes"][0] |= {"group_interval": "100ms", "repeat_interval": "100ms"}
        heartbeats = []
        with alertmanager(config, folder) as address:
            send(address, alerts[1:])
            if watchdog and not refuse:
                heartbeats = [listener.next().form(), listener.next().form()]
            send(address, alerts[:1])
            while (form := listener.next().form())["TopicArn"] != deployment.environment.alerts_topic_arn:
                heartbeats.append(form)
    return heartbeats


@pytest.mark.promtool
def test_the_heartbeat_is_published_again_and_again_on_a_topic_of_its_own(checkout: Path, tmp_path: Path) -> None:
    (deployment,) = load_platform(checkout, only="prod")
    heartbeats = published(tmp_path, deployment, refuse=False)
    assert {one["TopicArn"] for one in heartbeats} == {"arn:aws:sns:eu-west-1:123456789012:prod-heartbeat"}


@pytest.mark.promtool
def test_without_its_alert_or_with_a_topic_that_refuses_no_heartbeat_is_published(
    checkout: Path, tmp_path: Path
) -> None:
    """Prometheus that does not evaluate sends no alert; what a topic refuses is not kept by the listener."""
    (deployment,) = load_platform(checkout, only="prod")
    for name in ("refused", "absent"):
        (tmp_path / name).mkdir()
    assert published(tmp_path / "refused", deployment, refuse=True) == []
    assert published(tmp_path / "absent", deployment, refuse=False, watchdog=False) == []


def test_an_outside_party_is_told_of_the_heartbeat_and_of_nothing_else(checkout: Path) -> None:
    file = checkout / "environments/prod.yaml"
    file.write_text(file.read_text().replace("monitoring:\n", "monitoring:\n  heartbeat_url: https://hc.example/1\n"))
    (deployment,) = load_platform(checkout, only="prod")
    config = config_of(deployment)
    with_url = [one["name"] for one in config["receivers"] if "https://hc.example/1" in str(one)]
    assert with_url == [HEARTBEAT]
    first, *others = config["route"]["routes"]
    assert (first["matchers"], first.get("continue")) == (['alertname="Watchdog"'], None)
    assert HEARTBEAT not in {route["receiver"] for route in others}
