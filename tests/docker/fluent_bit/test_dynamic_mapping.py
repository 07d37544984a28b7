"""The model of OpenSearch's dynamic mapping refuses what OpenSearch refuses."""

from __future__ import annotations

import pytest

from tests.docker.fluent_bit.dynamic_mapping import Index, RefusedError, detected_as_date


def index_of(*documents: str) -> Index:
    index = Index()
    for document in documents:
        index.put(document)
    return index


@pytest.mark.parametrize(
    ("document", "types"),
    [
        ('{"a":"x","b":1,"c":1.0,"d":true,"e":null}', {"a": "text", "b": "long", "c": "float", "d": "boolean"}),
        ('{"a":"2026-01-01"}', {"a": "date"}),
        ('{"a":{"b":{"c":1}}}', {"a": "object", "a.b": "object", "a.b.c": "long"}),
        ('{"a":[1,2],"b":[],"c":["x"]}', {"a": "long", "c": "text"}),
        ('{"a":"2026","b":"1.5"}', {"a": "text", "b": "text"}),
    ],
)
def test_a_field_gets_the_type_of_its_first_value(document: str, types: dict[str, str]) -> None:
    assert index_of(document).types == types


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('{"a":1}', '{"a":"x"}'),
        ('{"a":1}', '{"a":true}'),
        ('{"a":1}', '{"a":{"b":1}}'),
        ('{"a":{"b":1}}', '{"a":"x"}'),
        ('{"a":"x"}', '{"a":{"b":1}}'),
        ('{"a":true}', '{"a":0}'),
        ('{"a":"2026-01-01"}', '{"a":"tomorrow"}'),
        ('{"a":"2026-01-01"}', '{"a":"2026-13-01"}'),
        ('{"a":"2026-01-01"}', '{"a":true}'),
        ('{"a":1}', '{"a":[1,"x"]}'),
    ],
)
def test_a_second_type_is_refused_and_changes_nothing(first: str, second: str) -> None:
    index = index_of(first)
    before = dict(index.types)
    with pytest.raises(RefusedError, match="mapper_parsing_exception"):
        index.put(second)
    assert index.types == before


@pytest.mark.parametrize("second", ['{"a":1}', '{"a":1.5}', '{"a":true}', '{"a":"2026-01-01"}', '{"a":null}'])
def test_text_takes_every_scalar(second: str) -> None:
    index_of('{"a":"x"}', second)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ('{"a":9223372036854775808}', "out of range for a long"),
        ('{"a":3.5e38}', "only finite values"),
        ('{"a":NaN}', "not JSON"),
        ('{"a":1,"a":2}', "Duplicate field"),
        ('{"":1}', "cannot be an empty string"),
        ('{" ":1}', "cannot be an empty string"),
        ('{"a..b":1}', "cannot be an empty string"),
        ('{"_id":1}', "is a metadata field"),
        ('{"a":' * 25 + "1" + "}" * 25, "mapping depth"),
        ("{" + ",".join(f'"k{at}":"x"' for at in range(501)) + "}", "total fields"),
        ("[]", "no object"),
    ],
)
def test_what_no_index_takes(document: str, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        Index().put(document)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-27",
        "2026-11",
        "2026-11-27T10:00",
        "2026-11-27T10:00:00.123456789Z",
        "2026-11-27T10:00:00+01:00",
        "2026-11-27T10:00:00Europe/Paris",
        "2026T10:00",
        "-2026-11-27",
        "2026/11/27 10:00:00 +0100",
        "2026/1/2 Z",
    ],
)
def test_what_is_taken_for_a_date(text: str) -> None:
    assert detected_as_date(text)


@pytest.mark.parametrize(
    "text", ["2026", "20261127", "1.5", "x 2026-11-27", " 2026-11-27", "2026-11-27 10:00", "10:00", ""]
)
def test_what_is_not_taken_for_a_date(text: str) -> None:
    assert not detected_as_date(text)
