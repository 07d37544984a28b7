"""A deploy of an image for another processor is refused before it changes anything, with the line to change."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from rich.console import Console

from cli.deploy.processor_check import refuse_other_processors
from cli.errors import CommandError
from cli.session import Session
from cli.target import Target
from cli.terraform.provider_mirror import TerraformSetup
from cli.terraform.synthesized import SynthesizedStack
from config.loader.platform import load_platform
from images.ecr import MANIFEST_TYPES
from images.processors import in_public
from tests.config.platform_files import added, write_platform

REGISTRY = "999999999999.dkr.ecr.eu-west-1.amazonaws.com"


@dataclass
class Public:
    """A registry of this machine that wants a token, as public ones do."""

    host: str
    content: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def push(self, name: str, *architectures: str, index: bool) -> str:
        """An image under the tag v1, for these processors; its reference."""
        if index:
            platforms = [{"architecture": one, "os": "linux"} for one in architectures]
            platforms.append({"architecture": "unknown", "os": "unknown"})
            manifest: dict[str, Any] = {"manifests": [{"platform": platform} for platform in platforms]}
        else:
            (architecture,) = architectures
            text = json.dumps({"architecture": architecture, "os": "linux"})
            digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
            self.content[f"/v2/{name}/blobs/{digest}"] = json.loads(text)
            manifest = {"config": {"digest": digest}}
        self.content[f"/v2/{name}/manifests/v1"] = manifest
        return f"{self.host}/{name}:v1"


@pytest.fixture
def public() -> Iterator[Public]:
    """It answers on 127.0.0.1 while the test runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            registry.asked.append(self.path)
            if path == "/token":
                self.answer(200, {"token": "t"})
            elif self.headers.get("Authorization") != "Bearer t":
                realm = f'Bearer realm="http://{registry.host}/token",service="here"'
                self.answer(401, {}, {"WWW-Authenticate": realm})
            else:
                self.answer(200 if path in registry.content else 404, registry.content.get(path, {}))

        def answer(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            del arguments

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    registry = Public(f"localhost:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def ecr(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield boto3.client("ecr", region_name="eu-west-1")


def a_session(root: Path, *, embedded: bool = False) -> Session:
    (deployment,) = load_platform(root, only="dev")
    console = Console(file=StringIO(), width=200)
    setup = TerraformSetup(environment={}, skip_provider_lock=False, summary="")
    target = Target(embedded=embedded, description="an account")
    return Session(root, console, deployment.environment, target, setup, local=False)


def a_stack(directory: Path, service: str, *images: str, processor: str = "ARM64") -> SynthesizedStack:
    definition = {
        "runtime_platform": {"cpu_architecture": processor},
        "container_definitions": json.dumps([{"image": image} for image in images]),
    }
    directory.mkdir(exist_ok=True)
    code = {"resource": {"aws_ecs_task_definition": {"task": definition}}}
    (directory / "cdk.tf.json").write_text(json.dumps(code))
    return SynthesizedStack(id=f"dev-service-{service}", dependencies=(), directory=directory)


def refusal(root: Path, stack: SynthesizedStack) -> str:
    with pytest.raises(CommandError) as refused:
        refuse_other_processors(a_session(root), [stack])
    assert refused.value.exit_code == 2
    return str(refused.value)


@pytest.mark.parametrize("index", [True, False], ids=["index", "one image"])
def test_an_image_for_another_processor_is_refused_with_the_line_to_add(
    public: Public, tmp_path: Path, index: bool
) -> None:
    root = write_platform(tmp_path / "platform")
    image = public.push("acme/api", "amd64", index=index)
    assert refusal(root, a_stack(tmp_path / "stack", "api", image)) == (
        "Nothing has been deployed, for these images do not run on their task:\n"
        f"  {image} is built for amd64, and api runs on arm64\n"
        "    fix: add the line `architecture: x86_64` to service_configs/api.yaml; or build it for linux/arm64"
    )


def test_a_line_that_is_there_is_named(public: Public, tmp_path: Path) -> None:
    root = write_platform(tmp_path / "platform", added("service_configs/api.yaml", "architecture: x86_64\n"))
    image = public.push("acme/api", "arm64", index=True)
    said = refusal(root, a_stack(tmp_path / "stack", "api", image, processor="X86_64"))
    assert "fix: write `architecture: arm64` in service_configs/api.yaml:9; or build it for linux/amd64" in said


def test_a_processor_that_fargate_has_not_leaves_building_it(public: Public, tmp_path: Path) -> None:
    root = write_platform(tmp_path / "platform")
    said = refusal(root, a_stack(tmp_path / "stack", "api", public.push("acme/api", "s390x", index=True)))
    assert said.endswith("is built for s390x, and api runs on arm64\n    fix: build it for linux/arm64")


def test_an_image_in_the_platform_s_registry_is_asked_of_ecr(ecr: Any, tmp_path: Path) -> None:
    root = write_platform(tmp_path / "platform")
    entries = [
        {
            "digest": f"sha256:{'a' * 64}",
            "mediaType": MANIFEST_TYPES[2],
            "size": 1,
            "platform": {"architecture": "amd64", "os": "linux"},
        }
    ]
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST_TYPES[3], "manifests": entries}
    ecr.create_repository(repositoryName="api")
    ecr.put_image(repositoryName="api", imageTag="v1", imageManifest=json.dumps(manifest))
    stack = a_stack(tmp_path / "stack", "api", f"{REGISTRY}/api:v1", f"{REGISTRY}/platform/fluent-bit:0")
    assert f"{REGISTRY}/api:v1 is built for amd64, and api runs on arm64" in refusal(root, stack)


def test_the_right_image_is_deployed(public: Public, tmp_path: Path) -> None:
    root = write_platform(tmp_path / "platform")
    both = public.push("acme/api", "amd64", "arm64", index=True)
    alone = public.push("acme/web", "arm64", index=False)
    refuse_other_processors(a_session(root), [a_stack(tmp_path / "stack", "api", both, alone)])
    assert any(path.startswith("/token?service=here&scope=repository%3Aacme%2Fapi%3Apull") for path in public.asked)


def test_a_registry_that_does_not_tell_stops_no_deploy(public: Public, tmp_path: Path) -> None:
    root = write_platform(tmp_path / "platform")
    unknown = (f"{public.host}/acme/private:v1", "127.0.0.1:1/acme/api:v1", f"{REGISTRY}/api:unreleased")
    refuse_other_processors(a_session(root), [a_stack(tmp_path / "stack", "api", *unknown)])
    public.content["/v2/acme/odd/manifests/v1"] = ["no manifest"]
    assert in_public(f"{public.host}/acme/odd:v1") is None


def test_on_the_embedded_aws_nobody_is_asked(public: Public, tmp_path: Path) -> None:
    root = write_platform(tmp_path / "platform")
    stack = a_stack(tmp_path / "stack", "api", public.push("acme/api", "amd64", index=True))
    refuse_other_processors(a_session(root, embedded=True), [stack])
    assert public.asked == []
