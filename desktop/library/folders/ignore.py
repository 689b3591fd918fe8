"""What a scan passes over without a word, and what it does because the person said so."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence

from desktop.core.asset import displayable
from desktop.core.errors import UsageError
from desktop.core.text import tr
from desktop.library.folders.glob import MOST_CHARACTERS, Glob
from desktop.library.folders.spelling import composed
from desktop.library.folders.system_folders import is_system_folder

_SHOWN = 80
"""Characters of a pattern that are quoted."""


def is_hidden(name: str) -> bool:
    """Hidden files and folders, and macOS resource forks (``._x``)."""
    return name.startswith(".")


def is_ignored(name: str) -> bool:
    """Hidden folders and the systems' own, bins and snapshots among them.

    A folder that the person adds by name is scanned even when its own name would be ignored;
    this is asked only about what lies inside.
    """
    return is_hidden(name) or is_system_folder(name)


def is_library(names: Collection[str]) -> bool:
    """True for a folder with these entries when it is a library of Plantain's (see config.paths).

    Its thumbnails are not the person's pictures, whichever library they belong to and by
    whichever link the scan came there.
    """
    return "catalog.sqlite" in names and "in-use.lock" in names


class IgnoreRules:
    """Patterns as in a .gitignore at the top of every root; the last one that matches decides.

    Simpler than with git in this: "!" shows what it matches, also inside a hidden folder, and a
    folder with all that is in it. How "é" is composed makes no difference, as with git on a Mac.

    Args:
        patterns: one to a line of such a file. One that means nothing hides nothing: no line of an
            old library or an import may keep its folders from being looked through. Those that
            a person enters go through ``require_pattern`` first.
    """

    def __init__(self, patterns: Sequence[str] = ()) -> None:
        self.patterns = tuple(patterns)
        # Each by itself and as it were a plain one; the last to be asked first.
        self._rules = tuple(
            (pattern.startswith("!"), glob)
            for pattern in reversed(self.patterns)
            if (glob := _glob(pattern)) is not None
        )
        self._has_exceptions = any(is_exception for is_exception, _ in self._rules)

    def hide(self, relative_path: bytes) -> bool:
        """True for a file, by its path below its root, that is passed over."""
        return bool(self._rules) and self._hides(_slashed(relative_path))

    def hide_folder(self, relative_path: bytes) -> bool:
        """True for a folder in which nothing needs to be looked at."""
        # With "!" a file may be wanted all the same, hence the walk through.
        if not self._rules or self._has_exceptions:
            return False
        return self._hides(_slashed(relative_path) + "/")

    def _hides(self, path: str) -> bool:
        return next((not shows for shows, glob in self._rules if glob.match(path)), False)


NO_RULES = IgnoreRules()


def require_pattern(pattern: str) -> None:
    """Raises: UsageError: it means nothing."""
    if _glob(pattern) is not None:
        return
    shown = displayable(pattern if len(pattern) <= _SHOWN else f"{pattern[:_SHOWN]}…")
    raise UsageError(
        tr("“{pattern}” is not a pattern that can be used.", pattern=shown),
        safe=tr("Nothing was changed."),
        next_step=tr(
            "Write one as in a .gitignore file, of at most {most} characters: “drafts/”, "
            "“*.tif”, “/2019/**”.",
            most=MOST_CHARACTERS,
        ),
    )


def _glob(pattern: str) -> Glob | None:
    try:
        return Glob(composed(pattern.removeprefix("!")))
    except ValueError:
        return None


def _slashed(relative_path: bytes) -> str:
    return composed(os.fsdecode(relative_path)).replace(os.sep, "/")
