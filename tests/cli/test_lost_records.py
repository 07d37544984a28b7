"""A deploy makes no zone for a domain that answers elsewhere what the zone would not have."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
import yaml
from moto import mock_aws
from rich.console import Console

from cli.domain.lost_records import lost_records, refuse_lost_records
from cli.domain.resolver import Answer, DnsError, Resolver
from cli.errors import UsageError
from cli.session import Session
from cli.target import Target
from cli.terraform.provider_mirror import TerraformSetup
from cli.terraform.synthesized import SynthesizedStack
from config.loader.platform import load_platform
from config.models.environment.edge import Edge
from config.models.environment.environment import Environment
from tests.dns_server import Zone, dns_server
from tests.settings import a_service, an_environment
from tests.synthesis import SHOP, Checkout

# A company's domain as it is found: mail, its proofs in a text longer than one string, the website, and dev delegated.
COMPANY: Zone = {
    ("example.com", "NS"): ["ns1.registrar.net", "ns2.registrar.net"],
    ("example.com", "MX"): ["10 mx.mailer.net", "20 mx2.mailer.net"],
    ("example.com", "TXT"): ["v=spf1 include:mailer.net -all", "proof=" + "x" * 600],
    ("example.com", "CAA"): ['0 issue "amazon.com"'],
    ("example.com", "A"): ["192.0.2.10"],
    ("www.example.com", "CNAME"): ["site.host.net"],
    ("_sip._tls.example.com", "SRV"): ["100 1 443 sip.voice.net"],
    ("dev.example.com", "NS"): ["ns-1.awsdns-01.org", "ns-2.awsdns-02.com"],
}
EDGE = SynthesizedStack(id="prod-edge", dependencies=(), directory=Path("prod-edge"))


@pytest.fixture
def resolver() -> Iterator[Callable[[Zone], Resolver]]:
    with ExitStack() as servers:
        yield lambda zone: Resolver("127.0.0.1", servers.enter_context(dns_server(zone)))


def prod(domain: str = "example.com") -> Environment:
    return an_environment(name="prod", domain=domain)


@pytest.mark.parametrize(("name", "type_"), COMPANY)
def test_every_type_is_read_as_it_was_written(resolver: Callable[[Zone], Resolver], name: str, type_: str) -> None:
    """Over TCP as well: the texts do not fit a datagram."""
    answers = resolver(COMPANY).ask(name, type_)
    assert answers == tuple(Answer(name, type_, value) for value in COMPANY[name, type_])


def test_a_name_that_is_not_there_has_no_answer(resolver: Callable[[Zone], Resolver]) -> None:
    assert resolver(COMPANY).ask("nothing.example.com", "MX") == ()


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """Of the shop's prod, which creates example.com; Route 53 has no zone of it yet."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield a_session(SHOP)


def a_session(root: Path) -> Session:
    (deployment,) = load_platform(root, only="prod")
    setup = TerraformSetup(environment={}, skip_provider_lock=False, summary="")
    target = Target(embedded=False, description="an account")
    console = Console(file=StringIO(), width=300)
    return Session(root, console, deployment.environment, target, setup, local=False)


def test_a_deploy_refuses_and_says_each_record_and_what_to_write(
    resolver: Callable[[Zone], Resolver], session: Session
) -> None:
    found = resolver(COMPANY)
    with pytest.raises(UsageError) as refused:
        refuse_lost_records(session, [EDGE], lambda: found)
    assert refused.value.exit_code == 2
    text = str(refused.value)
    assert text.startswith("environments/prod.yaml: edge.create_zone: example.com answers elsewhere")
    assert "  example.com MX 10 mx.mailer.net, 20 mx2.mailer.net\n" in text
    assert "  www.example.com CNAME site.host.net\n" in text
    assert "  _sip._tls.example.com SRV 100 1 443 sip.voice.net\n" in text
    assert "environments/dev.yaml: edge: {name_servers: [ns-1.awsdns-01.org, ns-2.awsdns-02.com]}\n" in text
    assert '      - {name: "@", type: MX, values: ["10 mx.mailer.net", "20 mx2.mailer.net"]}\n' in text
    assert "values: []" in text


def test_what_it_says_to_write_is_valid_and_then_nothing_is_lost(
    resolver: Callable[[Zone], Resolver], session: Session
) -> None:
    found = resolver(COMPANY)
    with pytest.raises(UsageError) as refused:
        refuse_lost_records(session, [EDGE], lambda: found)
    lines = [line for line in str(refused.value).splitlines() if line.startswith("      - {")]
    records = yaml.safe_load("\n".join(lines))
    for record in records:
        # The apex is the platform's own; who takes the website over says so.
        if record["name"] == "@" and record["type"] == "A":
            record["values"] = []
    edge = Edge.model_validate({"create_zone": True, "records": [{**r, "values": tuple(r["values"])} for r in records]})
    below = [
        zone.model_copy(update={"name_servers": ("ns-1.awsdns-01.org",)}) for zone in session.environment.zones_below
    ]
    environment = session.environment.model_copy(update={"edge": edge, "zones_below": tuple(below)})
    assert lost_records(environment, [], found, []) == []


def test_an_own_host_of_a_service_may_be_taken_over(resolver: Callable[[Zone], Resolver]) -> None:
    found = resolver({("www.example.com", "A"): ["192.0.2.10"], ("example.com", "A"): ["192.0.2.10"]})
    web = a_service("web", kind="public-web", http={"host": "www"})
    assert [entry[:2] for entry in lost_records(prod(), [web], found, [])] == [("@", "A")]
    assert [entry[:2] for entry in lost_records(prod(), [], found, [])] == [("@", "A"), ("www", "A")]


def test_a_wildcard_above_the_domain_is_no_record_of_it(resolver: Callable[[Zone], Resolver]) -> None:
    """Before dev.example.com is delegated, *.example.com answers every question about it."""
    found = resolver({("*.example.com", "A"): ["192.0.2.10"], ("*.example.com", "TXT"): ["v=spf1 -all"]})
    assert lost_records(prod("dev.example.com"), [], found, []) == []


def test_nothing_is_asked_once_the_internet_asks_the_new_zone(resolver: Callable[[Zone], Resolver]) -> None:
    ours = {("example.com", "NS"): ["ns-7.awsdns-07.org"], ("example.com", "MX"): ["10 mx.mailer.net"]}
    assert lost_records(prod(), [], resolver(ours), ["ns-7.awsdns-07.org"]) == []
    assert lost_records(prod(), [], resolver(ours), ["ns-8.awsdns-08.org"]) != []


def test_an_adopted_zone_loses_nothing(checkout: Checkout) -> None:
    prod = (checkout.root / "environments/prod.yaml").read_text()
    assert prod.count("create_zone: true") == 1
    checkout.write("environments/prod.yaml", prod.replace("create_zone: true", "zone_id: Z0123456789ABCDEFGHIJ"))
    refuse_lost_records(a_session(checkout.root), [EDGE], never)


def test_nobody_is_asked_where_the_edge_stays_or_the_aws_is_embedded(session: Session) -> None:
    refuse_lost_records(session, [replace(EDGE, id="prod-network")], never)
    refuse_lost_records(replace(session, target=Target(embedded=True, description="")), [EDGE], never)


def never() -> Resolver:
    raise AssertionError("asked a resolver")


def test_without_a_resolver_the_deploy_goes_on_and_says_so(session: Session, tmp_path: Path) -> None:
    (tmp_path / "resolv.conf").write_text("search example.com\n")
    refuse_lost_records(session, [EDGE], lambda: Resolver.of_this_machine(tmp_path / "resolv.conf"))
    told = session.console.file
    assert isinstance(told, StringIO)
    assert "is not known, going on without" in told.getvalue()


@pytest.mark.parametrize("reply", [b"", b"no DNS", b"\xc0\x0c" + bytes(10)])
def test_an_answer_that_is_no_dns_is_one_message(reply: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def answer() -> None:
            question, client = server.recvfrom(512)
            server.sendto(question[:2] + struct.pack("!5H", 0x8180, 0, 1, 0, 0) + reply, client)

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(DnsError, match="no DNS message"):
            Resolver("127.0.0.1", server.getsockname()[1]).ask("example.com", "MX")
        thread.join()
