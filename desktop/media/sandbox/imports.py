"""An end to importing, before a decoder process gives up opening files."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import BuiltinImporter, FrozenImporter, ModuleSpec
from types import ModuleType


class _NothingElse:
    """Finds no module. Looking for one on the disk would fail for want of an open file, which no
    library expects; that one is not installed they all do."""

    @staticmethod
    def find_spec(
        _name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return None


def end_imports() -> None:
    """From now on only what is loaded, or part of the interpreter, can be imported here."""
    sys.meta_path[:] = [BuiltinImporter, FrozenImporter, _NothingElse]
