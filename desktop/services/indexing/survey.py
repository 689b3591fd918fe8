"""Step 1: what is on disk now, compared with what the catalogue remembers."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from desktop.core.cancellation import CancelToken
from desktop.core.progress import Progress
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.ignore_rules import IgnoreRuleTable
from desktop.library.catalog.roots import Root, RootKind
from desktop.library.folders.ignore import IgnoreRules, is_hidden, is_ignored
from desktop.library.folders.offline import Absence
from desktop.library.folders.passed_over import PassedOverFiles
from desktop.library.folders.scan import leads_inside
from desktop.library.folders.spelling import DiskNames, below
from desktop.media.formats.registry import is_worth_reading
from desktop.services.indexing.file_matching import FileMatcher
from desktop.services.indexing.folder_pass import FolderPass
from desktop.services.indexing.run_report import RunReport


class Survey:
    """Looks at folders and writes into the catalogue what is new, changed, moved or gone.

    Args:
        private: Plantain's own folder, never a part of another one.
        generated: where generated pictures are kept, a root of its own.
        passed_over: keeps how much of the folders is no picture.
    """

    def __init__(
        self,
        catalog: Catalog,
        ignore_rules: IgnoreRuleTable,
        matcher: FileMatcher,
        private: Path,
        generated: Path,
        passed_over: PassedOverFiles,
    ) -> None:
        self._catalog = catalog
        self._ignore_rules = ignore_rules
        self._matcher = matcher
        self._private = private
        self._generated = generated
        self._passed_over = passed_over

    def look(
        self, paths: Sequence[Path], report: RunReport, cancel: CancelToken, *, retry_failed: bool
    ) -> Iterator[Progress]:
        """Look at ``paths``, or at every known root when there are none.

        Raises:
            Cancelled: what was compared so far is written down.
        """
        yield Progress(tr("Looking through folders"))
        rules = self._ignore_rules.rules()
        names = DiskNames()
        places = list(self._named_places(paths, rules, names, report))
        away = dict(self._catalog.roots.presence.look())
        if not paths:
            places = list(self._known_roots(away, report))
        for root, start in places:
            absence = away.get(root.id)
            if absence is not None and absence.is_strange:
                del away[root.id]  # named by the person, who knows that it is the right one
            elif absence is not None:
                report.fail(start, absence.reason)
        folder_pass = self._folder_pass(rules, away, report, cancel, retry_failed=retry_failed)
        for root, start in places:
            cancel.raise_if_cancelled()
            if root.id in away:
                continue
            if os.path.isdir(start):  # noqa: PTH112 - Path.is_dir raises for what is forbidden
                yield from folder_pass.folder(root, start)
            else:
                folder_pass.file(root, start)
        yield from folder_pass.settle()
        self._passed_over.remember(folder_pass.passed_over)

    def look_at_changes(
        self, changed: Collection[Path], report: RunReport, cancel: CancelToken
    ) -> Iterator[Progress]:
        """Look at files and folders that were written, renamed or removed.

        What is not there any more is gone, with all below it. What belongs to no root is passed
        over. Raises as ``look``.
        """
        rules = self._ignore_rules.rules()
        away = self._catalog.roots.presence.look()
        folder_pass = self._folder_pass(rules, away, report, cancel, retry_failed=False)
        names = DiskNames()
        for path in sorted(changed):
            cancel.raise_if_cancelled()
            for root, place in self._changed_places(path, names):
                if root.id in away:
                    continue
                if place != root.path and not names.has(place):
                    # Gone; or renamed in its letter case alone, so that the old name opens it.
                    folder_pass.lost(root, place)
                elif os.path.isdir(place):  # noqa: PTH112 - as in look
                    yield from folder_pass.folder(root, place)
                elif not rules.hide(os.fsencode(place.relative_to(root.path))):
                    folder_pass.file(root, place)
        yield from folder_pass.settle()

    def _folder_pass(
        self,
        rules: IgnoreRules,
        away: Collection[int],
        report: RunReport,
        cancel: CancelToken,
        *,
        retry_failed: bool,
    ) -> FolderPass:
        return FolderPass(
            self._catalog,
            self._matcher,
            rules,
            self._ignore_rules.hide_again,
            away,
            report,
            cancel,
            retry_failed=retry_failed,
        )

    def _known_roots(
        self, away: Mapping[int, Absence], report: RunReport
    ) -> Iterator[tuple[Root, Path]]:
        """The roots that are there; of those with single files only, these files."""
        if self._generated.is_dir():
            self._catalog.roots.add(self._generated, RootKind.GENERATED)
        for root in self._catalog.roots.all():
            if root.id in away:
                report.fail(root.path, away[root.id].reason)
            elif root.kind is RootKind.LOOSE:
                for relative in self._catalog.paths_in(root.id):
                    yield root, root.path / os.fsdecode(relative)
            else:
                yield root, root.path

    def _changed_places(self, path: Path, names: DiskNames) -> Iterator[tuple[Root, Path]]:
        """Where a changed path lies in the library; both, if the disk spells it otherwise."""
        if below(self._private, path) is not None and below(self._generated, path) is None:
            return
        located = self._catalog.roots.locate(path)
        if located is not None:
            root, inside = located
            real = Path(os.path.realpath(path.parent))
            if real.is_relative_to(root.real_path):  # reached by a link: one file has one place
                inside = real.relative_to(root.real_path) / path.name if inside.name else inside
            for spelled in dict.fromkeys((inside, names.spelled(root.path, inside))):
                place = root.path / spelled
                is_link = place.is_symlink() and leads_inside(str(place), str(root.real_path))
                is_folder = os.path.isdir(place)  # noqa: PTH112 - as in look
                is_worth_it = is_folder or is_worth_reading(place) or not os.path.lexists(place)
                is_passed_over = (is_ignored if is_folder else is_hidden)(spelled.name)
                if is_worth_it and not is_passed_over and not (is_folder and is_link):
                    yield root, place
            return
        name = os.fsencode(path.name)
        for root in self._catalog.roots.all():
            is_of_root = root.kind is RootKind.LOOSE and root.path == path.parent
            if is_of_root and self._catalog.known_file(root.id, name):
                yield root, path

    def _named_places(
        self, paths: Sequence[Path], rules: IgnoreRules, names: DiskNames, report: RunReport
    ) -> Iterator[tuple[Root, Path]]:
        """The root of each path, made when there is none, and the folder or file in it."""
        for path in paths:
            # Absolute but not resolved: people know their folders by the names they use.
            absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links
            if not os.path.lexists(absolute):
                absolute = names.spelled_whole(absolute)
            is_folder = os.path.isdir(absolute)  # noqa: PTH112 - as in look
            real = Path(os.path.realpath(absolute))
            generated = below(Path(os.path.realpath(self._generated)), real)
            if generated is None and below(Path(os.path.realpath(self._private)), real) is not None:
                report.fail(absolute, tr("This is Plantain's own folder."))
            elif generated is not None:
                root = self._catalog.roots.add(self._generated, RootKind.GENERATED)
                yield root, root.path / names.spelled(root.path, generated)
            elif is_folder:
                root = self._catalog.roots.add(absolute)
                yield root, root.path / names.spelled(root.path, root.relative(absolute))
            elif (problem := _unfit(absolute)) is not None:
                report.fail(absolute, problem)
            else:
                root = self._catalog.roots.add(absolute.parent, RootKind.LOOSE)
                inside = names.spelled(root.path, root.relative(absolute.parent) / absolute.name)
                if rules.hide(os.fsencode(inside)):
                    report.fail(absolute, tr("One of your ignore rules hides it."))
                else:
                    yield root, root.path / inside


def _unfit(path: Path) -> str | None:
    """Why this file cannot be added by name; None when it can."""
    try:
        os.lstat(path)
    except FileNotFoundError:
        return tr("There is nothing at this path.")
    except OSError as error:
        return tr("The system could not open it: {reason}.", reason=system_reason(error))
    if not is_worth_reading(path):
        return tr("This is not a picture of a format that Plantain reads.")
    return None
