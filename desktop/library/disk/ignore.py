"""What a scan passes over without a word, and what it does because the person said so."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence

from pathspec import GitIgnoreSpec

from desktop.core.errors import UsageError

_SYSTEM_FOLDERS = frozenset({"__MACOSX", "$RECYCLE.BIN", "System Volume Information", "@eaDir"})


def is_ignored(name: str) -> bool:
    """Hidden files, macOS resource forks (``._x``) and the systems' own folders.

    A folder that the person adds by name is scanned even when its own name would be ignored;
    this is asked only about what lies inside.
    """
    return name.startswith(".") or name in _SYSTEM_FOLDERS


def is_library(names: Collection[str]) -> bool:
    """True for a folder with these entries when it is a library of Plantain's (see config.paths).

    Its thumbnails are not the person's pictures, whichever library they belong to and by
    whichever link the scan came there.
    """
    return "catalog.sqlite" in names and "in-use.lock" in names


class IgnoreRules:
    """Patterns as in a .gitignore at the top of every root; the last one that matches decides.

    Simpler than with git in this: "!" shows what it matches, also inside a hidden folder, and a
    folder with all that is in it.

    Args:
        patterns: one to a line of such a file.

    Raises:
        UsageError: one of them means nothing.
    """

    def __init__(self, patterns: Sequence[str] = ()) -> None:
        self.patterns = tuple(patterns)
        try:
            GitIgnoreSpec.from_lines(self.patterns)
            # Each by itself and as it were a plain one; the last to be asked first.
            self._rules = tuple(
                (pattern.startswith("!"), GitIgnoreSpec.from_lines([pattern.removeprefix("!")]))
                for pattern in reversed(self.patterns)
            )
        except ValueError as error:  # GitIgnorePatternError among them
            raise UsageError(
                f"This is not a pattern that can be used: {error}.",
                next_step="Write it as in a .gitignore file: “drafts/”, “*.tif”, “/2019/**”.",
            ) from error
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
        return next((not shows for shows, spec in self._rules if spec.match_file(path)), False)


NO_RULES = IgnoreRules()


def _slashed(relative_path: bytes) -> str:
    return os.fsdecode(relative_path).replace(os.sep, "/")
