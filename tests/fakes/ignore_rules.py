"""Ignore rules as the window sees them: a rule hides whatever has its letters in its path."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from desktop.core.asset import Asset
from desktop.core.errors import UsageError
from desktop.services.indexing.ignore_rules import IgnorePreview, IgnoreRuleEditor


class FakeIgnoreRules(IgnoreRuleEditor):
    """Takes what it hides out of ``assets``, and puts it back.

    Attributes:
        gate: what the preview of a pattern waits for.
    """

    def __init__(self, assets: Callable[[], list[Asset]]) -> None:
        self._assets = assets
        self.hidden: dict[str, list[Asset]] = {}
        self.previewed: list[str] = []
        self.threads: set[str] = set()
        self.gate: Callable[[str], threading.Event | None] = lambda _: None
        self.error: Exception | None = None

    def patterns(self) -> tuple[str, ...]:
        return tuple(self.hidden)

    def pattern_for(self, folder: Path) -> str:
        if folder.parent == folder.parent.parent:
            raise UsageError(f"“{folder.name}” was added to the library itself.")
        return f"/{folder.name}/"

    def preview(self, pattern: str) -> IgnorePreview:
        self.previewed.append(pattern)
        self.threads.add(threading.current_thread().name)
        gate = self.gate(pattern)
        if gate is not None:
            gate.wait(5)
        if pattern.startswith("#"):
            raise UsageError("A comment is no rule.", next_step="Write one pattern: “drafts/”.")
        if pattern.startswith("!"):
            return IgnorePreview(pattern, 0, len(self.hidden), ())
        found = tuple(a for a in self._assets() if pattern.strip("*") in str(a.path))
        return IgnorePreview(pattern, len(found), 0, found[:20])

    def add(self, pattern: str) -> IgnorePreview:
        if self.error is not None:
            raise self.error
        done = self.preview(pattern)
        assets = self._assets()
        self.hidden[pattern] = [asset for asset in assets if asset in done.examples]
        assets[:] = [asset for asset in assets if asset not in done.examples]
        return done

    def remove(self, pattern: str) -> int:
        shown = self.hidden.pop(pattern)
        self._assets().extend(shown)
        return len(shown)
