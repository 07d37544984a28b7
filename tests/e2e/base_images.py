"""Bases for the platform images, made from Debian's packages: no public registry is asked."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from tests.e2e.docker_engine import Engine

VERSION = "0.0.1"
APPLETS = ("sh", "wget", "cat", "ls")
# And what Grafana's image is built and started with, which the Alpine of its base has.
OF_GRAFANA = ("chmod", "cp", "id", "mkdir", "rm", "sed", "sha256sum", "unzip")

# What each stands in for has in the same place; the others are bases by name only.
PROGRAMS = {
    "prometheus": {"prometheus": "/bin/prometheus", "promtool": "/bin/promtool"},
    "alertmanager": {"prometheus-alertmanager": "/bin/alertmanager"},
    "grafana": {},
    "blackbox-exporter": {"prometheus-blackbox-exporter": "/bin/blackbox_exporter"},
    "cloudwatch-exporter": {},
    "database-roles": {},
    "postgres-exporter": {},
    "otel-collector": {},
    "ecs-exporter": {},
    "fluent-bit": {},
}
# Debian's Alertmanager reads its templates from there; upstream's holds them itself.
FOLDERS = {"alertmanager": ("/usr/share/prometheus/alertmanager",)}
ENTRYPOINTS = {"prometheus": "/bin/prometheus", "alertmanager": "/bin/alertmanager", "grafana": "/run.sh"}
# As upstream's: packaging/docker in https://github.com/grafana/grafana
GRAFANA = """\
ENV GF_PATHS_DATA=/var/lib/grafana GF_PATHS_PROVISIONING=/etc/grafana/provisioning
COPY --chown=472:0 rootfs/grafana /var/lib/grafana
USER 472
"""
RUN_GRAFANA = """\
#!/bin/sh
id -u
cat "$GF_PATHS_PROVISIONING"/datasources/*
"$GF_PATHS_PLUGINS"/grafana-opensearch-datasource/gpx_*
"""


def make_bases(engine: Engine, folder: Path) -> str:
    """Build them in the engine, and give the text of a docker/bases.yaml that names them."""
    for name, programs in PROGRAMS.items():
        engine.docker("build", "--tag", _reference(name), str(_context(folder / name, name, programs)))
    for architecture in ("amd64", "arm64"):
        engine.docker("load", stdin=_empty_image(architecture))
    return "".join(f"{name}: {_reference(name)}\n" for name in PROGRAMS)


def _reference(name: str) -> str:
    return f"localhost/base/{name}:{VERSION}"


def _context(folder: Path, name: str, programs: dict[str, str]) -> Path:
    root = folder / "rootfs"
    _install("busybox", root / "bin/busybox")
    for applet in (*APPLETS, *(OF_GRAFANA if name == "grafana" else ())):
        (root / "bin" / applet).symlink_to("busybox")
    for program, path in programs.items():
        _install(program, root / path.lstrip("/"))
        for library in _libraries(program):
            if not (root / library.lstrip("/")).exists():
                _install(library, root / library.lstrip("/"))
    for shared in FOLDERS.get(name, ()):
        shutil.copytree(shared, root / shared.lstrip("/"))
    data = root / name
    data.mkdir()
    (root / "tmp").mkdir()
    (root / "tmp").chmod(0o1777)
    if name == "grafana":
        (root / "run.sh").write_text(RUN_GRAFANA)
        (root / "run.sh").chmod(0o755)
    lines = ["FROM scratch", "COPY rootfs/ /", f"COPY --chown=65534:65534 rootfs/{name} /{name}"]
    if name == "grafana":
        lines.append(GRAFANA)
    if entrypoint := ENTRYPOINTS.get(name):
        lines.append(f'ENTRYPOINT ["{entrypoint}"]')
    (folder / "Dockerfile").write_text("\n".join(lines) + "\n")
    return folder


def _install(program: str, target: Path) -> None:
    source = shutil.which(program) or program
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(source).resolve(), target)


def _libraries(program: str) -> Sequence[str]:
    """The shared libraries that a program loads, the loader itself included."""
    listed = subprocess.run(["ldd", str(shutil.which(program))], capture_output=True, text=True, check=False).stdout
    return re.findall(r"(/\S+) \(0x", listed)


def _empty_image(architecture: str) -> bytes:
    """An image of this architecture with nothing in it, as `docker save` would have written it."""
    layer = bytes(10240)  # an empty tar
    configuration = {
        "architecture": architecture,
        "os": "linux",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{sha256(layer).hexdigest()}"]},
        "history": [{"created": "2026-01-01T00:00:00Z"}],
    }
    tags = [f"localhost/base/empty-{architecture}:{VERSION}"]
    manifest = [{"Config": "config.json", "RepoTags": tags, "Layers": ["layer.tar"]}]
    files = {
        "config.json": json.dumps(configuration).encode(),
        "layer.tar": layer,
        "manifest.json": json.dumps(manifest).encode(),
    }
    saved = BytesIO()
    with tarfile.open(fileobj=saved, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, BytesIO(content))
    return saved.getvalue()
