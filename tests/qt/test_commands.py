"""Everything that can be done is found by its name, and every key is on the sheet."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop.core.annotations import NameCount
from desktop.core.text import Text
from desktop.qt.command_palette.matching import letters_in, matches
from desktop.qt.command_palette.offer import Offer
from desktop.qt.command_palette.palette import CommandPalette
from desktop.qt.command_palette.shortcuts_sheet import ShortcutsSheet
from desktop.qt.shell.offers import PLACES, action_offers, decision_offers
from desktop.qt.shell.session import Session
from tests.fakes.services import FakeAnnotations, FakeEngine, make_asset
from tests.qt.conftest import Opener


class Tagged(FakeAnnotations):
    def tags(self) -> list[NameCount]:
        return [NameCount("beach", 2)]

    def tagged(self, name: str) -> list[int]:
        return [1, 2]


@pytest.fixture
def session(open_session: Opener) -> Session:
    assets = [make_asset(number) for number in range(1, 4)]
    return open_session(FakeEngine(assets, annotations=Tagged()))


@pytest.fixture
def palette(session: Session, qtbot: QtBot) -> CommandPalette:
    session.window.activateWindow()
    session.window.centre.grid.setFocus()
    qtbot.keyClick(session.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    shown = session.window.palette_of_commands
    qtbot.waitUntil(shown.field.hasFocus)
    return shown


def _offers(*names: str) -> list[Offer]:
    return [Offer(name, lambda: None) for name in names]


class TestMatching:
    def test_letters_are_found_in_their_order_and_nowhere_else(self) -> None:
        found = letters_in("Add folder…", "afo")
        assert found is not None
        assert found[0] == (0, 4, 5)
        assert letters_in("Add folder…", "ofa") is None
        assert letters_in("Add folder…", "x") is None

    def test_beginnings_of_words_come_before_letters_in_their_midst(self) -> None:
        names = [m.offer.text for m in matches(_offers("Show all", "Import an export", "Add"), "a")]
        assert names[0] == "Add"
        best = matches(_offers("Refresh from the team", "Move to trash…"), "mt")
        assert best[0].offer.text == "Move to trash…"

    def test_accents_capitals_and_spaces_make_no_difference(self) -> None:
        assert letters_in("Café crème", "CAFE CREME") is not None
        assert letters_in("cafe", "café") is not None

    def test_any_script_is_typed_as_it_is_written(self) -> None:
        assert [m.offer.text for m in matches(_offers("添加文件夹…", "撤销"), "文件")] == [
            "添加文件夹…"
        ]

    def test_the_english_name_finds_too(self) -> None:
        offer = Offer(Text("撤销", "Undo"), lambda: None)
        assert [match.letters for match in matches([offer], "und")] == [()]

    def test_what_cannot_be_done_comes_last(self) -> None:
        offers = [Offer("Undo", lambda: None, why_not="Nothing."), Offer("Round", lambda: None)]
        assert [m.offer.text for m in matches(offers, "und")] == ["Round", "Undo"]

    def test_goals_are_listed_only_when_they_are_looked_for(self) -> None:
        goal = Offer("beach", lambda: None, is_goal=True)
        assert matches([goal], "") == []
        assert [match.offer for match in matches([goal], "bea")] == [goal]


def test_a_command_is_found_and_done_by_keys_alone(
    palette: CommandPalette, session: Session, qtbot: QtBot
) -> None:
    right = session.window.right
    qtbot.keyClicks(palette.field, "right pa")
    assert palette.shown()[0].text == "Right panel"
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert right.isHidden()


def test_esc_gives_the_keyboard_back_and_does_nothing(
    palette: CommandPalette, session: Session, qtbot: QtBot
) -> None:
    session.window.centre.grid.selectAll()
    qtbot.keyClicks(palette.field, "trash")
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    qtbot.waitUntil(session.window.centre.grid.hasFocus)
    assert len(session.window.centre.grid.selected_assets()) == 3, "Esc meant the palette"


def test_the_keyboard_goes_straight_back(
    palette: CommandPalette, session: Session, qtbot: QtBot, qapp: QApplication
) -> None:
    went_to: list[QWidget] = []

    def note(_: QWidget, now: QWidget) -> None:
        went_to.append(now)

    qapp.focusChanged.connect(note)
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    qapp.focusChanged.disconnect(note)
    assert not palette.isVisible()
    assert went_to == [session.window.centre.grid]


def test_the_same_keys_close_it(palette: CommandPalette, qtbot: QtBot) -> None:
    qtbot.keyClick(palette.field, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert not palette.isVisible()


def test_what_cannot_be_done_says_why_and_is_not_done(
    palette: CommandPalette, qtbot: QtBot
) -> None:
    qtbot.keyClicks(palette.field, "more like this")
    assert palette.shown()[0].why_not == "Select one picture."
    assert "Select one picture." in str(
        palette.list.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    )
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_a_tag_is_gone_to_by_its_name(
    palette: CommandPalette, session: Session, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: bool(session.window.sidebar.tags.rows()))
    palette.close()
    session.window.run_action("window.commands")
    qtbot.keyClicks(palette.field, "beach")
    assert palette.shown()[0].is_goal
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: session.window.centre.grid.count() == 2)


def test_the_mouse_chooses_and_a_click_beside_it_closes(
    palette: CommandPalette, session: Session, qtbot: QtBot
) -> None:
    qtbot.keyClicks(palette.field, "right panel")
    place = palette.list.visualRect(palette.list.model().index(0, 0)).center()
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert session.window.right.isHidden()
    session.window.run_action("window.commands")
    qtbot.mouseClick(palette, Qt.MouseButton.LeftButton, pos=QPoint(4, 4))
    assert not palette.isVisible()


def test_the_palette_fits_a_small_window(palette: CommandPalette, session: Session) -> None:
    session.window.resize(1000, 640)
    QApplication.processEvents()
    assert palette.rect().contains(palette.frame.geometry())


def test_every_action_has_a_heading(session: Session) -> None:
    firsts = {action.id.partition(".")[0] for action in session.window.action_list.all()}
    assert firsts <= set(PLACES)


def test_every_key_is_on_the_sheet(session: Session, qtbot: QtBot) -> None:
    session.window.activateWindow()
    qtbot.keyClick(session.window, Qt.Key.Key_Slash, Qt.KeyboardModifier.ControlModifier)
    sheets = [w for w in QApplication.topLevelWidgets() if isinstance(w, ShortcutsSheet)]
    [sheet] = [sheet for sheet in sheets if sheet.isVisible()]
    words = {made.text() for made in sheet.findChildren(QLabel)}
    for offer in action_offers(session.window.action_list):
        if offer.keys:
            assert offer.text in words
            assert set(offer.keys) <= words
    decide = session.window.action_list["browse.single_keys"].text()
    shown = {offer.text: offer.keys for offer in decision_offers(session.window.action_list)}
    assert shown["Keep"] == ("K",)
    assert shown["Favourite"] == ("F",)
    assert {keys for [keys] in shown.values()} >= {*"KXUF012345"}
    assert {decide, *shown} <= words
