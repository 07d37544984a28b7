"""For every alert: figures at which it fires, with what it then says, and figures close to them at which it is silent.

Series are in promtool's notation, one value a minute:
https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/#series
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Series = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Case:
    """`fires` and `quiet` are series; `at` is the minute at which both are looked at."""

    fires: Series
    quiet: Series
    at: int
    says: str
    labels: Mapping[str, str] = field(default_factory=dict)
    description: str | None = None
    """Where it has something filled in."""


ORDERS = {"service": "orders"}
TASK = 'service="orders",task_ip="10.30.0.1"'
INFO = f"ecs_task_metadata_info{{{TASK}}}"
EXPORTER = f'up{{job="ecs-exporter",{TASK}}}'
MEMORY_OF_1000 = {
    f"ecs_task_memory_limit_bytes{{{TASK}}}": "1000x60",
    f'ecs_container_memory_usage_bytes{{{TASK},container_name="side"}}': "100x60",
    f'ecs_container_memory_page_cache_size_bytes{{{TASK},container_name="side"}}': "50x60",
    f'ecs_container_memory_page_cache_size_bytes{{{TASK},container_name="app"}}': "100x60",
}
MEMORY_OF_THE_APP = f'ecs_container_memory_usage_bytes{{{TASK},container_name="app"}}'


def info(task: int | str, *, status: str = "RUNNING") -> str:
    return f'ecs_task_metadata_info{{service="orders",task_arn="{task}",known_status="{status}"}}'


def dying_tasks(count: int) -> Series:
    """As many tasks of orders that lived for two minutes each, one after the other, and one that lives on."""
    return {info("alive"): "1x60"} | {info(n): f"_x{3 * n} 1x1 stale" for n in range(1, count + 1)}


def a_deploy_and_scaling_in() -> Series:
    """Ten tasks are replaced, each says at its end that it stops, and two remain."""
    before = {info(n): "1x12 stale" for n in range(10)} | {
        info(n, status="STOPPING"): "_x13 1x1 stale" for n in range(10)
    }
    return before | {info(n): f"_x{10} 1x{50 if n < 12 else 8} stale" for n in range(10, 20)}


def probe(figure: str, values: str, *, of: str = "storefront") -> Series:
    """What the blackbox exporter says of a service's public address."""
    url = f"https://{of}.example.com/"
    return {f'probe_{figure}{{job="blackbox-exporter",service="{of}",instance="{url}"}}': values}


def alb(metric: str, values: str, *, of: str = "") -> Series:
    """A figure of the load balancer itself, or of a service's target group."""
    mine = f'service="{of}",dimension_target_group="targetgroup/prod-{of}/1"' if of else 'name="alb"'
    return {f"aws_applicationelb_{metric}{{{mine}}}": values}


def requests(*, succeed: str, fail: str = "", name: str = "http_requests_total") -> Series:
    """What storefront counts."""
    mine = 'job="app",service="storefront",task_ip="10.30.0.2"'
    runs = {'up{job="ecs-exporter",service="storefront",task_ip="10.30.0.2"}': "1x2000"}
    failed = {f'{name}{{{mine},code="503"}}': fail} if fail else {}
    return {f'{name}{{{mine},code="200"}}': succeed} | failed | runs


def rds(metric: str, values: str) -> Series:
    return {f'aws_rds_{metric}{{service="orders",dimension_dbinstance_identifier="prod-orders"}}': values}


def inside(metric: str, values: str) -> Series:
    """A figure of the PostgreSQL exporter beside the database of orders."""
    name = metric if metric.startswith("pg_") else f"postgres_{metric}"
    return {f'{name}{{job="postgres-exporter",service="orders",server="db:5432"}}': values}


def rows_of(table: str, *, dead: str, live: str) -> Series:
    """A table of orders, by its rows."""
    mine = f'{{job="postgres-exporter",service="orders",schema="public",table="{table}"}}'
    return {f"postgres_table_dead_rows{mine}": dead, f"postgres_table_live_rows{mine}": live}


def sqs(metric: str, values: str, *, queue: str = "outbox") -> Series:
    """What CloudWatch says about a queue of mailer."""
    mine = f'service="mailer",queue="{queue}",dimension_queue_name="prod-mailer_{queue}"'
    return {f"aws_sqs_approximate_{metric}_maximum{{{mine}}}": values}


def own(metric: str, values: str, **labels: str) -> Series:
    """A figure that Prometheus has about itself."""
    named = {"job": "prometheus", "instance": "localhost:9090"} | labels
    return {f"{metric}{{{','.join(f'{name}={chr(34)}{value}{chr(34)}' for name, value in named.items())}}}": values}


def router(metric: str, values: str, *, name: str = "opensearch", task: int = 1) -> Series:
    """A figure of the log router beside a task of orders."""
    return {f'fluentbit_{metric}{{job="fluent-bit",service="orders",task_ip="10.30.0.{task}",name="{name}"}}': values}


def delivered(*, records: str = "5x120", retried: str = "0x120") -> Series:
    """What goes from that router to OpenSearch, and what has to go again."""
    return {**router("output_proc_records_total", records), **router("output_retried_records_total", retried)}


def aoss(metric: str, values: str) -> Series:
    return {f'aws_aoss_{metric}{{service="orders",dimension_collection_name="prod-orders"}}': values}


NEVER: Series = {}
"""For the alert that is never silent."""
PARTS_UP = {f'up{{job="{part}"}}': "1x60" for part in ("alertmanager", "cloudwatch-exporter", "grafana")}
PROMETHEUS = {"job": "prometheus", "instance": "localhost:9090"}
NAT = '{dimension_nat_gateway_id="nat-1"}'
DAY = 86_400
GIB = 2**30

CASES: dict[str, Case] = {
    "ServiceDown": Case(
        fires={EXPORTER: "1x10 stale"},
        quiet={EXPORTER: "1x8 0x60", INFO: "1x8 stale", 'up{job="ecs-exporter",service="removed"}': "1x10 stale"},
        at=17,
        labels=ORDERS,
        says="No task of orders is running",
    ),
    "ServiceCrashLooping": Case(
        fires=dying_tasks(7),
        quiet=a_deploy_and_scaling_in(),
        at=30,
        labels=ORDERS,
        says="Tasks of orders keep dying",
        description="8 of them have run within half an hour, more than deploys and scaling explain.",
    ),
    "MetricsNotScraped": Case(
        fires={
            'up{job="app",service="orders",task_ip="10.30.0.1"}': "0x60",
            'up{job="app",service="orders",task_ip="10.30.0.2"}': "1x60",
        },
        quiet={'up{job="app",service="orders",task_ip="10.30.0.1"}': "0x8 1x60"},
        at=12,
        labels={"job": "app", **ORDERS},
        says="1 tasks of orders give Prometheus no metrics",
        description="Job app: the tasks run, and their metrics do not answer.",
    ),
    "TaskMemoryNearlyFull": Case(
        fires=MEMORY_OF_1000 | {MEMORY_OF_THE_APP: "1000x60"},
        quiet=MEMORY_OF_1000 | {MEMORY_OF_THE_APP: "940x60"},
        at=16,
        labels=ORDERS,
        says="A task of orders uses 95% of its memory",
    ),
    "ServiceProcessorNearlyFull": Case(
        fires={
            f'ecs_container_cpu_usage_seconds_total{{{TASK},container_name="app"}}': "0+24x90",
            f'ecs_container_cpu_usage_seconds_total{{{TASK},container_name="side"}}': "0+4.5x90",
            f"ecs_task_cpu_limit_vcpus{{{TASK}}}": "0.5x90",
        },
        quiet={
            f'ecs_container_cpu_usage_seconds_total{{{TASK},container_name="app"}}': "0+26x90",
            f"ecs_task_cpu_limit_vcpus{{{TASK}}}": "0.5x90",
        },
        at=36,
        labels=ORDERS,
        says="The tasks of orders use 95% of their processors",
    ),
    "TaskDiskNearlyFull": Case(
        fires={
            f"ecs_task_ephemeral_storage_used_bytes{{{TASK}}}": "90x60",
            f"ecs_task_ephemeral_storage_allocated_bytes{{{TASK}}}": "100x60",
        },
        quiet={
            f"ecs_task_ephemeral_storage_used_bytes{{{TASK}}}": "80x60",
            f"ecs_task_ephemeral_storage_allocated_bytes{{{TASK}}}": "100x60",
        },
        at=11,
        labels=ORDERS,
        says="A task of orders has filled 90% of its disk",
    ),
    "ServiceRolloutStuck": Case(
        fires={f'ecs_task_metadata_info{{{TASK},revision="{revision}"}}': "1x90" for revision in (7, 8)},
        quiet={
            f'ecs_task_metadata_info{{{TASK},revision="7"}}': "1x20 stale",
            f'ecs_task_metadata_info{{{TASK},revision="8"}}': "1x90",
        },
        at=46,
        labels=ORDERS,
        says="orders runs in 2 revisions at once",
    ),
    "ServiceReplicasMismatch": Case(
        fires={EXPORTER: "1x60"},
        quiet={EXPORTER: "1x60", 'up{job="ecs-exporter",service="orders",task_ip="10.30.0.2"}': "0x60"},
        at=16,
        labels=ORDERS,
        says="Only 1 tasks of orders are running",
    ),
    "ErrorBudgetBurn critical": Case(
        fires=requests(succeed="0+950x60", fail="0+50x60"),
        quiet=requests(succeed="0+950x60", fail="0+500x3 1500x60"),  # it was much, and is over
        at=45,
        labels={"service": "storefront", "slo": "availability"},
        says="storefront fails 5% of its requests",
    ),
    "ErrorBudgetBurn warning": Case(
        fires=requests(succeed="0+996x60", fail="0+4x60"),
        quiet=requests(succeed="0+9991x60", fail="0+9x60"),
        at=45,
        labels={"service": "storefront", "slo": "availability"},
        says="storefront fails 0.4% of its requests, day after day",
    ),
    "SloNotMeasured": Case(
        fires=requests(succeed="0+60x90", name="http_server_requests"),
        quiet=requests(succeed="0+60x90"),
        at=62,
        labels={"service": "storefront", "slo": "availability"},
        says="Nobody knows whether storefront keeps its `slo:` of availability",
    ),
    "LoadBalancerRefuses": Case(
        fires={**alb("httpcode_elb_5_xx_count_sum", "10x60"), **alb("request_count_sum", "190x60")},
        quiet={
            **alb("httpcode_elb_5_xx_count_sum", "10x60"),
            **alb("request_count_sum", "990x60"),
            **alb("request_count_sum", "10x60", of="storefront"),
        },
        at=21,
        says="The load balancer itself answers 5% of all requests with an error",
    ),
    "ServiceHighErrorRate": Case(
        fires={
            **alb("httpcode_target_5_xx_count_sum", "10x60", of="storefront"),
            **alb("request_count_sum", "100x60", of="storefront"),
        },
        quiet={
            **alb("httpcode_target_5_xx_count_sum", "0x10 1 0x60", of="storefront"),
            **alb("request_count_sum", "1x60", of="storefront"),
        },
        at=12,
        labels={"service": "storefront"},
        says="storefront answers 10% of its requests with an error",
    ),
    "NoHealthyTask": Case(
        fires=alb("healthy_host_count_minimum", "0x60", of="storefront"),
        quiet=alb("healthy_host_count_minimum", "1x60", of="storefront"),
        at=6,
        labels={"service": "storefront"},
        says="The load balancer finds no healthy task of storefront",
    ),
    "UnhealthyTasks": Case(
        fires=alb("un_healthy_host_count_maximum", "1x60", of="storefront"),
        quiet=alb("un_healthy_host_count_maximum", "1x10 0x60", of="storefront"),
        at=16,
        labels={"service": "storefront"},
        says="1 tasks of storefront do not pass the load balancer's health check",
    ),
    "ConnectionsRejected": Case(
        fires=alb("rejected_connection_count_sum", "7x60"),
        quiet=alb("rejected_connection_count_sum", "0x60"),
        at=6,
        says="The load balancer has rejected 7 connections within five minutes",
    ),
    "QueueOldestMessageTooOld": Case(
        fires=sqs("age_of_oldest_message", "1800x60"),
        quiet=sqs("age_of_oldest_message", "600x60"),
        at=6,
        labels={"service": "mailer", "queue": "outbox"},
        says="A message in queue outbox of mailer waits for 30m 0s",
    ),
    "QueueHasDeadLetters": Case(
        fires=sqs("number_of_messages_visible", "3x60", queue="outbox_dead"),
        quiet=sqs("number_of_messages_visible", "3000x60"),
        at=6,
        labels={"service": "mailer", "queue": "outbox_dead"},
        says="3 messages of mailer lie in outbox_dead",
    ),
    "DatabaseDiskNearlyFull": Case(
        fires=rds("free_storage_space_minimum", f"{GIB // 2}x60"),
        quiet=rds("free_storage_space_minimum", f"{2 * GIB}x60"),
        at=11,
        labels=ORDERS,
        says="The database of orders has 512MiB of disk left",
    ),
    "DatabaseDiskFillsUp": Case(
        fires=rds("free_storage_space_minimum", f"{10 * GIB}-{GIB // 100}x500"),
        quiet=rds("free_storage_space_minimum", f"{10 * GIB}-{GIB // 1000}x500"),
        at=430,
        labels=ORDERS,
        says="The disk of the database of orders is full in two days",
    ),
    "DatabaseProcessorNearlyFull": Case(
        fires=rds("cpuutilization_average", "95.4x60"),
        quiet=rds("cpuutilization_average", "95x20 80 95x60"),
        at=31,
        labels=ORDERS,
        says="The database of orders uses 95 % of its processor",
    ),
    "DatabaseMemoryNearlyFull": Case(
        fires=rds("freeable_memory_minimum", f"{GIB // 32}x60"),
        quiet=rds("freeable_memory_minimum", f"{GIB // 8}x60"),
        at=16,
        labels=ORDERS,
        says="The database of orders has 32MiB of memory left",
    ),
    "DatabaseConnectionsNearlyUsedUp": Case(
        fires=rds("database_connections_maximum", "366x60"),  # of 405, db.t4g.medium
        quiet=rds("database_connections_maximum", "320x60"),
        at=11,
        labels=ORDERS,
        says="The database of orders has 90 % of the connections it may",
    ),
    "DatabaseCpuCreditsRunOut": Case(
        fires=rds("cpucredit_balance_minimum", "2x60"),
        quiet=rds("cpucredit_balance_minimum", "6x60"),
        at=31,
        labels=ORDERS,
        says="The database of orders has used up its processor's credits",
    ),
    "DatabaseCreditsRunOut": Case(
        fires={**rds("burst_balance_minimum", "90x60"), **rds("ebsbyte_balance_percent_minimum", "12x60")},
        quiet={**rds("burst_balance_minimum", "90x60"), **rds("ebsbyte_balance_percent_minimum", "80x60")},
        at=16,
        labels=ORDERS,
        says="The database of orders has 12 % of its disk's burst credits left",
    ),
    "DatabaseTransactionIdWraparound": Case(
        fires=rds("maximum_used_transaction_ids_maximum", "1.2e9x60"),
        quiet=rds("maximum_used_transaction_ids_maximum", "2e8x60"),
        at=31,
        labels=ORDERS,
        says="The database of orders has used 1.2G transaction IDs",
    ),
    "PostgresLocksWaiting": Case(
        fires=inside("locks_longest_wait_seconds", "30+60x60"),
        quiet=inside("locks_longest_wait_seconds", "60x60"),
        at=4,
        labels=ORDERS,
        says="In the database of orders a session has waited 4m 30s for a lock",
    ),
    "PostgresTransactionLong": Case(
        fires=inside("longest_transaction_seconds", "0+60x60"),
        quiet=inside("longest_transaction_seconds", "0+60x19 0x60"),
        at=21,
        labels=ORDERS,
        says="A transaction in the database of orders is 21m 0s old",
    ),
    "PostgresQuerySlow": Case(
        fires=inside("longest_query_seconds", "0+60x60"),
        quiet=inside("longest_query_seconds", "0+60x9 0x60"),
        at=11,
        labels=ORDERS,
        says="A query in the database of orders has run for 11m 0s",
    ),
    "PostgresTableBloated": Case(
        fires=rows_of("carts", dead="300000x90", live="300000x90"),
        quiet={
            **rows_of("carts", dead="300000x90", live="500000x90"),
            **rows_of("settings", dead="99000x90", live="1000x90"),
        },
        at=61,
        labels={"service": "orders", "schema": "public", "table": "carts"},
        says="Of public.carts of orders 50% are dead rows",
    ),
    "PostgresExporterDown": Case(
        fires={**inside("pg_up", "0x60"), 'up{job="postgres-exporter",service="orders"}': "1x60"},
        quiet={**inside("pg_up", "0x29 1x60"), 'up{job="postgres-exporter",service="orders"}': "1x60"},
        at=31,
        labels=ORDERS,
        says="Nobody sees what goes on inside the database of orders",
    ),
    "NatHasNoPortLeft": Case(
        fires={f"aws_natgateway_error_port_allocation_sum{NAT}": "3x60"},
        quiet={f"aws_natgateway_error_port_allocation_sum{NAT}": "0x60"},
        at=6,
        labels={"dimension_nat_gateway_id": "nat-1"},
        says="nat-1 cannot open connections: it has no source port left",
    ),
    "NatDropsPackets": Case(
        fires={f"aws_natgateway_packets_drop_count_sum{NAT}": "750x60"},
        quiet={f"aws_natgateway_packets_drop_count_sum{NAT}": "400x60"},
        at=16,
        labels={"dimension_nat_gateway_id": "nat-1"},
        says="nat-1 drops 150 packets a minute",
    ),
    "LogsDropped": Case(
        fires=router("output_dropped_records_total", "0x5 120x30"),
        quiet={
            **router("output_dropped_records_total", "120x60"),
            **router("output_dropped_records_total", "0+9x60", name="cloudwatch"),
        },
        at=10,
        labels=ORDERS,
        says="Log lines of orders are lost",
        description="120 within ten minutes: OpenSearch has refused them too often, or they had to wait for too long.",
    ),
    "LogsNotDelivered": Case(
        fires=delivered(records="500x60", retried="0+20x60"),
        quiet=delivered(records="0+1x60", retried="0+20x60"),
        at=20,
        labels=ORDERS,
        says="No log line of orders reaches OpenSearch",
    ),
    "LogsRetried": Case(
        fires=delivered(records="0+40x90", retried="0+10x90"),
        quiet=delivered(records="0+40x90", retried="0+2x90"),
        at=60,
        labels=ORDERS,
        says="20% of the log lines of orders need another try",
    ),
    "LogInputPaused": Case(
        fires={
            **router("input_ingestion_paused", "0x60", name="forward.0"),
            **router("input_ingestion_paused", "1x60", name="forward.1", task=2),
        },
        quiet={
            **router("input_ingestion_paused", "0x60", name="forward.1"),
            **router("input_ingestion_paused", "1x60", name="storage_backlog.5"),
        },
        at=5,
        labels=ORDERS,
        says="A log router of orders takes in no lines",
    ),
    "LogBufferNearlyFull": Case(
        fires={
            **router("output_chunk_available_capacity_percent", "95x60"),
            **router("output_chunk_available_capacity_percent", "12.4x60", task=2),
        },
        quiet={
            **router("output_chunk_available_capacity_percent", "30x60"),
            **router("output_chunk_available_capacity_percent", "5x60", name="cloudwatch"),
        },
        at=8,
        labels=ORDERS,
        says="A task of orders has 12 % of its room for log lines left",
    ),
    "LogsSilent": Case(
        fires=router("input_records_total", "0+1x1700 1700x200", name="forward.1"),
        quiet={
            # It says little: three lines in ten hours, and now nothing.
            **router("input_records_total", "0x600 3x600 6x500 9x300", name="forward.1"),
            # It started two hours ago, said so, and has had nothing to say since.
            'fluentbit_input_records_total{job="fluent-bit",service="fresh",name="forward.1"}': "_x1640 0 60x200",
        },
        at=1785,
        labels=ORDERS,
        says="orders has written no log line for an hour",
    ),
    "LogRouterDown": Case(
        fires={'up{job="fluent-bit",service="orders",task_ip="10.30.0.1"}': "0x60"},
        quiet={'up{job="fluent-bit",service="orders",task_ip="10.30.0.1"}': "0x8 1x60"},
        at=12,
        labels=ORDERS,
        says="1 log routers of orders do not answer",
    ),
    "LogRouterRestarts": Case(
        fires={f'ecs_container_restarts_total{{{TASK},container_name="fluent-bit"}}': "0x10 1x3 2x3 3x3 4x3 5x60"},
        quiet={
            f'ecs_container_restarts_total{{{TASK},container_name="fluent-bit"}}': "0x10 1x60",
            f'ecs_container_restarts_total{{{TASK},container_name="ecs-exporter"}}': "0+1x60",
        },
        at=60,
        labels=ORDERS,
        says="Log routers of orders keep dying",
        description="5 times within an hour; ECS starts them anew, beside a task that runs on.",
    ),
    "LogCollectionRefuses": Case(
        fires={**aoss("2xx_sum", "90x60"), **aoss("4xx_sum", "10x60")},
        quiet={**aoss("2xx_sum", "990x60"), **aoss("4xx_sum", "10x60")},
        at=21,
        labels=ORDERS,
        says="OpenSearch refuses 10% of all requests for the log of orders",
    ),
    "LogCollectionFails": Case(
        fires=aoss("5xx_sum", "10x60"),  # it has never taken anything: there is no series of 2xx
        quiet={**aoss("2xx_sum", "99x60"), **aoss("5xx_sum", "1x60")},
        at=21,
        labels=ORDERS,
        says="OpenSearch fails 100% of all requests for the log of orders",
    ),
    "LogIngestionFails": Case(
        fires={**aoss("ingestion_request_success_sum", "75x60"), **aoss("ingestion_request_errors_sum", "25x60")},
        quiet={**aoss("ingestion_request_success_sum", "75x60"), **aoss("ingestion_request_errors_sum", "3x60")},
        at=21,
        labels=ORDERS,
        says="OpenSearch does not take 25% of what log routers of orders send",
    ),
    "LogDocumentsRefused": Case(
        fires=aoss("ingestion_document_errors_sum", "10x60"),
        quiet=aoss("ingestion_document_errors_sum", "0x2 1 0x60"),
        at=25,
        labels=ORDERS,
        says="OpenSearch refuses single log records of orders",
        description="2 a minute: most likely a field has another type than before.",
    ),
    "LogCapacityNearlyUsed": Case(
        fires={
            'aws_aoss_indexing_ocu_sum{name="global",dimension_client_id="111111111111"}': "2x60",
            'aws_aoss_search_ocu_sum{name="global",dimension_client_id="111111111111"}': "1x60",
        },
        quiet={
            'aws_aoss_indexing_ocu_sum{name="global",dimension_client_id="111111111111"}': "1.5x60",
            'aws_aoss_search_ocu_sum{name="global",dimension_client_id="111111111111"}': "1x60",
        },
        at=16,
        labels={"units": "indexing"},
        says="OpenSearch uses 100% of the compute units for indexing that it may",
    ),
    "Watchdog": Case(fires={}, quiet=NEVER, at=1, says="Alerts work from end to end"),
    "TargetDown": Case(
        fires={name: values for name, values in PARTS_UP.items() if "grafana" not in name},
        quiet=PARTS_UP,
        at=11,
        labels={"job": "grafana", "service": "grafana"},
        says="grafana does not answer Prometheus",
    ),
    "AlertmanagerFailedToSendAlerts": Case(
        fires={'alertmanager_notifications_failed_total{integration="sns"}': "0+1x60"},
        quiet={'alertmanager_notifications_failed_total{integration="sns"}': "5x60"},
        at=30,
        labels={"integration": "sns"},
        says="Alertmanager cannot send to sns",
        description="15 notifications were refused in a quarter of an hour. "
        "This one is refused as well, perhaps: Grafana shows it.",
    ),
    "PrometheusNotConnectedToAlertmanagers": Case(
        fires=own("prometheus_notifications_alertmanagers_discovered", "0x60"),
        quiet=own("prometheus_notifications_alertmanagers_discovered", "1x60"),
        at=16,
        labels=PROMETHEUS,
        says="Prometheus finds no Alertmanager",
    ),
    "PrometheusErrorSendingAlertsToSomeAlertmanagers": Case(
        fires={
            **own("prometheus_notifications_errors_total", "0+1x60", alertmanager="http://a"),
            **own("prometheus_notifications_sent_total", "0+20x60", alertmanager="http://a"),
        },
        quiet={
            **own("prometheus_notifications_errors_total", "1x60", alertmanager="http://a"),
            **own("prometheus_notifications_sent_total", "0+20x60", alertmanager="http://a"),
        },
        at=20,
        labels={"alertmanager": "http://a", **PROMETHEUS},
        says="Alertmanager takes 5% of the alerts with an error",
        description="From Prometheus to http://a.",
    ),
    "PrometheusRuleFailures": Case(
        fires=own("prometheus_rule_evaluation_failures_total", "0+1x60", rule_group="edge"),
        quiet=own("prometheus_rule_evaluation_failures_total", "3x60", rule_group="edge"),
        at=20,
        labels={"rule_group": "edge", **PROMETHEUS},
        says="Prometheus cannot evaluate rules of edge",
    ),
    "PrometheusMissingRuleEvaluations": Case(
        fires=own("prometheus_rule_group_iterations_missed_total", "0+1x60", rule_group="edge"),
        quiet=own("prometheus_rule_group_iterations_missed_total", "3x60", rule_group="edge"),
        at=20,
        labels={"rule_group": "edge", **PROMETHEUS},
        says="Prometheus is too slow for the rules of edge",
        description="It has left out 5 rounds of them in five minutes.",
    ),
    "PrometheusSDRefreshFailure": Case(
        fires=own("prometheus_sd_dns_lookup_failures_total", "0+1x60"),
        quiet={
            **own("prometheus_sd_dns_lookup_failures_total", "3x60"),
            **own("prometheus_sd_refresh_failures_total", "2x60", mechanism="aws"),
        },
        at=30,
        labels={"mechanism": "dns", **PROMETHEUS},
        says="Prometheus cannot look for targets by dns",
    ),
    "PrometheusScrapeSampleLimitHit": Case(
        fires={f'scrape_samples_scraped{{job="app",{TASK}}}': "20001x60"},
        quiet={f'scrape_samples_scraped{{job="app",{TASK}}}': "20000x60"},
        at=6,
        labels=ORDERS,
        says="orders has 20001 series in one task, and none of them is kept",
    ),
    "PrometheusScrapeBodySizeLimitHit": Case(
        fires=own("prometheus_target_scrapes_exceeded_body_size_limit_total", "0+1x60"),
        quiet=own("prometheus_target_scrapes_exceeded_body_size_limit_total", "3x60"),
        at=20,
        labels=PROMETHEUS,
        says="Metrics of a task are larger than Prometheus takes",
    ),
    "PrometheusLabelLimitHit": Case(
        fires=own("prometheus_target_scrape_pool_exceeded_label_limits_total", "0+1x60"),
        quiet=own("prometheus_target_scrape_pool_exceeded_label_limits_total", "3x60"),
        at=20,
        labels=PROMETHEUS,
        says="A task's metrics have more labels than Prometheus takes",
    ),
    "PrometheusMemoryNearlyFull": Case(
        fires=own("process_resident_memory_bytes", f"{int(1.9 * GIB)}x60"),
        quiet=own("process_resident_memory_bytes", f"{int(1.7 * GIB)}x60"),
        at=16,
        labels=PROMETHEUS,
        says="Prometheus uses 95% of its memory",
    ),
    "PrometheusDiskNearlyFull": Case(
        fires={
            **own("prometheus_tsdb_storage_blocks_bytes", f"{40 * GIB}x60"),
            **own("prometheus_tsdb_wal_storage_size_bytes", f"{4 * GIB}x60"),
            **own("prometheus_tsdb_head_chunks_storage_size_bytes", f"{2 * GIB}x60"),
        },
        quiet={
            **own("prometheus_tsdb_storage_blocks_bytes", f"{40 * GIB}x60"),
            **own("prometheus_tsdb_wal_storage_size_bytes", f"{3 * GIB}x60"),
            **own("prometheus_tsdb_head_chunks_storage_size_bytes", f"{1 * GIB}x60"),
        },
        at=31,
        labels=PROMETHEUS,
        says="Prometheus has filled 92% of its disk",
    ),
    "PrometheusTSDBCompactionsFailing": Case(
        fires=own("prometheus_tsdb_compactions_failed_total", "0+1x600"),
        quiet=own("prometheus_tsdb_compactions_failed_total", "0+1x20 20x600"),
        at=430,
        labels=PROMETHEUS,
        says="Prometheus cannot put its blocks together",
        description="180 times in three hours. Its disk and its memory grow meanwhile.",
    ),
    "PrometheusCrashLooping": Case(
        fires=own("process_start_time_seconds", "100x10 200x10 300x10 400x10 500x60"),
        quiet=own("process_start_time_seconds", "100x10 200x60"),
        at=50,
        labels=PROMETHEUS,
        says="Prometheus has started 4 times in an hour",
    ),
    "CloudWatchFiguresMissing": Case(
        fires=alb("healthy_host_count_minimum", "1x60", of="grafana"),
        quiet={
            **alb("healthy_host_count_minimum", "1x20 _x25 1x60", of="grafana"),
            **rds("cpuutilization_average", "20x60"),
        },
        at=40,
        labels={"service": "cloudwatch-exporter"},
        says="cloudwatch-exporter has no figures of AWS",
    ),
    "ProbesMissing": Case(
        fires={"other": "1x60"},
        quiet=probe("success", "_x10 0x60"),
        at=20,
        labels={"service": "cloudwatch-exporter", "job": "blackbox-exporter"},
        says="Nobody asks the public hosts; the blackbox exporter beside cloudwatch-exporter does not answer",
    ),
    "AllProbesFailing": Case(
        fires={**probe("success", "0x60"), **probe("success", "0x60", of="grafana")},
        quiet={**probe("success", "0x60"), **probe("success", "1x60", of="grafana")},
        at=6,
        says="None of the 2 public addresses answers",
    ),
    "ServiceProbeFailing": Case(
        fires=probe("success", "1x10 0x60"),
        quiet=probe("success", "1x10 0x3 1 0x60"),
        at=17,
        labels={"service": "storefront", "instance": "https://storefront.example.com/"},
        says="storefront does not answer at https://storefront.example.com/",
    ),
    "CertificateExpiresSoon critical": Case(
        fires=probe("ssl_earliest_cert_expiry", f"{DAY * 2}x100"),
        quiet=probe("ssl_earliest_cert_expiry", f"{DAY * 4}x100"),
        at=61,
        says="The certificate expires in 1d 22h 59m 0s",
    ),
    "CertificateExpiresSoon warning": Case(
        fires={
            **probe("ssl_earliest_cert_expiry", f"{DAY * 90}x100"),
            **probe("ssl_earliest_cert_expiry", f"{DAY * 20}x100", of="grafana"),
        },
        quiet=probe("ssl_earliest_cert_expiry", f"{DAY * 22}x100"),
        at=61,
        says="The certificate expires in 19d 22h 59m 0s",
    ),
    "CloudWatchRefuses": Case(
        fires={'yace_cloudwatch_request_errors{api_name="GetMetricData"}': "0+1x60"},
        quiet={'yace_cloudwatch_request_errors{api_name="GetMetricData"}': "0+1x4 4x60"},
        at=50,
        labels={"api_name": "GetMetricData"},
        says="CloudWatch refuses GetMetricData",
        description="30 times in half an hour: the figures of AWS have gaps.",
    ),
}
