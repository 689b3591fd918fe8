"""Rules for what the library passes over, and what they would hide before they are applied."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from desktop.core.asset import Asset, displayable
from desktop.core.errors import UsageError
from desktop.core.text import tr
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.ignore_rules import IgnoreRuleTable
from desktop.library.folders.ignore import IgnoreRules, require_pattern
from desktop.library.folders.spelling import DiskNames

EXAMPLES = 20

_SPECIAL = re.compile(r"[\\*?\[\]]")


@dataclass(frozen=True, slots=True)
class IgnorePreview:
    """What a change of the rules would do.

    Attributes:
        hides: pictures shown now that would be hidden.
        shows: pictures hidden now that would be shown (an exception, "!keep.png").
        examples: the first of those hidden.
    """

    pattern: str
    hides: int
    shows: int
    examples: tuple[Asset, ...]


class IgnoreRuleEditor:
    """The person's ignore rules, in the order in which they were added."""

    def __init__(self, catalog: Catalog, table: IgnoreRuleTable) -> None:
        self._catalog = catalog
        self._table = table

    def patterns(self) -> tuple[str, ...]:
        return self._table.rules().patterns

    def pattern_for(self, folder: Path) -> str:
        """The rule that hides this folder of the library with all that is in it.

        Raises:
            UsageError: no rule can; it is the top of what was added, or has no writable name.
        """
        located = self._catalog.roots.locate(folder, DiskNames())
        if located is None or not located[1].parts:
            raise UsageError(
                tr(
                    "“{name}” was added to the library itself; a rule is about "
                    "what lies in such a folder.",
                    name=displayable(folder.name),
                ),
                next_step=tr("Write what is to be hidden in it: “drafts/”, “*.tif”."),
            )
        words = located[1].as_posix()
        if "\n" in words or words != displayable(words):
            raise UsageError(
                tr(
                    "The name of “{name}” cannot be written as a rule.",
                    name=displayable(folder.name),
                ),
                next_step=tr("Put “*” for the part of it that cannot be typed."),
            )
        return "/" + _SPECIAL.sub(r"\\\g<0>", words) + "/"

    def preview(self, pattern: str) -> IgnorePreview:
        """What adding ``pattern`` would do; changes nothing.

        Raises:
            UsageError: it is no pattern.
        """
        before = set(self._table.hidden(self._table.rules()))
        after = set(self._table.hidden(self._with(pattern)))
        hides = sorted(after - before)
        assets = self._catalog.assets_by_id(hides[:EXAMPLES])
        examples = tuple(assets[asset_id] for asset_id in hides[:EXAMPLES])
        return IgnorePreview(pattern, len(hides), len(before - after), examples)

    def add(self, pattern: str) -> IgnorePreview:
        """Hide what ``pattern`` matches; returns what that was.

        Raises:
            UsageError: it is no pattern.
        """
        preview = self.preview(pattern)
        self._table.keep(self._with(pattern))
        return preview

    def remove(self, pattern: str) -> int:
        """Show again what only this rule hid, with all that was said about it.

        Returns:
            How many pictures that is.

        Raises:
            UsageError: there is no such rule.
        """
        patterns = self.patterns()
        if pattern not in patterns:
            raise UsageError(
                tr("There is no rule “{pattern}”.", pattern=pattern),
                next_step=tr("Look at the rules with: plantain ignore list"),
            )
        before = set(self._table.hidden(self._table.rules()))
        rules = IgnoreRules([kept for kept in patterns if kept != pattern])
        self._table.keep(rules)
        return len(before.difference(self._table.hidden(rules)))

    def _with(self, pattern: str) -> IgnoreRules:
        if not pattern.strip() or pattern.lstrip().startswith("#") or "\n" in pattern:
            raise UsageError(
                tr("An empty line, a comment or several lines are no rule."),
                next_step=tr("Write one pattern as in a .gitignore file: “drafts/”, “*.tif”."),
            )
        require_pattern(pattern)
        return IgnoreRules([*(kept for kept in self.patterns() if kept != pattern), pattern])
