"""The window follows the disk, moves pictures to the trash, and lets people choose duplicates."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from desktop.core.asset import Asset
from desktop.library.catalog.asset_columns import Assets
from desktop.qt.browse.sections import DUPLICATES, OFFLINE, overview
from desktop.qt.manage.duplicates_dialog import DuplicatesDialog
from desktop.qt.shell.session import Session
from desktop.services.curation.duplicates import DuplicateGroup
from desktop.services.curation.trash import TrashReport
from desktop.services.reports import FileFailure, IndexReport
from tests.fakes.services import FakeEngine, make_asset
from tests.qt.conftest import Opener

A, B, C = (make_asset(number) for number in (1, 2, 3))


def dialog_of(session: Session, qtbot: QtBot) -> DuplicatesDialog:
    session.window.action_list["duplicates.compare"].trigger()
    [dialog] = session.window.findChildren(DuplicatesDialog)
    qtbot.waitUntil(lambda: "Comparing" not in dialog.message.text() or dialog.list.count() > 0)
    return dialog


def box_of(session: Session, qtbot: QtBot) -> QMessageBox:
    qtbot.waitUntil(lambda: bool(session.window.findChildren(QMessageBox)))
    return session.window.findChildren(QMessageBox)[0]


def select(session: Session, asset: Asset) -> None:
    session.window.centre.grid.select_asset(asset.id)
    session.window.centre.grid.setFocus()


class TestFollowing:
    def test_changes_on_disk_are_indexed_together_and_shown(
        self, open_session: Opener, qtbot: QtBot
    ) -> None:
        engine = FakeEngine([A])
        session = open_session(engine)
        engine.indexing.new = [B]
        engine.indexing.report = IndexReport(found=1, added=1)
        engine.watching.watcher.tell(frozenset({Path("/pictures/b.png")}))
        qtbot.waitUntil(lambda: session.window.centre.grid.assets.rowCount() == 2)
        assert engine.indexing.followed == [frozenset({Path("/pictures/b.png")})]
        assert session.window.jobs.rowCount() == 0  # a file that was saved needs no comment

    def test_the_watcher_is_stopped_before_the_library_is_closed(
        self, open_session: Opener, qtbot: QtBot
    ) -> None:
        engine = FakeEngine([A])
        session = open_session(engine)
        assert session.close(5)
        assert engine.watching.watcher.is_stopped
        engine.watching.watcher.tell(frozenset({Path("/pictures/late.png")}))
        qtbot.wait(50)
        assert engine.indexing.followed == []


def test_pictures_of_a_drive_that_is_away_have_a_section_of_their_own(
    open_session: Opener, qtbot: QtBot
) -> None:
    away = B._replace(is_offline=True)
    library = overview(Assets.of([A, away])).library
    assert [row.pictures for row in library if row.section == OFFLINE] == [1]
    session = open_session(FakeEngine([A, away]))
    session.window.navigation.show_only(OFFLINE)
    qtbot.waitUntil(lambda: session.window.centre.grid.assets.rowCount() == 1)
    assert session.window.centre.grid.select_asset(B.id)
    session.window.action_list["asset.open"].trigger()
    qtbot.waitUntil(lambda: "not connected" in session.window.centre.notice.text())


class TestTheBin:
    def test_delete_asks_first_and_then_moves_the_selection(
        self, open_session: Opener, qtbot: QtBot
    ) -> None:
        engine = FakeEngine([A, B])
        session = open_session(engine)
        select(session, A)
        qtbot.keyClick(session.window.centre.grid, Qt.Key.Key_Delete)
        box = box_of(session, qtbot)
        assert A.filename in box.text()
        assert engine.curation.trash.calls == []
        yes = next(b for b in box.findChildren(QPushButton) if b.text() == "Move to trash")
        qtbot.mouseClick(yes, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: engine.curation.trash.calls == [(A.id,)])

    def test_files_that_could_not_be_moved_are_told(
        self, open_session: Opener, qtbot: QtBot
    ) -> None:
        engine = FakeEngine([A])
        engine.curation.trash.report = TrashReport(
            (), (FileFailure(A.path, "The drive has no trash."),)
        )
        session = open_session(engine)
        select(session, A)
        qtbot.keyClick(session.window.centre.grid, Qt.Key.Key_Delete)
        box_of(session, qtbot).defaultButton().click()
        notice = session.window.centre.notice
        qtbot.waitUntil(lambda: "has no trash" in notice.text())

    def test_what_is_away_already_is_not_asked_about(
        self, open_session: Opener, qtbot: QtBot
    ) -> None:
        session = open_session(FakeEngine([A._replace(is_missing=True)]))
        select(session, A)
        qtbot.keyClick(session.window.centre.grid, Qt.Key.Key_Delete)
        assert session.window.findChildren(QMessageBox) == []
        assert "no longer there" in session.window.centre.notice.text()


class TestDuplicates:
    def test_pictures_of_one_content_have_a_section_that_leads_to_the_choice(
        self, open_session: Opener, qtbot: QtBot
    ) -> None:
        twin = B._replace(content_hash=A.content_hash)
        session = open_session(FakeEngine([A, twin, C, twin._replace(id=9, is_missing=True)]))
        session.window.navigation.show_only(DUPLICATES)
        qtbot.waitUntil(lambda: session.window.centre.grid.assets.rowCount() == 2)
        session.window.centre.notice.action_button.click()
        assert session.window.findChildren(DuplicatesDialog)

    def test_a_decision_keeps_one_and_bins_the_others(
        self, open_session: Opener, qtbot: QtBot
    ) -> None:
        engine = FakeEngine([A, B, C])
        engine.curation.duplicates.exact_groups = [DuplicateGroup((A, B, C), is_exact=True)]
        session = open_session(engine)
        dialog = dialog_of(session, qtbot)
        assert dialog.kept() == A  # as suggested
        dialog.choices.button(1).click()
        dialog.decide_button.click()
        qtbot.waitUntil(
            lambda: engine.curation.duplicates.decisions == [(B.id, (A.id, C.id), True)]
        )
        assert not dialog.decide_button.isEnabled()
        assert "twice" in dialog.message.text()

    def test_only_what_is_ticked_goes_and_how_much_it_is_is_said_before(
        self, open_session: Opener, qtbot: QtBot
    ) -> None:
        engine = FakeEngine([A, B, C])
        engine.curation.duplicates.near_groups = [DuplicateGroup((A, B, C), is_exact=False)]
        session = open_session(engine)
        dialog = dialog_of(session, qtbot)
        dialog.kinds.setCurrentIndex(1)
        qtbot.waitUntil(lambda: dialog.list.count() == 1)
        dialog.ticks[2].click()
        assert "trash 1 picture (" in dialog.decide_button.text()
        dialog.ticks[1].click()
        assert "trash 2 pictures (" in dialog.decide_button.text()
        dialog.choices.button(1).click()  # what is kept does not go, ticked or not
        assert dialog.chosen() == [C]
        dialog.decide_button.click()
        qtbot.waitUntil(lambda: engine.curation.duplicates.decisions == [(B.id, (C.id,), True)])

    def test_those_that_look_alike_are_a_second_list(
        self, open_session: Opener, qtbot: QtBot
    ) -> None:
        engine = FakeEngine([A, B])
        engine.curation.duplicates.near_groups = [DuplicateGroup((A, B), is_exact=False)]
        session = open_session(engine)
        dialog = dialog_of(session, qtbot)
        dialog.kinds.setCurrentIndex(1)
        qtbot.waitUntil(lambda: dialog.list.count() == 1)
        assert not dialog.decide_button.isEnabled()  # nothing goes that nobody ticked
        dialog.skip_button.click()
        assert engine.curation.duplicates.decisions == []
        assert dialog.list.count() == 0
