"""Building blocks: each decides something about AWS on behalf of a stack.

Before the first of them is imported, engine.py settles what they are built with, and has the provider's Python loaded
on demand. Its JavaScript takes 1 to 2 s at every start; whoever starts Node.js with NODE_OPTION is spared that too.
"""

import json
from pathlib import Path

from modules import engine, text

_PRELOADED = str(Path(__file__).resolve().with_name("node_preload.cjs"))
# Node.js reads a quoted path as JSON is written.
NODE_OPTION = f"--preserve-symlinks --require {json.dumps(_PRELOADED, ensure_ascii=False)}"

ENGINE = engine.prepare()
text.escape_arguments()
