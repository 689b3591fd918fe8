"""The settings in the window: found, changed at once, refused in place, kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QLineEdit, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from desktop.config.preferences import Preferences
from desktop.config.settings import Settings, load_settings, save_settings
from desktop.core.addresses import without_user_info
from desktop.qt.manage.settings_dialog import SettingsDialog
from desktop.qt.shell.session import Session
from desktop.qt.theme import DARK, LIGHT, Theme
from tests.fakes.services import make_asset

Opener = Callable[..., Session]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "profile" / "settings.json"


@pytest.fixture
def session(open_session: Opener, file: Path) -> Session:
    return open_session(preferences=Preferences(file))


@pytest.fixture
def dialog(session: Session, qtbot: QtBot) -> SettingsDialog:
    session.window.activateWindow()
    qtbot.keyClick(session.window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: _dialog() is not None)
    shown = _dialog()
    assert isinstance(shown, SettingsDialog)
    return shown


def _dialog() -> QDialog | None:
    shown = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog)]
    return next((dialog for dialog in shown if dialog.isVisible()), None)


def _choose(box: QComboBox, value: str, qtbot: QtBot) -> None:
    """With the keyboard, as a person would."""
    box.setFocus()
    while box.currentData() != value:
        before = box.currentIndex()
        qtbot.keyClick(box, Qt.Key.Key_Down)
        assert box.currentIndex() != before, f"there is no {value}"


def test_another_theme_is_there_at_once_and_the_next_time(
    dialog: SettingsDialog, session: Session, file: Path, qtbot: QtBot
) -> None:
    window = session.window
    box = dialog.rows["theme"].control
    assert isinstance(box, QComboBox)
    _choose(box, "light", qtbot)
    qtbot.waitUntil(lambda: window.theme.tokens is LIGHT)
    assert load_settings(file).theme == "light"
    ground = window.centre.grid.viewport().grab().toImage().pixelColor(2, 2)
    assert ground == QColor(LIGHT.ground) or window.centre.empty.isVisible()
    icon = window.menu_button.icon().pixmap(16).toImage()
    darkest = min(
        icon.pixelColor(x, y).lightness()
        for x in range(icon.width())
        for y in range(icon.height())
        if icon.pixelColor(x, y).alpha() > 200
    )
    assert darkest < 128, "icons are drawn dark on light"
    _choose_back(box, qtbot)
    qtbot.waitUntil(lambda: window.theme.tokens is DARK)


def _choose_back(box: QComboBox, qtbot: QtBot) -> None:
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Home)


def test_the_size_of_the_pictures_is_one_with_the_slider(
    dialog: SettingsDialog, session: Session, file: Path, qtbot: QtBot
) -> None:
    field = dialog.rows["tile_size"].control
    assert isinstance(field, QLineEdit)
    field.selectAll()
    qtbot.keyClicks(field, "300")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    slider = session.window.centre.results.size_slider
    qtbot.waitUntil(lambda: slider.value() == 300)
    assert load_settings(file).tile_size == 300
    assert dialog.isVisible(), "Return keeps a value and closes nothing"


def test_what_cannot_be_is_refused_where_it_stands(
    dialog: SettingsDialog, file: Path, qtbot: QtBot
) -> None:
    row = dialog.rows["gemini_timeout_s"]
    field = row.control
    assert isinstance(field, QLineEdit)
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    field.selectAll()
    qtbot.keyClicks(field, "soon")
    dialog.search.setFocus()
    assert row.problem.isVisible()
    assert "number" in row.problem.text()
    assert field.text() == "soon", "what was typed stays, to be mended"
    assert load_settings(file).gemini_timeout_s == 180.0
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "90")
    assert not row.problem.isVisible()
    dialog.search.setFocus()
    qtbot.waitUntil(lambda: load_settings(file).gemini_timeout_s == 90.0)
    qtbot.waitUntil(lambda: "started again" in dialog.restart_note.text())


def test_a_setting_goes_back_to_what_it_was_at_first(
    dialog: SettingsDialog, file: Path, qtbot: QtBot
) -> None:
    row = dialog.rows["gemini_api_version"]
    assert isinstance(row.control, QLineEdit)
    assert not row.reset_button.isVisible()
    row.control.setText("v1")
    row.finish()
    qtbot.waitUntil(row.reset_button.isVisible)
    row.reset_button.click()
    qtbot.waitUntil(lambda: load_settings(file).gemini_api_version == "v1beta")
    qtbot.waitUntil(lambda: not row.reset_button.isVisible())
    assert row.control.text() == "v1beta"


def test_settings_are_found_by_what_they_do(dialog: SettingsDialog, qtbot: QtBot) -> None:
    qtbot.keyClicks(dialog.search, "graphics card")
    assert [name for name, row in dialog.rows.items() if row.isVisible()] == ["encoder_device"]
    dialog.search.clear()
    qtbot.keyClicks(dialog.search, "coffee")
    assert "coffee" in dialog.nothing.accessibleName()
    assert dialog.nothing.isVisible()
    qtbot.keyClick(dialog.search, Qt.Key.Key_Escape)
    assert dialog.isVisible(), "Esc first takes the words away"
    assert all(row.isVisibleTo(dialog) for row in dialog.rows.values())
    qtbot.keyClick(dialog.search, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_what_is_typed_and_not_left_is_kept_on_closing(
    dialog: SettingsDialog, file: Path, qtbot: QtBot
) -> None:
    field = dialog.rows["gemini_timeout_s"].control
    assert isinstance(field, QLineEdit)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "45")
    dialog.accept()
    qtbot.waitUntil(lambda: load_settings(file).gemini_timeout_s == 45.0)


def test_the_model_is_changed_where_models_are(dialog: SettingsDialog, qtbot: QtBot) -> None:
    change = dialog.rows["model"].control.findChild(QPushButton)
    assert change is not None
    change.click()
    qtbot.waitUntil(lambda: _dialog() is not None and _dialog() is not dialog)
    shown = _dialog()
    assert shown is not None
    assert shown.windowTitle() == "Models"


def test_a_profile_that_cannot_be_written_to_is_told_in_place(
    dialog: SettingsDialog, file: Path, qtbot: QtBot
) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.mkdir()  # a folder in the place of the file
    (file / "x").touch()
    row = dialog.rows["gemini_api_version"]
    assert isinstance(row.control, QLineEdit)
    row.control.setText("v1")
    row.finish()
    qtbot.waitUntil(row.problem.isVisible)
    assert "could not be saved" in row.problem.text()
    assert row.control.text() == "v1beta"


def test_a_window_in_another_theme_is_as_if_it_had_begun_in_it(
    open_session: Opener, file: Path, qtbot: QtBot, qapp: QApplication
) -> None:
    assets = [make_asset(number, failure="Empty." if number == 2 else "") for number in (1, 2, 3)]
    session = open_session(assets, preferences=Preferences(file))
    changed = session.window
    changed.theme.change_to("light", qapp)
    _settle(session, qtbot)
    after = changed.grab().toImage()
    changed.close()
    again = open_session(assets, preferences=Preferences(file))
    assert again.window.theme.tokens is LIGHT
    _settle(again, qtbot)
    qtbot.waitUntil(lambda: again.window.grab().toImage() == after)


def test_as_the_system_it_changes_with_it_and_chosen_it_stays(qapp: QApplication) -> None:
    theme, hints = Theme.named("system"), qapp.styleHints()
    theme.apply(qapp)
    theme.follow(qapp)
    for scheme, tokens in ((Qt.ColorScheme.Light, LIGHT), (Qt.ColorScheme.Dark, DARK)):
        hints.colorSchemeChanged.emit(scheme)
        assert theme.tokens is tokens
        assert qapp.palette().window().color() == theme.color("window")
    theme.change_to("dark", qapp)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert theme.tokens is DARK


def _settle(session: Session, qtbot: QtBot) -> None:
    """What is read when a window opens has come, and is painted."""
    window, lanes = session.window, session.lanes
    for lane in (lanes.browse, lanes.sections, lanes.index, lanes.preview):
        qtbot.waitUntil(lambda lane=lane: lane.is_idle)
    window.centre.grid.clearFocus()
    for asset in window.centre.grid.assets.assets(0, None):
        picture = session.pictures.of_asset(asset)
        if picture is not None:  # there is no thumbnail, which the window has to hear of
            qtbot.waitUntil(lambda key=picture.key: session.cache.is_unreadable(key))
    thumbs = [timer for timer in window.findChildren(QTimer) if timer.isSingleShot()]
    qtbot.waitUntil(lambda: not any(timer.isActive() for timer in thumbs))
    QApplication.processEvents()


def _offered(session: Session, restored: Settings, qtbot: QtBot, tmp_path: Path) -> QMessageBox:
    save_settings(tmp_path / "restored.json", restored)
    assert session.settings is not None
    session.settings.offer(tmp_path / "restored.json")

    def boxes() -> list[QMessageBox]:
        tops = QApplication.topLevelWidgets()
        return [box for box in tops if isinstance(box, QMessageBox) and box.isVisible()]

    qtbot.waitUntil(lambda: bool(boxes()))
    return boxes()[0]


@pytest.mark.parametrize(
    ("answer", "shade", "address"),
    [
        ("Use its settings", "light", ""),
        ("Use them and its addresses", "light", "https://elsewhere.example"),
        ("Cancel", "dark", ""),
    ],
)
def test_settings_of_a_backup_are_offered_with_its_addresses_apart(
    session: Session,
    file: Path,
    qtbot: QtBot,
    tmp_path: Path,
    answer: str,
    shade: str,
    address: str,
) -> None:
    restored = Settings(theme="light", gemini_base_url="https://ann:secret@elsewhere.example")
    box = _offered(session, restored, qtbot, tmp_path)
    told, _, addresses = box.informativeText().partition("Its addresses")
    assert told.strip() == "Theme: Light"
    assert "https://elsewhere.example" in addresses
    assert "secret" not in addresses
    [pressed] = [b for b in box.findChildren(QPushButton) if b.text() == answer]
    pressed.click()
    if answer != "Cancel":
        qtbot.waitUntil(lambda: load_settings(file).theme == shade)
    assert without_user_info(load_settings(file).gemini_base_url) == address
    assert load_settings(file).theme == shade
