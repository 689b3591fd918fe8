"""Brand kits on their way between the catalogue and the Create panel, and closeness to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from desktop.core.asset import Asset, displayable
from desktop.core.brand_kit import BrandKit
from desktop.core.text import tr
from desktop.qt.create.kit_dialog import KitDialog
from desktop.qt.create.panel import GenerationPanel
from desktop.qt.create.saving import save_from
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.job_list import Outcome
from desktop.qt.widgets.save_dialog import ask_new_file
from desktop.services.generation.closeness import Closeness
from desktop.services.generation.kit_files import SUFFIX
from desktop.services.reports import GeneratedPicture

_Read = tuple[list[BrandKit], str]


class KitController(QObject):
    """Reads, keeps and removes kits, and measures what was made with one.

    Args:
        selected: the assets that are selected in the grid.
    """

    def __init__(
        self, context: Context, panel: GenerationPanel, selected: Callable[[], Sequence[Asset]]
    ) -> None:
        super().__init__(panel)
        self._context = context
        self._panel = panel
        self._selected = selected
        self.dialog: KitDialog | None = None
        row = panel.kits
        row.edit_wanted.connect(self.edit)
        row.default_wanted.connect(self._set_default)
        row.remove_wanted.connect(self._remove)
        row.version_wanted.connect(self._find_version)
        row.export_wanted.connect(self._ask_export)
        row.import_wanted.connect(self._ask_import)
        self._read()

    def edit(self, kit: BrandKit | None) -> None:
        """Open the editor; None for a new kit."""
        context = self._context
        dialog = KitDialog(
            kit,
            self._selected,
            context.theme,
            context.pictures,
            context.cache,
            context.dialog_parent,
        )
        dialog.saved.connect(lambda made: self._save(dialog, made))
        self.dialog = dialog
        dialog.show()  # beside the window: pictures are selected there and dragged from there

    def measure(self, result: GeneratedPicture) -> None:
        """How close a picture came to the kit that it was made with; without one nothing."""
        request, engine = result.record.request, self._context.engine
        if not request.kit:
            return

        def show(found: Closeness | None) -> None:
            if found is not None:
                self._panel.result_card.show_closeness(request.kit, found)

        closeness = engine.generation.closeness
        handle = self._context.lanes.checks.submit(lambda _: closeness.of(result.asset.id, request))
        handle.finished.connect(show)
        handle.failed.connect(self._context.notice)

    def _read(self) -> None:
        kits = self._context.engine.generation.kits
        handle = self._context.lanes.browse.submit(lambda _: (kits.all(), kits.default()))
        handle.finished.connect(self._show)
        handle.failed.connect(self._context.notice)

    def _show(self, read: _Read) -> None:
        self._panel.kits.show_kits(*read)

    def _save(self, dialog: KitDialog, kit: BrandKit) -> None:
        kits = self._context.engine.generation.kits
        save_from(
            dialog, dialog.show_problem, self._context, lambda: kits.save(kit), self._on_saved
        )

    def _on_saved(self, kit: BrandKit) -> None:
        self.dialog = None
        self._panel.kits.choose(kit)
        self._read()

    def _set_default(self, name: str) -> None:
        kits = self._context.engine.generation.kits
        handle = self._context.lanes.browse.submit(lambda _: kits.set_default(name))
        handle.finished.connect(lambda _: self._read())
        handle.failed.connect(self._context.notice)

    def _remove(self, name: str) -> None:
        kits = self._context.engine.generation.kits

        def remove() -> BrandKit:
            kit = kits.named(name)
            kits.remove(name)
            return kit

        handle = self._context.lanes.browse.submit(lambda _: remove())
        handle.finished.connect(self._on_removed)
        handle.failed.connect(self._context.notice)

    def _on_removed(self, kit: BrandKit) -> None:
        kits = self._context.engine.generation.kits

        def bring_back() -> None:
            handle = self._context.lanes.browse.submit(lambda _: kits.save(kit))
            handle.finished.connect(lambda _: self._read())
            handle.failed.connect(self._context.notice)

        self._context.notices.say(
            tr("The brand kit “{name}” was removed.", name=kit.name),
            action=tr("Undo"),
            chosen=bring_back,
        )
        self._read()

    def _ask_export(self, name: str) -> None:
        """Let a person choose the file; nothing is replaced."""
        path = ask_new_file(
            self._context.dialog_parent,
            tr("Export the brand kit"),
            name + SUFFIX,
            {SUFFIX: tr("Brand kits (*{suffix})", suffix=SUFFIX)},
        )
        if path is None:
            return
        files = self._context.engine.generation.kit_files
        # Its pictures are read whole, and a file may lie on a slow share: not beside the reads
        # that a click waits for.
        handle = self._context.follow(
            self._context.lanes.models,
            tr("Brand kit “{name}” as a file", name=name),
            lambda _: files.hand_out(name, path),
            lambda _: Outcome(tr("Saved as {file}", file=displayable(path))),
        )
        handle.finished.connect(
            lambda _: self._context.notices.say(tr("Saved as {file}", file=displayable(path)))
        )
        handle.failed.connect(self._context.notice)

    def _ask_import(self) -> None:
        """Let a person choose the file; the kit goes along from now on."""
        chosen, _ = QFileDialog.getOpenFileName(
            self._context.dialog_parent,
            tr("Import a brand kit"),
            "",
            tr("Brand kits (*{suffix})", suffix=SUFFIX),
        )
        if not chosen:
            return
        files = self._context.engine.generation.kit_files
        handle = self._context.follow(
            self._context.lanes.models,
            tr("Import of a brand kit"),
            lambda _: files.take_in(Path(chosen)),
            lambda kit: Outcome(tr("Imported the brand kit “{name}”", name=kit.name)),
        )
        handle.finished.connect(self._on_imported)
        handle.failed.connect(self._context.notice)

    def _on_imported(self, kit: BrandKit) -> None:
        self._panel.kits.choose(kit)
        self._read()

    def _find_version(self, name: str, version: str) -> None:
        kits = self._context.engine.generation.kits
        number = int(version) if version.isdecimal() else None
        handle = self._context.lanes.browse.submit(lambda _: kits.named(name, number))
        handle.finished.connect(self._panel.kits.show_version)
        # Of another library: what it said is in the record, and is sent as it was.
