"""Getting pictures out of the window: to another program, a folder, the clipboard; and their
files' names."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QCursor, QDesktopServices, QGuiApplication, QImage
from PySide6.QtWidgets import QMenu

from desktop.core.asset import Asset, Kind, displayable
from desktop.core.cancellation import CancelToken
from desktop.core.errors import PlantainError
from desktop.core.text import ngettext, sentences, tr
from desktop.qt.images.whole import image_of
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.history import Change, EditHistory
from desktop.qt.jobs.lane import Lane
from desktop.qt.widgets.dragging import files_mime

if TYPE_CHECKING:
    from desktop.services.curation.handing_out import Files
    from desktop.services.curation.programs import Program

MOST_OPENED = 20
"""Pictures that are opened at once; a hundred windows of another program are a mistake."""
_MOST_PIXELS = 50_000_000
"""Of a picture on the clipboard; a larger one goes there smaller, beside its whole file."""
_LONGEST_SIDE = 8_192


@dataclass(frozen=True, slots=True)
class _Openable:
    """Files, and the programs that the system lists for the first of them."""

    files: Files
    programs: Sequence[Program]


class FilesController(QObject):
    """Hands out the files of pictures, each only while it is the one that is shown.

    Whether it is that is asked of the disk, so it is asked in a lane, right before.
    """

    def __init__(self, context: Context, history: EditHistory) -> None:
        super().__init__()
        self._context = context
        self._history = history

    def open(self, assets: Sequence[Asset]) -> None:
        """With the programs that the system uses for them; says so when there is none."""
        if len(assets) > MOST_OPENED:
            self._context.notices.say(
                tr("At most {count} pictures are opened at once.", count=MOST_OPENED)
            )
            return
        self._with_programs(assets, self._open)

    def open_with(self, assets: Sequence[Asset]) -> None:
        """Let a person choose the program."""
        self._with_programs(assets, self._choose_program)

    def reveal(self, assets: Sequence[Asset]) -> None:
        """Show the files in the system's file manager, marked where it can."""

        def show(token: CancelToken) -> tuple[Files, bool]:
            from desktop.services.curation.programs import show_in_folder

            files = self._context.engine.curation.handing_out.files(assets)
            token.raise_if_cancelled()
            return files, bool(files.paths) and show_in_folder(files.paths)

        def shown(answer: tuple[Files, bool]) -> None:
            files, is_shown = answer
            self._say_refused(files)
            if files.paths and not is_shown:
                _open_url(files.paths[0].parent)

        self._submit(show, shown, self._context.lanes.outside)

    def copy(self, assets: Sequence[Asset]) -> None:
        """Put the files on the clipboard; of one picture its pixels as well."""
        pictured = assets[0] if len(assets) == 1 else None

        def read(_: CancelToken) -> tuple[Files, QImage | None]:
            files = self._context.engine.curation.handing_out.files(assets)
            return files, self._pixels(pictured) if pictured and files.paths else None

        def put(answer: tuple[Files, QImage | None]) -> None:
            files, image = answer
            self._say_refused(files)
            if not files.paths:
                return
            mime = files_mime(files.paths)
            if image is not None:
                mime.setImageData(image)
            QGuiApplication.clipboard().setMimeData(mime)

        self._submit(read, put, self._context.lanes.preview)  # where pictures are decoded

    def drag(
        self,
        assets: Sequence[Asset],
        begin: Callable[[Sequence[Asset], Sequence[Path]], object],
    ) -> None:
        """Have pictures dragged with the files that still are theirs; says which are not, but for
        those that are known to be away, which a board takes all the same."""

        def ready(files: Files) -> None:
            away = {asset.path for asset in assets if asset.is_missing or asset.is_offline}
            refused = tuple(error for error in files.refused if error.path not in away)
            self._say_refused(replace(files, refused=refused))
            begin(assets, files.paths)

        handing_out = self._context.engine.curation.handing_out
        self._submit(lambda _: handing_out.files(assets), ready, self._context.lanes.preview)

    def copy_paths(self, assets: Sequence[Asset]) -> None:
        """As text, each on a line of its own."""
        QGuiApplication.clipboard().setText("\n".join(displayable(a.path) for a in assets))

    def ask_name(self, assets: Sequence[Asset]) -> None:
        """Let a person rename a picture's file."""
        from desktop.qt.manage.rename_dialog import RenameDialog

        asset = assets[0]
        dialog = RenameDialog(asset.name, self._context.dialog_parent)
        dialog.named.connect(partial(self.rename, asset))
        dialog.open()

    def rename(self, asset: Asset, name: str) -> None:
        """Give a picture's file another name; can be undone."""
        self._history.change(
            tr("renaming “{name}”", name=asset.filename),
            partial(self._rename, asset.id, name),
            Changes(assets=True),
        )

    # ------------------------------------------------------------------ inside

    def _rename(self, asset_id: int, name: str) -> Change | None:
        before = self._context.engine.curation.renaming.rename(asset_id, name)
        return None if before == name else partial(self._rename, asset_id, before)

    def _submit(
        self,
        job: Callable[[CancelToken], object],
        done: Callable[..., object],
        lane: Lane | None = None,
    ) -> None:
        handle = (lane or self._context.lanes.browse).submit(job)
        handle.finished.connect(done)
        handle.failed.connect(self._context.notice)

    def _with_programs(self, assets: Sequence[Asset], then: Callable[[_Openable], object]) -> None:
        def look(_: CancelToken) -> _Openable:
            from desktop.services.curation.programs import programs_for

            files = self._context.engine.curation.handing_out.files(assets)
            return _Openable(files, programs_for(files.paths[0]) if files.paths else ())

        def answer(found: _Openable) -> None:
            self._say_refused(found.files)
            if found.files.paths:
                then(found)

        self._submit(look, answer)

    def _open(self, found: _Openable) -> None:
        are_opened = [_open_url(path) for path in found.files.paths]
        if not all(are_opened):
            path = found.files.paths[0]
            self._context.notices.say(
                tr("This computer has no program for {file}.", file=displayable(path.name)),
                is_failure=True,
                action=tr("Choose a program…"),
                chosen=lambda: self._choose_program(found),
            )

    def _choose_program(self, found: _Openable) -> None:
        from desktop.services.curation.programs import ask_windows

        paths = found.files.paths
        if sys.platform == "win32":
            try:
                ask_windows(paths[0])
            except PlantainError as error:
                self._context.notice(error)
        elif not found.programs:
            self._ask_program(paths)
        else:
            menu = QMenu(self._context.dialog_parent)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            for program in found.programs:
                start = partial(self._start, program, paths)
                menu.addAction(program.name).triggered.connect(lambda _, do=start: do())
            menu.addSeparator()
            another = menu.addAction(tr("Another program…"))
            another.triggered.connect(lambda: self._ask_program(paths))
            menu.popup(QCursor.pos())
            menu.setActiveAction(menu.actions()[0])

    def _ask_program(self, paths: Sequence[Path]) -> None:
        from PySide6.QtWidgets import QFileDialog

        from desktop.services.curation.programs import chosen_program

        folder = "/Applications" if sys.platform == "darwin" else "/usr/bin"
        chosen, _ = QFileDialog.getOpenFileName(
            self._context.dialog_parent, tr("Choose a program"), folder
        )
        if chosen:
            self._start(chosen_program(Path(chosen)), paths)

    def _start(self, program: Program, paths: Sequence[Path]) -> None:
        from desktop.services.curation.programs import start

        self._submit(lambda _: start(program, paths), lambda _: None)

    def _pixels(self, asset: Asset) -> QImage | None:
        """None of a video, and of a file that cannot be read: then it goes by itself."""
        if asset.kind is Kind.VIDEO or asset.failure:
            return None
        longest = _LONGEST_SIDE if asset.width * asset.height > _MOST_PIXELS else 0
        try:
            return image_of(self._context.engine.large_pictures.load(asset, longest))
        except PlantainError:
            return None

    def _say_refused(self, files: Files) -> None:
        if not files.refused:
            return
        others = len(files.refused) - 1
        more = ngettext("So it is with {count} other.", "So it is with {count} others.", others)
        self._context.notices.say(
            sentences(files.refused[0].sentence(), more if others else ""), is_failure=True
        )


def _open_url(path: Path) -> bool:
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
