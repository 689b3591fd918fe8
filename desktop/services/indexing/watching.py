"""Noticing what happens in the library's folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.database import Database
from desktop.library.folders.watch import Watcher
from desktop.media.formats.registry import is_picture, is_told_by_name, is_worth_reading


class Watching:
    """Starts watchers of the folders at hand, and of the library itself.

    Args:
        database: whose file is looked for whenever the folders are.
        private: the library's own folder, in which nothing is noticed.
        is_read_only: nothing is watched: what may not be written down is better not noticed.
    """

    def __init__(
        self, catalog: Catalog, private: Path, database: Database, *, is_read_only: bool
    ) -> None:
        self._folders = list[Path] if is_read_only else catalog.roots.folders_at_hand
        self._private = private
        self._database = database

    def start(
        self,
        on_changed: Callable[[frozenset[Path]], None],
        on_limit: Callable[[str], None],
        on_library: Callable[[bool], None],
    ) -> Watcher:
        """Begin to notice; see ``library.folders.watch``.

        Args:
            on_library: told, in the watcher's thread, when the library's own file is no longer
                where it was (False), and when it is again. Nothing else is told meanwhile.

        The caller stops the watcher before the library is closed.
        """
        folders: list[Path] = []
        was_there = True

        def look() -> list[Path]:
            nonlocal folders, was_there
            is_there = self._database.is_there
            if is_there:
                folders = self._folders()
            if is_there != was_there:
                was_there = is_there
                on_library(is_there)
            return folders

        def tell(paths: frozenset[Path]) -> None:
            wanted = frozenset(path for path in paths if _is_worth_a_look(path))
            if wanted and was_there:
                on_changed(wanted)

        watcher = Watcher(look, _may_be_picture, self._private, tell, on_limit)
        watcher.start()
        return watcher


def _may_be_picture(name: str) -> bool:
    return is_picture(name) or not is_told_by_name(name)


def _is_worth_a_look(path: Path) -> bool:
    """Asked once a file is still: then its content tells, where its name does not."""
    try:
        return is_worth_reading(path) or not path.is_file()
    except OSError:
        return True  # the look says why it cannot be read
