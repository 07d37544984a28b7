"""A workspace of AWS Copilot: the manifests below copilot/, their overrides by environment, and their addons.

https://aws.github.io/copilot-cli/docs/manifest/overview/
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cli.errors import UsageError
from cli.importers.copilot.fields import apply_manifest
from cli.importers.draft import Draft, Import, Outcome
from cli.importers.foreign_values import mapping, read_foreign, refused, text
from cli.importers.names import RULE, our_name
from cli.importers.relations import settle_kind, share_images
from config.models.service.kinds import Kind
from config.source.node import Node

_WEB, _BACKEND, _WORKER, _JOB = "Load Balanced Web Service", "Backend Service", "Worker Service", "Scheduled Job"
_TYPES = {
    _WEB: Kind.PUBLIC_WEB,
    "Request-Driven Web Service": Kind.PUBLIC_WEB,
    _BACKEND: Kind.INTERNAL,
    _WORKER: Kind.WORKER,
    _JOB: Kind.SCHEDULED_JOB,
}
_SITE = "no container: an S3 bucket behind CloudFront serves it, beside this platform"
# What an addon's template makes, and what a service asks for instead.
_ADDONS = {
    "AWS::S3::Bucket": "`buckets:`",
    "AWS::RDS::DBCluster": "`database: {}`, which is PostgreSQL",
    "AWS::RDS::DBInstance": "`database: {}`, which is PostgreSQL",
    "AWS::SQS::Queue": "`queues:`",
    "AWS::ElastiCache::ReplicationGroup": "`cache: {}`",
    "AWS::ElastiCache::CacheCluster": "`cache: {}`",
    "AWS::ElastiCache::ServerlessCache": "`cache: {}`",
    "AWS::DynamoDB::Table": "`permissions.dynamodb`, for a table that is made elsewhere",
    "AWS::SNS::Topic": "`permissions.sns`, for a topic that is made elsewhere",
    "AWS::IAM::ManagedPolicy": "`permissions:`",
    "AWS::SecretsManager::Secret": "`secrets:`",
}
_SAME = {"production": "prod", "development": "dev", "stage": "staging", "prd": "prod"}


def import_copilot(root: Path, folder: Path, environments: Sequence[str]) -> Import:
    """Draft a service for each manifest below the folder, which is copilot/ or what it lies in."""
    if (root / folder / "copilot").is_dir():
        folder = folder / "copilot"
    files = sorted(
        path.relative_to(root) if path.is_relative_to(root) else path
        for path in (root / folder).glob("*/manifest.y*ml")
    )
    if not files:
        raise UsageError(
            f"there is no manifest in {folder}", allowed="a folder with <service>/manifest.yml", fix="name copilot/"
        )
    found, application = Import(), _application(root, folder)
    images = []
    for file in files:
        manifest = read_foreign(root, file)
        draft = _draft(found, manifest, application, environments)
        if draft:
            images.append((draft, _image(manifest)))
            for addon in sorted((root / file).parent.glob("addons/*.y*ml")):
                _addon(draft, file.parent / "addons" / addon.name, addon.read_text(errors="replace"))
    share_images(images)
    for path in sorted((root / folder / "environments").glob("*/manifest.y*ml")):
        node = Node(folder / "environments" / path.parent.name / path.name, 1, "", None)
        found.say(
            node, path.parent.name, Outcome.LEFT_OUT, "environments are files in environments/: docs/environments.md"
        )
    return found


def _application(root: Path, folder: Path) -> str:
    workspace = root / folder / ".workspace"
    written = re.search(r"^application:\s*(\S+)", workspace.read_text(), re.MULTILINE) if workspace.is_file() else None
    return written[1] if written else "<application>"


def _draft(found: Import, manifest: Node, application: str, environments: Sequence[str]) -> Draft | None:
    fields = mapping(manifest, "manifest")
    if "name" not in fields or "type" not in fields:
        raise refused(manifest, "type", "a manifest of Copilot, with `name:` and `type:`")
    name, type_ = text(fields["name"], "name"), text(fields["type"], "type")
    kind = _TYPES.get(type_)
    if kind is None:
        found.say(fields["type"], f"type: {type_}", Outcome.LEFT_OUT, _SITE if type_ == "Static Site" else "not known")
        return None
    draft = Draft(our_name(name, [other.name for other in found.drafts]), manifest)
    found.drafts.append(draft)
    if draft.name != name:
        draft.changed(fields["name"], "name", f"it is called {draft.name}: {RULE}")
    manifest = _named(manifest, application, "<environment>")
    fields = manifest.fields
    if "platform" not in fields:
        draft.set("architecture", "x86_64")
        draft.changed(manifest, "platform", "`architecture: x86_64`, Copilot's default; arm64 is ours, and cheaper")
    job = kind is Kind.SCHEDULED_JOB
    own = {key: node for key, node in fields.items() if key not in ("name", "type", "environments")}
    apply_manifest(draft, own, job=job)
    _kind(draft, kind, fields["type"])
    for environment, overrides in (
        mapping(fields["environments"], "environments").items() if "environments" in fields else ()
    ):
        ours = environment if environment in environments else _SAME.get(environment.lower(), environment)
        if ours not in environments:
            draft.to_do(
                overrides, f"environments.{environment}", f"there is no environments/{ours}.yaml: write it first"
            )
            continue
        _override(draft, ours, environment, overrides, job=job)
    return draft


def _kind(draft: Draft, kind: Kind, node: Node) -> None:
    port = draft.fields.pop("port", None)
    if kind in (Kind.PUBLIC_WEB, Kind.INTERNAL):
        settle_kind(
            draft,
            node,
            port=port,
            known_by="others call it by its full name, and need `calls:`" if kind is Kind.INTERNAL else None,
            outside=kind is Kind.PUBLIC_WEB,
            callers=[],
            before=[],
        )
        return
    draft.set("kind", str(kind))
    draft.carried(node, "type", f"kind: {kind}")
    if not kind.keeps_running:
        for field in ("scaling", "health_check", "exec"):
            draft.fields.pop(field, None)


def _override(draft: Draft, ours: str, environment: str, overrides: Node, *, job: bool) -> None:
    layer = draft.layer(ours)
    apply_manifest(layer, overrides.fields, job=job, below=f"environments.{environment}.")
    layer.fields.pop("port", None)
    if not layer.fields:
        draft.fields["environments"].pop(ours)
    if not draft.fields["environments"]:
        draft.fields.pop("environments")


def _named(node: Node, application: str, environment: str) -> Node:
    """Put the names in that Copilot sets while it deploys."""
    if isinstance(node.content, str):
        content = node.content.replace("${COPILOT_APPLICATION_NAME}", application)
        return replace(node, content=content.replace("${COPILOT_ENVIRONMENT_NAME}", environment))
    if isinstance(node.content, tuple):
        return replace(node, content=tuple(_named(one, application, environment) for one in node.content))
    if isinstance(node.content, dict):
        its = {key: _named(one, application, environment) for key, one in node.content.items()}
        return replace(node, content=its)
    return node


def _image(manifest: Node) -> tuple[Node, str, bool]:
    image = manifest.fields.get("image", manifest)
    if "location" in image.fields:
        location = image.fields["location"]
        return location, text(location, "image.location"), False
    build = image.fields.get("build", image)
    return build, f"build {build.source}", True


def _addon(draft: Draft, file: Path, template: str) -> None:
    for number, line in enumerate(template.splitlines(), start=1):
        if match := re.match(r"\s*Type:\s*['\"]?(AWS::\w+::\w+)", line):
            way = _ADDONS.get(match[1])
            draft.left_out(
                Node(file, number, line.strip(), None),
                match[1],
                f"write {way} (in {draft.name}.yaml)"
                if way
                else "the platform makes none; make it beside, and give its name in `variables:`",
            )
