"""The imports of a synth: Node.js works beside them, and what it says is heard at their end."""

from __future__ import annotations

import subprocess
import sys

import pytest
from jsii import JSIIAssembly
from jsii._kernel import Kernel

from modules.quick_imports import quick_imports
from tests.synthesis import ROOT

PROGRAM = """
import threading
from jsii._kernel import Kernel
from jsii._kernel.providers.process import ProcessProvider

loads, load = [], ProcessProvider.load
ProcessProvider.load = lambda provider, request: loads.append(
    (request.name, threading.current_thread() is threading.main_thread())
) or load(provider, request)
import main
print(*loads, main.App(outdir="out").node.id == "")
"""


def test_node_loads_in_order_beside_python_and_is_ready_afterwards() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)
    names = ("constructs", "cdktf", "@cdktf/provider-aws")
    assert done.stdout.split("\n")[0] == f"{' '.join(str((name, False)) for name in names)} True"


def test_what_node_cannot_load_is_raised_at_the_end() -> None:
    load = Kernel.load
    ran_on = False
    with pytest.raises(RuntimeError, match="no such file"), quick_imports():  # noqa: PT012 - the import must go on
        JSIIAssembly.load("missing", "1.0.0", "cdktf", "missing.tgz")
        ran_on = True
    assert ran_on
    assert Kernel.load is load
