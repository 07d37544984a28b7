"""PromQL in a service's file, read with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import promql_parser

from config.models.service.monitoring.re2 import re2_error
from config.models.settings import Mistake

# Grafana fills them in with a duration. https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/
_DURATIONS = re.compile(r"\$(__rate_interval|__interval|__range|\{(__rate_interval|__interval|__range)\})")


def promql_mistakes(expr: str) -> Iterator[Mistake]:
    """Yield why Prometheus would refuse the expression of the field `expr`, or why it shows nothing."""
    try:
        value = promql_parser.parse(expr)
    except ValueError as error:
        yield Mistake(field="expr", message=f"is no PromQL: {error}", fix="try it in Grafana, Explore, first")
        return
    if isinstance(value, promql_parser.StringLiteral | promql_parser.MatrixSelector | promql_parser.SubqueryExpr):
        yield Mistake(
            field="expr",
            message="is a range, which is not above or below anything",
            allowed="PromQL with a vector or a number",
            fix="put it into a function: rate(...), max_over_time(...)",
        )
    for expression in _regular_expressions(value):
        if why := re2_error(expression):
            yield Mistake(
                field="expr",
                message=f"{expression} is no regular expression that Prometheus takes: {why}",
                fix="see github.com/google/re2/wiki/Syntax",
            )


def with_durations(expr: str) -> str:
    """Return the expression with a duration for each variable of Grafana's that stands for one."""
    return _DURATIONS.sub("5m", expr)


def _regular_expressions(value: promql_parser.Expr) -> list[str]:
    """Return those of its label matchers."""
    found: list[str] = []

    def visit(node: promql_parser.Expr) -> None:
        if isinstance(node, promql_parser.VectorSelector):
            found.extend(
                matcher.value
                for matcher in node.matchers.matchers
                if matcher.op in (promql_parser.MatchOp.Re, promql_parser.MatchOp.NotRe)
            )

    promql_parser.walk(value, visit)
    return found
