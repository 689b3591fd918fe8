"""The whole window on a fake engine: opening, adding, searching, details, models, errors."""

from __future__ import annotations

import errno
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QDeadlineTimer, Qt
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from desktop.core.errors import LibraryInUse, StoreError, UsageError
from desktop.core.progress import Progress
from desktop.core.text import size
from desktop.library.catalog.asset_columns import Assets
from desktop.library.catalog.database import unusable
from desktop.qt.browse.sections import ALL, GENERATED, MISSING, folder_section, overview
from desktop.qt.jobs.job_list import JobRow, JobState, progress_text
from desktop.qt.jobs.pace import Pace
from desktop.qt.manage.failures_dialog import FailuresDialog
from desktop.qt.manage.models_dialog import ModelsDialog
from desktop.qt.shell.error_hook import ErrorHook
from desktop.qt.shell.report_dialog import ReportDialog
from desktop.qt.shell.right_panel import CREATE
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from desktop.qt.widgets.dragging import DropHint, assets_mime
from desktop.qt.widgets.value_rows import ValueField
from desktop.services.reports import FileFailure, IndexReport
from tests.dressing import undress
from tests.fakes.services import FakeEngine, make_asset
from tests.qt.conftest import Opener
from tests.qt.drops import drag_away, drag_over, drop, files_mime


def titles(session: Session) -> str:
    """What the empty state says; empty when pictures are shown."""
    if not session.window.has_panels:
        return ""
    centre = session.window.centre
    state = centre.empty.shown
    return "" if centre.grid.isVisible() or state is None else f"{state.title} {state.body}"


def press(session: Session, text: str, qtbot: QtBot) -> None:
    def buttons() -> list[QPushButton]:
        found = session.window.centre.findChildren(QPushButton)
        return [button for button in found if button.text() == text and button.isVisible()]

    qtbot.waitUntil(lambda: len(buttons()) == 1)
    qtbot.mouseClick(buttons()[0], Qt.MouseButton.LeftButton)


def test_the_window_is_there_before_the_library(theme: Theme, qtbot: QtBot) -> None:
    gate, engine = threading.Event(), FakeEngine([make_asset(1)])

    def slow() -> FakeEngine:
        gate.wait(5)
        return engine

    undress()
    session = Session(theme, slow, [Path("/early")])
    session.start()
    assert session.window.isVisible()
    qtbot.waitUntil(lambda: "Opening your library" in titles(session))
    gate.set()
    qtbot.waitUntil(lambda: engine.indexing.calls == [((Path("/early"),), False)])
    assert session.close(5)
    assert engine.is_closed


def test_closing_while_the_library_opens(theme: Theme) -> None:
    engine = FakeEngine()
    undress()
    session = Session(theme, lambda: engine)
    session.start()
    session.window.close()
    assert session.close(5)


def test_a_library_that_does_not_open(theme: Theme, qtbot: QtBot) -> None:
    answers: list[Exception | FakeEngine] = [
        LibraryInUse("It is open in another Plantain.", next_step="Close the other one."),
        FakeEngine(),
    ]

    def open_it() -> FakeEngine:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    undress()
    session = Session(theme, open_it)
    session.start()
    qtbot.waitUntil(lambda: "could not be opened" in titles(session))
    assert "Close the other one." in titles(session)
    press(session, "Try again", qtbot)
    qtbot.waitUntil(lambda: "Welcome to Plantain" in titles(session))
    assert session.close(5)


class _Remedies:
    """Notes what was chosen."""

    def __init__(self) -> None:
        self.chosen: list[tuple[Path | None, bool]] = []

    def choose(self, folder: Path | None, *, is_read_only: bool) -> None:
        self.chosen.append((folder, is_read_only))

    def plan(self) -> str:
        return ""

    def repair(self) -> str:
        return ""


@pytest.fixture
def remedies() -> _Remedies:
    return _Remedies()


@pytest.fixture
def on_full_disk(theme: Theme, qtbot: QtBot, remedies: _Remedies) -> Iterator[Session]:
    """A window whose library opens read-only, or another one in its place."""

    def open_it() -> FakeEngine:
        if remedies.chosen:
            return FakeEngine()
        raise unusable(Path("/library/catalog.sqlite"), OSError(errno.ENOSPC, "No space left"))

    undress()
    session = Session(theme, open_it, remedies=remedies)
    session.start()
    qtbot.waitUntil(lambda: "could not be opened" in titles(session))
    yield session
    assert session.close(5)


def test_on_a_full_disk_the_library_can_be_looked_at(
    on_full_disk: Session, remedies: _Remedies, qtbot: QtBot
) -> None:
    press(on_full_disk, "Open read-only", qtbot)
    qtbot.waitUntil(lambda: "Welcome to Plantain" in titles(on_full_disk))
    assert remedies.chosen == [(None, True)]


def test_in_place_of_a_library_no_folder_of_something_else_is_opened(
    on_full_disk: Session,
    remedies: _Remedies,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A new library would begin among whatever is in it."""
    library = tmp_path / "library"
    library.mkdir()
    (library / "catalog.sqlite").touch()
    answers = [str(tmp_path), str(library)]
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: answers.pop(0))
    press(on_full_disk, "Open another library…", qtbot)
    qtbot.waitUntil(lambda: "There is no library of Plantain in" in titles(on_full_disk))
    assert remedies.chosen == []
    press(on_full_disk, "Open another library…", qtbot)
    qtbot.waitUntil(lambda: remedies.chosen == [(library, False)])
    qtbot.waitUntil(lambda: "Welcome to Plantain" in titles(on_full_disk))


def test_an_empty_library_says_what_to_do(open_session: Opener) -> None:
    session = open_session()
    assert "Welcome to Plantain" in titles(session)
    texts_there = texts(session.window.centre.empty)
    assert "never moves, copies or changes" in texts_there
    for way in ("Your own pictures", "The demo", "A library you have"):
        assert way in texts_there


def test_the_first_window_leads_three_ways(
    open_session: Opener, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        QFileDialog, "getExistingDirectory", lambda parent, title: asked.append(title) or ""
    )
    monkeypatch.setattr(
        QFileDialog, "getOpenFileName", lambda parent, title, *_: (asked.append(title) or "", "")
    )
    session = open_session()
    press(session, "Add folder…", qtbot)
    press(session, "Open…", qtbot)
    press(session, "Restore…", qtbot)
    assert asked == ["Add a folder to the library", "Open another library", "Restore a backup"]
    with qtbot.waitSignal(session.demo_wanted):
        press(session, "Try the demo", qtbot)


def test_dropping_a_folder_adds_it(open_session: Opener, tmp_path: Path, qtbot: QtBot) -> None:
    engine = FakeEngine()
    engine.indexing.new = [make_asset(1), make_asset(2)]
    engine.indexing.report = IndexReport(
        found=3, added=2, failed=(FileFailure(tmp_path / "bad.png", "The file is cut off."),)
    )
    session = open_session(engine)
    assert drop(session.window, files_mime([tmp_path]))
    qtbot.waitUntil(session.window.centre.grid.isVisible)
    assert engine.indexing.calls == [((tmp_path,), False)]
    line = session.window.jobs_panel.line
    assert "2 added · 1 could not be read" in line.text()
    qtbot.mouseClick(line.failures_button, Qt.MouseButton.LeftButton)
    [dialog] = session.window.findChildren(FailuresDialog)
    assert dialog.as_text() == f"{tmp_path / 'bad.png'}\tThe file is cut off."
    qtbot.mouseClick(dialog.retry_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(engine.indexing.calls) == 2)
    assert engine.indexing.calls[1] == ((tmp_path / "bad.png",), True)


def test_what_is_passed_over_is_said_once(
    open_session: Opener, tmp_path: Path, qtbot: QtBot
) -> None:
    engine = FakeEngine()
    engine.indexing.report = IndexReport(found=3, added=3, passed_over={".c4d": 9, ".skp": 3})
    session = open_session(engine)
    session.window.paths_added.emit([tmp_path])
    told = "12 files of kinds that Plantain does not read were passed over: .c4d 9, .skp 3."
    line = session.window.jobs_panel.line
    qtbot.waitUntil(lambda: told in line.text())
    assert line.text().count(told) == 1


def test_indexing_can_be_stopped(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine()
    engine.indexing.gate = threading.Event()
    engine.indexing.steps = [Progress("Reading pictures", 3, 9)]
    session = open_session(engine)
    session.window.paths_added.emit([Path("/a")])
    line = session.window.jobs_panel.line
    qtbot.waitUntil(lambda: "3 of 9" in line.text())
    assert "Reading your pictures" in titles(session)
    qtbot.mouseClick(line.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Stopped" in line.text())
    qtbot.waitUntil(lambda: "Welcome" in titles(session))


def test_what_a_scan_found_is_shown_before_it_is_read(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine()
    engine.indexing.gate = threading.Event()
    engine.indexing.steps = [
        Progress("Looking through folders"),
        Progress("Starting the model", 0, 2),
    ]
    session = open_session(engine)
    qtbot.waitUntil(lambda: "Welcome" in titles(session))
    engine.browsing.assets = [make_asset(1, content_hash=""), make_asset(2, content_hash="")]
    session.window.paths_added.emit([Path("/a")])
    qtbot.waitUntil(session.window.centre.grid.isVisible)
    line = session.window.jobs_panel.line
    assert "Starting the model · 0 of 2" in line.text(), "though it came right after the first"
    engine.indexing.gate.set()
    qtbot.waitUntil(lambda: "3 added" in line.text())


def test_a_stopped_run_is_finished_at_the_next_start(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine([make_asset(1), make_asset(2, content_hash="")])
    session = open_session(engine)
    line = session.window.jobs_panel.line
    qtbot.waitUntil(lambda: "Make every picture searchable 3 updated" in line.text())
    assert engine.indexing.caught_up == 1, "once, whatever it left"


def test_what_has_not_changed_is_not_read_again(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine([make_asset(1)])
    session = open_session(engine)
    line = session.window.jobs_panel.line
    session.window.action_list["library.rescan"].trigger()
    qtbot.waitUntil(lambda: "3 added" in line.text())
    qtbot.waitUntil(lambda: session.lanes.browse.is_idle)
    assert engine.browsing.times_read == 1
    engine.browsing.assets = [make_asset(2), make_asset(1)]
    session.window.action_list["library.rescan"].trigger()
    qtbot.waitUntil(lambda: session.window.centre.grid.count() == 2)
    assert engine.browsing.times_read == 2


def test_pictures_do_not_wait_for_the_status(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine([make_asset(1)])
    engine.model_switch.model = ""
    engine.status.gate = threading.Event()  # as a key store that asks the person
    session = open_session(engine)
    notice = session.window.centre.notices.model
    assert session.window.centre.grid.count() == 1
    assert not notice.text()
    engine.status.gate.set()
    qtbot.waitUntil(lambda: "There is no model yet" in notice.text())


def test_a_read_only_library_offers_no_change_when_its_pictures_are_shown(
    theme: Theme, qtbot: QtBot
) -> None:
    engine = FakeEngine([make_asset(1)], is_read_only=True)
    engine.status.gate = threading.Event()  # the status is not there yet
    undress()
    session = Session(theme, lambda: engine, [Path("/early")])
    with qtbot.waitSignal(session.library_shown):
        session.start()
    window = session.window
    assert window.centre.grid.count() == 1
    assert "open read-only" in window.centre.notices.lasting.text()
    assert "Nothing was added" in window.centre.notice.text()
    offered = [
        *window.actions(),
        *window.menu_button.menu().actions(),
        *window.centre.grid.actions(),
    ]
    enabled = {action.text() for action in offered if action.isEnabled() and action.text()}
    assert enabled == {
        "Search",
        "Details",
        "Models…",
        "Right panel",
        "Clear the search",
        "Back up…",
        "Restore a backup…",
        "Export tags, ratings and notes…",
        "Back to browsing",
        "Show all pictures",
        "Find a command…",
        "Stack near-duplicates",
        "New library…",
        "Try the demo",
        "Open another library…",
        "Keyboard shortcuts",
        "Export the register of AI-made pictures…",
        "User's guide",
        "About Plantain",
        "What is new",
        "Check for a newer version",
        "Quit",
    }
    assert not window.acceptDrops()
    assert not window.right.creation.isEnabled()
    assert not window.right.details.annotations.isEnabled()
    assert not window.sidebar.add_button.isEnabled()
    assert not window.sidebar.boards.acceptDrops()
    engine.status.gate.set()
    qtbot.waitUntil(lambda: session.lanes.browse.is_idle)
    assert not engine.indexing.calls
    assert session.close(5)


def test_what_is_dropped_goes_before_the_catching_up(
    open_session: Opener, tmp_path: Path, qtbot: QtBot
) -> None:
    engine = FakeEngine([make_asset(1), make_asset(2, content_hash="")])
    engine.indexing.gate = threading.Event()
    session = open_session(engine)
    qtbot.waitUntil(lambda: engine.indexing.caught_up == 1)
    assert drop(session.window, files_mime([tmp_path]))
    qtbot.waitUntil(lambda: engine.indexing.caught_up == 2)
    assert engine.indexing.calls == [((tmp_path,), False)]
    qtbot.waitUntil(lambda: not session.controllers.indexing.is_indexing)
    states = [job.state for job in session.window.jobs.jobs()]
    assert sorted(states) == sorted([JobState.STOPPED, JobState.DONE, JobState.DONE])


def test_the_open_list_of_jobs_does_not_say_things_twice(
    open_session: Opener, qtbot: QtBot
) -> None:
    session = open_session()
    session.window.action_list["library.rescan"].trigger()
    panel = session.window.jobs_panel
    qtbot.waitUntil(lambda: "3 added" in panel.line.text())
    qtbot.mouseClick(panel.toggle, Qt.MouseButton.LeftButton)
    assert panel.drawer.isVisible()
    assert not panel.line.isVisible()
    qtbot.mouseClick(panel.toggle, Qt.MouseButton.LeftButton)
    assert panel.line.isVisible()


def test_a_failing_store_becomes_a_notice(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine()
    engine.indexing.error = StoreError("The disk is full.", next_step="Free some space.")
    session = open_session(engine)
    session.window.action_list["library.rescan"].trigger()
    notice = session.window.centre.notice
    qtbot.waitUntil(lambda: notice.text() == "The disk is full. Free some space.")
    assert session.window.jobs.jobs()[0].state is JobState.FAILED


def test_the_model_is_loaded_when_the_search_bar_is_entered(
    open_session: Opener, qtbot: QtBot
) -> None:
    engine = FakeEngine([make_asset(1)])
    session = open_session(engine)
    session.window.activateWindow()
    qtbot.waitUntil(session.window.isActiveWindow)
    session.window.centre.grid.setFocus()
    session.window.centre.search.text_field.setFocus()
    qtbot.waitUntil(lambda: engine.searching.is_prepared)
    assert engine.searching.queries == []


def test_searching_as_one_types(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine([make_asset(1, "red hat.png"), make_asset(2, "blue hat.png")])
    session = open_session(engine)
    centre = session.window.centre
    qtbot.keyClicks(centre.search.text_field, "red")
    qtbot.waitUntil(lambda: centre.grid.assets.rowCount() == 1)
    assert centre.results.title() == "Best matches for “red”"
    assert engine.searching.threads == {"lane-search"}
    centre.search.text_field.setText("zebra")
    qtbot.waitUntil(lambda: "Nothing found for “zebra”" in titles(session))
    press(session, "Back to browsing", qtbot)
    qtbot.waitUntil(lambda: centre.grid.isVisible() and centre.grid.assets.rowCount() == 2)
    assert centre.results.title() == "All pictures"


def test_a_search_is_repeated_once_the_store_was_sent_what_it_lacked(
    open_session: Opener, qtbot: QtBot
) -> None:
    engine = FakeEngine([make_asset(1, "red hat.png"), make_asset(2, "blue hat.png")])
    engine.indexing.unsent = [3]
    session = open_session(engine)
    centre = session.window.centre
    centre.search.text_field.setText("red")
    qtbot.waitUntil(lambda: len(engine.searching.queries) == 2)
    qtbot.waitUntil(lambda: session.lanes.search.is_idle and session.lanes.index.is_idle)
    assert [query.text for query in engine.searching.queries] == ["red", "red"]
    assert centre.results.title() == "Best matches for “red”"


def test_an_old_answer_never_replaces_a_newer_one(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine([make_asset(1, "old.png"), make_asset(2, "new.png")])
    gate, begun = threading.Event(), threading.Event()

    def slow(query: object) -> threading.Event | None:
        begun.set()
        return gate if len(engine.searching.queries) == 1 else None

    engine.searching.gate = slow
    session = open_session(engine)
    centre = session.window.centre
    centre.search.text_field.setText("old")
    qtbot.waitUntil(begun.is_set)
    centre.search.text_field.setText("new")
    qtbot.waitUntil(lambda: centre.results.title() == "Searching for “new”…")
    gate.set()
    qtbot.waitUntil(lambda: centre.state.is_answered)
    assert centre.grid.assets.asset(0).filename == "new.png"
    qtbot.waitUntil(lambda: session.lanes.search.is_idle)
    assert centre.grid.assets.asset(0).filename == "new.png"


def test_a_model_that_does_not_read_the_script_is_named_and_others_are_offered(
    open_session: Opener, qtbot: QtBot
) -> None:
    engine = FakeEngine([make_asset(1, "红色.png"), make_asset(2, "red.png")])
    engine.searching.languages = ("en",)
    session = open_session(engine)
    centre = session.window.centre
    centre.search.text_field.setText("红色")
    qtbot.waitUntil(lambda: "not trained on Chinese characters" in centre.notices.script.text())
    centre.search.text_field.setText("red")
    qtbot.waitUntil(lambda: centre.notices.script.isHidden())
    centre.search.text_field.setText("红色")
    qtbot.waitUntil(lambda: not centre.notices.script.isHidden())
    with qtbot.waitSignal(centre.action_chosen) as chosen:
        qtbot.mouseClick(centre.notices.script.action_button, Qt.MouseButton.LeftButton)
    assert chosen.args == ["models.show"]


def test_a_search_that_fails(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine([make_asset(1)])
    engine.model_switch.model = ""
    engine.searching.error = UsageError("Searching by picture needs a model.")
    session = open_session(engine)
    session.window.centre.search.search_asset(make_asset(1))
    qtbot.waitUntil(lambda: "The search failed" in titles(session))
    assert "needs a model" in titles(session)


def test_sections_filter_and_survive_a_refresh(open_session: Opener, qtbot: QtBot) -> None:
    assets = [
        make_asset(1, folder="/a"),
        make_asset(2, folder="/a/b"),
        make_asset(3, folder="/ab"),
        make_asset(4, folder="/g", is_generated=True),
        make_asset(5, folder="/a", is_missing=True),
    ]
    session = open_session(assets)
    go, grid = session.window.navigation, session.window.centre.grid

    def shown() -> list[int]:
        return [grid.assets.asset(row).id for row in range(grid.assets.rowCount())]

    go.show_only(folder_section("/a"))
    qtbot.waitUntil(lambda: shown() == [1, 2, 5])
    session.controllers.library.refresh()
    qtbot.waitUntil(lambda: session.lanes.browse.is_idle)
    qtbot.waitUntil(lambda: session.lanes.sections.is_idle)
    assert shown() == [1, 2, 5]
    go.show_only(GENERATED)
    qtbot.waitUntil(lambda: shown() == [4])
    go.show_only(MISSING)
    qtbot.waitUntil(lambda: shown() == [5])
    go.show_only(ALL)
    assert shown() == [1, 2, 3, 4, 5]


def test_the_generated_section_invites(open_session: Opener, qtbot: QtBot) -> None:
    session = open_session([make_asset(1)])
    session.window.navigation.show_only(GENERATED)
    qtbot.waitUntil(lambda: "Nothing created yet" in titles(session))
    press(session, "Create a picture", qtbot)
    assert session.window.right.creation.isVisible()


def test_overview_counts_below_and_leaves_generated_ones_out() -> None:
    assets = [
        make_asset(1, folder="/a"),
        make_asset(2, folder="/a/b"),
        make_asset(3, folder="/made", is_generated=True),
    ]
    rows = overview(Assets.of(assets)).folders
    assert [(row.section.filter.folder, row.depth, row.pictures) for row in rows] == [
        ("/a", 0, 2),
        ("/a/b", 1, 1),
    ]


def test_details_follow_the_selection(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine([make_asset(n) for n in range(1, 6)])
    engine.browsing.used_in[3] = (make_asset(4),)
    session = open_session(engine)
    window = session.window
    window.centre.grid.select_asset(3)
    qtbot.waitUntil(lambda: "Used in" in texts(window.right.details))
    assert "1,200 × 800 px" in texts(window.right.details)
    window.centre.grid.selectAll()
    assert "5 selected" in texts(window.right.details)


def texts(widget: object) -> str:
    from PySide6.QtWidgets import QLabel, QWidget

    assert isinstance(widget, QWidget)
    labels = (lbl.text() for lbl in widget.findChildren(QLabel) if lbl.isVisible())
    values = (field.value for field in widget.findChildren(ValueField) if field.isVisible())
    return " ".join((*labels, *values))


def test_without_a_model(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine([make_asset(1)])
    engine.model_switch.model = ""
    session = open_session(engine)
    notice = session.window.centre.notices.model
    assert "Browsing and searching by name work." in notice.text()
    qtbot.mouseClick(notice.action_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(session.window.findChildren(ModelsDialog)))
    [dialog] = session.window.findChildren(ModelsDialog)
    use = dialog.findChild(QPushButton, "use demo")
    assert isinstance(use, QPushButton)
    qtbot.mouseClick(use, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: engine.model_switch.model == "demo")
    # A new model encodes what there is, and the notice goes.
    qtbot.waitUntil(lambda: engine.indexing.caught_up == 1)
    qtbot.waitUntil(lambda: notice.text() == "")


def test_downloading_and_importing_a_model(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine([make_asset(1)])
    engine.model_switch.model = ""
    session = open_session(engine)
    session.controllers.models.download("ViT-B-32")
    qtbot.waitUntil(lambda: engine.model_switch.model == "ViT-B-32")
    session.controllers.models.import_file(Path("/models/mine.safetensors"))
    qtbot.waitUntil(lambda: engine.model_switch.model == "mine")
    engine.models.error = StoreError("The hub cannot be reached.")
    session.controllers.models.download("ViT-B-32")
    notice = session.window.centre.notice
    qtbot.waitUntil(lambda: "The hub cannot be reached." in notice.text())


@pytest.mark.parametrize("key", [Qt.Key.Key_F, Qt.Key.Key_G])
def test_shortcuts_reach_the_panels(open_session: Opener, qtbot: QtBot, key: Qt.Key) -> None:
    window = open_session([make_asset(1)]).window
    window.activateWindow()
    window.centre.grid.setFocus()
    qtbot.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
    reached = (
        window.centre.search.text_field if key == Qt.Key.Key_F else window.right.creation.prompt
    )
    qtbot.waitUntil(reached.hasFocus)


def test_ctrl_r_makes_references_of_what_is_selected(open_session: Opener, qtbot: QtBot) -> None:
    window = open_session([make_asset(n) for n in range(1, 5)]).window
    window.activateWindow()
    window.centre.grid.setFocus()
    window.centre.grid.select_asset(2)
    qtbot.keyClick(window.centre.grid, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.right.has_creation)
    references = window.right.creation.tray.references()
    assert [reference.asset_id for reference in references] == [2]


def test_escape_goes_back_step_by_step(open_session: Opener, qtbot: QtBot) -> None:
    window = open_session([make_asset(1, "hat.png"), make_asset(2)]).window
    window.activateWindow()
    words, grid = window.centre.search.text_field, window.centre.grid
    words.setFocus()
    words.setText("hat")
    qtbot.waitUntil(lambda: grid.assets.rowCount() == 1)
    grid.select_asset(1)
    window.right.show_tab(CREATE)
    qtbot.waitUntil(window.right.creation.prompt.hasFocus)
    qtbot.keyClick(window.right.creation.prompt, Qt.Key.Key_Escape)
    assert grid.hasFocus()
    assert words.text() == "hat"
    qtbot.keyClick(grid, Qt.Key.Key_Escape)
    assert words.text() == ""
    assert [asset.id for asset in grid.selected_assets()] == [1]
    qtbot.keyClick(grid, Qt.Key.Key_Escape)
    assert grid.selected_assets() == []


def test_dragging_over_the_window_says_what_a_drop_does(
    open_session: Opener, tmp_path: Path
) -> None:
    window = open_session([make_asset(1)]).window
    drag_over(window, files_mime([tmp_path]))
    assert window.drop_hint.isVisible()
    assert drop(window, files_mime([tmp_path]))
    assert window.drop_hint.isHidden()
    assert not drop(window, assets_mime([make_asset(1)]))


def test_unforeseen_errors_open_one_report(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine([make_asset(1)])
    engine.indexing.error = ZeroDivisionError("ours")
    session = open_session(engine)
    session.window.action_list["library.rescan"].trigger()
    qtbot.waitUntil(lambda: bool(session.window.findChildren(ReportDialog)))
    session.report(ValueError("another"))
    [dialog] = session.window.findChildren(ReportDialog)
    assert dialog.details.isHidden(), "no traceback in the face"
    assert "ZeroDivisionError" in dialog.details.toPlainText()
    assert "another" in dialog.details.toPlainText()


def test_errors_of_threads_take_the_same_road(qtbot: QtBot) -> None:
    hook = ErrorHook()
    hook.install()
    try:

        def fail() -> None:
            raise ValueError("in a thread")

        told: list[str] = []
        hook.raised.connect(told.append)
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
        qtbot.waitUntil(lambda: bool(told))
        assert "in a thread" in told[0]
    finally:
        hook.remove()


def test_a_hanging_job_does_not_hold_the_window(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine([make_asset(1)])
    gate, begun = threading.Event(), threading.Event()

    def hang(_: object) -> threading.Event:
        begun.set()
        return gate

    engine.searching.gate = hang
    session = open_session(engine)
    session.window.centre.search.text_field.setText("a")
    qtbot.waitUntil(begun.is_set)
    deadline = QDeadlineTimer(2000)
    assert not session.lanes.close(0.1)
    assert not deadline.hasExpired()
    gate.set()
    assert session.close(5)


def test_progress_in_words() -> None:
    row = JobRow(1, "Add", lambda: None, JobState.RUNNING)
    row.progress = Progress("Reading pictures", 50, 200, failed=1)
    for second in range(11):
        row.pace.take(5 * second, 100.0 + second)
    assert progress_text(row) == (
        "Reading pictures · 50 of 200 pictures · 5 a second · half a minute left"
        " · 1 could not be read"
    )
    row.is_stopping = True
    assert progress_text(row) == "Stopping… · 50 of 200 pictures · 1 could not be read"
    row.is_stopping, row.pace = False, Pace()
    row.progress = Progress("Looking through folders")
    assert progress_text(row) == "Looking through folders"
    assert [size(n) for n in (0, 999, 1500, 2_345_678, 5_000_000_000)] == [
        "0 bytes",
        "999 bytes",
        "1.5 kB",
        "2.3 MB",
        "5.0 GB",
    ]


def test_the_first_paint_needs_nothing_of_the_engine(tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        "from desktop import cli, app\n"
        "def seen():\n"
        "    engine = {'torch', 'open_clip', 'pymilvus', 'google.genai', 'numpy', 'PIL',\n"
        "              'sqlite3', 'asyncio', 'keyring', 'tqdm', 'desktop.wiring.engine'}\n"
        "    engine &= set(sys.modules)\n"
        "    print(engine or '', flush=True)\n"
        "    os._exit(bool(engine))\n"
        "class Watched(app.Session):\n"
        "    def start(self):\n"
        "        self.window.first_painted.connect(seen)\n"
        "        super().start()\n"
        "app.Session = Watched\n"
        f"cli.main(['--profile-dir', {str(tmp_path)!r}])\n"
        "sys.exit('never painted')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_button_of_the_right_panel_is_a_picture_with_its_keys(open_session: Opener) -> None:
    window = open_session([make_asset(1)]).window
    assert not window.panel_button.icon().isNull()
    assert "Ctrl+\\" in window.panel_button.toolTip()
    window.panel_button.click()
    assert window.right.isHidden()


def test_what_is_dragged_is_told_where_it_would_land(open_session: Opener, tmp_path: Path) -> None:
    window = open_session([make_asset(1)]).window
    picture = tmp_path / "a.png"
    picture.write_bytes(b"x")
    mime = files_mime([picture])
    window.right.show_tab(CREATE)
    tray = window.right.creation.tray
    for place, words in (
        (window.centre.search, "Search by this picture"),
        (tray, "Use as reference"),
        (window, "Add to library"),
    ):
        drag_over(place, mime)
        hints = [hint for hint in window.findChildren(DropHint) if hint.isVisible()]
        assert [hint.text() for hint in hints] == [words]
        [hint] = hints
        over = hint.parentWidget()
        assert over is not None
        assert over.rect().contains(hint.geometry())
        drag_away(place)
        assert not hint.isVisible()
