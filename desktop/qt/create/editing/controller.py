"""Changes a part of a picture, or cuts out what it shows: the dialog, the run, what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage

from desktop.core.asset import Asset, displayable_name
from desktop.core.change_one_thing import Change
from desktop.core.errors import PlantainError, Remedy
from desktop.core.generation_record import (
    ON_WHITE,
    GenerationRecord,
    GenerationRequest,
    Reference,
)
from desktop.core.text import tr
from desktop.qt.create.closing import may_close_over
from desktop.qt.create.editing.start import EditStart
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
    from desktop.services.generation.edited_pictures import EditInputs
    from desktop.services.generation.product_check import TruthReport
    from desktop.services.generation.product_laying import LaidProduct

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
    references: tuple[Reference, ...] = ()


class EditController(QObject):
    """Opens the dialogs of edits and does what they ask for.

    Args:
        make_searchable: lets the assets of these ids be found.
        show_in_library: selects an asset.
        do_elsewhere: does what a failure offers, where that is not the dialog's to do.
        add_to_queue: takes what is not to be made at once.
    """

    made = Signal(object)
    """GeneratedPicture that is in the library now."""

    def __init__(
        self,
        context: Context,
        make_searchable: Callable[[Sequence[int]], JobHandle],
        show_in_library: Callable[[int], object],
        do_elsewhere: Callable[[Remedy, PlantainError], object],
        add_to_queue: Callable[[Sequence[GenerationRequest]], object],
    ) -> None:
        super().__init__()
        self._context = context
        self._make_searchable = make_searchable
        self._show_in_library = show_in_library
        self._do_elsewhere = do_elsewhere
        self._add_to_queue = add_to_queue
        self._drafts: dict[tuple[Path, bool], _Draft] = {}
        self._dialogs: list[EditDialog] = []
        self._running = 0
        self._sending = SendingController(context)
        self._sending.refused.connect(self._rest)

    def change_part(self, asset: Asset) -> None:
        """Mark a part of this picture, and have it changed."""
        self._open(EditStart(asset.path))

    def cut_out(self, asset: Asset) -> None:
        """Have what this picture shows cut out."""
        self._open(EditStart(asset.path, is_cut_out=True))

    def change_product(self, asset: Asset, report: TruthReport) -> None:
        """Change the product that came out worst: it is marked, and the real one goes along."""
        found = [each for each in report.products if each.truth.findings]
        worst = min(found, key=lambda each: each.truth.score, default=None)
        if worst is None or not worst.truth.area:
            self.change_part(asset)
            return
        area = worst.truth.area

        def mark(height: int, width: int) -> NDArray[np.bool_]:
            from desktop.media.product_truth.laying import area_mask

            return area_mask(area, height, width)

        asked = GenerationRequest("", (worst.reference,), image_size="")
        self._open(EditStart(asset.path, request=asked, mark=mark, product=worst.reference))

    def again(self, record: GenerationRecord, change: Callable[[EditDialog], object]) -> None:
        """With all that an edit was asked for with; ``change`` gets the dialog that shows it."""
        edited = self._context.engine.generation.edited_pictures

        def begin(inputs: EditInputs) -> None:
            mark = inputs.mask if inputs.region is not None else None
            is_cut_out = inputs.region is None
            change(self._open(EditStart(inputs.base, is_cut_out, inputs.request, mark)))

        handle = self._context.lanes.browse.submit(lambda _: edited.again(record))
        handle.finished.connect(begin)
        handle.failed.connect(self._context.notice)

    def change_one_thing(self, record: GenerationRecord, change: Change) -> None:
        """As ``again``, with the keyboard on what is to change, or on the button that makes it."""
        self.again(record, lambda dialog: dialog.focus_on(change))

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

    def _open(self, start: EditStart) -> EditDialog:
        from desktop.qt.create.editing.images import image_of
        from desktop.qt.create.editing.region import Region, mask_image

        path, is_cut_out = start.path, start.is_cut_out
        dialog = self._dialog(displayable_name(path), is_cut_out=is_cut_out)
        engine, key = self._context.engine, (path, is_cut_out)
        if start.request is not None:
            self._drafts.pop(key, None)
            dialog.use(start.request)

        def read() -> tuple[NDArray[np.uint8], QImage, QImage | None]:
            pixels = engine.generation.editing.to_mark(path)
            mark = mask_image(start.mark(*pixels.shape[:2])) if start.mark is not None else None
            return pixels, image_of(pixels), mark

        def show(read: tuple[NDArray[np.uint8], QImage, QImage | None]) -> None:
            if dialog not in self._dialogs:
                return
            pixels, image, mark = read
            draft = self._drafts.get(key)
            if draft is None or draft.region.image.size() != image.size():
                held = dialog.words.text(), pixels, dialog.tray.references()
                draft = _Draft(Region(QSize(image.size())), *held)
                self._drafts[key] = draft
                if mark is not None:
                    draft.region.add(mark)
            draft.pixels = pixels
            if not dialog.words.text():
                dialog.words.setText(draft.words)
            if not dialog.tray.references():
                dialog.tray.replace_all(draft.references)
            dialog.show_picture(image, draft.region)

        def keep_draft() -> None:
            if (draft := self._drafts.get(key)) is not None:
                draft.words, draft.references = dialog.words.text(), dialog.tray.references()

        dialog.words.textChanged.connect(keep_draft)
        dialog.tray.changed.connect(keep_draft)
        dialog.submitted.connect(lambda: self._run(dialog, path))
        dialog.sending_wanted.connect(lambda: self._show_sending(dialog, path))
        dialog.queue_wanted.connect(lambda: self._queue(dialog, path))
        dialog.color_picked.connect(lambda x, y, erases: self._pick(key, (x, y), is_erasing=erases))
        if (product := start.product) is not None:
            dialog.product_button.show()
            dialog.product_wanted.connect(lambda: self._lay_in(dialog, path, product))
        handle = self._context.lanes.preview.submit(lambda _: read())
        handle.finished.connect(show)
        handle.failed.connect(lambda error: self._fail(dialog, error))
        dialog.show()  # beside the library, whose pictures can go along
        return dialog

    def _dialog(self, name: str, *, is_cut_out: bool) -> EditDialog:
        from desktop.qt.create.editing.dialog import EditDialog  # when it is first asked for
        from desktop.qt.create.reference_tray import ReferenceTray

        context = self._context
        online = [made for made in context.engine.generation.generators if not made.is_offline]
        dialog = EditDialog(
            context.theme,
            name,
            online,
            ReferenceTray(context.theme, context.pictures, context.cache),
            is_cut_out=is_cut_out,
            parent=context.dialog_parent,
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

    def _pick(self, key: tuple[Path, bool], at: tuple[int, int], *, is_erasing: bool) -> None:
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

    def _run(self, dialog: EditDialog, path: Path) -> None:
        """What is sent is what is seen now, whatever is marked meanwhile."""

        def ask(request: GenerationRequest) -> None:
            looking = self._sending.ask(
                [request], lambda seen: self._send(dialog, path, request, seen)
            )
            looking.failed.connect(lambda error: self._fail(dialog, error))

        self._make(dialog, path, ask)

    def _show_sending(self, dialog: EditDialog, path: Path) -> None:
        """The very pictures and words; nothing is sent."""

        def show(request: GenerationRequest) -> None:
            looking = self._sending.show([request])
            looking.failed.connect(lambda error: self._fail(dialog, error))

        self._make(dialog, path, show)

    def _queue(self, dialog: EditDialog, path: Path) -> None:
        """Behind what waits there."""

        def add(request: GenerationRequest) -> None:
            self._add_to_queue([request])
            if self._still(dialog):
                dialog.show_queued()

        self._make(dialog, path, add)

    def _make(
        self, dialog: EditDialog, path: Path, then: Callable[[GenerationRequest], object]
    ) -> None:
        """The request, of what is entered at this moment."""
        asked, engine = dialog.request(), self._context.engine
        region = dialog.region.png() if dialog.region is not None else b""
        is_cut_out = dialog.is_cut_out

        def make() -> GenerationRequest:
            if is_cut_out:
                return engine.generation.editing.on_white(asked, path)
            return engine.generation.editing.change_part(asked, path, region)

        handle = self._context.lanes.preview.submit(lambda _: make())
        handle.finished.connect(then)
        handle.failed.connect(lambda error: self._fail(dialog, error))

    def _lay_in(self, dialog: EditDialog, path: Path, product: Reference) -> None:
        """Show the picture with the product's own pixels; it is kept when the person says so."""
        laying = self._context.engine.generation.product_laying

        def lay() -> tuple[LaidProduct, SeenOutcome]:
            from desktop.qt.create.editing.images import seen_laid_in

            laid = laying.lay(path, product)
            return laid, seen_laid_in(laid)

        def show(found: tuple[LaidProduct, SeenOutcome]) -> None:
            if self._still(dialog):
                laid, outcome = found
                dialog.show_outcome(outcome)
                dialog.on_kept = lambda: self._keep_laid_in(dialog, laid)

        dialog.set_running(True)
        handle = self._context.lanes.checks.submit(lambda _: lay())
        dialog.stop_requested.connect(handle.cancel)
        handle.cancelled.connect(lambda: self._still(dialog) and dialog.set_running(False))
        handle.finished.connect(show)
        handle.failed.connect(lambda error: self._fail(dialog, error))

    def _keep_laid_in(self, dialog: EditDialog, laid: LaidProduct) -> None:
        laying = self._context.engine.generation.product_laying
        handle = self._context.lanes.browse.submit(lambda _: laying.keep(laid))

        def kept(asset: Asset) -> None:
            self._context.pictures.learn((asset,))
            self._make_searchable([asset.id])
            self._context.hub.tell(Changes(assets=True))
            if self._still(dialog):
                dialog.accept()
            self._context.notices.say(
                tr("Saved as {file}", file=asset.filename),
                action=tr("Show in library"),
                chosen=lambda: self._show_in_library(asset.id),
            )

        handle.finished.connect(kept)
        handle.failed.connect(lambda error: self._fail(dialog, error))

    def _send(
        self, dialog: EditDialog, path: Path, request: GenerationRequest, seen: Rehearsal | None
    ) -> None:
        engine, name = self._context.engine, displayable_name(path)
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
