"""Whatever a YAML file holds arrives letter by letter, and nothing of it is evaluated."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cdktf import TerraformOutput, TerraformStack
from pydantic import ValidationError

from config.models.environment.environment import Environment
from config.models.service.service import Service
from config.source.document import read_document
from config.source.node import plain
from modules.text import Expression
from tests.hostile_text import arbitrary, fitting, text_fields
from tests.synthesis import ROOT, Checkout, Stack
from tests.terraform_validation import terraform
from tests.test_architecture import sources

KINDS: tuple[dict[str, Any], ...] = (
    {"kind": "public-web", "port": 8080, "metrics": {}, "logs": {"destination": "opensearch"}},
    {"kind": "internal", "port": 8080, "health_check": {"command": ["true"]}},
    {"kind": "worker"},
    {"kind": "scheduled-job", "schedule": {"expression": "rate(1 hour)"}},
    {"kind": "one-off"},
)


def evaluated(directory: Path, stack: Stack) -> dict[str, Any]:
    """What Terraform makes of a stack's outputs."""
    (directory / "main.tf.json").write_text(json.dumps({"output": stack.document["output"]}))
    done = terraform(directory, "apply", "-auto-approve", "-input=false", "-no-color")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    outputs = json.loads(terraform(directory, "output", "-json").stdout)
    return {name: output["value"] for name, output in outputs.items()}


def test_terraform_evaluates_two_thousand_texts_to_what_was_written(
    synthesize: Callable[[Callable[[TerraformStack], object]], Stack], tmp_path: Path
) -> None:
    texts = arbitrary(2_000)

    def build(stack: TerraformStack) -> None:
        TerraformOutput(stack, "plain", value=texts)
        TerraformOutput(stack, "keys", value={f"{number} {text}": "x" for number, text in enumerate(texts)})
        TerraformOutput(stack, "within", value=json.dumps(texts))
        TerraformOutput(stack, "meant", value=Expression("${1 + 1}"))

    found = evaluated(tmp_path, synthesize(build))
    assert found["plain"] == texts
    assert set(found["keys"]) == {f"{number} {text}" for number, text in enumerate(texts)}
    assert json.loads(found["within"]) == texts
    assert found["meant"] == 2


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for name, value in over.items():
        both = isinstance(value, dict) and isinstance(result.get(name), dict)
        result[name] = merged(result[name], value) if both else value
    return result


def services() -> Iterator[dict[str, Any]]:
    """For each field that can hold an expression, a service whose file does; not where another rule refuses it."""
    for path, of, wrap in text_fields(Service):
        if path in Service.injected or (text := fitting(of)) is None:
            continue
        for kind in KINDS:
            fields = merged(kind, wrap(text))
            try:
                Service.model_validate({**fields, "name": "some"})
            except ValidationError:
                continue
            yield fields
            break


def environment(base: dict[str, Any]) -> dict[str, Any]:
    """The environment with an expression in every field that can hold one."""
    for path, of, wrap in text_fields(Environment):
        if path in Environment.injected or (text := fitting(of)) is None:
            continue
        fields = merged(base, wrap(text))
        try:
            Environment.model_validate({**fields, "name": "dev"})
        except ValidationError:
            continue
        base = fields
    return base


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, its in value.items():
            yield key
            yield from strings(its)
    elif isinstance(value, list):
        for its in value:
            yield from strings(its)


def test_no_field_of_any_file_has_terraform_evaluate_its_text(checkout: Checkout) -> None:
    files = [checkout.root / f"environments/{name}.yaml" for name in ("shared", "dev")]
    checkout.keep_services()
    checkout.write("environments/dev.yaml", json.dumps(environment(merged(*(map(plain_yaml, files))))))
    checkout.remove("environments/shared.yaml")
    for name in ("staging", "prod"):
        checkout.remove(f"environments/{name}.yaml")
    written = list(services())
    for number, fields in enumerate(written):
        checkout.write(f"service_configs/text{number}.yaml", json.dumps(fields))
    released = {f"text{number}": "v1" for number in range(len(written))}
    checkout.write("service_configs/releases/dev.yaml", json.dumps(released))
    found = [text for stack in checkout.synthesize(only="dev") for text in strings(stack.document)]
    ends = [text for text in found if "timestamp()" in text]
    assert len(ends) >= 6, ends
    for text in ends:
        for begins in ("${timestamp", "%{if("):
            assert text.count(begins) == text.count(f"{begins[0]}{begins}"), text


def plain_yaml(file: Path) -> Any:
    document = read_document(file.parent, Path(file.name))
    assert document.node is not None
    return plain(document.node)


@pytest.mark.parametrize("path", sources("modules", "stacks"), ids=lambda path: str(path.relative_to(ROOT)))
def test_an_expression_for_terraform_says_that_it_is_one(path: Path) -> None:
    """Text is escaped wherever it comes from; an expression of ours that does not say so would be, too."""
    tree = ast.parse(path.read_text())
    said = {id(part) for call in ast.walk(tree) if is_expression(call) for part in ast.walk(call)}
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs | said:
            allowed = path.name in ("text.py", "user_data.py", "database_url.py")
            assert allowed or "${" not in node.value, f"{path}:{node.lineno}"


def is_expression(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Expression"
