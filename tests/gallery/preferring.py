"""The settings, and everything that can be done by name."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PySide6.QtWidgets import QWidget

from desktop.config.preferences import Preferences
from desktop.qt.manage.about_dialog import AboutDialog
from desktop.qt.manage.settings_dialog import SettingsDialog
from desktop.qt.shell.guide import Guide
from tests.gallery.stage import Screen, Stage, full_library


def _settings(stage: Stage) -> SettingsDialog:
    folder = tempfile.TemporaryDirectory()
    stage.on_clear(folder.cleanup)
    preferences = Preferences(Path(folder.name) / "settings.json")
    session = stage.library(full_library(stage.thumbnails), preferences=preferences)
    session.window.run_action("settings.show")
    dialog = stage.dialog()
    assert isinstance(dialog, SettingsDialog)
    return dialog


def settings(stage: Stage) -> QWidget:
    return _settings(stage)


def settings_found(stage: Stage) -> QWidget:
    dialog = _settings(stage)
    dialog.search.setText("gemini")
    return dialog


def settings_not_found(stage: Stage) -> QWidget:
    dialog = _settings(stage)
    dialog.search.setText("coffee")
    return dialog


def setting_refused(stage: Stage) -> QWidget:
    dialog = _settings(stage)
    dialog.groups.setCurrentRow(2)
    row = dialog.rows["gemini_base_url"]
    row.control.setText("gemini.example")  # pyright: ignore[reportAttributeAccessIssue]
    row.finish()
    return dialog


def commands(stage: Stage) -> QWidget:
    session = stage.library()
    session.window.run_action("window.commands")
    return session.window


def commands_found(stage: Stage) -> QWidget:
    session = stage.library()
    session.window.run_action("window.commands")
    session.window.palette_of_commands.field.setText("re")
    return session.window


def no_command(stage: Stage) -> QWidget:
    session = stage.library()
    session.window.run_action("window.commands")
    session.window.palette_of_commands.field.setText("coffee")
    return session.window


def shortcuts(stage: Stage) -> QWidget:
    session = stage.library()
    session.window.run_action("window.shortcuts")
    return stage.dialog()


def guide(stage: Stage) -> QWidget:
    session = stage.library()
    session.window.run_action("window.guide")
    dialog = stage.dialog()
    assert isinstance(dialog, Guide)
    dialog.show_page("02-finding.md")
    return dialog


def about(stage: Stage) -> QWidget:
    session = stage.library()
    session.window.run_action("help.about")
    dialog = stage.dialog()
    assert isinstance(dialog, AboutDialog)
    stage.until(lambda: dialog.names.count() > 0)
    return dialog


def news(stage: Stage) -> QWidget:
    session = stage.library()
    session.window.run_action("help.news")
    return stage.dialog()


SCREENS = (
    Screen("90-settings", settings),
    Screen("91-settings-found", settings_found),
    Screen("92-settings-not-found", settings_not_found),
    Screen("93-setting-refused", setting_refused),
    Screen("94-commands", commands),
    Screen("95-commands-found", commands_found),
    Screen("96-no-command", no_command),
    Screen("97-shortcuts", shortcuts),
    Screen("98-guide", guide),
    Screen("98-about", about),
    Screen("99-news", news),
)
