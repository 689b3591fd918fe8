"""Downloads the tiny model in a process that a test can kill: ``python -m … MODELS_DIR``.

The hub is the one that ``HF_ENDPOINT`` names.
"""

from __future__ import annotations

import sys
from pathlib import Path

from desktop.core.cancellation import CancelToken
from desktop.embedding.models.registry import ModelRegistry
from tests.embedding import tiny

for step in ModelRegistry(Path(sys.argv[1]), known=(tiny.KNOWN,)).download(
    "tiny", cancel=CancelToken()
):
    print(step.stage, step.done, flush=True)
