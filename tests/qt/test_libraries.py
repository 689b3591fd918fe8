"""One window for a library, and from one library to another."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from desktop.app import run
from desktop.config.options import EngineOptions
from desktop.library.catalog.asset_columns import Assets
from desktop.qt.jobs.lane import Lane
from desktop.qt.shell.first_window import FirstWindow, hand_over, name_for
from desktop.qt.shell.library_switch import LibrarySwitch
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from desktop.qt.widgets.notice_bar import NoticeBar
from tests.fakes.services import FakeEngine, make_asset
from tests.qt.conftest import Opener
from tests.qt.curating import Window


@pytest.fixture
def first(tmp_path: Path, qtbot: QtBot) -> Iterator[FirstWindow]:
    made = FirstWindow(tmp_path)
    yield made
    made.close()
    made.deleteLater()


_SECOND = """
import sys
from pathlib import Path
from desktop.qt.shell.first_window import hand_over
print(hand_over(Path(sys.argv[1]), [Path(path) for path in sys.argv[2:]]))
"""


def _second_start(library: Path, add: list[Path]) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _SECOND, str(library), *map(str, add)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _said(second: subprocess.Popen[str]) -> str:
    return second.communicate(timeout=30)[0].strip()


class TestOneWindow:
    def test_a_second_start_hands_over_what_it_was_given(
        self, first: FirstWindow, tmp_path: Path, qtbot: QtBot
    ) -> None:
        asked: list[list[Path]] = []
        first.asked.connect(asked.append)
        second = _second_start(tmp_path, [tmp_path / "新 folder", Path("/b")])
        qtbot.waitUntil(lambda: bool(asked))
        assert _said(second) == "True"
        assert asked == [[tmp_path / "新 folder", Path("/b")]]

    def test_another_library_has_another_window(self, first: FirstWindow, tmp_path: Path) -> None:
        assert not hand_over(tmp_path / "other", [])

    def test_what_a_killed_program_left_stands_in_nobodys_way(
        self, tmp_path: Path, qtbot: QtBot
    ) -> None:
        Path(name_for(tmp_path)).touch()
        assert not hand_over(tmp_path, [])
        listening = FirstWindow(tmp_path)
        asked: list[list[Path]] = []
        listening.asked.connect(asked.append)
        second = _second_start(tmp_path, [])
        qtbot.waitUntil(lambda: asked == [[]])
        assert _said(second) == "True"
        listening.close()
        assert not Path(name_for(tmp_path)).exists()

    def test_it_closes_while_visitors_are_there_and_after(
        self, tmp_path: Path, qtbot: QtBot
    ) -> None:
        left = QLocalSocket.LocalSocketState.UnconnectedState
        for _ in range(5):
            listening = FirstWindow(tmp_path)
            asked: list[list[Path]] = []
            listening.asked.connect(asked.append)
            second = _second_start(tmp_path, [])
            qtbot.waitUntil(lambda asked=asked: asked == [[]])
            assert _said(second) == "True"
            staying = QLocalSocket()
            staying.connectToServer(name_for(tmp_path))
            staying.write(b'{"add": []}\n')
            qtbot.waitUntil(lambda asked=asked: asked == [[], []])
            listening.close()
            del listening
            qtbot.waitUntil(lambda staying=staying: staying.state() == left)

    def test_nonsense_is_passed_over(
        self, first: FirstWindow, tmp_path: Path, qtbot: QtBot
    ) -> None:
        asked: list[list[Path]] = []
        first.asked.connect(asked.append)
        socket = QLocalSocket()
        socket.connectToServer(name_for(tmp_path))
        socket.write(b'{"add": 7}\n')
        qtbot.waitUntil(lambda: socket.bytesAvailable() > 0)
        assert asked == []
        socket.disconnectFromServer()
        socket.deleteLater()

    def test_the_window_adds_what_it_is_given(
        self, open_session: Opener, tmp_path: Path, qtbot: QtBot
    ) -> None:
        session = open_session([make_asset(1)])
        session.ask_for([tmp_path])
        engine = session._engine
        assert engine is not None
        qtbot.waitUntil(lambda: ((tmp_path,), False) in engine.indexing.calls)  # pyright: ignore


@pytest.fixture
def switch(theme: Theme, lane: Lane, qtbot: QtBot) -> LibrarySwitch:
    notices = NoticeBar(theme)
    qtbot.addWidget(notices)
    return LibrarySwitch(notices, notices, lane)


class TestGoingOver:
    def test_a_library_is_gone_over_to(
        self, switch: LibrarySwitch, tmp_path: Path, qtbot: QtBot
    ) -> None:
        (tmp_path / "catalog.sqlite").touch()
        with qtbot.waitSignal(switch.wanted) as told:
            switch.open(tmp_path)
        assert told.args == [tmp_path]

    def test_what_is_no_library_leaves_this_one_open(
        self, switch: LibrarySwitch, tmp_path: Path, qtbot: QtBot
    ) -> None:
        switch.open(tmp_path)
        qtbot.waitUntil(lambda: "no library" in switch._notices.text())
        assert list(tmp_path.iterdir()) == []

    def test_a_folder_that_cannot_be_looked_at_is_said_in_words(
        self, switch: LibrarySwitch, tmp_path: Path, qtbot: QtBot
    ) -> None:
        switch.open(tmp_path / ("x" * 300))
        qtbot.waitUntil(lambda: "cannot be opened: File name too long." in switch._notices.text())
        assert "The library that is open stays open." in switch._notices.text()

    def test_a_new_one_begins_where_nothing_is(
        self, switch: LibrarySwitch, tmp_path: Path, qtbot: QtBot
    ) -> None:
        with qtbot.waitSignal(switch.wanted) as told:
            switch.begin(tmp_path / "Summer")
        assert told.args == [tmp_path / "Summer"]

    def test_a_folder_with_something_in_it_becomes_no_library(
        self, switch: LibrarySwitch, tmp_path: Path, qtbot: QtBot
    ) -> None:
        (tmp_path / "letter.txt").touch()
        switch.begin(tmp_path)
        qtbot.waitUntil(lambda: "not empty" in switch._notices.text())


def test_of_a_library_that_was_left_no_picture_is_kept_in_memory(window: Window) -> None:
    shown = window.session.window.centre.grid.assets.assets(0, None)
    assert isinstance(shown, Assets)
    read = weakref.ref(shown.columns)
    del shown
    assert window.session.close(5)
    window.session.let_go()
    gc.collect()
    assert read() is None


def test_recent_libraries_are_in_the_menu(open_session: Opener, tmp_path: Path) -> None:
    window = open_session([make_asset(1)]).window
    chosen: list[Path] = []
    window.show_recent([tmp_path / "Winter", tmp_path / "Spring"], chosen.append)
    [menu] = [menu for menu in window.findChildren(QMenu) if menu.title() == "Recent libraries"]
    assert menu.menuAction() in window.menu_button.menu().actions()
    assert [action.text() for action in menu.actions()] == ["Winter", "Spring"]
    menu.actions()[1].trigger()
    assert chosen == [tmp_path / "Spring"]


def test_the_window_reopens_on_the_other_library_at_its_own_place(
    qapp: QApplication, tmp_path: Path
) -> None:
    opened: list[Path] = []
    shown: list[tuple[str, str]] = []

    def opener(options: EngineOptions) -> FakeEngine:
        opened.append(options.library.folder)
        return FakeEngine([make_asset(1)], tmp_path)

    def watch(session: Session) -> None:
        def go_on() -> None:
            size = session.window.centre.results.size_slider
            shown.append((opened[-1].name, str(size.value())))
            match len(opened):
                case 1:
                    size.setValue(300)
                    session.switch.begin(tmp_path / "Summer")
                case 2:
                    (tmp_path / "Winter").mkdir()
                    (tmp_path / "Winter" / "catalog.sqlite").touch()
                    assert session.switch.recent == (opened[0],)
                    session.switch.open(tmp_path / "Winter")
                case _:
                    session.window.close()

        session.library_shown.connect(go_on)

    options = EngineOptions(profile_dir=tmp_path / "profile", library_dir=tmp_path / "First")
    assert run(options, opener=opener, on_start=watch) == 0
    assert shown == [("First", "192"), ("Summer", "300"), ("Winter", "300")]


def test_the_demo_is_a_library_of_its_own_and_leads_back(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = tmp_path / "samples"
    samples.mkdir()
    (samples / "red.png").write_bytes(b"red")
    monkeypatch.setattr("desktop.app.resource", lambda name: samples)
    engines: list[tuple[EngineOptions, FakeEngine]] = []

    def opener(options: EngineOptions) -> FakeEngine:
        engines.append((options, FakeEngine([make_asset(1)], tmp_path)))
        return engines[-1][1]

    def watch(session: Session) -> None:
        def go_on() -> None:
            lasting = session.window.centre.notices.lasting
            match len(engines):
                case 1:
                    assert lasting.text() == ""
                    session.window.run_action("library.demo")
                case 2:
                    assert "This is the demo" in lasting.text()
                    lasting.action_button.click()
                case _:
                    assert lasting.text() == ""
                    session.window.close()

        session.library_shown.connect(go_on)

    options = EngineOptions(
        profile_dir=tmp_path / "profile", library_dir=tmp_path / "Mine", model="own"
    )
    assert run(options, opener=opener, on_start=watch) == 0
    opened = [(options.library.folder, options.model) for options, _ in engines]
    demo = tmp_path / "profile" / "demo"
    mine = (tmp_path / "Mine", "own")
    assert opened == [mine, (demo / "Demo", "demo"), mine]
    assert engines[1][1].indexing.calls == [((demo / "pictures",), False)]
    assert (demo / "pictures" / "red.png").read_bytes() == b"red"
