"""Changing settings, and making them so at once where that can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.config.about_settings import SettingGroup
from desktop.config.language import OWN_NAMES, SYSTEM
from desktop.config.paths import resource
from desktop.config.preferences import Preferences
from desktop.config.restored_settings import changes
from desktop.config.settings import Settings, load_settings
from desktop.core.text import tr
from desktop.generation.capabilities import ModelTable, load_models
from desktop.qt.jobs.lane import Lane
from desktop.qt.manage.settings_dialog import SettingsDialog
from desktop.qt.manage.settings_offer import offer_settings

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop.qt.manage.setting_row import Choices
    from desktop.qt.theme import Theme


class SettingsController(QObject):
    """Answers the settings dialog, with or without a library.

    Args:
        lane: where the settings file is written.
        run_action: takes the id of an action that changes what no value alone can.
    """

    changed = Signal(str, object)
    """Name and value of a setting that was kept a moment ago."""
    failed = Signal(object)
    """One could not be kept, and no dialog is open to tell it."""

    def __init__(
        self,
        preferences: Preferences,
        lane: Lane,
        theme: Theme,
        window: QWidget,
        run_action: Callable[[str], object],
    ) -> None:
        super().__init__()
        self._preferences = preferences
        self._lane = lane
        self._theme = theme
        self._window = window
        self._run_action = run_action
        self._image_models: Choices = [("", tr("Default"))]
        reading = lane.submit(lambda _: load_models(resource("capabilities/gemini.json")))
        reading.finished.connect(self._learn_image_models)

    @property
    def settings(self) -> Settings:
        return self._preferences.settings

    def show(self) -> None:
        """Open the dialog."""
        key = (
            "create.keys",
            tr("Keys for creating…"),
            tr("Keys are kept in the key store of your system, never in a file."),
        )
        private = (
            "ignore_rules.show",
            tr("Ignore rules…"),
            tr(
                "Pictures stay on this computer. Only what you create from goes to Gemini: the "
                "prompt and the references that you see, without what is written in their files."
            ),
        )
        dialog = SettingsDialog(
            self.settings,
            self._theme,
            {"language": _languages(), "image_model": self._image_models},
            {SettingGroup.CREATING: key, SettingGroup.PRIVACY: private},
            self._window,
        )
        dialog.action_wanted.connect(self._run_action)
        dialog.changed.connect(lambda name, value: self._change(name, value, dialog))
        dialog.open()

    def turn(self, name: str) -> None:
        """Put a setting that is on or off the other way round."""
        value = not getattr(self.settings, name)
        handle = self._lane.submit(lambda _: self._preferences.change(**{name: value}))
        handle.finished.connect(lambda _: self.changed.emit(name, value))
        handle.failed.connect(self.failed)

    def offer(self, restored: Path) -> None:
        """Ask whether the settings that came with a backup are to be used, if they are others."""
        handle = self._lane.submit(lambda _: changes(self.settings, load_settings(restored)))
        handle.finished.connect(self._offer)
        handle.failed.connect(self.failed)

    def _offer(self, found: Mapping[str, object]) -> None:
        if found:
            offer_settings(self._window, found, self._take_over)

    def _take_over(self, wanted: Mapping[str, object]) -> None:
        handle = self._lane.submit(lambda _: self._preferences.change(**wanted))
        handle.finished.connect(
            lambda _: [self.changed.emit(name, value) for name, value in wanted.items()]
        )
        handle.failed.connect(self.failed)

    def _learn_image_models(self, table: ModelTable) -> None:
        default = tr("Default ({name})", name=table.find("").title)
        self._image_models = [
            ("", default),
            *((model.id, model.title) for model in table.offered()),
        ]

    def _change(self, name: str, value: object, dialog: SettingsDialog) -> None:
        is_open = True

        def close() -> None:
            nonlocal is_open
            is_open = False

        def fail(error: object) -> None:
            if is_open:
                sentence = getattr(error, "sentence", None)
                words = sentence() if sentence else tr("Something went wrong inside Plantain.")
                dialog.show_failure(name, getattr(self.settings, name), words)

        def keep() -> None:
            if is_open:
                dialog.show_changed(name, getattr(self.settings, name))
            self.changed.emit(name, value)

        dialog.finished.connect(close)
        handle = self._lane.submit(lambda _: self._preferences.change(**{name: value}))
        handle.finished.connect(lambda _: keep())
        handle.failed.connect(fail)


def _languages() -> Choices:
    return [(SYSTEM, tr("As the system")), *OWN_NAMES.items()]
