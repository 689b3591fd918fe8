"""Step 1: what is on disk now, compared with what the catalogue remembers."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from desktop.core.cancellation import CancelToken
from desktop.core.progress import Progress
from desktop.library.catalog import Catalog, Root, RootKind
from desktop.library.disk.ignore import IgnoreRules, is_ignored
from desktop.library.disk.ignore_book import IgnoreBook
from desktop.library.disk.presence import Absence
from desktop.library.disk.scan import leads_inside
from desktop.media.formats import is_picture
from desktop.services.recognising import Recognising
from desktop.services.tally import Tally
from desktop.services.visit import Visit


class Survey:
    """Looks at folders and writes into the catalogue what is new, changed, moved or gone.

    Args:
        private: Plantain's own folder, never a part of another one.
        generated: where generated pictures are kept, a root of its own.
    """

    def __init__(
        self,
        catalog: Catalog,
        ignore_book: IgnoreBook,
        recognising: Recognising,
        private: Path,
        generated: Path,
    ) -> None:
        self._catalog = catalog
        self._ignore_book = ignore_book
        self._recognising = recognising
        self._private = private
        self._generated = generated

    def look(
        self, paths: Sequence[Path], tally: Tally, cancel: CancelToken, *, retry_failed: bool
    ) -> Iterator[Progress]:
        """Look at ``paths``, or at every known root when there are none.

        Raises:
            Cancelled: what was compared so far is written down.
        """
        yield Progress("Looking through folders")
        rules = self._ignore_book.rules()
        places = list(self._named_places(paths, rules, tally))
        away = dict(self._catalog.presence.look())
        if not paths:
            places = list(self._known_roots(away, tally))
        for root, start in places:
            absence = away.get(root.id)
            if absence is not None and absence.is_strange:
                del away[root.id]  # named by the person, who knows that it is the right one
            elif absence is not None:
                tally.fail(start, absence.reason)
        visit = self._visit(rules, away, tally, cancel, retry_failed=retry_failed)
        for root, start in places:
            cancel.raise_if_cancelled()
            if root.id in away:
                continue
            if os.path.isdir(start):  # noqa: PTH112 - Path.is_dir raises for what is forbidden
                yield from visit.folder(root, start)
            else:
                visit.file(root, start)
        yield from visit.settle()

    def look_at_changes(
        self, changed: Collection[Path], tally: Tally, cancel: CancelToken
    ) -> Iterator[Progress]:
        """Look at files and folders that were written, renamed or removed.

        What is not there any more is gone, with all below it. What belongs to no root is passed
        over. Raises as ``look``.
        """
        rules = self._ignore_book.rules()
        away = self._catalog.presence.look()
        visit = self._visit(rules, away, tally, cancel, retry_failed=False)
        for path in sorted(changed):
            cancel.raise_if_cancelled()
            for root, place in self._changed_places(path):
                if root.id in away:
                    continue
                if os.path.isdir(place):  # noqa: PTH112 - as in look
                    yield from visit.folder(root, place)
                elif not rules.hide(os.fsencode(place.relative_to(root.path))):
                    visit.file(root, place)
        yield from visit.settle()

    def _visit(
        self,
        rules: IgnoreRules,
        away: Collection[int],
        tally: Tally,
        cancel: CancelToken,
        *,
        retry_failed: bool,
    ) -> Visit:
        return Visit(
            self._catalog,
            self._recognising,
            rules,
            self._ignore_book.marked(),
            away,
            tally,
            cancel,
            retry_failed=retry_failed,
        )

    def _known_roots(
        self, away: Mapping[int, Absence], tally: Tally
    ) -> Iterator[tuple[Root, Path]]:
        """The roots that are there; of those with single files only, these files."""
        if self._generated.is_dir():
            self._catalog.add_root(self._generated, RootKind.GENERATED)
        for root in self._catalog.roots():
            if root.id in away:
                tally.fail(root.path, away[root.id].reason)
            elif root.kind is RootKind.LOOSE:
                for relative in self._catalog.paths_in(root.id):
                    yield root, root.path / os.fsdecode(relative)
            else:
                yield root, root.path

    def _changed_places(self, path: Path) -> Iterator[tuple[Root, Path]]:
        """Where a changed path lies in the library."""
        if path.is_relative_to(self._private) and not path.is_relative_to(self._generated):
            return
        located = self._catalog.locate(path)
        if located is not None:
            root, below = located
            real = Path(os.path.realpath(path.parent))
            if real.is_relative_to(root.real_path):  # reached by a link: one file has one place
                below = real.relative_to(root.real_path) / path.name if below.name else below
            place = root.path / below
            is_link_inside = place.is_symlink() and leads_inside(str(place), str(root.real_path))
            is_folder = os.path.isdir(place)  # noqa: PTH112 - as in look
            is_worth_it = is_folder or is_picture(place) or not os.path.lexists(place)
            if is_worth_it and not is_ignored(below.name) and not (is_folder and is_link_inside):
                yield root, place
            return
        name = os.fsencode(path.name)
        for root in self._catalog.roots():
            is_of_root = root.kind is RootKind.LOOSE and root.path == path.parent
            if is_of_root and self._catalog.known_file(root.id, name):
                yield root, path

    def _named_places(
        self, paths: Sequence[Path], rules: IgnoreRules, tally: Tally
    ) -> Iterator[tuple[Root, Path]]:
        """The root of each path, made when there is none, and the folder or file in it."""
        for path in paths:
            # Absolute but not resolved: people know their folders by the names they use.
            absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links
            is_folder = os.path.isdir(absolute)  # noqa: PTH112 - as in look
            real = Path(os.path.realpath(absolute))
            is_generated = real.is_relative_to(os.path.realpath(self._generated))
            if real.is_relative_to(os.path.realpath(self._private)) and not is_generated:
                tally.fail(absolute, "This is Plantain's own folder.")
            elif is_generated:
                root = self._catalog.add_root(self._generated, RootKind.GENERATED)
                yield root, root.path / real.relative_to(root.real_path)
            elif is_folder:
                root = self._catalog.add_root(absolute)
                yield root, root.path / root.relative(absolute)
            elif (problem := _unfit(absolute)) is not None:
                tally.fail(absolute, problem)
            else:
                root = self._catalog.add_root(absolute.parent, RootKind.LOOSE)
                below = root.relative(absolute.parent) / absolute.name
                if rules.hide(os.fsencode(below)):
                    tally.fail(absolute, "One of your ignore rules hides it.")
                else:
                    yield root, root.path / below


def _unfit(path: Path) -> str | None:
    """Why this file cannot be added by name; None when it can."""
    try:
        os.lstat(path)
    except FileNotFoundError:
        return "There is nothing at this path."
    except OSError as error:
        return f"The system could not open it: {error.strerror}."
    if not is_picture(path.name):
        return "This is not a picture of a format that Plantain reads."
    return None
