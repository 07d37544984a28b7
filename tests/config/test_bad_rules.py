"""The message for fields and files that contradict each other: each mistake once, with its line and the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.models.environment.network import ENDPOINTS_WITHOUT_NAT
from tests.config.bad_yaml import API, DEV, JOB, PROD, RELEASES, SHARED, WEB, Bad, check
from tests.config.platform_files import VALID, added, replaced

ANOTHER = 'account_id: "222222222222"\nnetwork:\n  cidr: 10.60.0.0/16\ndomain: another.example.com\n'
BUCKET = "state:\n  bucket: acme-state\n"
NO_NAT = """\
  nat: none
  interface_endpoints:
    [ec2, ecr.api, ecr.dkr, ecs, ecs-agent, ecs-telemetry, logs, monitoring, secretsmanager, sns, sts, tagging]
"""
BOTH_AT_22 = {
    f"service_configs/{name}.yaml": "kind: public-web\nport: 80\nhttp:\n  priority: 22\n" for name in ("blog", "news")
}

CASES = [
    Bad(
        "codes of a healthy task upside down",
        added(WEB, 'health_check:\n  matcher: "399-200"\n'),
        """
service_configs/web.yaml:10: health_check.matcher: 399-200 are no codes that tell a healthy task, of protocol http1
  value: "399-200"
  allowed: 200 to 499: one, several with commas, or a range from the lower to the higher
  fix: write matcher: "200", or remove it
""",
    ),
    Bad(
        "codes of HTTP where gRPC is spoken",
        replaced(WEB, "  host: shop\n", '  host: shop\n  protocol: grpc\nhealth_check:\n  matcher: "200"\n'),
        """
service_configs/web.yaml:7: health_check.matcher: 200 are no codes that tell a healthy task, of protocol grpc
  value: "200"
  allowed: 0 to 99: one, several with commas, or a range from the lower to the higher
  fix: write matcher: "0", or remove it
""",
    ),
    Bad(
        "a zone that nobody decided on",
        added(DEV, "edge: {create_zone: false}\n"),
        """
environments/dev.yaml:6: edge.zone_id: where the domain's zone comes from is not said
  value: create_zone: false
  allowed: `zone_id:` of a zone that holds the domain, or `create_zone: true`
  fix: adopt the zone where the domain has mail or a website, create one for a domain without
""",
    ),
    Bad(
        "a zone that is there and made",
        added(DEV, "edge: {zone_id: Z0123456789ABCDEFGHIJ}\n"),
        """
environments/dev.yaml:6: edge.create_zone: zone Z0123456789ABCDEFGHIJ is there already, by `zone_id`
  value: zone_id: Z0123456789ABCDEFGHIJ
  allowed: `zone_id`, or `create_zone: true`
  fix: write create_zone: false, or remove zone_id
""",
    ),
    Bad(
        "memory that does not go with the cpu",
        replaced(API, "memory_mib: 1024", "memory_mib: 512"),
        """
service_configs/api.yaml:4: memory_mib: Fargate has no task with cpu 512 and 512 MiB of memory
  value: 512
  allowed: with cpu 512: 1024, 2048, 3072, 4096
  fix: write memory_mib: 1024, or cpu: 256
""",
    ),
    Bad(
        "memory that does not go with the cpu in an override",
        added(API, "environments:\n  dev:\n    memory_mib: 6000\n"),
        """
service_configs/api.yaml:11: memory_mib: Fargate has no task with cpu 512 and 6000 MiB of memory (in dev)
  value: 6000
  allowed: with cpu 512: 1024, 2048, 3072, 4096
  fix: write memory_mib: 4096
""",
    ),
    Bad(
        "cpu in an override that does not go with the memory",
        added(API, "environments:\n  dev:\n    cpu: 4096\n"),
        """
service_configs/api.yaml:11: memory_mib: Fargate has no task with cpu 4096 and 1024 MiB of memory (in dev)
  value: cpu: 4096
  allowed: with cpu 4096: 8192 to 30720 in steps of 1024
  fix: write memory_mib: 8192, or cpu: 512
""",
    ),
    Bad(
        "a range of tasks upside down",
        replaced(API, "max_tasks: 3", "max_tasks: 0"),
        """
service_configs/api.yaml:7: scaling.max_tasks: max_tasks 0 is below min_tasks 1
  value: 0
  allowed: at least min_tasks, 1
  fix: write max_tasks: 1, or a smaller min_tasks
""",
    ),
    Bad(
        "a range of tasks upside down by an override",
        added(API, "environments:\n  prod:\n    scaling:\n      min_tasks: 9\n"),
        """
service_configs/api.yaml:12: scaling.max_tasks: max_tasks 3 is below min_tasks 9 (in prod)
  value: min_tasks: 9
  allowed: at least min_tasks, 9
  fix: write max_tasks: 9, or a smaller min_tasks
""",
    ),
    Bad(
        "a timeout above the interval",
        added(WEB, "health_check:\n  timeout_s: 30\n"),
        """
service_configs/web.yaml:10: health_check.timeout_s: a timeout of 30 s does not fit an interval of 15 s
  value: 30
  allowed: below interval_s, 15
  fix: write timeout_s: 14 or less, or a longer interval_s
""",
    ),
    Bad(
        "an internal service without a port",
        replaced(API, "port: 8080\n", ""),
        """
service_configs/api.yaml:1: port: a service of kind internal must say where it listens
  value: kind: internal
  allowed: a whole number from 1 to 65535
  fix: add `port:`
""",
    ),
    Bad(
        "an internal service that does not say how ECS sees that it works",
        replaced(API, "health_check: none\n", ""),
        """
service_configs/api.yaml:1: health_check: a service of kind internal must say how ECS sees that it works: `command:` ...
  value: kind: internal
  allowed: the fields path, command, ... or none
  fix: add `health_check:`
""",
    ),
    Bad(
        "an internal service with a check that asks nothing",
        replaced(API, "health_check: none", "health_check: {grace_s: 90}"),
        """
service_configs/api.yaml:8: health_check: a service of kind internal is asked by no load balancer, and this has no ...
  value: {grace_s: 90}
  allowed: `command:` below it, run in the container by ECS, or `health_check: none` on purpose
  fix: write `command: [wget, -q, -O, /dev/null, "http://127.0.0.1:8080/healthz"]` below it
""",
    ),
    Bad(
        "no check in other words",
        replaced(API, "health_check: none", "health_check: off"),
        """
service_configs/api.yaml:8: health_check: ...
  value: off
  allowed: the fields path, command, ... or none
  fix: write health_check: none
""",
    ),
    Bad(
        "a worker with a port",
        replaced(API, "kind: internal", "kind: worker"),
        """
service_configs/api.yaml:2: port: a service of kind worker has nobody who connects to it
  value: 8080
  allowed: only with kind public-web or internal
  fix: remove it, or choose another kind
""",
    ),
    Bad(
        "requests from outside to an internal service",
        added(API, "http:\n  host: api\n"),
        """
service_configs/api.yaml:9: http: a service of kind internal takes no requests from outside
  value: {host: api}
  allowed: only with kind public-web
  fix: remove it, or choose another kind
""",
    ),
    Bad(
        "a health check that nobody asks",
        replaced(API, "health_check: none\n", "health_check:\n  path: /\n  command: [x]\n"),
        """
service_configs/api.yaml:9: health_check.path: a service of kind internal is not asked by the load balancer
  value: /
  allowed: only with kind public-web
  fix: remove it, or choose another kind
""",
    ),
    Bad(
        "an address that the load balancer takes away",
        added(WEB, "rollout:\n  deregistration_delay_s: 30\n"),
        """
service_configs/web.yaml:10: rollout.deregistration_delay_s: a service of kind public-web drains by `http.drain_s`
  value: 30
  allowed: only with kind internal
  fix: remove it, or choose another kind
""",
    ),
    Bad(
        "codes of a health check that nobody asks",
        replaced(API, "health_check: none\n", 'health_check:\n  matcher: "200-399"\n  command: [x]\n'),
        """
service_configs/api.yaml:9: health_check.matcher: a service of kind internal is not asked by the load balancer
  value: "200-399"
  allowed: only with kind public-web
  fix: remove it, or choose another kind
""",
    ),
    Bad(
        "a number of answers that no load balancer counts",
        replaced(API, "health_check: none\n", "health_check:\n  healthy_threshold: 3\n  command: [x]\n"),
        """
service_configs/api.yaml:9: health_check.healthy_threshold: a service of kind internal is not asked by the load balancer
  value: 3
  allowed: only with kind public-web
  fix: remove it, or choose another kind
""",
    ),
    Bad(
        "a health check inside of what ends by itself",
        {
            JOB: "kind: scheduled-job\nimage: a/b:1\nschedule:\n  expression: rate(1 day)\n"
            "health_check:\n  command: [x]\n"
        },
        """
service_configs/nightly.yaml:5: health_check: a service of kind scheduled-job ends, and its exit code tells
  value: {command: [x]}
  allowed: only with kind public-web or internal or worker
  fix: remove it, or choose another kind
""",
    ),
    Bad(
        "a command that ECS would not wait for",
        replaced(
            API, "health_check: none\n", 'health_check:\n  command: ["true"]\n  interval_s: 120\n  timeout_s: 90\n'
        ),
        """
service_configs/api.yaml:11: health_check.timeout_s: ECS waits at most 60 s here for a `command`
  value: 90
  allowed: up to 60
  fix: write timeout_s: 60, or check without a `command`
""",
    ),
    Bad(
        "a start that ECS would not wait for",
        replaced(API, "health_check: none\n", 'health_check:\n  command: ["true"]\n  grace_s: 600\n'),
        """
service_configs/api.yaml:10: health_check.grace_s: ECS waits at most 300 s here for a `command`
  value: 600
  allowed: up to 300
  fix: write grace_s: 300, or check without a `command`
""",
    ),
    Bad(
        "the host of the platform's own Grafana",
        {"service_configs/shop.yaml": "kind: public-web\nimage: a/b:1\nport: 80\nhttp:\n  host: grafana\n"},
        """
service_configs/shop.yaml:5: http.host: the platform's own Grafana answers on this host
  value: grafana
  allowed: any label but grafana
  fix: write another `host:` under `http:`
""",
    ),
    Bad(
        "a port that another container of the task has",
        added(API, "metrics: {port: 9779}\n"),
        """
service_configs/api.yaml:9: metrics.port: 9779 is taken in every task, by the exporter of its own figures
  value: 9779
  allowed: any port but 9779, 2020, 8877, 24224
  fix: choose another port
""",
    ),
    Bad(
        "a port that the collector of traces has",
        added(API, "metrics: {port: 4318}\ntracing: {}\n"),
        """
service_configs/api.yaml:9: metrics.port: 4318 is taken by the collector of its traces
  value: 4318
  allowed: any port but 9779, 2020, 8877, 24224, 4317, 4318, 13133
  fix: choose another port
""",
    ),
    Bad(
        "a sidecar's port that the collector of traces has",
        added(API, "tracing: {}\nsidecars: {proxy: {image: 'a/b:1', port: 4317}}\n"),
        """
service_configs/api.yaml:10: sidecars.proxy.port: 4317 is taken by the collector of its traces
  value: 4317
  allowed: any port but 9779, 2020, 8877, 24224, 4317, 4318, 13133
  fix: choose another port
""",
    ),
    Bad(
        "sidecars that leave no memory beside the collector of traces",
        added(API, "tracing: {}\nsidecars: {proxy: {image: 'a/b:1', memory_mib: 513}}\n"),
        """
service_configs/api.yaml:10: sidecars: with 384 MiB of the platform's own they come to 897 of the task's 1024 MiB, ...
  value: ...
  allowed: at least 128 MiB left
  fix: write a larger `memory_mib:`, or less for a sidecar
""",
    ),
    Bad(
        "tracing, and nothing after it",
        added(API, "tracing:\n"),
        """
service_configs/api.yaml:9: tracing: has no value
  value: nothing
  allowed: the fields sample_percent
  fix: write `tracing: {}` for one request in twenty, or remove the line
""",
    ),
    Bad(
        "metrics, and nothing after it",
        added(API, "metrics:\n"),
        """
service_configs/api.yaml:9: metrics: has no value
  value: nothing
  allowed: the fields path, port, requests, failed, duration
  fix: write `metrics: {}` for /metrics at its port, or remove the line
""",
    ),
    Bad(
        "a promise that nobody measures",
        added(API, "slo: {availability_percent: 99.9}\n"),
        """
service_configs/api.yaml:9: slo: nobody measures its requests
  value: {availability_percent: 99.9}
  allowed: only with `metrics:`, among which Prometheus finds them
  fix: add `metrics: {}`
""",
    ),
    Bad(
        "a promise of no error ever",
        added(API, "metrics: {}\nslo: {availability_percent: 100}\n"),
        """
service_configs/api.yaml:10: slo.availability_percent: is too large
  value: 100
  allowed: a number from 95 to 99.99
  fix: write 99.99
""",
    ),
    Bad(
        "a promise to be fast without a time",
        added(API, "metrics: {}\nslo: {availability_percent: 99, latency: {percent: 99}}\n"),
        """
service_configs/api.yaml:10: slo.latency.below_ms: is missing
  value: nothing
  allowed: a whole number from 1 to 60000
  fix: add `below_ms:` under `slo.latency:`
""",
    ),
    Bad(
        "a promise of a job",
        {
            JOB: "kind: scheduled-job\nimage: a/b:1\nschedule: {expression: rate(1 day)}\n"
            "slo: {availability_percent: 99}\n"
        },
        """
service_configs/nightly.yaml:4: slo: a service of kind scheduled-job serves no requests
  value: {availability_percent: 99}
  allowed: only with kind public-web or internal or worker
  fix: remove it, or choose another kind
""",
    ),
    Bad(
        "failures by what is no regular expression",
        added(API, 'metrics: {}\nslo:\n  availability_percent: 99\n  failed: {code: "5(."}\n'),
        """
service_configs/api.yaml:12: slo.failed.code: not a regular expression: ...
  value: "5(."
  allowed: a regular expression such as 5.. or error|timeout
  fix: close its brackets, and let each of * + ? follow something
""",
    ),
    Bad(
        "failures by a quote",
        added(API, "metrics: {}\nslo:\n  availability_percent: 99\n  failed: {code: '5\"'}\n"),
        """
service_configs/api.yaml:12: slo.failed.code: has the wrong form
  value: "5\\""
  allowed: a regular expression of letters, digits and _.|*+?()[]^:/-
  fix: write "5-"
""",
    ),
    Bad(
        "failures by nothing",
        added(API, "metrics: {}\nslo:\n  availability_percent: 99\n  failed: {}\n"),
        """
service_configs/api.yaml:12: slo.failed: without a label every request is a failed one
  value: {}
  allowed: one label or more, each with a regular expression
  fix: remove the line, which means {code: "5.."}
""",
    ),
    Bad(
        "runbooks at no address",
        added(PROD, "monitoring: {runbooks_url: github.com/acme}\n"),
        """
environments/prod.yaml:5: monitoring.runbooks_url: has the wrong form
  value: github.com/acme
  allowed: an address such as https://github.com/acme/platform/blob/main/docs/runbooks, no / at its end
""",
    ),
    Bad(
        "requests counted where there are none",
        replaced(API, "  max_tasks: 3\n", "  max_tasks: 3\n  requests_per_task: 10\n"),
        """
service_configs/api.yaml:8: scaling.requests_per_task: a service of kind internal has no requests to count
  value: 10
  allowed: only with kind public-web
  fix: remove it, or choose another kind
""",
    ),
    Bad(
        "metrics that no rule keeps from the internet",
        {WEB: VALID[WEB].replace("  host: shop\n", "  host: shop\n  priority: 1\n") + "metrics: {}\n"},
        """
service_configs/web.yaml:10: metrics: the load balancer cannot keep /metrics from the internet: the rule's ...
  value: {}
  allowed: metrics at a port of their own, or `http.priority` with the number before it free
  fix: write `port:` below `metrics:`, or another `priority:` below `http:`
""",
    ),
    Bad(
        "a zone twice",
        added(PROD, "  zones: [a, b, b]\n"),
        """
environments/prod.yaml:5: network.zones: the zones must differ
  value: [a, b, b]
  allowed: a list of 2 to 3, each one letter, such as a
  fix: write ["a", "b", "c"]
""",
    ),
    Bad(
        "no NAT and no endpoints",
        added(PROD, "  nat: none\n  interface_endpoints: [ecr.api, logs, sns, ecs, ecs-agent, ecs-telemetry]\n"),
        """
environments/prod.yaml:6: network.interface_endpoints: with nat: none the platform does not work without ec2, ecr.dkr, ...
  value: [ecr.api, logs, sns, ecs, ecs-agent, ecs-telemetry]
  allowed: a list, each one of aps-workspaces, bedrock-runtime, ec2, ecr.api, ecr.dkr, ecs...
  fix: add ec2, ecr.dkr, monitoring, secretsmanager, sts, tagging here, or choose nat: single
""",  # noqa: E501
    ),
    Bad(
        "a shell without NAT and its endpoints",
        {**added(PROD, NO_NAT), **added(API, "environments:\n  prod:\n    exec: true\n")},
        """
environments/prod.yaml:6: network.interface_endpoints: with nat: none nobody opens a shell in a task of api without ...:11
  value: [ec2, ecr.api, ...
  allowed: a list with kms, ssmmessages in it, or another nat
  fix: add kms, ssmmessages to interface_endpoints, or choose nat: single
""",  # noqa: E501
    ),
    Bad(
        "Session Manager without NAT and its endpoints",
        added(PROD, NO_NAT + "cluster:\n  ec2:\n    session_manager: true\n"),
        """
environments/prod.yaml:6: network.interface_endpoints: with nat: none Session Manager does not reach the ... ssm, ssmmessages
  value: [ec2, ecr.api, ...
  allowed: a list with ssm, ssmmessages in it, or session_manager: false
  fix: add ssm, ssmmessages here, or choose nat: single
""",  # noqa: E501
    ),
    Bad(
        "a public image without NAT",
        {**added(PROD, NO_NAT), **added(API, "image: public.ecr.aws/nginx/nginx:1.29.1\n")},
        """
service_configs/api.yaml:9: image: with nat: none there is no way to a public registry, see environments/prod.yaml:5 ...
  value: public.ecr.aws/nginx/nginx:1.29.1
  allowed: no `image:` but a release
  fix: remove it, and push the image to 999999999999.dkr.ecr.eu-west-1.amazonaws.com/api
""",
    ),
    Bad(
        "a port to the outside without NAT",
        {**added(PROD, NO_NAT), **added(API, "egress_ports: [587]\n")},
        """
service_configs/api.yaml:9: egress_ports: with nat: none there is no way out, see environments/prod.yaml:5 (in prod)
  value: [587]
  allowed: none there, or another nat
  fix: remove it, or choose nat: single
""",
    ),
    Bad(
        "the port to the outside that is open anyway",
        added(API, "egress_ports: [587, 443]\n"),
        """
service_configs/api.yaml:9: egress_ports[1]: 443 is open for every service
  value: 443
  allowed: the ports beside it
  fix: remove it
""",
    ),
    Bad(
        "the port to the outside that AWS closes",
        added(API, "environments:\n  prod:\n    egress_ports: [25]\n"),
        """
service_configs/api.yaml:11: egress_ports[0]: AWS lets no mail out on 25 (in prod)
  value: 25
  allowed: 587, where mail services take it with a login
  fix: write 587
""",
    ),
    Bad(
        "a port to the outside twice",
        added(API, "egress_ports: [9094, 587, 9094]\n"),
        """
service_configs/api.yaml:9: egress_ports: 9094 is there twice
  value: [9094, 587, 9094]
  allowed: each port once
  fix: remove one of them
""",
    ),
    Bad(
        "a name in the file",
        added(WEB, "name: shop\n"),
        """
service_configs/web.yaml:9: name comes from the file's name
  value: name: shop
  allowed: not written here
  fix: remove the line
""",
    ),
    Bad(
        "a release in the file",
        added(WEB, "release: v1\n"),
        """
service_configs/web.yaml:9: release comes from service_configs/releases/<environment>/<service>.yaml
  value: release: v1
  allowed: not written here
  fix: remove the line
""",
    ),
    Bad(
        "a name in an environment",
        added(DEV, "name: dev\n"),
        """
environments/dev.yaml:6: name comes from the file's name
  value: name: dev
  allowed: not written here
  fix: remove the line
""",
    ),
    Bad(
        "an override for an unknown environment",
        replaced(WEB, "dev:", "development:"),
        """
service_configs/web.yaml:6: environments: there is no environment of this name
  value: development
  allowed: dev, prod
  fix: did you mean `dev`?
""",
    ),
    Bad(
        "overrides as a list",
        {WEB: "kind: public-web\nport: 80\nenvironments: [dev]\n"},
        """
service_configs/web.yaml:3: environments: needs the environments by name
  value: [dev]
  allowed: dev, prod
  fix: write `dev:` on the next line, indented, or remove `environments:`
""",
    ),
    Bad(
        "overrides for nothing",
        {WEB: "kind: public-web\nport: 80\nenvironments:\n"},
        """
service_configs/web.yaml:3: environments: needs the environments by name
  value: nothing
  allowed: dev, prod
  fix: write `dev:` on the next line, indented, or remove `environments:`
""",
    ),
    Bad(
        "an empty override",
        {WEB: "kind: public-web\nport: 80\nenvironments:\n  dev:\n"},
        """
service_configs/web.yaml:4: environments.dev: holds no fields
  value: nothing
  allowed: the fields kind, ...
  fix: write `name: value` lines, indented below it
""",
    ),
    Bad(
        "another kind in an override",
        {WEB: "kind: public-web\nport: 80\nenvironments:\n  dev:\n    kind: internal\n"},
        """
service_configs/web.yaml:5: environments.dev.kind: kind is the same in every environment
  value: kind: internal
  allowed: not written here
  fix: remove the line
""",
    ),
    Bad(
        "a name in an override",
        {WEB: "kind: public-web\nport: 80\nenvironments:\n  dev:\n    name: shop\n"},
        """
service_configs/web.yaml:5: name comes from the file's name
  value: name: shop
  allowed: not written here
  fix: remove the line
""",
    ),
    Bad(
        "overrides in an override",
        {WEB: "kind: public-web\nport: 80\nenvironments:\n  dev:\n    environments: {}\n"},
        """
service_configs/web.yaml:5: environments.dev.environments: overrides have no overrides of their own
  value: environments: {}
  allowed: not written here
  fix: remove the line
""",
    ),
    Bad(
        "a release of an unknown service",
        {RELEASES: "wep: v1\n"},
        """
service_configs/releases/dev.yaml:1: there is no service of this name
  value: wep
  allowed: api, web
  fix: did you mean `web`?
""",
    ),
    Bad(
        "releases of an unknown environment",
        {"service_configs/releases/stage.yaml": "web: v1\n"},
        """
service_configs/releases/stage.yaml:1: there is no environment of this name
  value: stage
  allowed: dev, prod
  fix: remove it
""",
    ),
    Bad(
        "two services on one host and path",
        {"service_configs/shop.yaml": "kind: public-web\nport: 80\n"},
        """
service_configs/web.yaml:4: http: shop already answers /* on host shop, see service_configs/shop.yaml:1
  value: shop
  allowed: one service for each host and path
  fix: write another `http.host:` or `http.path:` in one of the two
""",
    ),
    Bad(
        "two services on one host and path in one environment",
        {"service_configs/blog.yaml": "kind: public-web\nport: 80\nenvironments: {prod: {http: {host: shop}}}\n"},
        """
service_configs/web.yaml:4: http: blog already answers /* on host shop, see service_configs/blog.yaml:3 (in prod)
  value: shop
  allowed: one service for each host and path
  fix: write another `http.host:` or `http.path:` in one of the two
""",
    ),
    Bad(
        "two services on one host with paths that some requests both fit",
        {
            "service_configs/apis.yaml": "kind: public-web\nport: 80\nhttp:\n  host: shop\n  path: /ap*\n",
            "service_configs/orders.yaml": "kind: public-web\nport: 80\nhttp:\n  host: shop\n  path: /api/*\n",
        },
        """
service_configs/orders.yaml:5: http.path: some requests to host shop fit both /api/* and the path of apis, and nothing \
says which is tried first, see service_configs/apis.yaml:5
  value: /api/*
  allowed: paths of different depth, or a `priority:`
  fix: write `priority:` under `http:` in one of the two; the lower number is tried first
""",
    ),
    Bad(
        "two services of one priority",
        BOTH_AT_22,
        """
service_configs/news.yaml:4: http.priority: 22 is already the rule priority of blog, see service_configs/blog.yaml:4
  value: 22
  allowed: a number of its own for each service, 1 to 50000
  fix: write `priority: 23` under `http:`
""",
    ),
    Bad(
        "overlapping networks",
        replaced(DEV, "10.10.0.0/16", "10.30.128.0/20"),
        """
environments/prod.yaml:4: network.cidr: overlaps 10.30.128.0/20 of environment dev, see environments/dev.yaml:4
  value: 10.30.0.0/16
  allowed: a range of its own for each environment, so that they can be connected
  fix: write 10.0.0.0/16
""",
    ),
    Bad(
        "one state bucket for two environments",
        {**added(DEV, BUCKET), **added(PROD, BUCKET)},
        """
environments/prod.yaml:6: state.bucket: environment dev keeps its state in the same bucket, see environments/dev.yaml:7
  value: acme-state
  allowed: a bucket of its own for each environment
  fix: remove it; the default is acme-prod-terraform-state
""",
    ),
    Bad(
        "backups copied to where they are",
        added(PROD, "backups: {copy_to_region: eu-west-1}\n"),
        """
environments/prod.yaml:5: backups.copy_to_region: is the environment's own region, whose vault has each backup already
  value: eu-west-1
  allowed: another region
  fix: write another one, or remove it
""",
    ),
    Bad(
        "backups of databases that are stopped",
        added(PROD, 'office_hours: {start: "07:00", stop: "20:00"}\nbackups: {}\n'),
        """
environments/prod.yaml:6: backups: RDS makes no snapshot of a database that office_hours have stopped
  value: {}
  allowed: databases that always run
  fix: write `databases: false` under `office_hours:`, or remove it
""",
    ),
    Bad(
        "backups that are kept for no time",
        added(PROD, "backups: {keep_days: 0}\n"),
        """
environments/prod.yaml:5: backups.keep_days: is too small
  value: 0
  allowed: a whole number from 1 to 3650
  fix: write 1
""",
    ),
    Bad(
        "one host in two environments",
        replaced(DEV, "dev.example.com", "example.com"),
        """
environments/prod.yaml:2: domain: shop.example.com (service_configs/web.yaml) would also be in environment dev, see ...
  value: example.com
  allowed: each host in one environment
  fix: write prod.example.com
""",
    ),
    Bad(
        "no environment",
        {DEV: None, PROD: None, WEB: None},
        """
environments: there is no environment
  value: nothing
  allowed: at least one file in environments/ beside shared.yaml
  fix: write environments/dev.yaml
""",
    ),
    Bad(
        "a service with the name of a part of the platform",
        {"service_configs/grafana.yaml": VALID[API]},
        """
service_configs/grafana.yaml:1: the file's name: the platform's own grafana has this name
  value: grafana
  allowed: any but alertmanager, blackbox-exporter, cloudwatch-exporter, database-roles, ec2, ecs-exporter, edge, fluent-bit, grafana, logging, network, otel-collector, postgres-exporter, prometheus, scraper
  fix: rename the file
""",  # noqa: E501
    ),
    Bad(
        "a call to a service that is not there",
        added(API, "calls: [web, pricing]\n"),
        """
service_configs/api.yaml:9: calls: pricing cannot be called: there is no service_configs/pricing.yaml
  value: pricing
  allowed: web
  fix: remove pricing here, or bring its file back
""",
    ),
    Bad(
        "a call to a worker",
        {**added(API, "calls: [mailer]\n"), "service_configs/mailer.yaml": "kind: worker\n"},
        """
service_configs/api.yaml:9: calls: mailer cannot be called: a worker has no port
  value: mailer
  allowed: web
  fix: remove mailer here
""",
    ),
    Bad(
        "a circle of calls",
        {**added(API, "calls: [web]\n"), **added(WEB, "calls: [api]\n")},
        """
service_configs/api.yaml:9: calls: api → web → api is a circle; none of them could be deployed first
  value: [web]
  allowed: calls in one direction only
  fix: let one of them answer by a queue or a callback to the load balancer (docs/adr/0003)
""",
    ),
    Bad(
        "a job without a schedule",
        {JOB: "kind: scheduled-job\n"},
        """
service_configs/nightly.yaml:1: schedule: a service of kind scheduled-job must say when it runs
  value: kind: scheduled-job
  allowed: the fields expression, timezone, retries
  fix: add `schedule:`
""",
    ),
    Bad(
        "a database line with nothing behind it",
        added(API, "database:\n"),
        """
service_configs/api.yaml:9: database: has no value
  value: nothing
  allowed: the fields engine_version, instance_class, storage_gib, max_storage_gib, multi_az, ...
  fix: write `database: {}` for one with the environment's sizes, or remove the line
""",
    ),
    Bad(
        "two accounts and no registry",
        replaced(SHARED, 'registry_account_id: "999999999999"\n', ""),
        """
environments/prod.yaml:1: registry_account_id: environment dev takes its images from account 111111111111, see ...
  value: "222222222222"
  allowed: one account that holds the images of all environments
  fix: add `registry_account_id: "111111111111"` (or another account) to environments/shared.yaml
""",
    ),
    Bad(
        "two regions",
        added(DEV, "region: us-east-1\n"),
        """
environments/prod.yaml:1: registry_region: environment dev pulls its images from us-east-1, see ...
  value: nothing
  allowed: one region that holds the images of all environments
  fix: add `registry_region: us-east-1` to environments/shared.yaml
""",
    ),
    Bad(
        "two ages of unreleased images",
        {**added(SHARED, "registry_unreleased_days: 60\n"), **added(PROD, "registry_unreleased_days: 90\n")},
        """
environments/prod.yaml:5: registry_unreleased_days: environment dev keeps images for 60 days in the registry that all \
environments share, see ...
  value: 90
  allowed: one number for all environments
  fix: write `registry_unreleased_days: 60` in environments/shared.yaml alone
""",
    ),
    Bad(
        "a registry behind endpoints of another region",
        {
            **added(
                PROD,
                f"  nat: none\n  interface_endpoints: [{', '.join(sorted(ENDPOINTS_WITHOUT_NAT))}]\n"
                "region: us-east-1\n",
            ),
            **added(SHARED, "registry_region: eu-west-1\n"),
        },
        """
environments/prod.yaml:5: registry_region: with nat: none images are reached by endpoints, which lead to us-east-1 \
alone
  value: nat: none
  allowed: us-east-1
  fix: write another `network.nat:`, or remove it
""",
    ),
    Bad(
        "a tag that is ours",
        added(PROD, "tags:\n  groundwork:stack: mine\n"),
        """
environments/prod.yaml:6: tags.groundwork:stack: groundwork:stack begins with groundwork:, which is taken
  value: mine
  allowed: a name that begins with neither aws: nor groundwork:
  fix: choose another name
""",
    ),
    Bad(
        "more wildcards than a rule takes",
        replaced(WEB, "host: shop", "path: /*/*/*/*/*/*"),
        """
service_configs/web.yaml:4: http.path: 6 wildcards are more than the load balancer takes
  value: /*/*/*/*/*/*
  allowed: up to 5 of * and ?
  fix: write a shorter pattern
""",
    ),
    Bad(
        "storage above what the environment lets it grow to",
        {**added(API, "database:\n  storage_gib: 500\n"), **added(SHARED, "databases:\n  max_storage_gib: 100\n")},
        """
service_configs/api.yaml:10: database: max_storage_gib 100 is below storage_gib 500, see environments/shared.yaml:6
  value: 500
  allowed: storage_gib, 500, which never grows, or at least 550
  fix: write max_storage_gib: 550, or more, below `database:`
""",
    ),
    Bad(
        "less room to grow than RDS takes",
        added(SHARED, "databases:\n  storage_gib: 190\n  max_storage_gib: 200\n"),
        """
environments/shared.yaml:7: databases.max_storage_gib: max_storage_gib 200 is less than 10 % above storage_gib 190
  value: 200
  allowed: storage_gib, 190, which never grows, or at least 209
  fix: write max_storage_gib: 209, or more
""",
    ),
    Bad(
        "passwords that are rotated while the databases are stopped",
        added(SHARED, "office_hours: {}\ndatabases:\n  password_rotation:\n    hour_utc: 22\n"),
        """
environments/shared.yaml:7: databases.password_rotation: on tue from 22:00 UTC databases are not running for an hour
  value: {hour_utc: 22}
  allowed: an hour of office_hours, in summer and in winter
  fix: remove it, or write day: wed and hour_utc: 8
""",
    ),
    Bad(
        "an environment whose load balancer AWS refuses",
        {"environments/internal.yaml": ANOTHER},
        """
environments/internal.yaml:1: the file's name: an environment cannot be called internal: AWS refuses names that begin so
  value: internal
  allowed: neither internal nor sg, nor a name that begins with aws, ecs, fargate
  fix: rename the file, to myinterna.yaml for instance
""",
    ),
    Bad(
        "an environment whose capacity provider AWS refuses",
        {"environments/ecs1.yaml": ANOTHER},
        """
environments/ecs1.yaml:1: the file's name: an environment cannot be called ecs1: AWS refuses names that begin so
  value: ecs1
  allowed: neither internal nor sg, nor a name that begins with aws, ecs, fargate
  fix: rename the file, to myecs1.yaml for instance
""",
    ),
    Bad(
        "a region of another partition",
        added(SHARED, "region: us-gov-west-1\n"),
        """
environments/shared.yaml:5: region: has the wrong form
  value: us-gov-west-1
  allowed: a region of AWS' commercial partition, such as eu-west-1
""",
    ),
    Bad(
        "storage above the default growth in one environment",
        added(API, "environments:\n  prod:\n    database:\n      storage_gib: 500\n"),
        """
service_configs/api.yaml:12: database: max_storage_gib 200 is below storage_gib 500 (in prod)
  value: 500
  allowed: storage_gib, 500, which never grows, or at least 550
  fix: write max_storage_gib: 550, or more, below `database:`
""",
    ),
]


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: bad.name)
def test_the_message_for(bad: Bad, tmp_path: Path) -> None:
    check(bad, tmp_path)
