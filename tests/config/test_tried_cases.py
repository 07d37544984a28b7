"""Forms that teams bring from other tools, as reports and real files have them, and the answer to each.

What is taken means here what it meant there; what is not is refused when it is read, with what to write instead.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.loader.platform import load_platform, read_platform
from config.models.service.service import Service
from tests.config.bad_yaml import Bad, check
from tests.config.platform_files import write_platform

SOME = "service_configs/some.yaml"
WORKER = "kind: worker\n"
INTERNAL = "kind: internal\nport: 8080\n"
UNCHECKED = f"{INTERNAL}health_check: none\n"
PUBLIC = "kind: public-web\nport: 80\n"
JOB = "kind: scheduled-job\n"
REFUSED = [
    Bad(
        "check: a form in small letters",
        {SOME: INTERNAL + 'health_check: {command: [cmd-shell, "wget -q http://localhost"]}\n'},
        """
service_configs/some.yaml:3: health_check.command: cmd-shell is no form that ECS knows
  value: [cmd-shell, "wget -q http://localhost"]
  allowed: ["CMD-SHELL", "wget … || exit 1"], ["CMD", "wget", "…"], or the words of a program alone
  fix: write ["CMD-SHELL", "wget -q http://localhost"]
""",
    ),
    Bad(
        "check: a form as one text",
        {SOME: INTERNAL + 'health_check: {command: "CMD-SHELL wget -q http://localhost || exit 1"}\n'},
        """
service_configs/some.yaml:3: health_check.command: needs a list, not text
  value: "CMD-SHELL wget -q http://localhost || exit 1"
  allowed: a list, each text
  fix: write ["CMD-SHELL", "wget -q http://localhost || exit 1"]
""",
    ),
    Bad(
        "check: a text, as in compose",
        {SOME: INTERNAL + 'health_check: {command: "wget -q http://localhost || exit 1"}\n'},
        """
service_configs/some.yaml:3: health_check.command: needs a list, not text
  value: "wget -q http://localhost || exit 1"
  allowed: a list, each text
  fix: write ["sh", "-c", "wget -q http://localhost || exit 1"]
""",
    ),
    Bad(
        "check: a line of a shell as one word",
        {SOME: INTERNAL + 'health_check: {command: ["wget -q http://localhost || exit 1"]}\n'},
        """
service_configs/some.yaml:3: health_check.command: it is one word, and without a shell the name of one program
  value: ["wget -q http://localhost || exit 1"]
  allowed: ["CMD-SHELL", "wget … || exit 1"], ["CMD", "wget", "…"], or the words of a program alone
  fix: write ["CMD-SHELL", "wget -q http://localhost || exit 1"]
""",
    ),
    Bad(
        "check: a line of a shell after CMD",
        {SOME: INTERNAL + 'health_check: {command: [CMD, "wget -q http://localhost || exit 1"]}\n'},
        """
service_configs/some.yaml:3: health_check.command: it is one word, and without a shell the name of one program
  value: [CMD, "wget -q http://localhost || exit 1"]
  allowed: ["CMD-SHELL", "wget … || exit 1"], ["CMD", "wget", "…"], or the words of a program alone
  fix: write ["CMD-SHELL", "wget -q http://localhost || exit 1"]
""",
    ),
    Bad(
        "check: words of a shell without one",
        {SOME: INTERNAL + 'health_check: {command: [wget, -q, "http://localhost", "||", exit, "1"]}\n'},
        """
service_configs/some.yaml:3: health_check.command: without a shell || is a word for wget
  value: [wget, -q, "http://localhost", "||", exit, "1"]
  allowed: ["CMD-SHELL", "wget … || exit 1"], ["CMD", "wget", "…"], or the words of a program alone
  fix: write ["CMD-SHELL", "wget -q http://localhost || exit 1"]
""",
    ),
    Bad(
        "check: two forms",
        {SOME: INTERNAL + 'health_check: {command: [CMD, CMD-SHELL, "true"]}\n'},
        """
service_configs/some.yaml:3: health_check.command: CMD is followed by a program, and CMD-SHELL is a form
  value: [CMD, CMD-SHELL, "true"]
  allowed: ["CMD-SHELL", "wget … || exit 1"], ["CMD", "wget", "…"], or the words of a program alone
  fix: write ["CMD-SHELL", "true"]
""",
    ),
    Bad(
        "check: a form and nothing",
        {SOME: INTERNAL + 'health_check: {command: [CMD-SHELL, ""]}\n'},
        """
service_configs/some.yaml:3: health_check.command: CMD-SHELL is followed by one text for the shell
  value: [CMD-SHELL, ""]
  allowed: ["CMD-SHELL", "wget … || exit 1"], ["CMD", "wget", "…"], or the words of a program alone
  fix: write ["CMD-SHELL", "…"]
""",
    ),
    Bad(
        "check: nobody in small letters",
        {SOME: INTERNAL + "health_check: {command: [none]}\n"},
        """
service_configs/some.yaml:3: health_check.command: none is no program: nobody would look inside
  value: [none]
  allowed: ["CMD-SHELL", "wget … || exit 1"], ["CMD", "wget", "…"], or the words of a program alone
  fix: write `health_check: none`, or remove it in a sidecar
""",
    ),
    Bad(
        "check: NONE without brackets",
        {SOME: INTERNAL + "health_check: NONE\n"},
        """
service_configs/some.yaml:3: health_check: needs fields of its own, not text
  value: NONE
  allowed: the fields path, command, interval_s, timeout_s, healthy_threshold, unhealthy_threshold, grace_s, \
matcher or none
  fix: write health_check: none
""",
    ),
    Bad(
        "check: disabled",
        {SOME: INTERNAL + "health_check: false\n"},
        """
service_configs/some.yaml:3: health_check: needs fields of its own, not true or false
  value: false
  allowed: the fields path, command, interval_s, timeout_s, healthy_threshold, unhealthy_threshold, grace_s, \
matcher or none
  fix: write health_check: none
""",
    ),
    Bad(
        "check: nobody in a sidecar",
        {SOME: UNCHECKED + "sidecars: {agent: {image: 'acme/agent:1', health_check: {command: [NONE]}}}\n"},
        """
service_configs/some.yaml:4: sidecars.agent.health_check.command: NONE is no program: nobody would look inside
  value: [NONE]
  allowed: ["CMD-SHELL", "wget … || exit 1"], ["CMD", "wget", "…"], or the words of a program alone
  fix: write `health_check: none`, or remove it in a sidecar
""",
    ),
    Bad(
        "cron: both days",
        {SOME: JOB + "schedule: {expression: 'cron(0 3 * * MON *)'}\n"},
        """
service_configs/some.yaml:2: schedule.expression: both of the two days are given
  value: "cron(0 3 * * MON *)"
  allowed: one of the two days, and ? for the other
  fix: write cron(0 3 ? * MON *)
""",
    ),
    Bad(
        "cron: no such minute",
        {SOME: JOB + "schedule: {expression: 'cron(61 25 ? * FUNDAY *)'}\n"},
        """
service_configs/some.yaml:2: schedule.expression: there is no minute 61
  value: "cron(61 25 ? * FUNDAY *)"
  allowed: a minute from 0 to 59; also lists, ranges, steps and *
  fix: write another minute than 61
""",
    ),
    Bad(
        "cron: a day that no month has",
        {SOME: JOB + "schedule: {expression: 'cron(0 3 31 FEB,APR ? *)'}\n"},
        """
service_configs/some.yaml:2: schedule.expression: there is no day 31 in month FEB,APR: it never runs
  value: "cron(0 3 31 FEB,APR ? *)"
  allowed: a day that the month has, or L for its last
  fix: write L for the day-of-month
""",
    ),
    Bad(
        "cron: a range over the end of the week",
        {SOME: JOB + "schedule: {expression: 'cron(0 3 ? * FRI-MON *)'}\n"},
        """
service_configs/some.yaml:2: schedule.expression: FRI-MON ends before it begins
  value: "cron(0 3 ? * FRI-MON *)"
  allowed: a day-of-week from 1 to 7, or SUN to SAT; also lists, ranges, steps and *
  fix: write FRI-SAT,SUN-MON for the day-of-week
""",
    ),
    Bad(
        "cron: steps of days of the week",
        {SOME: JOB + "schedule: {expression: 'cron(0 3 ? * MON-FRI/2 *)'}\n"},
        """
service_configs/some.yaml:2: schedule.expression: a day-of-week has no steps
  value: "cron(0 3 ? * MON-FRI/2 *)"
  allowed: a day-of-week from 1 to 7, or SUN to SAT; also lists, ranges, steps and *
  fix: write another day-of-week than MON-FRI/2
""",
    ),
    Bad(
        "cron: two of #",
        {SOME: JOB + "schedule: {expression: 'cron(0 3 ? * MON#1,MON#3 *)'}\n"},
        """
service_configs/some.yaml:2: schedule.expression: with # a day-of-week is one, not several
  value: "cron(0 3 ? * MON#1,MON#3 *)"
  allowed: a day-of-week from 1 to 7, or SUN to SAT; also lists, ranges, steps and *
  fix: write another day-of-week than MON#1,MON#3
""",
    ),
    Bad(
        "cron: ? in a list",
        {SOME: JOB + "schedule: {expression: 'cron(0 3 ? * MON,? *)'}\n"},
        """
service_configs/some.yaml:2: schedule.expression: ? stands alone
  value: "cron(0 3 ? * MON,? *)"
  allowed: a day-of-week from 1 to 7, or SUN to SAT; also lists, ranges, steps and *
  fix: write another day-of-week than MON,?
""",
    ),
    Bad(
        "cron: a month in full",
        {SOME: JOB + "schedule: {expression: 'cron(0 3 1 JANUARY ? *)'}\n"},
        """
service_configs/some.yaml:2: schedule.expression: there is no month JANUARY
  value: "cron(0 3 1 JANUARY ? *)"
  allowed: a month from 1 to 12, or JAN to DEC; also lists, ranges, steps and *
  fix: write JAN for the month
""",
    ),
    Bad(
        "cron: without cron()",
        {SOME: JOB + "schedule: {expression: '0 3 * * ? *'}\n"},
        """
service_configs/some.yaml:2: schedule.expression: has the wrong form
  value: "0 3 * * ? *"
  allowed: cron(minute hour day-of-month month day-of-week year), one of the two days ?
  fix: write cron(0 3 * * ? *)
""",
    ),
    Bad(
        "cron: seconds, as Quartz has them",
        {SOME: JOB + "schedule: {expression: '0 0 3 ? * MON'}\n"},
        """
service_configs/some.yaml:2: schedule.expression: has the wrong form
  value: "0 0 3 ? * MON"
  allowed: cron(minute hour day-of-month month day-of-week year), one of the two days ?
  fix: write cron(0 3 ? * MON *)
""",
    ),
    Bad(
        "cron: crontab of two days",
        {SOME: JOB + "schedule: {expression: '0 3 1 * 1'}\n"},
        """
service_configs/some.yaml:2: schedule.expression: is the form of crontab
  value: "0 3 1 * 1"
  allowed: cron(minute hour day-of-month month day-of-week year), one of the two days ?
  fix: write two schedules: crontab runs on either of its two days
""",
    ),
    Bad(
        "cron: once",
        {SOME: JOB + "schedule: {expression: 'at(2026-12-01T10:00:00)'}\n"},
        """
service_configs/some.yaml:2: schedule.expression: comes once
  value: "at(2026-12-01T10:00:00)"
  allowed: a time that returns
  fix: write `kind: one-off`, and start it with `groundwork run`
""",
    ),
    Bad(
        "rate: the unit in the singular",
        {SOME: JOB + "schedule: {expression: 'rate(5 minute)'}\n"},
        """
service_configs/some.yaml:2: schedule.expression: AWS wants the unit in the plural
  value: "rate(5 minute)"
  allowed: rate(1 hour), rate(15 minutes)
  fix: write rate(5 minutes)
""",
    ),
    Bad(
        "rate: a short unit",
        {SOME: JOB + "schedule: {expression: 'rate(5 min)'}\n"},
        """
service_configs/some.yaml:2: schedule.expression: has the wrong form
  value: "rate(5 min)"
  allowed: rate(1 hour), rate(15 minutes)
  fix: write rate(5 minutes)
""",
    ),
    Bad(
        "rate: weeks",
        {SOME: JOB + "schedule: {expression: 'rate(2 weeks)'}\n"},
        """
service_configs/some.yaml:2: schedule.expression: has the wrong form
  value: "rate(2 weeks)"
  allowed: rate(1 hour), rate(15 minutes)
  fix: write rate(14 days)
""",
    ),
    Bad(
        "rate: as Go has it",
        {SOME: JOB + "schedule: {expression: '@every 1h30m'}\n"},
        """
service_configs/some.yaml:2: schedule.expression: has the wrong form
  value: "@every 1h30m"
  allowed: rate(1 hour), rate(15 minutes)
  fix: write rate(90 minutes)
""",
    ),
    Bad(
        "rate: seconds",
        {SOME: JOB + "schedule: {expression: 'rate(30 seconds)'}\n"},
        """
service_configs/some.yaml:2: schedule.expression: has the wrong form
  value: "rate(30 seconds)"
  allowed: rate(1 hour), rate(15 minutes)
  fix: write rate(1 minute)
""",
    ),
    Bad(
        "schedule: a text alone",
        {SOME: JOB + "schedule: rate(1 hour)\n"},
        """
service_configs/some.yaml:2: schedule: needs fields of its own, not text
  value: rate(1 hour)
  allowed: the fields expression, timezone, retries, or null
  fix: write schedule: {expression: rate(1 hour)}
""",
    ),
    Bad(
        "schedule: a city without its continent",
        {SOME: JOB + "schedule: {expression: rate(1 hour), timezone: dublin}\n"},
        """
service_configs/some.yaml:2: schedule.timezone: there is no time zone dublin
  value: dublin
  allowed: a name of the tz database, such as UTC or Europe/Dublin
  fix: write Europe/Dublin
""",
    ),
    Bad(
        "image: in the platform's registry",
        {SOME: UNCHECKED + "image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:v1\n"},
        """
service_configs/some.yaml:4: image: a service may pull from its own repository only, and from public registries
  value: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:v1
  allowed: {of: web} for the image of another service, or no `image:` but a release
  fix: write {of: web} if that is a service's, or remove it, push to the service's own repository and release that
""",
    ),
    Bad(
        "image: in a registry of ECR by its dual-stack name",
        {SOME: UNCHECKED + "image: 123456789012.dkr-ecr.eu-west-1.on.aws/team/web:v1\n"},
        """
service_configs/some.yaml:4: image: a service may pull from its own repository only, and from public registries
  value: 123456789012.dkr-ecr.eu-west-1.on.aws/team/web:v1
  allowed: {of: web} for the image of another service, or no `image:` but a release
  fix: write {of: web} if that is a service's, or remove it, push to the service's own repository and release that
""",
    ),
    Bad(
        "image: an address",
        {SOME: UNCHECKED + "image: https://ghcr.io/acme/api:1\n"},
        """
service_configs/some.yaml:4: image: is no reference of an image
  value: https://ghcr.io/acme/api:1
  allowed: a reference such as public.ecr.aws/nginx/nginx:1.29.1: registry, lower-case name, tag
  fix: write ghcr.io/acme/api:1
""",
    ),
    Bad(
        "image: upper case",
        {SOME: UNCHECKED + "image: ghcr.io/Acme/Api:1\n"},
        """
service_configs/some.yaml:4: image: is no reference of an image
  value: ghcr.io/Acme/Api:1
  allowed: a reference such as public.ecr.aws/nginx/nginx:1.29.1: registry, lower-case name, tag
  fix: write ghcr.io/acme/api:1
""",
    ),
    Bad(
        "image: spaces",
        {SOME: UNCHECKED + "image: 'my image:latest'\n"},
        """
service_configs/some.yaml:4: image: is no reference of an image
  value: "my image:latest"
  allowed: a reference such as public.ecr.aws/nginx/nginx:1.29.1: registry, lower-case name, tag
""",
    ),
    Bad(
        "image: a tag to be replaced",
        {SOME: UNCHECKED + "image: 'ghcr.io/acme/api:${TAG}'\n"},
        """
service_configs/some.yaml:4: image: nothing is replaced in it
  value: "ghcr.io/acme/api:${TAG}"
  allowed: a reference such as public.ecr.aws/nginx/nginx:1.29.1: registry, lower-case name, tag
  fix: write the tag itself, or remove `image:` and release what is built: `groundwork release NAME TAG`
""",
    ),
    Bad(
        "image: a digest alone",
        {SOME: UNCHECKED + "image: sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"},
        """
service_configs/some.yaml:4: image: is a digest without the name of its image
  value: sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…
  allowed: a reference such as public.ecr.aws/nginx/nginx:1.29.1: registry, lower-case name, tag
  fix: write <name>@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
""",
    ),
    Bad(
        "image: of another service, with a tag",
        {SOME: WORKER + "image: {of: web, tag: v1}\n"},
        """
service_configs/some.yaml:2: image.tag: there is no such field
  value: tag: v1
  allowed: of
  fix: remove it: `groundwork release NAME TAG --environment ENV` says which version runs
""",
    ),
    Bad(
        "image: of another service, by another word",
        {SOME: WORKER + "image: {from: web}\n"},
        """
service_configs/some.yaml:2: image.from: there is no such field
  value: from: web
  allowed: of
  fix: write `of:`
""",
    ),
    Bad(
        "image: a release that nobody reads",
        {SOME: WORKER + "image: {of: web}\n", "service_configs/releases/dev.yaml": "some: v1\n"},
        """
service_configs/releases/dev.yaml:1: some runs the image of web, and this tag is read by nobody (in dev)
  value: v1
  allowed: releases of services with an image of their own
  fix: remove it, and release web
""",
    ),
    Bad(
        "slow start: a grace time that nobody keeps",
        {SOME: INTERNAL + "health_check: {grace_s: 180}\n"},
        """
service_configs/some.yaml:3: health_check: a service of kind internal is asked by no load balancer, and this has no \
`command`
  value: {grace_s: 180}
  allowed: `command:` below it, run in the container by ECS, or `health_check: none` on purpose
  fix: write `command: [wget, -q, -O, /dev/null, "http://127.0.0.1:8080/healthz"]` below it
""",
    ),
    Bad(
        "slow start: a check of a worker without a command",
        {SOME: WORKER + "health_check: {interval_s: 30}\n"},
        """
service_configs/some.yaml:2: health_check: a service of kind worker is asked by no load balancer, and this has no \
`command`
  value: {interval_s: 30}
  allowed: `command:` below it, run in the container by ECS, or `health_check: none` on purpose
  fix: write a `command:` below it that ends with 0 while it works, or remove it
""",
    ),
    Bad(
        "zero: no task, and nothing that starts one",
        {SOME: WORKER + "scaling: {min_tasks: 0, max_tasks: 10}\n"},
        """
service_configs/some.yaml:2: scaling.min_tasks: nothing ever starts the first task: no task has no CPU, memory or \
requests to measure
  value: 0
  allowed: at least 1, or 0 with a `schedule:` that raises it, with `messages_per_task:`, or with max_tasks: 0
  fix: write min_tasks: 1
""",
    ),
    Bad(
        "zero: a plan that starts none either",
        {
            SOME: WORKER
            + ("scaling: {min_tasks: 0, schedule: {night: {at: cron(0 22 * * ? *), min_tasks: 0, max_tasks: 0}}}\n")
        },
        """
service_configs/some.yaml:2: scaling.min_tasks: nothing ever starts the first task: no task has no CPU, memory or \
requests to measure
  value: 0
  allowed: at least 1, or 0 with a `schedule:` that raises it, with `messages_per_task:`, or with max_tasks: 0
  fix: write min_tasks: 1
""",
    ),
    Bad(
        "zero: requests that nobody takes",
        {SOME: PUBLIC + "scaling: {min_tasks: 0, requests_per_task: 100}\n"},
        """
service_configs/some.yaml:3: scaling.min_tasks: nothing ever starts the first task: no task has no CPU, memory or \
requests to measure
  value: 0
  allowed: at least 1, or 0 with a `schedule:` that raises it, with `messages_per_task:`, or with max_tasks: 0
  fix: write min_tasks: 1
""",
    ),
    Bad(
        "zero: messages of no queue",
        {SOME: WORKER + "scaling: {min_tasks: 0, messages_per_task: 10}\n"},
        """
service_configs/some.yaml:2: scaling.messages_per_task: it has no queue whose messages could be counted
  value: 10
  allowed: only with `queues:`
  fix: add `queues:` with the queue that it takes from, or remove it
""",
    ),
    Bad(
        "zero: Copilot's word for it",
        {SOME: WORKER + "scaling: {range: 0-10}\n"},
        """
service_configs/some.yaml:2: scaling.range: there is no such field
  value: range: 0-10
  allowed: min_tasks, max_tasks, cpu_percent, memory_percent, requests_per_task, messages_per_task, queue, \
schedule, singleton
  fix: write `min_tasks:` and `max_tasks:`
""",
    ),
    Bad(
        "job: what happens when it overlaps",
        {SOME: JOB + "schedule: {expression: rate(1 hour), overlap: skip}\n"},
        """
service_configs/some.yaml:2: schedule.overlap: there is no such field
  value: overlap: skip
  allowed: expression, timezone, retries
  fix: remove it: a run begins whether or not the last one has ended; take a lock in the code \
(pg_try_advisory_lock), or loop in a worker with `scaling: {singleton: true}`
""",
    ),
    Bad(
        "job: a time after which it ends",
        {SOME: JOB + "schedule: {expression: rate(1 hour)}\ntimeout_s: 3600\n"},
        """
service_configs/some.yaml:3: timeout_s: there is no such field
  value: timeout_s: 3600
  allowed: kind, ...
  fix: write `command: [timeout, "3600", …]`: nothing outside ends a task that runs; a deploy waits `timeout_minutes:`
""",
    ),
    Bad(
        "job: runs that are repeated",
        {SOME: JOB + "schedule: {expression: rate(1 hour)}\nretries: 3\n"},
        """
service_configs/some.yaml:3: retries: there is no such field
  value: retries: 3
  allowed: kind, ...
  fix: write `schedule: {retries: 2}`, which is of starts; a run that fails is repeated by the code
""",
    ),
    Bad(
        "path: a parameter of a framework",
        {SOME: PUBLIC + "http: {path: '/api/{id}'}\n"},
        """
service_configs/some.yaml:3: http.path: has the wrong form
  value: "/api/{id}"
  allowed: a path such as /api/*: a slash, then letters, digits and _-.$/~"'@:+*?&, up to 128 characters; \
or a list of such
  fix: write "/api/*"
""",
    ),
    Bad(
        "path: a regular expression",
        {SOME: PUBLIC + "http: {path: '^/api/(.*)'}\n"},
        """
service_configs/some.yaml:3: http.path: has the wrong form
  value: "^/api/(.*)"
  allowed: a path such as /api/*: a slash, then letters, digits and _-.$/~"'@:+*?&, up to 128 characters; \
or a list of such
  fix: write "/api/*"
""",
    ),
    Bad(
        "path: a prefix to be taken off",
        {SOME: PUBLIC + "http: {path: /api, strip_prefix: /api}\n"},
        """
service_configs/some.yaml:3: http.strip_prefix: there is no such field
  value: strip_prefix: /api
  allowed: protocol, drain_s, slow_start_s, sticky_s, host, path, priority, allowed_cidrs, redirects, waf
  fix: remove it: the code sees the whole path, so serve it below `path:`
""",
    ),
    Bad(
        "path: twice in two spellings",
        {
            SOME: PUBLIC + "http: {host: x, path: /api}\n",
            "service_configs/other.yaml": PUBLIC + "http: {host: x, path: /api/}\n",
        },
        """
service_configs/some.yaml:3: http: other already answers /api on host x, see service_configs/other.yaml:3
  value: x
  allowed: one service for each host and path
  fix: write another `http.host:` or `http.path:` in one of the two
""",
    ),
    Bad(
        "database: of one that uses another's",
        {
            "service_configs/own.yaml": PUBLIC + "database: {}\n",
            SOME: WORKER + "database: {of: own}\n",
            "service_configs/more.yaml": WORKER + "database: {of: some}\n",
        },
        """
service_configs/more.yaml:2: database.of: some has no database of its own: it uses that of own
  value: some
  allowed: own
  fix: write `of: own`
""",
    ),
    Bad(
        "database: the name of a service alone",
        {"service_configs/own.yaml": PUBLIC + "database: {}\n", SOME: WORKER + "database: own\n"},
        """
service_configs/some.yaml:2: database: needs fields of its own, not text
  value: own
  allowed: the fields engine_version, instance_class, storage_gib, max_storage_gib, multi_az, \
backup_retention_days, deletion_protection, of, login, password_version, exporter, variables
  fix: write database: {of: own}
""",
    ),
    Bad(
        "database: true",
        {SOME: WORKER + "database: true\n"},
        """
service_configs/some.yaml:2: database: needs fields of its own, not true or false
  value: true
  allowed: the fields engine_version, instance_class, storage_gib, max_storage_gib, multi_az, \
backup_retention_days, deletion_protection, of, login, password_version, exporter, variables
  fix: write database: {}
""",
    ),
    Bad(
        "before: a job",
        {SOME: "kind: one-off\nbefore: [other]\n", "service_configs/other.yaml": "kind: one-off\n"},
        """
service_configs/some.yaml:2: before: other cannot be prepared: a one-off has no deploys to run before
  value: [other]
  allowed: api, web
  fix: remove other here
""",
    ),
    Bad(
        "before: itself",
        {SOME: "kind: one-off\nbefore: [some]\n"},
        """
service_configs/some.yaml:2: before: some cannot be prepared: a one-off has no deploys to run before
  value: [some]
  allowed: api, web
  fix: remove some here
""",
    ),
    Bad(
        "before: two images",
        {
            "service_configs/one.yaml": WORKER,
            "service_configs/two.yaml": WORKER,
            SOME: "kind: one-off\nbefore: [one, two]\n",
        },
        """
service_configs/some.yaml:2: before: one runs the image of one, and two that of two; which one some runs is not said
  value: two
  allowed: services of one image, or `image:` here
  fix: add `image: {of: one}`
""",
    ),
    Bad(
        "secret: a name in letters of both cases",
        {SOME: WORKER + "secrets: {STRIPE: Stripe-Key}\n"},
        """
service_configs/some.yaml:2: secrets.STRIPE: has the wrong form
  value: not shown
  allowed: stripe-key or STRIPE_KEY, in letters of one case: a name or an ARN, never the secret itself or the \
fields name, of, secret, parameter, key, kms_key
""",
    ),
    Bad(
        "secret: as ECS writes it",
        {SOME: WORKER + "secrets: {STRIPE: {valueFrom: shared/stripe}}\n"},
        """
service_configs/some.yaml:2: secrets.STRIPE.valueFrom: there is no such field
  value: not shown
  allowed: name, of, secret, parameter, key, kms_key
  fix: write `secret:` with its name or ARN, and `key:` for one value of JSON; `parameter:` for Parameter Store
""",
    ),
    Bad(
        "secret: Parameter Store by another word",
        {SOME: WORKER + "secrets: {STRIPE: {ssm: /shared/stripe}}\n"},
        """
service_configs/some.yaml:2: secrets.STRIPE.ssm: there is no such field
  value: not shown
  allowed: name, of, secret, parameter, key, kms_key
  fix: write `parameter:`
""",
    ),
    Bad(
        "secret: an ARN without its six characters",
        {SOME: WORKER + "secrets: {STRIPE: 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:shared/stripe'}\n"},
        """
service_configs/some.yaml:2: secrets.STRIPE.secret: ECS finds nothing by an ARN without the six characters that AWS \
puts behind the name
  value: nothing
  allowed: the whole ARN, such as …:secret:shared/stripe-AbCdEf
  fix: copy it from `aws secretsmanager describe-secret`, or write the secret's name
""",
    ),
    Bad(
        "check: codes by another word",
        {SOME: PUBLIC + "health_check: {success_codes: 200-399}\n"},
        """
service_configs/some.yaml:3: health_check.success_codes: there is no such field
  value: success_codes: 200-399
  allowed: path, command, interval_s, timeout_s, healthy_threshold, unhealthy_threshold, grace_s, matcher
  fix: write `matcher:`, such as "200-399"
""",
    ),
    Bad(
        "check: another port",
        {SOME: PUBLIC + "health_check: {port: 9000}\n"},
        """
service_configs/some.yaml:3: health_check.port: there is no such field
  value: port: 9000
  allowed: path, command, interval_s, timeout_s, healthy_threshold, unhealthy_threshold, grace_s, matcher
  fix: remove it: the service's own `port:` is asked
""",
    ),
    Bad(
        "check: codes that tell nothing",
        {SOME: PUBLIC + "health_check: {matcher: 200-599}\n"},
        """
service_configs/some.yaml:3: health_check.matcher: 200-599 are no codes that tell a healthy task, of protocol http1
  value: 200-599
  allowed: 200 to 499: one, several with commas, or a range from the lower to the higher
  fix: write matcher: "200", or remove it
""",
    ),
    Bad(
        "grpc: codes of HTTP",
        {SOME: PUBLIC + "http: {protocol: grpc}\nhealth_check: {matcher: '200'}\n"},
        """
service_configs/some.yaml:4: health_check.matcher: 200 are no codes that tell a healthy task, of protocol grpc
  value: "200"
  allowed: 0 to 99: one, several with commas, or a range from the lower to the higher
  fix: write matcher: "0", or remove it
""",
    ),
    Bad(
        "grpc: by another word",
        {SOME: PUBLIC + "http: {version: grpc}\n"},
        """
service_configs/some.yaml:3: http.version: there is no such field
  value: version: grpc
  allowed: protocol, drain_s, slow_start_s, sticky_s, host, path, priority, allowed_cidrs, redirects, waf
  fix: write `protocol: grpc`, or http2
""",
    ),
    Bad(
        "sticky: by another word",
        {SOME: PUBLIC + "http: {stickiness: true}\n"},
        """
service_configs/some.yaml:3: http.stickiness: there is no such field
  value: stickiness: true
  allowed: protocol, drain_s, slow_start_s, sticky_s, host, path, priority, allowed_cidrs, redirects, waf
  fix: write `sticky_s:`, in seconds
""",
    ),
    Bad(
        "ports: UDP",
        {SOME: UNCHECKED + "ports: {statsd: 8125/udp}\n"},
        """
service_configs/some.yaml:4: ports.statsd: no service is reached by UDP here: neither the load balancer nor the \
rules between services open it
  value: 8125/udp
  allowed: a TCP port; a sidecar of the same task may be sent UDP at 127.0.0.1 without a port here
  fix: send statsd and the like to a sidecar, or write the TCP port
""",
    ),
    Bad(
        "ports: UDP to the outside",
        {SOME: WORKER + "egress_ports: [8125/udp]\n"},
        """
service_configs/some.yaml:2: egress_ports[0]: no UDP leaves a task here, but to the VPC's own name server and clock
  value: 8125/udp
  allowed: a TCP port
  fix: send statsd and the like to a sidecar at 127.0.0.1, or write the TCP port
""",
    ),
    Bad(
        "ports: published, as in compose",
        {SOME: "kind: internal\nport: 8080:80\nhealth_check: none\n"},
        """
service_configs/some.yaml:2: port: nothing is published here: a task has an address of its own
  value: 8080:80
  allowed: where the container listens
  fix: write 80
""",
    ),
    Bad(
        "ports: a number where a name belongs",
        {SOME: WORKER + "calls: [api:9090]\n"},
        """
service_configs/some.yaml:2: calls[0]: a port is called by its name
  value: api:9090
  allowed: api for its `port:`, or api:admin for a port called admin under its `ports:`
  fix: write api, or name the port in api.yaml
""",
    ),
    Bad(
        "singleton: two of it",
        {SOME: WORKER + "scaling: {singleton: true, max_tasks: 2}\n"},
        """
service_configs/some.yaml:2: scaling.max_tasks: 2 is not one, which is what `singleton:` asks for
  value: 2
  allowed: 1, which is its default with `singleton: true`
  fix: remove it, or remove `singleton:`
""",
    ),
    Bad(
        "singleton: a measure to scale by",
        {SOME: WORKER + "scaling: {singleton: true, cpu_percent: 50}\n"},
        """
service_configs/some.yaml:2: scaling.cpu_percent: it is always one task, and nothing is scaled
  value: 50
  allowed: only `schedule:`, to stop it at set times
  fix: remove it, or remove `singleton:`
""",
    ),
    Bad(
        "stop: more time than Fargate gives",
        {SOME: WORKER + "stop_timeout_s: 300\n"},
        """
service_configs/some.yaml:2: stop_timeout_s: is too large
  value: 300
  allowed: a whole number from 2 to 120
  fix: write 120
""",
    ),
    Bad(
        "disk: less than a task has anyway",
        {SOME: WORKER + "ephemeral_gib: 10\n"},
        """
service_configs/some.yaml:2: ephemeral_gib: is too small
  value: 10
  allowed: a whole number from 21 to 200, or null
  fix: write 21
""",
    ),
    Bad(
        "entrypoint: a text",
        {SOME: WORKER + "entrypoint: /app/run --now\n"},
        """
service_configs/some.yaml:2: entrypoint: needs a list, not text
  value: /app/run --now
  allowed: a list, each text
  fix: write ["/app/run", "--now"]
""",
    ),
    Bad(
        "office: who may ask",
        {SOME: PUBLIC + "http: {from: [192.0.2.0/24]}\n"},
        """
service_configs/some.yaml:3: http.from: there is no such field
  value: from: [192.0.2.0/24]
  allowed: protocol, drain_s, slow_start_s, sticky_s, host, path, priority, allowed_cidrs, redirects, waf
  fix: write `allowed_cidrs:`, or `kind: internal` for what no browser asks
""",
    ),
    Bad(
        "store: mongo",
        {SOME: UNCHECKED + "image: mongo:7\n"},
        """
service_configs/some.yaml:4: image: mongo keeps data on a disk, and a task has none that outlives it: each task \
begins empty
  value: mongo:7
  allowed: a service that keeps nothing, or `volumes:` with `scaling: {singleton: true}`
  fix: use a managed service, by its address in `variables:`
""",
    ),
    Bad(
        "store: by a longer name",
        {SOME: UNCHECKED + "image: docker.io/mysql/mysql-server:8\n"},
        """
service_configs/some.yaml:4: image: mysql keeps data on a disk, and a task has none that outlives it: each task \
begins empty
  value: docker.io/mysql/mysql-server:8
  allowed: a service that keeps nothing, or `volumes:` with `scaling: {singleton: true}`
  fix: use a managed service, by its address in `variables:`
""",
    ),
    Bad(
        "store: a cache",
        {SOME: WORKER + "image: redis/redis-stack-server:7\n"},
        """
service_configs/some.yaml:2: image: redis keeps data on a disk, and a task has none that outlives it: each task \
begins empty
  value: redis/redis-stack-server:7
  allowed: a service that keeps nothing, or `volumes:` with `scaling: {singleton: true}`
  fix: use `cache: {}`, a Valkey that speaks Redis
""",
    ),
    Bad(
        "store: several over one disk",
        {SOME: UNCHECKED + "image: rabbitmq:4\nvolumes: {data: {path: /var/lib/rabbitmq}}\n"},
        """
service_configs/some.yaml:4: scaling.max_tasks: rabbitmq would run in several tasks at once, over one disk
  value: image: rabbitmq:4
  allowed: one task for a store with `volumes:`
  fix: write `scaling: {singleton: true}`
""",
    ),
    Bad(
        "store: another engine",
        {SOME: WORKER + "database: {engine: mysql}\n"},
        """
service_configs/some.yaml:2: database.engine: there is no such field
  value: engine: mysql
  allowed: engine_version, instance_class, storage_gib, max_storage_gib, multi_az, backup_retention_days, \
deletion_protection, of, login, password_version, exporter, variables
  fix: remove it: it is PostgreSQL, its version `engine_version:`
""",
    ),
    Bad(
        "merge: of a list",
        {SOME: WORKER + "x-more: &more [a]\n<<: *more\n"},
        """
service_configs/some.yaml:2: `<<` adds the fields of something else
  value: <<: [a]
  allowed: an alias of a mapping such as *defaults, or a list of them
  fix: name an anchor that has fields, or remove the line
""",
    ),
    Bad(
        "merge: a name that is no x-",
        {SOME: WORKER + "x_common: &common {cpu: 512}\n"},
        """
service_configs/some.yaml:2: x_common: there is no such field
  value: x_common: {cpu: 512}
  allowed: kind, ...
  fix: write `x-common:`, for what `<<:` adds elsewhere
""",
    ),
    Bad(
        "words: Copilot's platform",
        {SOME: WORKER + "platform: linux/x86_64\n"},
        """
service_configs/some.yaml:2: platform: there is no such field
  value: platform: linux/x86_64
  allowed: kind, ...
  fix: write `architecture: arm64`, or x86_64
""",
    ),
    Bad(
        "words: compose's memory",
        {SOME: WORKER + "mem_limit: 512m\n"},
        """
service_configs/some.yaml:2: mem_limit: there is no such field
  value: mem_limit: 512m
  allowed: kind, ...
  fix: write `memory_mib:`, in MiB
""",
    ),
]


@pytest.mark.parametrize("bad", REFUSED, ids=lambda bad: bad.name)
def test_what_would_not_do_what_it_says_is_refused_with_what_to_write(bad: Bad, tmp_path: Path) -> None:
    check(bad, tmp_path)


TAKEN: list[tuple[str, str, Callable[[Service], Any], Any]] = [
    (
        "check: compose's form, slower than its interval",
        'kind: worker\nhealth_check: {command: [CMD-SHELL, "test -e /tmp/up"], interval_s: 10, timeout_s: 30}\n',
        lambda service: service.health_check.container_command,
        ["CMD-SHELL", "test -e /tmp/up"],
    ),
    (
        "check: a program called by its path",
        "kind: worker\nhealth_check: {command: [/app/bin/check, --quick]}\n",
        lambda service: service.health_check.container_command,
        ["CMD", "/app/bin/check", "--quick"],
    ),
    (
        "text: a default of the shell",
        'kind: worker\ncommand: [sh, -c, "exec celery --concurrency ${CONCURRENCY:-4} && echo $$ %{x}"]\n',
        lambda service: service.command[2],
        "exec celery --concurrency ${CONCURRENCY:-4} && echo $$ %{x}",
    ),
    (
        "rate: an hour in minutes",
        "kind: scheduled-job\nschedule: {expression: rate(60 minutes)}\n",
        lambda service: service.schedule and service.schedule.expression,
        "rate(60 minutes)",
    ),
    (
        "cron: the last weekday of the month",
        "kind: scheduled-job\nschedule: {expression: cron(0 3 LW * ? *)}\n",
        lambda service: service.schedule and service.schedule.expression,
        "cron(0 3 LW * ? *)",
    ),
    (
        "cron: the 29th of February",
        "kind: scheduled-job\nschedule: {expression: cron(0 3 29 2 ? *)}\n",
        lambda service: service.schedule and service.schedule.expression,
        "cron(0 3 29 2 ? *)",
    ),
    (
        "path: everything",
        "kind: public-web\nport: 80\nhttp: {host: every, path: /}\n",
        lambda service: service.route and service.route.patterns,
        ("/*",),
    ),
    (
        "path: a prefix",
        "kind: public-web\nport: 80\nhttp: {host: every, path: /api}\n",
        lambda service: service.route and service.route.patterns,
        ("/api", "/api/*"),
    ),
    (
        "check: every answer of a redirect",
        'kind: public-web\nport: 80\nhealth_check: {matcher: "200-399"}\n',
        lambda service: service.health_check.matcher,
        "200-399",
    ),
    (
        "slow start: a JVM that the load balancer asks",
        "kind: public-web\nport: 80\nhealth_check: {grace_s: 180}\n",
        lambda service: service.health_check.grace_s,
        180,
    ),
    (
        "slow start: a JVM that ECS asks",
        'kind: internal\nport: 80\nhealth_check: {command: ["true"], grace_s: 300}\n',
        lambda service: service.health_check.grace_s,
        300,
    ),
    (
        "zero: a plan that raises it",
        "kind: worker\nscaling: {min_tasks: 0, schedule: "
        "{day: {at: cron(0 7 ? * MON-FRI *), min_tasks: 1, max_tasks: 2}}}\n",
        lambda service: service.scaling.most_tasks,
        4,
    ),
    (
        "zero: messages that wait",
        "kind: worker\nqueues: {jobs: {}}\nscaling: {min_tasks: 0, messages_per_task: 10}\n",
        lambda service: service.scaling.min_tasks,
        0,
    ),
    (
        "singleton: away at night",
        "kind: worker\nscaling: {singleton: true, schedule: "
        "{night: {at: cron(0 22 * * ? *), min_tasks: 0, max_tasks: 0}}}\n",
        lambda service: (service.scaling.min_tasks, service.scaling.max_tasks),
        (1, 1),
    ),
    (
        "store: one task with a disk of its own",
        "kind: internal\nport: 5672\nhealth_check: none\nimage: rabbitmq:4\nscaling: {singleton: true}\n"
        "volumes: {data: {path: /var/lib/rabbitmq}}\n",
        lambda service: service.public_image,
        "rabbitmq:4",
    ),
    (
        "store: what stands before one is none",
        "kind: internal\nport: 9187\nhealth_check: none\nimage: prometheuscommunity/postgres-exporter:v0.17.1\n",
        lambda service: service.public_image,
        "prometheuscommunity/postgres-exporter:v0.17.1",
    ),
    (
        "ports: TCP by its name",
        "kind: internal\nport: 8080/tcp\nhealth_check: none\nports: {admin: 9090/tcp}\negress_ports: [5671/tcp]\n",
        lambda service: (service.port, service.ports, service.egress_ports),
        (8080, {"admin": 9090}, (5671,)),
    ),
    (
        "merge: what is nearer wins",
        "x-one: &one {cpu: 512, memory_mib: 1024}\nkind: worker\n<<: *one\nmemory_mib: 2048\n",
        lambda service: (service.cpu, service.memory_mib),
        (512, 2048),
    ),
    (
        "stop: all the time that Fargate gives",
        "kind: worker\nstop_timeout_s: 120\n",
        lambda service: service.stop_timeout_s,
        120,
    ),
    (
        "entrypoint: in place of the image's",
        "kind: worker\nentrypoint: [/bin/sh, -c]\ncommand: [exec app]\n",
        lambda service: (service.entrypoint, service.command),
        (("/bin/sh", "-c"), ("exec app",)),
    ),
]


@pytest.mark.parametrize(("text", "of", "expected"), [row[1:] for row in TAKEN], ids=[row[0] for row in TAKEN])
def test_what_is_taken_means_what_it_meant_there(
    text: str, of: Callable[[Service], Any], expected: Any, tmp_path: Path
) -> None:
    write_platform(tmp_path, {SOME: text})
    (dev,) = load_platform(tmp_path, only="dev")
    (service,) = [service for service in dev.services if service.name == "some"]
    assert of(service) == expected


WARNED = [
    (
        "database: its address as a template",
        'kind: worker\ndatabase: {}\nvariables: {FLYWAY_URL: "jdbc:postgresql://$DATABASE_HOST:5432/app"}\n',
        "variables.FLYWAY_URL: nothing is replaced in it: the program reads $DATABASE_HOST as it stands",
        "write `database: {variables: {FLYWAY_URL: jdbc-url}}` in its place",
    ),
    (
        "database: its host as a template",
        'kind: worker\ndatabase: {}\nvariables: {PGHOST: "${DATABASE_HOST}"}\n',
        "variables.PGHOST: nothing is replaced in it: the program reads $DATABASE_HOST as it stands",
        "write `database: {variables: {PGHOST: host}}` in its place",
    ),
    (
        "image: the name of a service",
        "kind: worker\nimage: web\n",
        "image: the image is whatever its registry calls latest when a task starts",
        "write {of: web} if it is the service's image, or web:<version>",
    ),
]


@pytest.mark.parametrize(("text", "said", "fix"), [row[1:] for row in WARNED], ids=[row[0] for row in WARNED])
def test_what_may_be_meant_and_probably_is_not_is_told(text: str, said: str, fix: str, tmp_path: Path) -> None:
    write_platform(tmp_path, {SOME: text})
    (warning,) = read_platform(tmp_path, only="dev")[0].warnings
    assert said in warning.message
    assert warning.fix == fix
