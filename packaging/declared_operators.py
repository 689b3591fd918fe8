"""A start-up hook of the built program: torchvision without its own compiled operators.

Plantain needs none of them, but torchvision says what two of them give when it is imported, and
that fails where they are not there. They are declared just before, and only in the process that
imports it. The build leaves the operators out: 10 MB, and a CUDA build of them does not load beside
a CPU build of torch.
"""

from __future__ import annotations

import importlib.abc
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


class _BeforeTorchvision(importlib.abc.MetaPathFinder):
    """Finds nothing; notices that torchvision is about to be imported."""

    library: Any = None
    """Kept, because torch forgets what is declared with its last reference."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == "torchvision":
            sys.meta_path.remove(self)
            import torch

            _BeforeTorchvision.library = torch.library.Library("torchvision", "DEF")
            for name in ("nms", "qnms"):
                _BeforeTorchvision.library.define(name + _SCHEMA)
        return None


sys.meta_path.insert(0, _BeforeTorchvision())
