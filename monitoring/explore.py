"""Links into Grafana's Explore, with a service's log and its errors already chosen.

https://grafana.com/docs/grafana/latest/explore/get-started-with-explore/#generate-explore-urls-from-external-tools
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from monitoring.grafana import CLOUDWATCH, OPENSEARCH

ERRORS = "severity_number:>=17"
"""Lucene: ERROR and FATAL in OpenTelemetry's log data model."""
ERRORS_IN_CLOUDWATCH = (
    "fields @timestamp, @message | filter @message like /(?i)(error|exception|fatal|panic)/"
    " | sort @timestamp desc | limit 500"
)


def opensearch_query(query: str, *, source: str, lines: int = 500) -> dict[str, Any]:
    """Return a query for log lines, as the plugin's editor writes it; `source` is the uid of the data source.

    https://github.com/grafana/opensearch-datasource/blob/main/src/types.ts
    """
    return {
        "refId": "A",
        "datasource": {"type": OPENSEARCH, "uid": source},
        "query": query,
        "queryType": "lucene",
        "luceneQueryType": "Logs",
        "metrics": [{"id": "1", "type": "logs", "settings": {"size": str(lines)}}],
        "bucketAggs": [],
        "timeField": "@timestamp",
    }


def opensearch_levels(levels: Mapping[str, str], *, source: str) -> dict[str, Any]:
    """Return a query for how many lines there are over time; `levels` are Lucene, by the name of what they match."""
    filters = [{"label": name, "query": query} for name, query in levels.items()]
    over_time = {"interval": "auto", "min_doc_count": "0", "trimEdges": "0"}
    return {
        "refId": "A",
        "datasource": {"type": OPENSEARCH, "uid": source},
        "query": "*",
        "queryType": "lucene",
        "luceneQueryType": "Metric",
        "metrics": [{"id": "1", "type": "count"}],
        "bucketAggs": [
            {"id": "2", "type": "filters", "settings": {"filters": filters}},
            {"id": "3", "type": "date_histogram", "field": "@timestamp", "settings": over_time},
        ],
        "timeField": "@timestamp",
    }


def cloudwatch_query(expression: str, *, log_group: str) -> dict[str, Any]:
    """Return a query of CloudWatch Logs Insights, as Grafana's editor writes it.

    https://github.com/grafana/grafana/blob/main/public/app/plugins/datasource/cloudwatch/dataquery.gen.ts
    """
    return {
        "refId": "A",
        "id": "",
        "datasource": {"type": CLOUDWATCH, "uid": CLOUDWATCH},
        "queryMode": "Logs",
        "queryLanguage": "CWLI",
        "region": "default",
        "logGroupNames": [log_group],
        "expression": expression,
    }


def explore_path(query: dict[str, Any], *, start: str, end: str, safe: str = "") -> str:
    """Below Grafana's address; `safe` are characters that stay as they are, for what is filled in later."""
    panes = {
        "logs": {"datasource": query["datasource"]["uid"], "queries": [query], "range": {"from": start, "to": end}}
    }
    return f"/explore?schemaVersion=1&orgId=1&panes={quote(json.dumps(panes, separators=(',', ':')), safe=safe)}"
