"""Rights, entered in the window: of pictures, a board and a folder, and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QDate, Qt
from pytestqt.qtbot import QtBot

from desktop.core.filter import Filter, NamedFilter
from desktop.core.rights import NO_RIGHTS, Rights
from desktop.qt.manage.rights_dialog import RightsDialog
from tests.qt.curating import Window


def opened(window: Window) -> RightsDialog:
    rights = window.session.controllers.rights
    window.until(lambda: rights.dialog is not None and rights.dialog.isVisible())
    assert rights.dialog is not None
    return rights.dialog


def click(made: object, qtbot: QtBot) -> None:
    qtbot.mouseClick(made, Qt.MouseButton.LeftButton)  # pyright: ignore[reportArgumentType, reportCallIssue]


def test_what_is_said_of_a_picture_is_shown_found_and_taken_back(
    window: Window, qtbot: QtBot
) -> None:
    [asset_id] = window.select(0)
    details = window.session.window.right.details
    window.until(lambda: details.rights.fields["sending"].value == "Yes")
    click(details.rights_button, qtbot)
    dialog = opened(window)
    dialog.private.click()
    qtbot.keyClicks(dialog.licence, "Stock 1234")
    dialog.ends.click()
    dialog.day.setDate(QDate(2020, 5, 31))
    click(dialog.save_button, qtbot)
    window.until(lambda: window.said(asset_id).rights == Rights(True, "Stock 1234", "2020-05-31"))
    window.until(lambda: "never leaves" in details.rights.fields["sending"].value)
    assert details.rights.fields["until"].value == "2020-05-31"
    wanted = Filter(is_private=True, is_expired=True)
    assert window.engine.browsing.ids(wanted) == [asset_id]
    window.session.window.run_action("edit.undo")
    window.until(lambda: window.said(asset_id).rights == NO_RIGHTS)
    window.until(lambda: details.rights.fields["sending"].value == "Yes")


def test_what_differs_stays_unless_it_is_touched(window: Window, qtbot: QtBot) -> None:
    one, two = window.select(0, 1)
    said = window.engine.annotations
    said.give_rights([one], Rights(True, "theirs"))
    said.give_rights([two], Rights(licence="ours", expires="2031-01-01"))
    window.session.window.run_action("annotations.rights")
    dialog = opened(window)
    assert dialog.private.checkState() is Qt.CheckState.PartiallyChecked
    assert dialog.licence.text() == ""
    qtbot.keyClicks(dialog.licence, "both")
    click(dialog.save_button, qtbot)
    window.until(lambda: window.said(one).rights == Rights(True, "both"))
    assert window.said(two).rights == Rights(licence="both", expires="2031-01-01")


@pytest.mark.parametrize("kind", ["board", "folder"])
def test_a_board_and_a_folder_bind_what_is_in_them(
    window: Window, qtbot: QtBot, tmp_path: Path, kind: str
) -> None:
    [asset_id] = window.select(2)
    window.engine.annotations.create_board("Mood", [asset_id])
    rights = window.session.controllers.rights
    if kind == "board":
        rights.ask_board(NamedFilter("Mood", Filter(board="Mood")))
    else:
        rights.ask_folder(tmp_path / "pictures")
    opened(window).private.click()
    click(opened(window).save_button, qtbot)
    bound = [asset_id] if kind == "board" else sorted(window.ids)
    window.until(lambda: window.engine.browsing.ids(Filter(is_private=True)) == bound)
    window.until(lambda: rights.dialog is None)
    chosen = [asset for asset in window.session.window.centre.assets() if asset.id == asset_id]
    rights.ask_pictures(chosen)
    dialog = opened(window)
    assert ("Mood" if kind == "board" else "pictures") in dialog.elsewhere.text()
    dialog.reject()


def test_nothing_is_said_where_nothing_was_changed(window: Window, qtbot: QtBot) -> None:
    window.select(0)
    window.session.window.run_action("annotations.rights")
    click(opened(window).save_button, qtbot)
    window.until(lambda: window.session.controllers.rights.dialog is None)
    assert not window.session.controllers.history.can_undo
