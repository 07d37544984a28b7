"""The message for values of the wrong kind, size or form: each mistake once, with its line and the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.bad_yaml import API, DEV, JOB, PROD, RELEASES, SHARED, WEB, Bad, check
from tests.config.platform_files import VALID, added, replaced

CASES = [
    Bad(
        "a wildcard within a host, among several",
        replaced(WEB, "host: shop", 'host: [shop, "*.eu"]'),
        """
service_configs/web.yaml:4: http.host[1]: has the wrong form
  value: "*.eu"
  allowed: one label such as shop (the domain is added), "@" for the domain itself, "*" for any host, or a whole name \
that `edge.domains` has; no * within a name
""",
    ),
    Bad(
        "a redirect to an address as a browser shows it",
        replaced(WEB, "  host: shop", "  redirects: [{path: /a, to_host: https://a.example}]"),
        """
service_configs/web.yaml:4: http.redirects[0].to_host: has the wrong form
  value: https://a.example
  allowed: a label such as shop (the domain is added), "@" for the domain itself, or a whole name of any domain, or null
  fix: write a.example
""",
    ),
    Bad(
        "a redirect by a code that the load balancer does not have",
        replaced(WEB, "  host: shop", "  redirects: [{path: /a, to_host: b, code: 303}]"),
        """
service_configs/web.yaml:4: http.redirects[0].code: is none of the choices
  value: 303
  allowed: 301, 302
  fix: write 302
""",
    ),
    Bad(
        "a redirect with a word that AWS does not replace",
        replaced(WEB, "host: shop", 'redirects: [{path: /a, to_path: "/b/#{qath}"}]'),
        """
service_configs/web.yaml:4: http.redirects[0].to_path: has the wrong form
  value: "/b/#{qath}"
  allowed: a path such as /new/#{path}, which is the request's; #{host} and #{port} are there too, or null
  fix: write "/b/"
""",
    ),
    Bad(
        "a foreign domain in capitals",
        added(PROD, "edge:\n  domains: [{name: Shop.example.net}]\n"),
        """
environments/prod.yaml:6: edge.domains[0].name: has the wrong form
  value: Shop.example.net
  allowed: a domain such as example.com: lower case, no https://, no path
  fix: write shop.example.net
""",
    ),
    Bad(
        "a foreign domain's zone at another provider",
        added(PROD, "edge:\n  domains: [{name: shop.example.net, zone_id: cloudflare}]\n"),
        """
environments/prod.yaml:6: edge.domains[0].zone_id: has the wrong form
  value: cloudflare
  allowed: the id of a Route 53 zone, such as Z0123456789ABCDEFGHIJ, or null
""",
    ),
    Bad(
        "a misspelt field",
        added(API, "memory_mb: 2048\n"),
        """
service_configs/api.yaml:9: memory_mb: there is no such field
  value: memory_mb: 2048
  allowed: kind, ...
  fix: did you mean `memory_mib`?
""",
    ),
    Bad(
        "one port where a list belongs",
        added(API, "egress_ports: 587\n"),
        """
service_configs/api.yaml:9: egress_ports: needs a list, not a whole number
  value: 587
  allowed: a list of 0 to 10, each a whole number from 1 to 65535
  fix: write [587]
""",
    ),
    Bad(
        "a port by its name",
        added(API, "egress_ports: [smtp]\n"),
        """
service_configs/api.yaml:9: egress_ports[0]: needs a whole number, not text
  value: smtp
  allowed: a whole number from 1 to 65535
""",
    ),
    Bad(
        "more ports than a firewall has room for",
        added(API, "egress_ports: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]\n"),
        """
service_configs/api.yaml:9: egress_ports: has 11 entries
  value: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
  allowed: a list of 0 to 10, each a whole number from 1 to 65535
  fix: remove 1
""",
    ),
    Bad(
        "a domain where the id of its zone belongs",
        added(DEV, "edge: {zone_id: example.com}\n"),
        """
environments/dev.yaml:6: edge.zone_id: has the wrong form
  value: example.com
  allowed: the id of a Route 53 zone, such as Z0123456789ABCDEFGHIJ, or null
""",
    ),
    Bad(
        "a rule of the firewall by the name of its label",
        added(DEV, "edge:\n  waf:\n    count: [NoUserAgent_Header]\n"),
        """
environments/dev.yaml:8: edge.waf.count[0]: is none of the choices
  value: NoUserAgent_Header
  allowed: NoUserAgent_HEADER, UserAgent_BadBots_HEADER, ...
  fix: did you mean `NoUserAgent_HEADER`?
""",
    ),
    Bad(
        "half of the internet past the firewall",
        added(DEV, "edge:\n  waf:\n    allowed_cidrs: [128.0.0.0/1]\n"),
        """
environments/dev.yaml:8: edge.waf.allowed_cidrs[0]: this range would take much of the internet past the firewall
  value: 128.0.0.0/1
  allowed: prefixes from /8 to /32
  fix: write the ranges that your provider gave you, or mode: count
""",
    ),
    Bad(
        "an exception of the firewall for every host",
        replaced(WEB, "  host: shop", '  host: "*"\n  waf: {mode: count}'),
        """
service_configs/web.yaml:5: http.waf: an exception is made for the hosts of a service, and this one answers on any
  value: {mode: count}
  allowed: a service with a host, or `edge.waf:` of the environment
  fix: write the rules under `edge: {waf: {count: [...]}}` in the environment's file
""",
    ),
    Bad(
        "a record that is no address",
        added(DEV, "edge:\n  records:\n    - {name: vpn, type: A, values: [vpn.example.net]}\n"),
        """
environments/dev.yaml:8: edge.records[0].values[0]: A takes no such value
  value: vpn.example.net
  allowed: an address such as 192.0.2.1
""",
    ),
    Bad(
        "a mail server without its preference",
        added(DEV, 'edge:\n  records:\n    - {name: "@", type: MX, values: [mx.example.net]}\n'),
        """
environments/dev.yaml:8: edge.records[0].values[0]: MX takes no such value
  value: mx.example.net
  allowed: such as `10 mail.example.net`
""",
    ),
    Bad(
        "a record that the platform makes",
        added(DEV, 'edge:\n  records:\n    - {name: "*", type: CNAME, values: [a.example.net]}\n'),
        """
environments/dev.yaml:8: edge.records[0].type: the platform itself answers at *, with the load balancer's addresses
  value: CNAME
  allowed: another type, or another name
  fix: remove it, or write the name of one host
""",
    ),
    Bad(
        "a record that is there twice",
        added(DEV, "edge:\n  records:\n" + "    - {name: mail, type: A, values: [192.0.2.1]}\n" * 2),
        """
environments/dev.yaml:9: edge.records[1].type: mail has A values above already
  value: A
  allowed: one entry for each name and type
  fix: write all values into one list
""",
    ),
    Bad(
        "a type of record in lower case",
        added(DEV, "edge:\n  records:\n    - {name: mail, type: mx, values: []}\n"),
        """
environments/dev.yaml:8: edge.records[0].type: is none of the choices
  value: mx
  allowed: A, AAAA, CAA, CNAME, DS, MX, NS, SRV, TXT
  fix: did you mean `MX`?
""",
    ),
    Bad(
        "a field in camel case",
        replaced(API, "min_tasks", "minTasks"),
        """
service_configs/api.yaml:6: scaling.minTasks: there is no such field
  value: minTasks: 1
  allowed: min_tasks, max_tasks, cpu_percent, memory_percent, requests_per_task, ...
  fix: did you mean `min_tasks`?
""",
    ),
    Bad(
        "a field at the wrong depth",
        added(API, "max_tasks: 3\n"),
        """
service_configs/api.yaml:9: max_tasks: there is no such field
  value: max_tasks: 3
  allowed: kind, ...
  fix: it belongs under `scaling:`
""",
    ),
    Bad(
        "a required field misspelt",
        replaced(API, "kind: internal", "knd: internal"),
        """
service_configs/api.yaml:1: knd: there is no such field
  value: knd: internal
  allowed: kind, ...
  fix: did you mean `kind`?
""",
    ),
    Bad(
        "a misspelt field in shared.yaml",
        added(SHARED, "regoin: eu-west-1\n"),
        """
environments/shared.yaml:5: regoin: there is no such field
  value: regoin: eu-west-1
  allowed: organization, ...
  fix: did you mean `region`?
""",
    ),
    Bad(
        "a misspelt field in an override",
        replaced(WEB, "min_tasks: 1", "min_task: 1"),
        """
service_configs/web.yaml:8: scaling.min_task: there is no such field (in dev)
  value: min_task: 1
  allowed: min_tasks, max_tasks, cpu_percent, memory_percent, requests_per_task, ...
  fix: did you mean `min_tasks`?
""",
    ),
    Bad(
        "a field of another tool",
        added(API, "replicas: 3\n"),
        """
service_configs/api.yaml:9: replicas: there is no such field
  value: replicas: 3
  allowed: kind, ...
  fix: write `scaling: {min_tasks: 2, max_tasks: 4}`
""",
    ),
    Bad(
        "a service without a kind",
        replaced(API, "kind: internal\n", ""),
        """
service_configs/api.yaml:1: kind: is missing
  value: nothing
  allowed: public-web, internal, worker...
  fix: add `kind:`
""",
    ),
    Bad(
        "a network without addresses",
        replaced(DEV, "  cidr: 10.10.0.0/16\n", ""),
        """
environments/dev.yaml:3: network.cidr: is missing
  value: nothing
  allowed: an address range such as 10.10.0.0/16
  fix: add `cidr:` under `network:`
""",
    ),
    Bad(
        "an environment without a network",
        {DEV: 'account_id: "111111111111"\ndomain: dev.example.com\n'},
        """
environments/dev.yaml:1: network: is missing
  value: nothing
  allowed: the fields cidr, zones, nat, nat_instance, interface_endpoints, flow_logs, flow_log_retention_days
  fix: add `network:`
""",
    ),
    Bad(
        "memory with a unit",
        replaced(API, "memory_mib: 1024", "memory_mib: 512MB"),
        """
service_configs/api.yaml:4: memory_mib: needs a whole number, not text
  value: 512MB
  allowed: a whole number from 512 to 122880
  fix: write 512
""",
    ),
    Bad(
        "memory in gigabytes",
        replaced(API, "memory_mib: 1024", "memory_mib: 2 GB"),
        """
service_configs/api.yaml:4: memory_mib: needs a whole number, not text
  value: 2 GB
  allowed: a whole number from 512 to 122880
  fix: write 2048
""",
    ),
    Bad(
        "seconds with a unit",
        added(WEB, "health_check:\n  interval_s: 30s\n"),
        """
service_configs/web.yaml:10: health_check.interval_s: needs a whole number, not text
  value: 30s
  allowed: a whole number from 5 to 300
  fix: write 30
""",
    ),
    Bad(
        "a number in quotes",
        replaced(API, "port: 8080", 'port: "8080"'),
        """
service_configs/api.yaml:2: port: needs a whole number, not text
  value: "8080"
  allowed: a whole number from 1 to 65535, or null
  fix: write 8080
""",
    ),
    Bad(
        "a number with underscores",
        replaced(API, "memory_mib: 1024", "memory_mib: 1_024"),
        """
service_configs/api.yaml:4: memory_mib: needs a whole number, not text
  value: 1_024
  allowed: a whole number from 512 to 122880
  fix: write 1024
""",
    ),
    Bad(
        "a number with a leading zero",
        replaced(API, "port: 8080", "port: 08080"),
        """
service_configs/api.yaml:2: a number that starts with 0 is read differently by different programs
  value: 08080
  allowed: a number without leading zeros, or text in quotes
  fix: write 8080, or "08080" in quotes
""",
    ),
    Bad(
        "a number of a thousand digits",
        replaced(API, "port: 8080", "port: " + "9" * 1000),
        """
service_configs/api.yaml:2: port: needs a whole number, not text
  value: 99999999999999999999999999999999999999999999999999999999999…
  allowed: a whole number from 1 to 65535, or null
""",
    ),
    Bad(
        "a fraction of a vCPU",
        replaced(API, "cpu: 512", "cpu: 0.5"),
        """
service_configs/api.yaml:3: cpu: is none of the choices
  value: 0.5
  allowed: 256, 512, 1024, 2048, 4096, 8192, 16384
  fix: write 256
""",
    ),
    Bad(
        "a CPU size that Fargate lacks",
        replaced(API, "cpu: 512", "cpu: 500"),
        """
service_configs/api.yaml:3: cpu: is none of the choices
  value: 500
  allowed: 256, 512, 1024, 2048, 4096, 8192, 16384
  fix: write 512
""",
    ),
    Bad(
        "a port above all ports",
        replaced(API, "port: 8080", "port: 80800"),
        """
service_configs/api.yaml:2: port: is too large
  value: 80800
  allowed: a whole number from 1 to 65535, or null
  fix: write 65535
""",
    ),
    Bad(
        "port zero",
        replaced(API, "port: 8080", "port: 0"),
        """
service_configs/api.yaml:2: port: is too small
  value: 0
  allowed: a whole number from 1 to 65535, or null
  fix: write 1
""",
    ),
    Bad(
        "more traces than requests",
        added(API, "tracing: {sample_percent: 101}\n"),
        """
service_configs/api.yaml:9: tracing.sample_percent: is too large
  value: 101
  allowed: a number from 0 to 100
  fix: write 100
""",
    ),
    Bad(
        "a share above a hundred",
        added(API, "spot_percent: 150\n"),
        """
service_configs/api.yaml:9: spot_percent: is too large
  value: 150
  allowed: a whole number from 0 to 100, or null
  fix: write 100
""",
    ),
    Bad(
        "yes for true",
        added(DEV, "deletion_protection: yes\n"),
        """
environments/dev.yaml:6: deletion_protection: needs true or false, not text
  value: yes
  allowed: true or false
  fix: write true
""",
    ),
    Bad(
        "true in quotes",
        added(DEV, 'deletion_protection: "true"\n'),
        """
environments/dev.yaml:6: deletion_protection: needs true or false, not text
  value: "true"
  allowed: true or false
  fix: write true
""",
    ),
    Bad(
        "an account id without quotes",
        replaced(DEV, '"111111111111"', "012345678901"),
        """
environments/dev.yaml:1: account_id: needs text, not a whole number
  value: 012345678901
  allowed: 12 digits, in quotes
  fix: write "012345678901", in quotes
""",
    ),
    Bad(
        "an account id with hyphens",
        replaced(DEV, '"111111111111"', "1111-1111-1111"),
        """
environments/dev.yaml:1: account_id: has the wrong form
  value: 1111-1111-1111
  allowed: 12 digits, in quotes
  fix: write "111111111111"
""",
    ),
    Bad(
        "an account id one digit short",
        replaced(DEV, '"111111111111"', '"11111111111"'),
        """
environments/dev.yaml:1: account_id: has the wrong form
  value: "11111111111"
  allowed: 12 digits, in quotes
""",
    ),
    Bad(
        "a domain as an address",
        replaced(DEV, "dev.example.com", "https://dev.example.com/"),
        """
environments/dev.yaml:2: domain: has the wrong form
  value: https://dev.example.com/
  allowed: a domain such as example.com: lower case, no https://, no path
  fix: write dev.example.com
""",
    ),
    Bad(
        "a bucket in capitals",
        added(DEV, "state:\n  bucket: Acme_State\n"),
        """
environments/dev.yaml:7: state.bucket: has the wrong form
  value: Acme_State
  allowed: 3 to 63 lower-case letters, digits, hyphens and dots, or null
  fix: write acme-state
""",
    ),
    Bad(
        "a region by its city",
        added(SHARED, "region: Ireland\n"),
        """
environments/shared.yaml:5: region: has the wrong form
  value: Ireland
  allowed: a region of AWS' commercial partition, such as eu-west-1
""",
    ),
    Bad(
        "a choice misspelt",
        replaced(DEV, "nat: single", "nat: perzone"),
        """
environments/dev.yaml:5: network.nat: is none of the choices
  value: perzone
  allowed: per-zone, single, instance-per-zone, instance, none
  fix: did you mean `per-zone`?
""",
    ),
    Bad(
        "half a choice",
        replaced(API, "kind: internal", "kind: web"),
        """
service_configs/api.yaml:1: kind: is none of the choices
  value: web
  allowed: public-web, internal, worker...
  fix: did you mean `public-web`?
""",
    ),
    Bad(
        "a retention that CloudWatch lacks",
        added(API, "logs:\n  retention_days: 31\n"),
        """
service_configs/api.yaml:10: logs.retention_days: is none of the choices
  value: 31
  allowed: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
  fix: write 30
""",
    ),
    Bad(
        "an endpoint that is two",
        added(PROD, "  interface_endpoints: [ecr]\n"),
        """
environments/prod.yaml:5: network.interface_endpoints[0]: is none of the choices
  value: ecr
  allowed: aps-workspaces, bedrock-runtime, ec2, ecr.api, ecr.dkr, ecs, ...
  fix: did you mean `ecr.api`?
""",
    ),
    Bad(
        "a range with host bits",
        replaced(DEV, "10.10.0.0/16", "10.10.1.0/16"),
        """
environments/dev.yaml:4: network.cidr: has the wrong form
  value: 10.10.1.0/16
  allowed: an address range such as 10.10.0.0/16
  fix: write 10.10.0.0/16
""",
    ),
    Bad(
        "a range that is none",
        replaced(DEV, "10.10.0.0/16", "10.10.0.256/16"),
        """
environments/dev.yaml:4: network.cidr: has the wrong form
  value: 10.10.0.256/16
  allowed: an address range such as 10.10.0.0/16
""",
    ),
    Bad(
        "a range too small",
        replaced(DEV, "10.10.0.0/16", "10.10.0.0/24"),
        """
environments/dev.yaml:4: network.cidr: /24 is too small for nine subnets
  value: 10.10.0.0/24
  allowed: /16 to /21
  fix: write 10.10.0.0/21
""",
    ),
    Bad(
        "a range too large",
        replaced(DEV, "10.10.0.0/16", "10.0.0.0/8"),
        """
environments/dev.yaml:4: network.cidr: /8 is larger than a VPC may be
  value: 10.0.0.0/8
  allowed: /16 to /21
  fix: write 10.0.0.0/16
""",
    ),
    Bad(
        "a public range",
        replaced(DEV, "10.10.0.0/16", "8.8.0.0/16"),
        """
environments/dev.yaml:4: network.cidr: a VPC needs private addresses
  value: 8.8.0.0/16
  allowed: inside 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16
""",
    ),
    Bad(
        "a loopback range",
        replaced(DEV, "10.10.0.0/16", "127.0.0.0/16"),
        """
environments/dev.yaml:4: network.cidr: a VPC needs private addresses
  value: 127.0.0.0/16
  allowed: inside 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16
""",
    ),
    Bad(
        "one zone",
        added(PROD, "  zones: [a]\n"),
        """
environments/prod.yaml:5: network.zones: has 1 entry
  value: [a]
  allowed: a list of 2 to 3, each one letter, such as a
  fix: add 1
""",
    ),
    Bad(
        "four zones",
        added(PROD, "  zones: [a, b, c, d]\n"),
        """
environments/prod.yaml:5: network.zones: has 4 entries
  value: [a, b, c, d]
  allowed: a list of 2 to 3, each one letter, such as a
  fix: remove 1
""",
    ),
    Bad(
        "zones with their region",
        added(PROD, "  zones: [eu-west-1a, b, c]\n"),
        """
environments/prod.yaml:5: network.zones[0]: has the wrong form
  value: eu-west-1a
  allowed: one letter, such as a
""",
    ),
    Bad(
        "zones in one text",
        added(PROD, "  zones: a,b,c\n"),
        """
environments/prod.yaml:5: network.zones: needs a list, not text
  value: a,b,c
  allowed: a list of 2 to 3, each one letter, such as a
  fix: write ["a", "b", "c"]
""",
    ),
    Bad(
        "a section without fields",
        replaced(API, "scaling:\n  min_tasks: 1\n  max_tasks: 3\n", "scaling:\n"),
        """
service_configs/api.yaml:5: scaling: has no value
  value: nothing
  allowed: the fields min_tasks, max_tasks, cpu_percent, memory_percent, requests_per_task, ...
  fix: write a value, or remove `scaling:`
""",
    ),
    Bad(
        "a number for a section",
        replaced(API, "scaling:\n  min_tasks: 1\n  max_tasks: 3\n", "scaling: 3\n"),
        """
service_configs/api.yaml:5: scaling: needs fields of its own, not a whole number
  value: 3
  allowed: the fields min_tasks, max_tasks, cpu_percent, memory_percent, requests_per_task, ...
  fix: write its fields on the next lines, indented: min_tasks, max_tasks, cpu_percent …
""",
    ),
    Bad(
        "a command in one text",
        added(API, 'command: sh -c "echo hi"\n'),
        """
service_configs/api.yaml:9: command: needs a list, not text
  value: sh -c "echo hi"
  allowed: a list, each text
  fix: write ["sh", "-c", "echo hi"]
""",
    ),
    Bad(
        "variables as a list",
        added(API, "variables:\n  - LEVEL=debug\n"),
        """
service_configs/api.yaml:9: variables: needs fields of its own, not a list
  value: [LEVEL=debug]
  allowed: lines of `name: value`
  fix: write `name: value` lines, without the dashes
""",
    ),
    Bad(
        "a number for a variable",
        added(API, "variables:\n  RETRIES: 3\n"),
        """
service_configs/api.yaml:10: variables.RETRIES: needs text, not a whole number
  value: 3
  allowed: text
  fix: write "3", in quotes
""",
    ),
    Bad(
        "a variable without a value",
        added(API, "variables:\n  LEVEL:\n"),
        """
service_configs/api.yaml:10: variables.LEVEL: has no value
  value: nothing
  allowed: text
  fix: write a value, or remove `LEVEL:`
""",
    ),
    Bad(
        "a variable that no shell takes",
        added(API, "variables:\n  log-level: debug\n"),
        """
service_configs/api.yaml:10: variables.log-level: this name has the wrong form
  value: log-level
  allowed: letters, digits and underscores, no digit first
  fix: write log_level
""",
    ),
    Bad(
        "a path without a slash",
        replaced(WEB, "host: shop", "path: api"),
        """
service_configs/web.yaml:4: http.path: has the wrong form
  value: api
  allowed: a path such as /api/*: a slash, then letters, digits and _-.$/~"'@:+*?&, up to 128 characters; or a list of \
such
  fix: write "/api"
""",
    ),
    Bad(
        "a host as a browser shows it",
        replaced(WEB, "host: shop", "host: https://shop.example.com"),
        """
service_configs/web.yaml:4: http.host: has the wrong form
  value: https://shop.example.com
  allowed: one label such as shop (the domain is added), "@" for the domain itself, "*" for any host, or a whole name \
that `edge.domains` has; no * within a name; or a list of such
  fix: write shop if example.com is the environment's `domain:`, "@" if shop.example.com is
""",
    ),
    Bad(
        "a host in capitals",
        replaced(WEB, "host: shop", "host: Shop"),
        """
service_configs/web.yaml:4: http.host: has the wrong form
  value: Shop
  allowed: one label such as shop (the domain is added), "@" for the domain itself, "*" for any host, or a whole name \
that `edge.domains` has; no * within a name; or a list of such
  fix: write shop
""",
    ),
    Bad(
        "a service name with an underscore",
        {"service_configs/my_service.yaml": VALID[API]},
        """
service_configs/my_service.yaml:1: the file's name: has the wrong form
  value: my_service
  allowed: 2 to 22 lower-case letters, digits and single hyphens, a letter first (a target group's ... hold ...
  fix: rename the file to my-service.yaml
""",
    ),
    Bad(
        "a service name too long for a target group",
        {"service_configs/customer-notification-mailer.yaml": VALID[API]},
        """
service_configs/customer-notification-mailer.yaml:1: the file's name: is too long
  value: customer-notification-mailer
  allowed: 2 to 22 lower-case letters, digits and single hyphens, a letter first (a target group's ... hold ...
""",
    ),
    Bad(
        "an environment name too long",
        {"environments/production.yaml": VALID[DEV].replace("10.10", "10.40").replace("dev.", "www.")},
        """
environments/production.yaml:1: the file's name: has the wrong form
  value: production
  allowed: 2 to 9 lower-case letters and digits, a letter first
""",
    ),
    Bad(
        "a tag that reads as a number",
        {RELEASES: "web: 1.10\n"},
        """
service_configs/releases/dev.yaml:1: web: needs text, not a number
  value: 1.10
  allowed: an image tag: letters, digits, _ . and -, up to 128 characters
  fix: write "1.10", in quotes
""",
    ),
    Bad(
        "a tag with a colon",
        {RELEASES: "web: v1:2\n"},
        """
service_configs/releases/dev.yaml:1: web: has the wrong form
  value: v1:2
  allowed: an image tag: letters, digits, _ . and -, up to 128 characters
  fix: write v1-2
""",
    ),
    Bad(
        "a tag that moves among those before a release",
        {"service_configs/releases/prod/api.yaml": "tag: v2\nprevious: latest\n"},
        """
service_configs/releases/prod/api.yaml:2: previous: needs a list, not text
  value: latest
  allowed: a list of 0 to 10, each an image tag: letters, digits, _ . and -, up to 128 characters
""",
    ),
    Bad(
        "one tag before a release, without brackets",
        {"service_configs/releases/prod/api.yaml": "tag: v2\nprevious: v1\n"},
        """
service_configs/releases/prod/api.yaml:2: previous: needs a list, not text
  value: v1
  allowed: a list of 0 to 10, each an image tag: letters, digits, _ . and -, up to 128 characters
  fix: write ["v1"]
""",
    ),
    Bad(
        "releases as a list",
        {RELEASES: "- web\n"},
        """
service_configs/releases/dev.yaml:1: needs fields of its own, not a list
  value: [web]
  allowed: lines of `name: value`
  fix: write `name: value` lines, without the dashes
""",
    ),
    Bad(
        "a schedule of another tool",
        {JOB: 'kind: scheduled-job\nschedule:\n  expression: "*/5 * * * *"\n'},
        """
service_configs/nightly.yaml:3: schedule.expression: is the form of crontab
  value: "*/5 * * * *"
  allowed: cron(minute hour day-of-month month day-of-week year), one of the two days ?
  fix: write cron(*/5 * * * ? *)
""",
    ),
    Bad(
        "a schedule of another tool in place of the section",
        {JOB: 'kind: scheduled-job\nschedule: "*/5 * * * *"\n'},
        """
service_configs/nightly.yaml:2: schedule: needs fields of its own, not text
  value: "*/5 * * * *"
  allowed: the fields expression, ..., or null
  fix: write its fields on the next lines, indented: expression, ...
""",
    ),
    Bad(
        "a share in place of a promise",
        added(API, "metrics: {}\nslo: 99.9%\n"),
        """
service_configs/api.yaml:10: slo: needs fields of its own, not text
  value: 99.9%
  allowed: the fields availability_percent, requests, failed, latency
  fix: write its fields on the next lines, indented: availability_percent, ...
""",
    ),
    Bad(
        "a word in place of a time that is no secret, although its name has one in it",
        added(DEV, "databases:\n  password_rotation: weekly\n"),
        """
environments/dev.yaml:7: databases.password_rotation: needs fields of its own, not text
  value: weekly
  allowed: the fields day, hour_utc, or null
  fix: write its fields on the next lines, indented: day, hour_utc …
""",
    ),
    Bad(
        "a secret instead of its name",
        added(API, "secrets:\n  API_KEY: sk_live_AbC123\n"),
        """
service_configs/api.yaml:10: secrets.API_KEY: has the wrong form
  value: not shown
  allowed: stripe-key or STRIPE_KEY, in letters of one case: a name or an ARN, never the secret itself or the fields \
name, of, secret, parameter, key, kms_key
""",
    ),
    Bad(
        "a password as a variable",
        added(API, "variables:\n  DB_PASSWORD: 0815\n"),
        """
service_configs/api.yaml:10: variables.DB_PASSWORD: needs text, not a whole number
  value: not shown
  allowed: text
""",
    ),
    Bad(
        "secrets under another name",
        added(API, "secret:\n  KEY: hunter2\n"),
        """
service_configs/api.yaml:9: secret: there is no such field
  value: not shown
  allowed: kind, ...
  fix: did you mean `secrets`?
""",
    ),
    Bad(
        "an unclosed quote around a password",
        added(API, 'variables:\n  DB_PASSWORD: "hunter2\n'),
        """
service_configs/api.yaml:10: a quote is opened and never closed
  value: not shown
  allowed: a quote at both ends
  fix: close it
""",
    ),
    Bad(
        "variables as a list with a password",
        added(API, "variables:\n  - DB_PASSWORD=hunter2\n"),
        """
service_configs/api.yaml:9: variables: needs fields of its own, not a list
  value: not shown
  allowed: lines of `name: value`
""",
    ),
    Bad(
        "a database version without quotes",
        added(API, "database:\n  engine_version: 17\n"),
        """
service_configs/api.yaml:10: database.engine_version: is none of the choices
  value: 17
  allowed: 15, 16, 17, 18
  fix: write "17", in quotes
""",
    ),
    Bad(
        "a tag that AWS refuses",
        added(PROD, "tags:\n  Größe: L\n"),
        """
environments/prod.yaml:6: tags.Größe: this name has the wrong form
  value: Größe
  allowed: up to 128 letters, digits, spaces and _.:/=+@-
""",
    ),
    Bad(
        "a health check with a space",
        added(WEB, "health_check:\n  path: /is it up\n"),
        """
service_configs/web.yaml:10: health_check.path: has the wrong form
  value: /is it up
  allowed: a path that starts with a slash, without spaces
""",
    ),
]


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: bad.name)
def test_the_message_for(bad: Bad, tmp_path: Path) -> None:
    check(bad, tmp_path)
