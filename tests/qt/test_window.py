"""The whole window on a fake engine: opening, adding, searching, details, models, errors."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QDeadlineTimer, Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop.core.errors import LibraryInUse, StoreError, UsageError
from desktop.core.progress import Progress
from desktop.qt.dialogs.failures import FailuresDialog
from desktop.qt.dialogs.models import ModelsDialog
from desktop.qt.dialogs.report import ReportDialog
from desktop.qt.engine import EngineParts
from desktop.qt.error_hook import ErrorHook
from desktop.qt.main_window import CREATE
from desktop.qt.models.dragging import assets_mime
from desktop.qt.models.job_list import JobRow, JobState, duration_text, progress_text
from desktop.qt.models.sections import ALL, Section, overview
from desktop.qt.panels.details import size_text
from desktop.qt.session import Session
from desktop.qt.theme import Theme
from desktop.services.reports import FileFailure, IndexReport
from tests.fakes.services import FakeEngine, make_asset
from tests.qt.conftest import Opener
from tests.qt.drops import drag_over, drop, files_mime


def titles(session: Session) -> str:
    """What the empty state says; empty when pictures are shown."""
    if not session.window.is_furnished:
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

    def slow() -> EngineParts:
        gate.wait(5)
        return engine

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
    session = Session(theme, lambda: engine)
    session.start()
    session.window.close()
    assert session.close(5)


def test_a_library_that_does_not_open(theme: Theme, qtbot: QtBot) -> None:
    answers: list[Exception | FakeEngine] = [
        LibraryInUse("It is open in another Plantain.", next_step="Close the other one."),
        FakeEngine(),
    ]

    def open_it() -> EngineParts:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    session = Session(theme, open_it)
    session.start()
    qtbot.waitUntil(lambda: "could not be opened" in titles(session))
    assert "Close the other one." in titles(session)
    press(session, "Try again", qtbot)
    qtbot.waitUntil(lambda: "Drop folders or pictures here" in titles(session))
    assert session.close(5)


def test_an_empty_library_says_what_to_do(open_session: Opener) -> None:
    session = open_session()
    assert "Drop folders or pictures here" in titles(session)
    assert "never moves, copies or changes" in titles(session)


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
    assert "2 added · 1 could not be read" in line.words()
    qtbot.mouseClick(line.failures_button, Qt.MouseButton.LeftButton)
    [dialog] = session.window.findChildren(FailuresDialog)
    assert dialog.as_text() == f"{tmp_path / 'bad.png'}\tThe file is cut off."
    qtbot.mouseClick(dialog.retry_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(engine.indexing.calls) == 2)
    assert engine.indexing.calls[1] == ((tmp_path / "bad.png",), True)


def test_indexing_can_be_stopped(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine()
    engine.indexing.gate = threading.Event()
    engine.indexing.steps = [Progress("Reading pictures", 3, 9)]
    session = open_session(engine)
    session.window.paths_added.emit([Path("/a")])
    line = session.window.jobs_panel.line
    qtbot.waitUntil(lambda: "3 of 9" in line.words())
    assert "Reading your pictures" in titles(session)
    qtbot.mouseClick(line.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Stopped" in line.words())
    qtbot.waitUntil(lambda: "Drop folders" in titles(session))


def test_what_a_scan_found_is_shown_before_it_is_read(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine()
    engine.indexing.gate = threading.Event()
    engine.indexing.steps = [
        Progress("Looking through folders"),
        Progress("Starting the model", 0, 2),
    ]
    session = open_session(engine)
    qtbot.waitUntil(lambda: "Drop folders" in titles(session))
    engine.browsing.assets = [make_asset(1, content_hash=""), make_asset(2, content_hash="")]
    session.window.paths_added.emit([Path("/a")])
    qtbot.waitUntil(session.window.centre.grid.isVisible, timeout=1000)
    line = session.window.jobs_panel.line
    assert "Starting the model · 0 of 2" in line.words(), "though it came right after the first"
    engine.indexing.gate.set()
    qtbot.waitUntil(lambda: "3 added" in line.words())


def test_a_stopped_run_is_finished_at_the_next_start(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine([make_asset(1), make_asset(2, content_hash="")])
    session = open_session(engine)
    line = session.window.jobs_panel.line
    qtbot.waitUntil(lambda: "Make every picture searchable 3 updated" in line.words())
    assert engine.indexing.caught_up == 1, "once, whatever it left"


def test_what_has_not_changed_is_not_read_again(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine([make_asset(1)])
    session = open_session(engine)
    line = session.window.jobs_panel.line
    session.window.rescan_action.trigger()
    qtbot.waitUntil(lambda: "3 added" in line.words())
    qtbot.waitUntil(lambda: session.lanes.browse.is_idle)
    assert engine.browsing.times_read == 1
    engine.browsing.assets = [make_asset(2), make_asset(1)]
    session.window.rescan_action.trigger()
    qtbot.waitUntil(lambda: session.window.centre.grid.count() == 2)
    assert engine.browsing.times_read == 2


def test_pictures_do_not_wait_for_the_status(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine([make_asset(1)])
    engine.model = ""
    engine.status_gate = threading.Event()  # as a key store that asks the person
    session = open_session(engine)
    notice = session.window.centre.model_notice
    assert session.window.centre.grid.count() == 1
    assert not notice.words()
    engine.status_gate.set()
    qtbot.waitUntil(lambda: "There is no model yet" in notice.words())


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
    library = session.library
    assert library is not None
    qtbot.waitUntil(lambda: not library.is_indexing)
    states = [job.state for job in session.window.jobs.jobs()]
    assert sorted(states) == sorted([JobState.STOPPED, JobState.DONE, JobState.DONE])


def test_the_open_list_of_jobs_does_not_say_things_twice(
    open_session: Opener, qtbot: QtBot
) -> None:
    session = open_session()
    session.window.rescan_action.trigger()
    panel = session.window.jobs_panel
    qtbot.waitUntil(lambda: "3 added" in panel.line.words())
    qtbot.mouseClick(panel.toggle, Qt.MouseButton.LeftButton)
    assert panel.drawer.isVisible()
    assert not panel.line.isVisible()
    qtbot.mouseClick(panel.toggle, Qt.MouseButton.LeftButton)
    assert panel.line.isVisible()


def test_a_failing_store_becomes_a_notice(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine()
    engine.indexing.error = StoreError("The disk is full.", next_step="Free some space.")
    session = open_session(engine)
    session.window.rescan_action.trigger()
    notice = session.window.centre.notice
    qtbot.waitUntil(lambda: notice.words() == "The disk is full. Free some space.")
    assert session.window.jobs.jobs()[0].state is JobState.FAILED


def test_searching_as_one_types(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine([make_asset(1, "red hat.png"), make_asset(2, "blue hat.png")])
    session = open_session(engine)
    centre = session.window.centre
    qtbot.keyClicks(centre.search.words, "red")
    qtbot.waitUntil(lambda: centre.grid.assets.rowCount() == 1)
    assert centre.results.title() == "Best matches for “red”"
    assert engine.searching.threads == {"lane-search"}
    centre.search.words.setText("zebra")
    qtbot.waitUntil(lambda: "Nothing found for “zebra”" in titles(session))
    press(session, "Back to browsing", qtbot)
    qtbot.waitUntil(lambda: centre.grid.isVisible() and centre.grid.assets.rowCount() == 2)
    assert centre.results.title() == "All pictures"


def test_an_old_answer_never_replaces_a_newer_one(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine([make_asset(1, "old.png"), make_asset(2, "new.png")])
    gate, begun = threading.Event(), threading.Event()

    def slow(query: object) -> threading.Event | None:
        begun.set()
        return gate if len(engine.searching.queries) == 1 else None

    engine.searching.gate = slow
    session = open_session(engine)
    centre = session.window.centre
    centre.search.words.setText("old")
    qtbot.waitUntil(begun.is_set)
    centre.search.words.setText("new")
    qtbot.waitUntil(lambda: centre.results.title() == "Searching for “new”…")
    gate.set()
    qtbot.waitUntil(lambda: centre.situation.is_answered)
    assert centre.grid.assets.asset(0).filename == "new.png"
    qtbot.waitUntil(lambda: session.lanes.search.is_idle)
    assert centre.grid.assets.asset(0).filename == "new.png"


def test_a_search_that_fails(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine([make_asset(1)])
    engine.model = ""
    engine.searching.error = UsageError("Searching by picture needs a model.")
    session = open_session(engine)
    session.window.centre.search.search_asset(make_asset(1))
    qtbot.waitUntil(lambda: "This search did not work" in titles(session))
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
    sidebar, grid = session.window.sidebar, session.window.centre.grid

    def shown() -> list[int]:
        return [grid.assets.asset(row).id for row in range(grid.assets.rowCount())]

    sidebar.choose(Section("folder", Path("/a")))
    assert shown() == [1, 2, 5]
    assert session.library is not None
    session.library.refresh()
    qtbot.waitUntil(lambda: session.lanes.browse.is_idle)
    assert shown() == [1, 2, 5]
    sidebar.choose(Section("generated"))
    assert shown() == [4]
    sidebar.choose(Section("missing"))
    assert shown() == [5]
    sidebar.choose(ALL)
    assert shown() == [1, 2, 3, 4, 5]


def test_the_generated_section_invites(open_session: Opener, qtbot: QtBot) -> None:
    session = open_session([make_asset(1)])
    session.window.sidebar.choose(Section("generated"))
    assert "Nothing created yet" in titles(session)
    press(session, "Create a picture", qtbot)
    assert session.window.creation.isVisible()


def test_overview_counts_below_and_leaves_generated_ones_out() -> None:
    rows = overview(
        [
            make_asset(1, folder="/a"),
            make_asset(2, folder="/a/b"),
            make_asset(3, folder="/made", is_generated=True),
        ]
    ).folders
    assert [(row.path, row.depth, row.count) for row in rows] == [
        (Path("/a"), 0, 2),
        (Path("/a/b"), 1, 1),
    ]


def test_details_follow_the_selection(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine([make_asset(n) for n in range(1, 6)])
    engine.browsing.used_in[3] = (make_asset(4),)
    session = open_session(engine)
    window = session.window
    window.centre.grid.select_asset(3)
    qtbot.waitUntil(lambda: "Used in" in texts(window.details))
    assert "1,200 × 800 px" in texts(window.details)
    window.centre.grid.selectAll()
    assert "5 selected" in texts(window.details)


def texts(widget: object) -> str:
    from PySide6.QtWidgets import QLabel, QWidget

    assert isinstance(widget, QWidget)
    return " ".join(lbl.text() for lbl in widget.findChildren(QLabel) if lbl.isVisible())


def test_without_a_model(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine([make_asset(1)])
    engine.model = ""
    session = open_session(engine)
    notice = session.window.centre.model_notice
    assert "Browsing and searching by name work." in notice.words()
    qtbot.mouseClick(notice.action_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(session.window.findChildren(ModelsDialog)))
    [dialog] = session.window.findChildren(ModelsDialog)
    use = dialog.findChild(QPushButton, "use demo")
    assert isinstance(use, QPushButton)
    qtbot.mouseClick(use, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: engine.model == "demo")
    # A new model encodes what there is, and the notice goes.
    qtbot.waitUntil(lambda: engine.indexing.caught_up == 1)
    qtbot.waitUntil(lambda: notice.words() == "")


def test_downloading_and_importing_a_model(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine([make_asset(1)])
    engine.model = ""
    session = open_session(engine)
    assert session.models is not None
    session.models.download("ViT-B-32")
    qtbot.waitUntil(lambda: engine.model == "ViT-B-32")
    session.models.import_file(Path("/models/mine.safetensors"))
    qtbot.waitUntil(lambda: engine.model == "mine")
    engine.models.error = StoreError("The hub cannot be reached.")
    session.models.download("ViT-B-32")
    notice = session.window.centre.notice
    qtbot.waitUntil(lambda: "The hub cannot be reached." in notice.words())


@pytest.mark.parametrize("key", [Qt.Key.Key_F, Qt.Key.Key_G])
def test_shortcuts_reach_the_panels(open_session: Opener, qtbot: QtBot, key: Qt.Key) -> None:
    window = open_session([make_asset(1)]).window
    window.activateWindow()
    window.centre.grid.setFocus()
    qtbot.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
    reached = window.centre.search.words if key == Qt.Key.Key_F else window.creation.prompt
    qtbot.waitUntil(reached.hasFocus)


def test_escape_goes_back_step_by_step(open_session: Opener, qtbot: QtBot) -> None:
    window = open_session([make_asset(1, "hat.png"), make_asset(2)]).window
    window.activateWindow()
    words, grid = window.centre.search.words, window.centre.grid
    words.setFocus()
    words.setText("hat")
    qtbot.waitUntil(lambda: grid.assets.rowCount() == 1)
    grid.select_asset(1)
    window.show_tab(CREATE)
    qtbot.waitUntil(window.creation.prompt.hasFocus)
    qtbot.keyClick(window.creation.prompt, Qt.Key.Key_Escape)
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
    session.window.rescan_action.trigger()
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
    session.window.centre.search.words.setText("a")
    qtbot.waitUntil(begun.is_set)
    deadline = QDeadlineTimer(2000)
    assert not session.lanes.close(0.1)
    assert not deadline.hasExpired()
    gate.set()
    assert session.close(5)


def test_progress_in_words() -> None:
    row = JobRow(1, "Add", lambda: None, JobState.RUNNING)
    row.progress = Progress("Reading pictures", 50, 200, failed=1)
    row.stage_began_at = 100.0
    assert progress_text(row, 110.0) == (
        "Reading pictures · 50 of 200 pictures · 5 a second · 30 s left · 1 could not be read"
    )
    row.progress = Progress("Looking through folders")
    assert progress_text(row, 110.0) == "Looking through folders"
    assert [duration_text(s) for s in (0.2, 59, 90, 7200)] == ["1 s", "59 s", "2 min", "2.0 h"]
    assert [size_text(n) for n in (0, 999, 1500, 2_345_678, 5_000_000_000)] == [
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
        "              'sqlite3', 'asyncio', 'keyring', 'tqdm', 'desktop.wiring'}\n"
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
