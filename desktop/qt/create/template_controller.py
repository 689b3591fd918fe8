"""Templates on their way between their files and the Create panel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from desktop.core.asset import Asset
from desktop.core.errors import PlantainError
from desktop.core.file_names import FORBIDDEN
from desktop.core.generation_record import GenerationRequest
from desktop.core.text import listed, tr
from desktop.generation.template import PromptTemplate, spoken
from desktop.generation.template_files import BadTemplate, Templates
from desktop.qt.create.panel import GenerationPanel
from desktop.qt.create.save_template_dialog import SaveTemplateDialog
from desktop.qt.create.saving import save_from
from desktop.qt.create.slot_fields import AssetField
from desktop.qt.jobs.context import Context
from desktop.qt.widgets.save_dialog import ask_new_file

_Read = tuple[Templates, Sequence[GenerationRequest]]


class TemplateController(QObject):
    """Reads templates and earlier prompts, and keeps, imports, exports and removes templates.

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
        self._told: set[BadTemplate] = set()
        self.dialog: SaveTemplateDialog | None = None
        form, menu = panel.templates, panel.templates.menu_button
        form.selection_wanted.connect(self._take_selected)
        menu.save_wanted.connect(self.ask_to_save)
        menu.import_wanted.connect(self._ask_import)
        menu.export_wanted.connect(self._ask_export)
        menu.delete_wanted.connect(self.delete)
        self.read()

    def read(self) -> None:
        """The files may have changed."""
        engine = self._context.engine

        def load() -> _Read:
            return engine.generation.templates.all(), engine.generation.attempts.history()

        handle = self._context.lanes.browse.submit(lambda _: load())
        handle.finished.connect(self._show)
        handle.failed.connect(self._context.notice)

    def ask_to_save(self) -> None:
        """Keep the prompt as it is, or the template that it came from with other words."""
        form = self._panel.templates
        template = form.template if form.is_filling else None
        prompt = self._panel.prompt.toPlainText()
        if template is not None:
            prompt = template.prompt.said(template.language(spoken()))
        dialog = SaveTemplateDialog(prompt, template, self._context.dialog_parent)
        dialog.saved.connect(lambda made: self._save(dialog, made))
        self.dialog = dialog
        dialog.open()

    def import_files(self, paths: Sequence[Path]) -> None:
        """Each by itself: one that is wrong is named, the others are taken."""
        files = self._context.engine.generation.templates

        def take() -> tuple[list[str], list[str]]:
            taken: list[str] = []
            failed: list[str] = []
            for path in paths:
                try:
                    taken.append(files.take_in(path).name)
                except PlantainError as error:
                    failed.append(error.message)
            return taken, failed

        # A file may lie on a slow share: not beside the reads that a click waits for.
        handle = self._context.lanes.models.submit(lambda _: take())
        handle.finished.connect(self._on_imported)
        handle.failed.connect(self._context.notice)

    def export(self, name: str, path: Path) -> None:
        """Write a template to this file, in place of one that is there."""
        files = self._context.engine.generation.templates
        handle = self._context.lanes.models.submit(
            lambda _: files.hand_out(name, path, replaces=True)
        )
        handle.failed.connect(self._context.notice)

    def delete(self, name: str) -> None:
        """One of the person's own; the notice takes it back."""
        files = self._context.engine.generation.templates

        def remove() -> PromptTemplate:
            template = files.all().named(name)
            files.delete(name)
            return template

        handle = self._context.lanes.browse.submit(lambda _: remove())
        handle.finished.connect(self._on_deleted)
        handle.failed.connect(self._context.notice)

    def _show(self, read: _Read) -> None:
        templates, earlier = read
        self._panel.templates.show_templates(templates)
        self._panel.templates.menu_button.show_earlier(earlier)
        new = [bad for bad in templates.bad if bad not in self._told]
        self._told.update(new)
        if new:
            self._context.notices.say("\n".join(bad.sentence for bad in new[:3]), is_failure=True)

    def _save(self, dialog: SaveTemplateDialog, template: PromptTemplate) -> None:
        files = self._context.engine.generation.templates
        save_from(
            dialog,
            dialog.show_problem,
            self._context,
            lambda: files.save(template),
            lambda _: self._on_saved(),
        )

    def _on_saved(self) -> None:
        self.dialog = None
        self.read()

    def _on_imported(self, told: tuple[list[str], list[str]]) -> None:
        taken, failed = told
        said = tr("Imported: {names}", names=listed(taken)) if taken else ""
        self._context.notices.say(
            "\n".join(part for part in (said, *failed[:3]) if part), is_failure=bool(failed)
        )
        self.read()

    def _on_deleted(self, template: PromptTemplate) -> None:
        files = self._context.engine.generation.templates

        def bring_back() -> None:
            handle = self._context.lanes.browse.submit(lambda _: files.save(template))
            handle.finished.connect(lambda _: self.read())
            handle.failed.connect(self._context.notice)

        self._panel.templates.menu_button.template_chosen.emit("")
        self._context.notices.say(
            tr("The template “{name}” was removed.", name=template.name),
            action=tr("Undo"),
            chosen=bring_back,
        )
        self.read()

    def _take_selected(self, field: AssetField) -> None:
        usable = [
            asset
            for asset in self._selected()
            if not (asset.is_missing or asset.is_offline or asset.failure or asset.duration_ms)
        ]
        if usable:
            field.use(usable[0])
        else:
            self._context.notices.say(tr("Select a picture in the grid first."))

    def _ask_import(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(
            self._context.dialog_parent,
            tr("Import templates"),
            filter=tr("Templates (*.json)"),
        )
        if names:
            self.import_files([Path(name) for name in names])

    def _ask_export(self, name: str) -> None:
        safe = "".join(" " if letter in FORBIDDEN else letter for letter in name)
        path = ask_new_file(
            self._context.dialog_parent,
            tr("Export this template"),
            f"{safe}.json",
            {".json": tr("Templates (*.json)")},
        )
        if path is not None:
            self.export(name, path)
