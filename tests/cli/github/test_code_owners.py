"""Whose approval GitHub asks for, by the rules of its CODEOWNERS."""

from __future__ import annotations

import pytest

from cli.github.code_owners import Rule, gated_paths, lines_for, owners_of, read_rules

PROD = "service_configs/releases/prod.yaml"


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*", PROD, True),
        ("*.yaml", PROD, True),
        ("*.yml", PROD, False),
        ("/service_configs/releases/prod.yaml", PROD, True),
        ("service_configs/releases/prod.yaml", PROD, True),
        ("prod.yaml", PROD, True),
        ("/prod.yaml", PROD, False),
        ("/service_configs/", PROD, True),
        ("/service_configs", PROD, True),
        ("releases/", PROD, True),
        ("/releases/", PROD, False),
        ("/service_configs/*", PROD, False),
        ("/service_configs/*", "service_configs/orders.yaml", True),
        ("/service_configs/**", PROD, True),
        ("/**/prod.yaml", PROD, True),
        ("**/releases/*.yaml", PROD, True),
        ("/environments/prod.yaml", PROD, False),
        ("/service_configs/releases/prod", PROD, False),
        ("prod?yaml", PROD, True),
    ],
)
def test_a_pattern_matches_as_in_gitignore(pattern: str, path: str, matches: bool) -> None:
    assert Rule(pattern, ()).matches(path) is matches


def test_the_last_line_that_matches_decides_and_may_take_the_owner_away() -> None:
    text = "# who owns what\n*  @acme/all\n/service_configs/ @acme/product @anna # two of them\n\n"
    assert owners_of(PROD, read_rules(text)) == ("@acme/product", "@anna")
    assert owners_of(PROD, read_rules(text + "/service_configs/releases/prod.yaml\n")) == ()
    assert owners_of("README.md", read_rules(text)) == ("@acme/all",)
    assert owners_of("README.md", read_rules("")) == ()


def test_the_lines_that_are_written_own_what_they_are_for() -> None:
    paths = gated_paths(["prod"])
    assert {PROD, "environments/prod.yaml", ".github/CODEOWNERS"} <= set(paths)
    rules = read_rules("\n".join(lines_for(paths, "@acme/platform")))
    assert {owners_of(path, rules) for path in paths} == {("@acme/platform",)}
    assert owners_of("service_configs/releases/dev.yaml", rules) == ()
