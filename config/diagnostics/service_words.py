"""Words of other tools in a service's file, by the section in which they stand, and the fix that names ours."""

ANY = "*"
"""A name of the writer's own, in the place of a section."""

_SCALING = "write `scaling: {min_tasks: 2, max_tasks: 4}`"
_PROCESSOR = "write `architecture: arm64`, or x86_64"
_KIND = "write `kind: public-web`, internal, worker, scheduled-job or one-off"
_CHECK = "write `health_check:`, with `path:` for the load balancer or `command:` for ECS"
_CONFIG = "write `variables:`, and `secrets:` for what must not be read"
_DISK = "write `volumes: {files: {path: /srv/files}}`, or `buckets: {files: {}}`: a task's disk ends with the task"
_CALLS = "write `calls:` with the services that it reaches; the network follows"
_ALWAYS = "remove it: every deploy is rolling, and rolled back when it fails"
_REPLACED = "remove it: ECS replaces every task that ends"
_STORED = "write `secret:` with its name or ARN, and `key:` for one value of JSON; `parameter:` for Parameter Store"
_OF = "write `of:`"
_REFERENCE = "write the reference alone: `image: public.ecr.aws/nginx/nginx:1.29.1`"
_RELEASED = "remove it: `groundwork release NAME TAG --environment ENV` says which version runs"
_ENDED = (
    'write `command: [timeout, "3600", …]`: nothing outside ends a task that runs; a deploy waits `timeout_minutes:`'
)
_OVERLAP = (
    "remove it: a run begins whether or not the last one has ended; take a lock in the code (pg_try_advisory_lock), or "
    "loop in a worker with `scaling: {singleton: true}`"
)
_TOLD = "remove it: a job that fails tells the alert topic, and `owner:` says who is told"
_RETRIED = "write `schedule: {retries: 2}`, which is of starts; a run that fails is repeated by the code"
_PREFIX = "remove it: the code sees the whole path, so serve it below `path:`"
_FROM = "write `allowed_cidrs:`, or `kind: internal` for what no browser asks"
_REDIRECTED = "remove it: HTTP is sent on to HTTPS for every host"
_CODES = 'write `matcher:`, such as "200-399"'

OF_SERVICES: dict[str, dict[str, str]] = {
    "": {
        "type": _KIND,
        "count": _SCALING,
        "replicas": _SCALING,
        "desired_count": _SCALING,
        "desiredcount": _SCALING,
        "autoscaling": _SCALING,
        "instances": _SCALING,
        "memory": "write `memory_mib:`, in MiB",
        "mem_limit": "write `memory_mib:`, in MiB",
        "resources": "write `cpu:` and `memory_mib:`",
        "cpus": "write `cpu:`, 1024 for each",
        "platform": _PROCESSOR,
        "cpu_architecture": _PROCESSOR,
        "runtime_platform": _PROCESSOR,
        "healthcheck": _CHECK,
        "livenessprobe": _CHECK,
        "readinessprobe": _CHECK,
        "environment": _CONFIG,
        "env": _CONFIG,
        "env_file": _CONFIG,
        "envfrom": _CONFIG,
        "expose": "write `port:`, the one that it listens at, and others below `ports:`",
        "container_port": "write `port:`, the one that it listens at",
        "storage": _DISK,
        "mount_points": _DISK,
        "efs": _DISK,
        "ephemeral_storage": "write `ephemeral_gib:`, in GiB",
        "cap_drop": "write `drop_capabilities:`",
        "read_only": "write `read_only_root:`",
        "readonly_root_filesystem": "write `read_only_root:`",
        "readonlyrootfilesystem": "write `read_only_root:`",
        "security_context": "write `user:`, `read_only_root:` and `drop_capabilities:`",
        "init": "write `init_process:`",
        "containers": "write `sidecars:` for what stands beside the service's own",
        "network": _CALLS,
        "networks": _CALLS,
        "depends_on": _CALLS,
        "links": _CALLS,
        "security_groups": _CALLS,
        "deployment": _ALWAYS,
        "circuit_breaker": _ALWAYS,
        "strategy": _ALWAYS,
        "restart": _REPLACED,
        "restart_policy": _REPLACED,
        "build": "remove it, and build with `groundwork images publish --service NAME --context DIR`",
        "logging": "write `logs:`, or `logging:` in the environment's file",
        "args": "write `command:`",
        "cmd": "write `command:`",
        "ingress": "write `http: {host: shop, path: /}`",
        "alias": "write `http: {host: shop}`, under the environment's domain",
        "domain": "write `http: {host: shop}`, under the environment's domain",
        "iam": "write `permissions:`",
        "task_role_arn": "write `permissions:`",
        "policies": "write `permissions: {policies: […]}`",
        "redis": "write `cache: {}`",
        "cron": "write `schedule: {expression: cron(30 3 * * ? *)}`, with kind: scheduled-job",
        "tag": "remove it, and release with `groundwork release NAME TAG --environment ENV`",
        "spot": "write `spot_percent: 100`",
        "protocol": "write `http: {protocol: grpc}` or http2; ports are TCP",
        "udp": "remove it: there is no UDP between services; statsd and the like go to a sidecar at 127.0.0.1",
        "timeout": _ENDED,
        "timeout_s": _ENDED,
        "timeout_seconds": _ENDED,
        "overlap": _OVERLAP,
        "concurrency_policy": _OVERLAP,
        "concurrencypolicy": _OVERLAP,
        "retries": _RETRIED,
        "on_failure": _TOLD,
        "notify": _TOLD,
    },
    "image": {
        "from": _OF,
        "service": _OF,
        "location": _REFERENCE,
        "name": _REFERENCE,
        "repository": _REFERENCE,
        "registry": _REFERENCE,
        "tag": _RELEASED,
        "build": "remove it, and build with `groundwork images publish --service NAME --context DIR`",
    },
    "health_check": {
        "test": "write `command:`",
        "retries": "write `unhealthy_threshold:`",
        "start_period": "write `grace_s:`",
        "startperiod": "write `grace_s:`",
        "grace_period": "write `grace_s:`",
        "initialdelayseconds": "write `grace_s:`",
        "periodseconds": "write `interval_s:`",
        "success_codes": _CODES,
        "codes": _CODES,
        "port": "remove it: the service's own `port:` is asked",
        "disable": "write `health_check: none`",
    },
    "http": {
        "alias": "write `host:`, one label under the environment's domain",
        "domain": "write `host:`, one label under the environment's domain",
        "healthcheck": "write `health_check:` beside `http:`",
        "target_port": "write `port:` beside `http:`",
        "rewrite": _PREFIX,
        "strip_prefix": _PREFIX,
        "from": _FROM,
        "allowed_source_ips": _FROM,
        "redirect_to_https": _REDIRECTED,
        "version": "write `protocol: grpc`, or http2",
        "stickiness": "write `sticky_s:`, in seconds",
        "deregistration_delay": "write `drain_s:`",
        "idle_timeout": "write `edge: {idle_timeout_s: 120}` in the environment's file",
        "paths": "write `path:`, one or a list of them",
        "hosts": "write `host:`, one or a list of them",
    },
    "scaling": {
        "range": "write `min_tasks:` and `max_tasks:`",
        "min": "write `min_tasks:`",
        "max": "write `max_tasks:`",
        "cpu_percentage": "write `cpu_percent:`",
        "memory_percentage": "write `memory_percent:`",
        "requests": "write `requests_per_task:`, a minute",
        "queue_delay": "write `messages_per_task:`",
        "count": "write `min_tasks:` and `max_tasks:`",
        "desired": "write `min_tasks:` and `max_tasks:`",
        "desired_count": "write `min_tasks:` and `max_tasks:`",
        "replicas": "write `min_tasks:` and `max_tasks:`",
    },
    "database": {
        "engine": "remove it: it is PostgreSQL, its version `engine_version:`",
        "version": "write `engine_version:`",
        "allocated_storage": "write `storage_gib:`",
        "instance_type": "write `instance_class:`",
        "password": "remove it: RDS makes it, and the task gets it as DATABASE_PASSWORD",
    },
    "schedule": {
        "cron": "write `expression: cron(30 3 * * ? *)`",
        "rate": "write `expression: rate(15 minutes)`",
        "tz": "write `timezone:`",
        "timeout": _ENDED,
        "timeout_s": _ENDED,
        "overlap": _OVERLAP,
        "concurrency_policy": _OVERLAP,
        "enabled": "remove it, or write `kind: one-off` for a job that runs only when it is told to",
        "time_zone": "write `timezone:`",
    },
    f"secrets.{ANY}": {
        "ssm": "write `parameter:`",
        "valuefrom": _STORED,
        "value_from": _STORED,
        "from_cfn": _STORED,
        "secretsmanager": _STORED,
        "arn": _STORED,
        "json": "write `key:`",
        "json_key": "write `key:`",
        "value": "remove it: a value is stored with `groundwork secret set`",
    },
    f"sidecars.{ANY}": {
        "environment": _CONFIG,
        "env": _CONFIG,
        "memory": "write `memory_mib:`, in MiB",
        "healthcheck": "write `health_check:`, with `command:`",
        "ports": "write `port:`, one",
        "container_port": "write `port:`",
        "depends_on": "remove it: a sidecar with a `health_check:` is up before the service starts",
    },
}
