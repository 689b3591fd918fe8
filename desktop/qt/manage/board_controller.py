"""A board on its way out, also one that fills itself: as a contact sheet, or as a folder of
copies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.core.asset import Asset, displayable
from desktop.core.cancellation import CancelToken
from desktop.core.file_names import FORBIDDEN
from desktop.core.filter import NamedFilter
from desktop.core.progress import ProgressSteps
from desktop.core.text import ngettext, sentences, tr
from desktop.qt.browse.sections import SavedSection
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.job_list import Outcome
from desktop.qt.widgets.save_dialog import ask_new_file

if TYPE_CHECKING:
    from desktop.services.curation.board_copies import CopiesReport


class BoardController(QObject):
    """Asks where to, and writes it there without replacing anything."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context

    def ask_sheet(self, section: NamedFilter) -> None:
        """Let a person choose the file of a contact sheet."""
        path = ask_new_file(
            self._context.dialog_parent,
            tr("Save a contact sheet"),
            _file_name(section.name),
            {".png": tr("Picture (*.png)"), ".pdf": tr("Pages (*.pdf)")},
        )
        if path is not None:
            self.write_sheet(section, path)

    def write_sheet(self, section: NamedFilter, path: Path) -> None:
        """Draw what is on a board, in its order."""
        engine = self._context.engine

        def draw(cancel: CancelToken) -> int:
            shown = self._pictures(section, cancel)
            engine.contact_sheets.write_board(section.name, shown, path)
            return len(shown)

        def told(count: int) -> Outcome:
            pictures = ngettext("{count} picture", "{count} pictures", count)
            return Outcome(tr("{file}, {pictures}", file=displayable(path.name), pictures=pictures))

        handle = self._context.follow(
            self._context.lanes.models, tr("Contact sheet of {name}", name=section.name), draw, told
        )
        handle.failed.connect(self._context.notice)

    def ask_copies(self, section: NamedFilter) -> None:
        """Let a person choose where a folder of copies shall be made."""
        self._ask_folder(section, is_signed=False)

    def ask_signed_copies(self, section: NamedFilter) -> None:
        """The same, with Content Credentials in each of them."""
        self._ask_folder(section, is_signed=True)

    def _ask_folder(self, section: NamedFilter, *, is_signed: bool) -> None:
        from PySide6.QtWidgets import QFileDialog

        chosen = QFileDialog.getExistingDirectory(
            self._context.dialog_parent, tr("Where to put the folder of copies")
        )
        if chosen:
            folder = Path(chosen, _file_name(section.name))
            self.copy(section, folder, is_signed=is_signed)

    def copy(self, section: NamedFilter, folder: Path, *, is_signed: bool = False) -> None:
        """Copy the files of a board, with a list of credits; ``is_signed``: with the person's own
        certificate, which is one for all of them."""
        engine = self._context.engine

        def run(cancel: CancelToken) -> ProgressSteps[CopiesReport]:
            certificate = engine.curation.credentials.certificate() if is_signed else None
            shown = self._pictures(section, cancel)
            return engine.curation.board_copies.run(shown, folder, cancel, certificate=certificate)

        handle = self._context.follow(
            self._context.lanes.models,
            tr("Copies of {name}", name=section.name),
            run,
            self._told,
        )
        handle.failed.connect(self._context.notice)

    # ------------------------------------------------------------------ inside

    def _pictures(self, section: NamedFilter, cancel: CancelToken) -> Sequence[Asset]:
        engine = self._context.engine
        if isinstance(section, SavedSection):
            return engine.saved_pictures.of(section.search, cancel)
        return engine.browsing.board(section.name)

    def _told(self, report: CopiesReport) -> Outcome:
        text = ngettext(
            "{count} copy in {folder}",
            "{count} copies in {folder}",
            len(report.copied),
            folder=displayable(report.folder.name),
        )
        if report.unsigned:
            first = report.unsigned[0]
            self._context.notices.say(
                sentences(
                    ngettext(
                        "{count} copy could not be signed and is as its original.",
                        "{count} copies could not be signed and are as their originals.",
                        len(report.unsigned),
                    ),
                    tr("{file}: {reason}", file=displayable(first.path), reason=first.reason),
                )
            )
        if report.failed:
            first = report.failed[0]
            reason = tr("{file}: {reason}", file=displayable(first.path), reason=first.reason)
            self._context.notices.say(
                sentences(
                    ngettext(
                        "{count} picture was not copied.",
                        "{count} pictures were not copied.",
                        len(report.failed),
                    ),
                    reason,
                ),
                is_failure=True,
            )
        return Outcome(text)


def _file_name(board: str) -> str:
    """A board's name, as any system lets a file be called."""
    return (
        "".join("-" if c in FORBIDDEN or not c.isprintable() else c for c in board).strip(" .")
        or "-"
    )
