"""The sample pictures, laid out where they stay: what they came with may move or go."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

from desktop.core.errors import LibraryError
from desktop.core.system_errors import system_reason
from desktop.core.text import tr


def lay_out(samples: Path, target: Path) -> None:
    """Copy the samples to ``target``, whole or not at all; nothing is done where they are.

    Raises:
        LibraryError: the disk refuses.
    """
    if target.exists():
        return
    making = target.with_name(f".{target.name}-{uuid.uuid4().hex[:12]}")
    try:
        making.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(samples, making)
        making.rename(target)
    except OSError as error:
        shutil.rmtree(making, ignore_errors=True)
        raise LibraryError(
            tr("The demo's pictures cannot be laid out: {reason}.", reason=system_reason(error)),
            safe=tr("Nothing was changed."),
            next_step=tr("Free some space (12 MB are needed), then try again."),
        ) from error
