"""Ignore rules in the window: tried first, then added, and removed again."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from desktop.config.options import EngineOptions
from desktop.core.cancellation import CancelToken
from desktop.core.errors import LibraryReadOnly
from desktop.core.progress import finish
from desktop.qt.browse.sections import ALL
from desktop.qt.manage.ignore_rules_dialog import IgnoreRulesDialog
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from desktop.wiring.engine import open_engine
from tests import pictures as sample
from tests.dressing import undress
from tests.fakes.services import FakeEngine, make_asset
from tests.qt.conftest import Opener

LEFT = Qt.MouseButton.LeftButton
WIP = [make_asset(n, f"wip {n}.png", "/pictures/drafts") for n in (1, 2)]
DONE = [make_asset(n, f"final {n}.png", "/pictures/final") for n in (3, 4, 5)]


class Rules:
    """The open dialog, and the window behind it."""

    def __init__(self, session: Session, qtbot: QtBot) -> None:
        self.session = session
        self.window = session.window
        self._qtbot = qtbot

    @property
    def dialog(self) -> IgnoreRulesDialog:
        found = self.window.findChild(IgnoreRulesDialog)
        assert found is not None
        return found

    def open(self) -> None:
        self.session.window.action_list["ignore_rules.show"].trigger()
        assert self.dialog.pattern.hasFocus() or self.dialog.focusWidget() is self.dialog.pattern

    def type(self, text: str) -> None:
        self.dialog.pattern.selectAll()
        self._qtbot.keyClicks(self.dialog.pattern, text)

    def until_said(self, words: str) -> None:
        self._qtbot.waitUntil(lambda: words in self.dialog.outcome.text())

    def until_shown(self, names: set[str]) -> None:
        self._qtbot.waitUntil(
            lambda: {asset.name for asset in self.window.centre.assets()} == names
        )

    def rules(self) -> list[str]:
        return [self.dialog.list.item(row).text() for row in range(self.dialog.list.count())]

    def examples(self) -> list[str]:
        tiles = self.dialog.examples.children()
        named = [tile.accessibleName() for tile in tiles if isinstance(tile, QWidget)]
        return [Path(name).name for name in named]

    def folder_menu(self, folder: Path) -> QMenu:
        """As a right click on the folder opens it."""
        folders = self.window.sidebar.folders
        shown = [row.section.filter.folder for row in folders.rows()]
        place = folders.visualRect(folders.model().index(shown.index(str(folder)), 0)).center()
        folders.customContextMenuRequested.emit(QPoint(place))
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        return menu

    def ignore_folder(self, folder: Path) -> None:
        menu = self.folder_menu(folder)
        action = next(action for action in menu.actions() if "Ignore" in action.text())
        self._qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())


@pytest.fixture
def engine(tmp_path: Path) -> FakeEngine:
    return FakeEngine([*WIP, *DONE], tmp_path)


@pytest.fixture
def rules(open_session: Opener, engine: FakeEngine, qtbot: QtBot) -> Rules:
    return Rules(open_session(engine), qtbot)


def names(*assets: object) -> set[str]:
    return {getattr(asset, "name") for asset in assets}  # noqa: B009


def test_a_rule_is_tried_while_it_is_typed_and_added_with_the_mouse(
    rules: Rules, engine: FakeEngine, qtbot: QtBot
) -> None:
    rules.open()
    assert ".gitignore" in rules.dialog.outcome.text()
    assert not rules.dialog.apply_button.isEnabled()
    rules.type("drafts/")
    rules.until_said("would hide 2 pictures")
    assert engine.ignore_rules.previewed == ["drafts/"]  # not once for every letter
    assert engine.ignore_rules.threads == {"lane-browse"}
    assert rules.examples() == ["wip 1.png", "wip 2.png"]
    assert engine.ignore_rules.patterns() == ()

    assert rules.dialog.apply_button.text() == "Hide 2 pictures"
    qtbot.mouseClick(rules.dialog.apply_button, LEFT)
    rules.until_said("2 pictures hidden by “drafts/”")
    rules.until_shown(names(*DONE))
    assert rules.rules() == ["drafts/"]
    assert rules.dialog.pattern.text() == ""
    assert rules.examples() == []


def test_the_keyboard_is_enough_and_nothing_is_added_unseen(
    rules: Rules, engine: FakeEngine, qtbot: QtBot
) -> None:
    rules.open()
    dialog = rules.dialog
    rules.type("drafts/")
    qtbot.keyClick(dialog.pattern, Qt.Key.Key_Return)  # before the preview: asks for it
    rules.until_said("would hide 2 pictures")
    assert engine.ignore_rules.patterns() == ()
    qtbot.keyClick(dialog.pattern, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: rules.rules() == ["drafts/"])

    dialog.list.setFocus()
    qtbot.keyClick(dialog.list, Qt.Key.Key_Delete)
    rules.until_said("“drafts/” is removed; 2 pictures shown again")
    rules.until_shown(names(*WIP, *DONE))
    assert rules.rules() == []
    assert dialog.empty.isVisible()
    # There may be files that no scan has looked at while the rule was there.
    qtbot.waitUntil(lambda: engine.indexing.calls == [((), False)])
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: rules.window.findChild(IgnoreRulesDialog) is None)


def test_only_the_newest_rule_is_answered(rules: Rules, engine: FakeEngine, qtbot: QtBot) -> None:
    slow = threading.Event()
    engine.ignore_rules.gate = lambda pattern: slow if pattern == "drafts/" else None
    rules.open()
    rules.type("drafts/")
    qtbot.waitUntil(lambda: engine.ignore_rules.previewed == ["drafts/"])
    rules.type("final")
    assert not rules.dialog.apply_button.isEnabled()
    slow.set()
    rules.until_said("would hide 3 pictures")
    assert rules.dialog.apply_button.text() == "Hide 3 pictures"


def test_what_is_no_pattern_or_hides_nothing_is_said(
    rules: Rules, engine: FakeEngine, qtbot: QtBot
) -> None:
    rules.open()
    dialog = rules.dialog
    rules.type("# drafts")
    rules.until_said("A comment is no rule. Write one pattern")
    assert dialog.outcome.property("tone") == "danger"
    assert dialog.pattern.accessibleDescription() == dialog.outcome.text()
    assert not dialog.apply_button.isEnabled()
    rules.type("*.tif")
    rules.until_said("changes nothing now")
    assert dialog.outcome.property("tone") == "soft"
    assert dialog.apply_button.text() == "Add rule"
    qtbot.mouseClick(dialog.apply_button, LEFT)
    qtbot.waitUntil(lambda: rules.rules() == ["*.tif"])
    rules.type("*.tif")
    rules.until_said("there already")
    assert not dialog.apply_button.isEnabled()
    rules.type("!keep.tif")
    qtbot.waitUntil(lambda: dialog.apply_button.text() == "Show 1 picture")


def test_a_rule_that_cannot_be_kept_is_said_and_can_be_tried_again(
    rules: Rules, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.ignore_rules.error = LibraryReadOnly("The library can only be looked at.")
    rules.open()
    rules.type("drafts/")
    qtbot.waitUntil(rules.dialog.apply_button.isEnabled)
    qtbot.mouseClick(rules.dialog.apply_button, LEFT)
    rules.until_said("only be looked at")
    assert rules.rules() == []
    engine.ignore_rules.error = None
    qtbot.keyClick(rules.dialog.pattern, Qt.Key.Key_Return)
    rules.until_said("would hide 2 pictures")
    qtbot.keyClick(rules.dialog.pattern, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: rules.rules() == ["drafts/"])


def test_a_folder_of_the_sidebar_is_ignored_by_its_menu(rules: Rules, engine: FakeEngine) -> None:
    rules.ignore_folder(Path("/pictures/drafts"))
    rules.until_said("would hide")
    assert rules.dialog.pattern.text() == "/drafts/"
    assert engine.ignore_rules.patterns() == ()


def test_a_folder_that_no_rule_can_hide_is_explained(
    open_session: Opener, tmp_path: Path, qtbot: QtBot
) -> None:
    engine = FakeEngine([make_asset(1, folder="/pictures")], tmp_path)
    rules = Rules(open_session(engine), qtbot)
    rules.ignore_folder(Path("/pictures"))
    rules.until_said("was added to the library itself")
    assert rules.dialog.pattern.text() == ""


def test_on_a_real_library_a_folder_is_hidden_and_shown_again(
    theme: Theme, tmp_path: Path, qtbot: QtBot
) -> None:
    top = tmp_path / "pictures"
    odd = top / "wip [old]*"
    for number, path in enumerate((top / "a.png", odd / "b.png", top / "wip o*" / "c.png")):
        path.parent.mkdir(parents=True, exist_ok=True)
        sample.save(path, number)
    engine = open_engine(EngineOptions(profile_dir=tmp_path / "profile"), {})
    engine.model.installed = lambda: None  # no model: nothing of this needs one
    engine.model.vector_space = lambda: None
    finish(engine.indexing.run([top], CancelToken()))
    undress()
    session = Session(theme, lambda: engine)
    session.start()
    rules = Rules(session, qtbot)
    qtbot.waitUntil(
        lambda: session.window.has_panels and bool(session.window.sidebar.folders.rows())
    )

    rules.ignore_folder(odd)
    rules.until_said("would hide 1 picture")
    assert rules.examples() == ["b.png"]
    qtbot.mouseClick(rules.dialog.apply_button, LEFT)
    rules.until_shown({"a.png", "c.png"})
    session.window.navigation.show_only(ALL)
    sample.save(odd / "new.png", 7)
    rules.dialog.list.setCurrentRow(0)
    qtbot.mouseClick(rules.dialog.remove_button, LEFT)
    rules.until_shown({"a.png", "b.png", "c.png", "new.png"})
    assert session.close(5)
