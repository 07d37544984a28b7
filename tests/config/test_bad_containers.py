"""The message for ports, sidecars, space and hardening that ECS, or the task itself, would not take."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.loader.platform import load_platform
from tests.config.bad_yaml import API, Bad, check
from tests.config.platform_files import added, replaced, write_platform


def said(line: str, printed: str) -> Bad:
    return Bad(line, added(API, f"{line}\n"), "service_configs/api.yaml:9: " + printed.strip() + "\n")


CASES = [
    Bad(
        "a port of UDP",
        replaced(API, "port: 8080", "port: 8125/udp"),
        """
service_configs/api.yaml:2: port: no service is reached by UDP here: neither the load balancer nor the rules between \
services open it
  value: 8125/udp
  allowed: a TCP port; a sidecar of the same task may be sent UDP at 127.0.0.1 without a port here
  fix: send statsd and the like to a sidecar, or write the TCP port
""",
    ),
    said(
        "ports: {statsd: 8125/udp}",
        """
ports.statsd: no service is reached by UDP here: neither the load balancer nor the rules between services open it
  value: 8125/udp
  allowed: a TCP port; a sidecar of the same task may be sent UDP at 127.0.0.1 without a port here
  fix: send statsd and the like to a sidecar, or write the TCP port
""",
    ),
    said(
        "ports: ['8080:80', 9090]",
        """
ports: needs fields of its own, not a list
  value: ["8080:80", 9090]
  allowed: lines of `name: value`
  fix: write ports: {admin: 9090}
""",
    ),
    said(
        "volumes: ['./media:/srv/media']",
        """
volumes: needs fields of its own, not a list
  value: ["./media:/srv/media"]
  allowed: lines of `name: value`
  fix: write volumes: {media: {path: /srv/media}}
""",
    ),
    said(
        "tmpfs: /tmp",
        """
tmpfs: needs fields of its own, not text
  value: /tmp
  allowed: lines of `name: value`
  fix: write tmpfs: {/var/cache: 64}
""",
    ),
    said(
        "cap_drop: [ALL]",
        """
cap_drop: there is no such field
  value: cap_drop: [ALL]
  allowed: kind, ...
  fix: write `drop_capabilities:`
""",
    ),
    said(
        "ports: {admin: 8080}",
        """
ports.admin: 8080 is already `port`
  value: 8080
  allowed: a port of its own
  fix: choose another port
""",
    ),
    said(
        "ports: {admin: 9779}",
        """
ports.admin: 9779 is taken in every task, by the exporter of its own figures
  value: 9779
  allowed: any port but 9779, 2020, 8877, 24224
  fix: choose another port
""",
    ),
    said(
        "ports: {Admin: 9090}",
        """
ports.Admin: this name has the wrong form
  value: Admin
  allowed: lower-case letters, digits and single hyphens, a letter first
  fix: write admin
""",
    ),
    said(
        "ports: {admin: 70000}",
        """
ports.admin: is too large
  value: 70000
  allowed: a whole number from 1 to 65535
  fix: write 65535
""",
    ),
    said(
        "calls: [web:admin]",
        """
calls: web has no port admin under `ports:`
  value: web:admin
  allowed: web
  fix: add `ports: {admin: …}` to web.yaml, or write web for its `port:`
""",
    ),
    said(
        "calls: ['web:80']",
        """
calls[0]: a port is called by its name
  value: "web:80"
  allowed: web for its `port:`, or web:admin for a port called admin under its `ports:`
  fix: write web, or name the port in web.yaml
""",
    ),
    said(
        "calls: [web, web]",
        """
calls: web is there twice
  value: [web, web]
  allowed: each once
  fix: remove one of them
""",
    ),
    said(
        "ephemeral_gib: 20",
        """
ephemeral_gib: is too small
  value: 20
  allowed: a whole number from 21 to 200, or null
  fix: write 21
""",
    ),
    said(
        "ephemeral_gib: 500GB",
        """
ephemeral_gib: needs a whole number, not text
  value: 500GB
  allowed: a whole number from 21 to 200, or null
  fix: write 200
""",
    ),
    said(
        "tmpfs: {tmp: 64}",
        """
tmpfs.tmp: this name has the wrong form
  value: tmp
  allowed: an absolute path, such as /var/cache, no / at its end
  fix: write "/tmp"
""",
    ),
    said(
        "tmpfs: {/tmp: 1024}",
        """
tmpfs: 1024 MiB of folders in memory leave nothing of the task's 1024
  value: {/tmp: 1024}
  allowed: less than memory_mib, 1024, together
  fix: write less, or a larger `memory_mib:`
""",
    ),
    said(
        "ulimits: {nofiles: 65535}",
        """
ulimits.nofiles: this name has the wrong form
  value: nofiles
  allowed: core, cpu, data, fsize, locks, memlock, msgqueue, nice, nofile, nproc, rss, rtprio, rttime, sigpending, stack
  fix: did you mean `nofile`?
""",
    ),
    said(
        "ulimits: {nofile: {soft: 65535, hard: 1024}}",
        """
ulimits.nofile.soft: soft 65535 is above hard 1024
  value: 65535
  allowed: up to 1024
  fix: write soft: 1024
""",
    ),
    said(
        "user: Root!",
        """
user: has the wrong form
  value: Root!
  allowed: a number or name, with a group if need be: 1000, "1000:1000", nobody or a whole number, at least 0, or null
""",
    ),
    said(
        "drop_capabilities: [NET_RAWS]",
        """
drop_capabilities[0]: is none of the choices
  value: NET_RAWS
  allowed: ALL, ...
  fix: did you mean `NET_RAW`?
""",
    ),
    Bad(
        "a shell in files that cannot be written",
        added(API, "exec: true\nread_only_root: true\n"),
        """
service_configs/api.yaml:10: read_only_root: with `exec: true` an agent in the container writes to its files
  value: true
  allowed: one of the two
  fix: remove `exec: true`, or this line
""",
    ),
    said(
        "sidecars: {api: {image: a/b:1}}",
        """
sidecars.api: a container of the task is already called api
  value: {image: a/b:1}
  allowed: a name of its own
  fix: choose another name
""",
    ),
    said(
        "sidecars: {agent: {image: a/b:1, port: 2020}}",
        """
sidecars.agent.port: 2020 is taken in every task, by the log router
  value: 2020
  allowed: any port but 9779, 2020, 8877, 24224
  fix: choose another port
""",
    ),
    Bad(
        "a sidecar's port that its metrics have",
        added(API, "metrics: {port: 9090}\nsidecars: {agent: {image: a/b:1, port: 9090}}\n"),
        """
service_configs/api.yaml:10: sidecars.agent.port: 9090 is already `metrics.port`
  value: 9090
  allowed: a port that nothing else of the task has; the service's own `port:` where it stands in front
  fix: choose another port
""",
    ),
    said(
        "sidecars: {agent: {image: a/b:1, port: 81}, proxy: {image: a/b:1, port: 81}}",
        """
sidecars.proxy.port: 81 is already `sidecars.agent.port`
  value: 81
  allowed: a port that nothing else of the task has; the service's own `port:` where it stands in front
  fix: choose another port
""",
    ),
    said(
        "sidecars: {agent: {image: a/b:1, memory_mib: 800}}",
        """
sidecars: with 192 MiB of the platform's own they come to 992 of the task's 1024 MiB, and leave 32 for the service
  value: {agent: {image: a/b:1, memory_mib: 800}}
  allowed: at least 128 MiB left
  fix: write a larger `memory_mib:`, or less for a sidecar
""",
    ),
    said(
        "sidecars: {agent: {}}",
        """
sidecars.agent.image: is missing
  value: nothing
  allowed: text that is not empty
  fix: add `image:` under `sidecars.agent:`
""",
    ),
    said(
        "sidecars: {agent: {image: a/b:1, health_check: {path: /}}}",
        """
sidecars.agent.health_check.path: no load balancer asks a sidecar
  value: /
  allowed: command, interval_s, timeout_s, unhealthy_threshold, grace_s
  fix: remove it
""",
    ),
    said(
        "sidecars: {agent: {image: a/b:1, health_check: {interval_s: 5}}}",
        """
sidecars.agent.health_check: it says nothing that could be asked
  value: {interval_s: 5}
  allowed: `command:` below it, run in the container by ECS
  fix: write `command: [CMD-SHELL, "…"]` below it, or remove it
""",
    ),
    said(
        "sidecars: {agent: {image: a/b:1, secrets: {KEY: {of: web, name: key}}}}",
        """
sidecars.agent.secrets.KEY.name: web has no secret key
  value: key
  allowed: none yet
  fix: add `KEY: key` under `secrets:` of web.yaml
""",
    ),
]


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: bad.name)
def test_the_message_for(bad: Bad, tmp_path: Path) -> None:
    check(bad, tmp_path)


def test_a_worker_has_no_ports(tmp_path: Path) -> None:
    bad = {"service_configs/mail.yaml": "kind: worker\nports: {admin: 9090}\n"}
    printed = """
service_configs/mail.yaml:2: ports: a service of kind worker has nobody who connects to it
  value: {admin: 9090}
  allowed: only with kind public-web or internal
  fix: remove it, or choose another kind
"""
    check(Bad("", bad, printed), tmp_path)


def test_what_compose_and_task_definitions_have_is_taken(tmp_path: Path) -> None:
    fields = """\
ports: {admin: 9090, debug: 9091/tcp}
ephemeral_gib: 100
tmpfs: {/tmp: 64, /var/run: 16}
ulimits: {nofile: 65535, memlock: {soft: -1, hard: -1}}
user: 1000
read_only_root: true
init_process: true
drop_capabilities: [ALL]
sidecars:
  nginx: {image: "public.ecr.aws/nginx/nginx:1.29.1", port: 8080, health_check: {command: [CMD-SHELL, "nginx -t"]}}
  statsd: {image: "a/statsd:1", essential: false, secrets: {KEY: key}}
"""
    write_platform(
        tmp_path, added(API, fields) | {"service_configs/ops.yaml": "kind: worker\ncalls: [api:admin, api]\n"}
    )
    services = {service.name: service for service in load_platform(tmp_path, only="dev")[0].services}
    assert services["api"].ports == {"admin": 9090, "debug": 9091}
    assert services["api"].user == "1000"
    assert services["ops"].called == ("api",)
