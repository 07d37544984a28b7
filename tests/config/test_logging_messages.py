"""The message for every mistake that can be made about logs: once, with its line and the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.loader.platform import load_platform
from tests.config.bad_yaml import API, DEV, PROD, SHARED, Bad, check
from tests.config.platform_files import Content, added, write_platform

ROLE = "arn:aws:iam::111111111111:role/developers"
METADATA = "environments/idp.xml"
SAML = "logging:\n  saml:\n    metadata_file: idp.xml\n    reader_groups: [developers]\n"
VALID_METADATA = '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp"/>\n'


def with_metadata(content: Content) -> dict[str, Content]:
    return {**added(DEV, SAML), METADATA: content}


WRONG_METADATA: dict[str, Content] = {
    "is not UTF-8 text": b"\xff\xfe",
    "is not XML (...)": "<EntityDescriptor>",
    "is XML, but not SAML metadata": "<html/>",
    "has 51201 characters": " " * 51_201,
}

CASES = [
    Bad(
        "a store that there is not",
        added(API, "logs: {destination: elastic}\n"),
        """
service_configs/api.yaml:9: logs.destination: is none of the choices
  value: elastic
  allowed: opensearch, cloudwatch
""",
    ),
    Bad(
        "logs, and nothing after it",
        added(API, "logs:\n"),
        """
service_configs/api.yaml:9: logs: has no value
  value: nothing
  allowed: the fields destination, log_class, retention_days, mask, parser
  fix: write a value, or remove `logs:`
""",
    ),
    Bad(
        "longer than OpenSearch Serverless keeps anything",
        added(API, "logs: {retention_days: 3653}\n"),
        """
service_configs/api.yaml:9: logs.retention_days: OpenSearch Serverless keeps nothing for 3653 days
  value: 3653
  allowed: up to 3643 days, or `destination: cloudwatch`
  fix: write a smaller number, or `destination: cloudwatch` under `logs:`
""",
    ),
    Bad(
        "a mask that would hide everything",
        added(API, 'logs:\n  mask: ["*"]\n'),
        """
service_configs/api.yaml:10: logs.mask[0]: would hide too much of every line
  value: "*"
  allowed: 4 characters or more, such as iban=*
""",
    ),
    Bad(
        "a regular expression for a mask",
        added(API, 'logs:\n  mask: ["CUST-[0-9]*x"]\n'),
        """
service_configs/api.yaml:10: logs.mask[0]: has a * before its end
  value: "CUST-[0-9]*x"
  allowed: text, # for one digit, and one * at the end: CUST-######, or iban=*; no regular expressions
  fix: write CUST-[0-9]*
""",
    ),
    Bad(
        "a mask in another alphabet",
        added(API, 'logs:\n  mask: ["пароль"]\n'),
        """
service_configs/api.yaml:10: logs.mask[0]: has the wrong form
  value: "пароль"
  allowed: 1 to 100 printable ASCII characters
""",
    ),
    Bad(
        "a parser that there is not",
        added(API, "logs: {parser: json}\n"),
        """
service_configs/api.yaml:9: logs.parser: is none of the choices
  value: json
  allowed: auto, logfmt, text
""",
    ),
    Bad(
        "masks where nothing reads the lines",
        added(API, "logs:\n  destination: cloudwatch\n  mask: [IBAN]\n"),
        """
service_configs/api.yaml:11: logs.mask: nothing reads the lines on their way to CloudWatch
  value: [IBAN]
  allowed: only with `destination: opensearch`
  fix: write `destination: opensearch` under `logs:`, or remove the line
""",
    ),
    Bad(
        "a parser where the environment says CloudWatch",
        {**added(API, "logs: {parser: text}\n"), **added(DEV, "logging: {destination: cloudwatch}\n")},
        """
service_configs/api.yaml:9: logs.parser: nothing reads the lines on their way to CloudWatch, see \
environments/dev.yaml:6 (in dev)
  value: text
  allowed: only with `destination: opensearch`
  fix: write `destination: opensearch` under `logs:`, or remove the line
""",
    ),
    Bad(
        "a log class that there is not",
        added(API, "logs: {destination: cloudwatch, log_class: infrequent}\n"),
        """
service_configs/api.yaml:9: logs.log_class: is none of the choices
  value: infrequent
  allowed: standard, infrequent-access
  fix: did you mean `infrequent-access`?
""",
    ),
    Bad(
        "a log class in OpenSearch",
        added(API, "logs:\n  log_class: infrequent-access\n"),
        """
service_configs/api.yaml:10: logs.log_class: a log in OpenSearch has no log class
  value: infrequent-access
  allowed: only with `destination: cloudwatch`
  fix: write `destination: cloudwatch` under `logs:`, or remove the line
""",
    ),
    Bad(
        "a log class where the environment says OpenSearch",
        {
            **added(API, "logs: {log_class: standard}\n"),
            **added(DEV, "logging: {destination: opensearch}\n"),
            **added(PROD, "logging: {destination: cloudwatch}\n"),
        },
        """
service_configs/api.yaml:9: logs.log_class: a log in OpenSearch has no log class, see environments/dev.yaml:6 (in dev)
  value: standard
  allowed: only with `destination: cloudwatch`
  fix: write `destination: cloudwatch` under `logs:`, or remove the line
""",
    ),
    Bad(
        "collections of the next generation",
        added(DEV, "logging:\n  generation: nextgen\n"),
        """
environments/dev.yaml:7: logging.generation: NextGen collections need AWS provider 6.49, and this platform has 5.100.0
  value: nextgen
  allowed: classic
  fix: remove the line; docs/adr/0013 says what the move will take
""",
    ),
    Bad(
        "fewer compute units than AWS takes",
        added(DEV, "logging:\n  max_search_ocu: 1\n"),
        """
environments/dev.yaml:7: logging.max_search_ocu: is too small
  value: 1
  allowed: a whole number from 2 to 100
  fix: write 2
""",
    ),
    Bad(
        "standby replicas by number",
        added(DEV, "logging:\n  standby_replicas: 2\n"),
        """
environments/dev.yaml:7: logging.standby_replicas: needs true or false, not a whole number
  value: 2
  allowed: true or false
""",
    ),
    Bad(
        "a reader of another account",
        added(PROD, f"logging:\n  reader_role_arns: [{ROLE}]\n"),
        """
environments/prod.yaml:6: logging.reader_role_arns[0]: the role is not in account 222222222222, and collections are \
read from no other
  value: arn:aws:iam::111111111111:role/developers
  allowed: a role of the environment's own account: arn:aws:iam::222222222222:role/...
  fix: name a role of this account that your team may assume
""",
    ),
    Bad(
        "a reader written twice",
        added(DEV, f"logging:\n  reader_role_arns: [{ROLE}, {ROLE}]\n"),
        f"""
environments/dev.yaml:7: logging.reader_role_arns: {ROLE} is written twice
  value: [{ROLE}, ...
  allowed: each role once
  fix: remove one of the two
""",
    ),
    Bad(
        "more readers than a data policy holds",
        added(DEV, f"logging:\n  reader_role_arns: [{', '.join(ROLE + str(n) for n in range(13))}]\n"),
        """
environments/dev.yaml:7: logging.reader_role_arns: has 13 entries
  value: [arn:aws:iam::111111111111:role/developers0, ...
  allowed: a list of 0 to 12, each the ARN of an IAM role, such as arn:aws:iam::123456789012:role/deploy
  fix: remove 1
""",
    ),
    Bad(
        "an identity provider without its metadata",
        added(DEV, SAML),
        """
environments/dev.yaml:8: logging.saml.metadata_file: environments/idp.xml is not there
  value: idp.xml
  allowed: SAML metadata: XML with EntityDescriptor outermost, up to 51200 characters
  fix: save the metadata that your identity provider offers as environments/idp.xml
""",
    ),
    *(
        Bad(
            f"metadata that {wrong}",
            with_metadata(content),
            f"""
environments/dev.yaml:8: logging.saml.metadata_file: environments/idp.xml {wrong}
  value: idp.xml
  allowed: SAML metadata: XML with EntityDescriptor outermost, up to 51200 characters
  fix: save the metadata that your identity provider offers as environments/idp.xml
""",
        )
        for wrong, content in WRONG_METADATA.items()
    ),
    Bad(
        "metadata elsewhere",
        added(DEV, SAML.replace("idp.xml", "../idp.xml")),
        """
environments/dev.yaml:8: logging.saml.metadata_file: has the wrong form
  value: ../idp.xml
  allowed: the name of an .xml file beside the environment's own, such as identity-provider.xml
""",
    ),
    Bad(
        "the metadata itself in the YAML",
        added(DEV, "saml_metadata: <xml/>\n"),
        """
environments/dev.yaml:6: saml_metadata comes from the file that logging.saml.metadata_file names
  value: saml_metadata: <xml/>
  allowed: not written here
  fix: remove the line
""",
    ),
    Bad(
        "a port that the log router has",
        added(API, "metrics: {port: 2020}\n"),
        """
service_configs/api.yaml:9: metrics.port: 2020 is taken in every task, by the log router
  value: 2020
  allowed: any port but 9779, 2020, 8877, 24224
  fix: choose another port
""",
    ),
]


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: bad.name)
def test_the_message_for(bad: Bad, tmp_path: Path) -> None:
    check(bad, tmp_path)


def test_every_environment_may_share_what_is_said_of_logs(tmp_path: Path) -> None:
    write_platform(tmp_path, {**added(SHARED, SAML), METADATA: VALID_METADATA})
    for deployment in load_platform(tmp_path):
        assert deployment.environment.logging.saml
        assert deployment.environment.saml_metadata == VALID_METADATA.strip()
