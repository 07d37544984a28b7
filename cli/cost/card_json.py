"""Bills and differences for programs."""

from __future__ import annotations

import json
from typing import Any

from costs.bill import Bill
from costs.difference import Difference
from costs.levers import levers
from costs.line import Line


def bills_json(bills: list[Bill], *, service: str | None = None) -> str:
    """Every line with its arithmetic, by environment."""
    return json.dumps({bill.environment: _bill(bill, service) for bill in bills}, indent=2)


def differences_json(differences: list[Difference]) -> str:
    """Return what each environment costs more, by line."""
    document = {
        its.environment: {
            "usd": round(its.usd, 2),
            "missing": list(its.missing),
            "changes": [
                {
                    "service": change.owner or None,
                    "item": change.item,
                    "before": _rounded(change.before),
                    "after": _rounded(change.after),
                    "usd": round(change.usd, 2),
                }
                for change in its.changes
            ],
        }
        for its in differences
    }
    return json.dumps(document, indent=2)


def _bill(bill: Bill, service: str | None) -> dict[str, Any]:
    lines = bill.part(service) if service else bill.lines
    prices = bill.facts.prices
    used = sorted({key for line in lines for key in line.prices} & prices.prices.keys())
    return {
        "region": prices.region,
        "usd": round(sum(line.usd or 0 for line in lines), 2),
        "least": round(sum(line.least or 0 for line in lines), 2),
        "most": round(sum(line.most or 0 for line in lines), 2),
        "missing": list(bill.missing),
        "lines": [_line(line) for line in lines],
        "levers": [
            {"setting": lever.setting, "value": lever.value, "usd": round(lever.usd, 2)}
            for lever in (() if service else levers(bill))
        ],
        "prices": {
            key: {
                "usd": prices.prices[key].usd,
                "unit": prices.prices[key].unit,
                "read": prices.prices[key].read.isoformat(),
                "confidence": prices.prices[key].confidence,
            }
            for key in used
        },
        "usage_defaults": bill.facts.usage.defaults,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "service": line.owner or None,
        "item": line.item,
        "usd": _rounded(line.usd),
        "least": _rounded(line.least),
        "most": _rounded(line.most),
        "how": line.how,
        "prices": list(line.prices),
        "missing": list(line.missing),
    }


def _rounded(amount: float | None) -> float | None:
    return None if amount is None else round(amount, 4)
