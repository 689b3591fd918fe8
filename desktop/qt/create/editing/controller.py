"""Changes a part of a picture, or cuts out what it shows: the dialog, the run, what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage

from desktop.core.asset import Asset, displayable_name
from desktop.core.errors import PlantainError, Remedy
from desktop.core.generation_record import ON_WHITE, GenerationRequest
from desktop.core.text import tr
from desktop.qt.create.closing import may_close_over
from desktop.qt.create.refused_key import give_way
from desktop.qt.create.sending_controller import SendingController
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.job_list import Outcome
from desktop.qt.jobs.lane import JobHandle
from desktop.services.generation.rehearsal import Rehearsal
from desktop.services.reports import GeneratedPicture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from desktop.qt.create.editing.dialog import EditDialog
    from desktop.qt.create.editing.images import SeenOutcome
    from desktop.qt.create.editing.region import Region

_TOLERANCE = 24
"""Levels of each channel by which one colour may differ in a picture."""


@dataclass
class _Draft:
    """What was entered for a picture; kept while the library is open.

    Attributes:
        pixels: as it is shown, (height, width, 3 or 4).
    """

    region: Region
    words: str
    pixels: NDArray[np.uint8]


class EditController(QObject):
    """Opens the dialogs of edits and does what they ask for.

    Args:
        make_searchable: lets the assets of these ids be found.
        show_in_library: selects an asset.
        do_elsewhere: does what a failure offers, where that is not the dialog's to do.
    """

    made = Signal(object)
    """GeneratedPicture that is in the library now."""

    def __init__(
        self,
        context: Context,
        make_searchable: Callable[[Sequence[int]], JobHandle],
        show_in_library: Callable[[int], object],
        do_elsewhere: Callable[[Remedy, PlantainError], object],
    ) -> None:
        super().__init__()
        self._context = context
        self._make_searchable = make_searchable
        self._show_in_library = show_in_library
        self._do_elsewhere = do_elsewhere
        self._drafts: dict[tuple[int, bool], _Draft] = {}
        self._dialogs: list[EditDialog] = []
        self._running = 0
        self._sending = SendingController(context)
        self._sending.refused.connect(self._rest)

    def change_part(self, asset: Asset) -> None:
        """Mark a part of this picture, and have it changed."""
        self._open(asset, is_cut_out=False)

    def cut_out(self, asset: Asset) -> None:
        """Have what this picture shows cut out."""
        self._open(asset, is_cut_out=True)

    def show_outcome(self, asset_id: int) -> None:
        """What came of an edit that is in the library."""
        dialog = self._dialog(tr("edit"), is_cut_out=False)
        dialog.outcome_view.again_button.hide()
        self._look(dialog, asset_id)

    def may_close(self) -> bool:
        """Asks while a picture is being made."""
        return not self._running or may_close_over(
            self._context.dialog_parent, tr("A picture is being made.")
        )

    # ------------------------------------------------------------------ opening

    def _open(self, asset: Asset, *, is_cut_out: bool) -> None:
        from desktop.qt.create.editing.images import image_of
        from desktop.qt.create.editing.region import Region

        dialog = self._dialog(displayable_name(asset.path), is_cut_out=is_cut_out)
        engine, key = self._context.engine, (asset.id, is_cut_out)

        def read() -> tuple[NDArray[np.uint8], QImage]:
            pixels = engine.generation.editing.to_mark(asset.path)
            return pixels, image_of(pixels)

        def show(read: tuple[NDArray[np.uint8], QImage]) -> None:
            if dialog not in self._dialogs:
                return
            pixels, image = read
            draft = self._drafts.get(key)
            if draft is None or draft.region.image.size() != image.size():
                draft = _Draft(Region(QSize(image.size())), "", pixels)
                self._drafts[key] = draft
            draft.pixels = pixels
            if not dialog.words.text():
                dialog.words.setText(draft.words)
            dialog.show_picture(image, draft.region)

        def keep_words(words: str) -> None:
            if key in self._drafts:
                self._drafts[key].words = words

        dialog.words.textChanged.connect(keep_words)
        dialog.submitted.connect(lambda: self._run(dialog, asset))
        dialog.color_picked.connect(lambda x, y, erases: self._pick(key, (x, y), is_erasing=erases))
        handle = self._context.lanes.preview.submit(lambda _: read())
        handle.finished.connect(show)
        handle.failed.connect(lambda error: self._fail(dialog, error))
        dialog.open()

    def _dialog(self, name: str, *, is_cut_out: bool) -> EditDialog:
        from desktop.qt.create.editing.dialog import EditDialog  # when it is first asked for

        context = self._context
        online = [made for made in context.engine.generation.generators if not made.is_offline]
        dialog = EditDialog(
            context.theme, name, online, is_cut_out=is_cut_out, parent=context.dialog_parent
        )
        self._dialogs.append(dialog)
        dialog.finished.connect(lambda _: self._dialogs.remove(dialog))
        dialog.remedy_chosen.connect(lambda *chosen: self._elsewhere(dialog, *chosen))
        dialog.outcome_view.whole_wanted.connect(
            lambda asset_id, is_whole: self._take_whole(dialog, asset_id, is_whole=is_whole)
        )
        dialog.outcome_view.show_requested.connect(
            lambda asset_id: (dialog.accept(), self._show_in_library(asset_id))
        )
        return dialog

    def _pick(self, key: tuple[int, bool], at: tuple[int, int], *, is_erasing: bool) -> None:
        """Mark what has the colour of a place."""
        draft = self._drafts[key]

        def find() -> QImage:
            from desktop.media.editing.region import alike_around
            from desktop.qt.create.editing.region import mask_image

            return mask_image(alike_around(draft.pixels, at, _TOLERANCE))

        handle = self._context.lanes.preview.submit(lambda _: find())
        handle.finished.connect(lambda mask: draft.region.add(mask, erases=is_erasing))
        handle.failed.connect(self._context.notice)

    # ------------------------------------------------------------------ running

    def _run(self, dialog: EditDialog, asset: Asset) -> None:
        """What is sent is what is seen now, whatever is marked meanwhile."""
        asked, engine = dialog.request(), self._context.engine
        region = dialog.region.png() if dialog.region is not None else b""

        is_cut_out = dialog.is_cut_out

        def make() -> GenerationRequest:
            if is_cut_out:
                return engine.generation.editing.on_white(asked, asset.path)
            return engine.generation.editing.change_part(asked, asset.path, region)

        def ask(request: GenerationRequest) -> None:
            looking = self._sending.ask(
                [request], lambda seen: self._send(dialog, asset, request, seen)
            )
            looking.failed.connect(lambda error: self._fail(dialog, error))

        handle = self._context.lanes.preview.submit(lambda _: make())
        handle.finished.connect(ask)
        handle.failed.connect(lambda error: self._fail(dialog, error))

    def _send(
        self, dialog: EditDialog, asset: Asset, request: GenerationRequest, seen: Rehearsal | None
    ) -> None:
        engine, name = self._context.engine, displayable_name(asset.path)
        self._running += 1
        handle = self._context.follow(
            self._context.lanes.network,
            tr("Cut out {name}", name=name)
            if request.edit == ON_WHITE
            else tr("Change a part of {name}", name=name),
            lambda cancel: engine.generation.generating.run_all([request], cancel, seen=seen),
            lambda made: self._made(dialog, made[0]),
            over=self._on_over,
        )
        if self._still(dialog):  # closed, it goes on all the same
            dialog.stop_requested.connect(handle.cancel)
        handle.progressed.connect(lambda step: self._still(dialog) and dialog.show_progress(step))
        handle.failed.connect(lambda error: give_way(self._context, request.generator, error))
        handle.failed.connect(lambda error: self._fail(dialog, error))
        handle.cancelled.connect(self._rest)

    def _rest(self) -> None:
        """Nothing is on its way; what was entered is as it was."""
        for dialog in self._dialogs:
            dialog.set_running(False)

    def _on_over(self) -> None:
        self._running -= 1

    def _made(self, dialog: EditDialog, made: GeneratedPicture) -> Outcome:
        self._context.pictures.learn(made.assets)
        self._make_searchable(made.asset_ids)
        self.made.emit(made)
        self._context.hub.tell(Changes(assets=True))
        if self._still(dialog):
            self._look(dialog, made.asset.id)
        else:
            self._context.notices.say(
                tr("{file} has been made.", file=made.asset.filename),
                action=tr("See what changed…"),
                chosen=lambda: self.show_outcome(made.asset.id),
            )
        return Outcome(tr("Saved as {file}", file=made.asset.filename))

    def _look(self, dialog: EditDialog, asset_id: int) -> None:
        from desktop.qt.create.editing.images import seen

        edited = self._context.engine.generation.edited_pictures

        def look() -> SeenOutcome:
            return seen(edited.outcome(asset_id))

        def show(outcome: SeenOutcome) -> None:
            if self._still(dialog):
                dialog.show_outcome(outcome)
                dialog.show()

        handle = self._context.lanes.preview.submit(lambda _: look())
        handle.finished.connect(show)
        handle.failed.connect(lambda error: self._fail(dialog, error))

    def _take_whole(self, dialog: EditDialog, asset_id: int, *, is_whole: bool) -> None:
        edited = self._context.engine.generation.edited_pictures
        handle = self._context.lanes.browse.submit(
            lambda _: edited.take_whole(asset_id, is_whole=is_whole)
        )

        def taken(asset: Asset) -> None:
            self._context.hub.tell(Changes(assets=True))
            self._look(dialog, asset.id)

        handle.finished.connect(taken)
        handle.failed.connect(lambda error: self._fail(dialog, error))

    def _fail(self, dialog: EditDialog, error: object) -> None:
        if self._still(dialog):
            dialog.show_editor()
            dialog.show_failure(self._context.known(error))
        else:
            self._context.notice(error)

    def _elsewhere(self, dialog: EditDialog, remedy: Remedy, error: PlantainError) -> None:
        """What was entered is there again when the dialog is opened anew."""
        dialog.reject()
        self._do_elsewhere(remedy, error)

    def _still(self, dialog: EditDialog) -> bool:
        """It was not closed."""
        return dialog in self._dialogs
