"""Building blocks: each decides something about AWS on behalf of a stack.

Importing any part of cdktf_cdktf_provider_aws runs its root, which imports all 2,139 of its submodules (8 to 15 s).
The root is registered here without being executed, before the first module is imported; submodules load on demand.
Its JavaScript does the same in 1 to 2 s; whoever starts Node.js with NODE_OPTION is spared that too.
"""

import json
import sys
from importlib.util import find_spec, module_from_spec
from pathlib import Path

_PRELOADED = str(Path(__file__).resolve().with_name("provider_on_demand.cjs"))
# Node.js reads a quoted path as JSON is written.
NODE_OPTION = f"--require {json.dumps(_PRELOADED, ensure_ascii=False)}"

_PROVIDER = "cdktf_cdktf_provider_aws"

if _PROVIDER not in sys.modules:
    _spec = find_spec(_PROVIDER)
    if _spec is None:
        raise ModuleNotFoundError(f"{_PROVIDER} is not installed; `make .venv` installs it", name=_PROVIDER)
    sys.modules[_PROVIDER] = module_from_spec(_spec)
