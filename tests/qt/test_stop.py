"""What a person stops stays stopped: nothing is read by itself until they go on."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.config.options import EngineOptions
from desktop.core.cancellation import CancelToken
from desktop.core.progress import Progress, ProgressSteps
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.job_list import JobListModel, JobState, Outcome
from desktop.qt.jobs.panel import JobLine, JobsPanel
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from desktop.services.engine import Engine
from desktop.services.reports import IndexReport
from desktop.wiring.engine import open_engine
from tests import pictures as sample
from tests.dressing import undress
from tests.fakes.services import FakeEngine, make_asset
from tests.qt.conftest import Opener

LEFT = Qt.MouseButton.LeftButton
CHANGED = frozenset({Path("/pictures/b.png")})


@pytest.fixture
def engine() -> FakeEngine:
    made = FakeEngine([make_asset(1)])
    made.indexing.steps = [Progress("Reading pictures", 3, 900)]
    made.indexing.gate = threading.Event()
    return made


def line(session: Session) -> JobLine:
    return session.window.jobs_panel.line


def stop(session: Session, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: "3 of 900" in line(session).text())
    qtbot.mouseClick(line(session).cancel_button, LEFT)
    qtbot.waitUntil(lambda: line(session).offer_button.isVisible())


def rest(session: Session, qtbot: QtBot) -> None:
    for lane in (session.lanes.index, session.lanes.browse):
        qtbot.waitUntil(lambda lane=lane: lane.is_idle)


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_stop_answers_at_once(qtbot: QtBot, theme: Theme, by: str) -> None:
    """The job itself may need a moment: a picture that is being read is read to its end."""
    jobs, asked = JobListModel(), list[int]()
    panel = JobsPanel(theme, jobs)
    qtbot.addWidget(panel)
    job = jobs.add("Add shoots", lambda: asked.append(job))
    jobs.report(job, Progress("Reading pictures", 3, 900))
    panel.show()
    button = panel.line.cancel_button
    if by == "mouse":
        qtbot.mouseClick(button, LEFT)
    else:
        button.setFocus()
        qtbot.keyClick(button, Qt.Key.Key_Space)
    assert panel.line.text() == "Add shoots Stopping… · 3 of 900 pictures"
    assert not button.isEnabled()
    jobs.report(job, Progress("Reading pictures", 4, 900))
    assert panel.line.text() == "Add shoots Stopping… · 4 of 900 pictures"
    jobs.stop(job)
    assert asked == [job]
    jobs.end(job, JobState.STOPPED, Outcome("Stopped"))
    assert panel.line.text() == "Add shoots Stopped"
    assert not button.isVisible()


def test_nothing_is_read_by_itself_after_a_stop(
    open_session: Opener, engine: FakeEngine, qtbot: QtBot
) -> None:
    session = open_session(engine)
    session.window.paths_added.emit([Path("/a")])
    stop(session, qtbot)
    assert engine.indexing_stop.is_set
    assert line(session).text() == "Stopped 3 pictures are not read yet; what was read is kept"
    engine.watching.watcher.tell(CHANGED)
    session.controllers.library.unfinished_found.emit()
    session.controllers.indexing._context.hub.tell(Changes(ignored_less=True))
    rest(session, qtbot)
    assert engine.indexing.followed == []
    assert engine.indexing.caught_up == 0
    assert engine.indexing.calls == [((Path("/a"),), False)]
    # Another job that ends takes the offer from nobody's sight.
    engine.indexing.gate = None
    session.window.paths_added.emit([Path("/b")])
    rest(session, qtbot)
    assert engine.indexing.calls[1:] == [((Path("/b"),), False)]
    assert line(session).offer_button.isVisible()
    assert engine.indexing_stop.is_set


@pytest.mark.parametrize("by", ["Continue", "F5"])
def test_a_person_goes_on(open_session: Opener, engine: FakeEngine, qtbot: QtBot, by: str) -> None:
    session = open_session(engine)
    session.window.paths_added.emit([Path("/a")])
    stop(session, qtbot)
    engine.indexing.gate = None
    if by == "Continue":
        assert line(session).offer_button.text() == "Continue"
        qtbot.mouseClick(line(session).offer_button, LEFT)
    else:
        session.window.action_list["library.rescan"].trigger()
    rest(session, qtbot)
    assert not engine.indexing_stop.is_set
    assert engine.indexing.calls[1:] == [((), False)]
    assert not line(session).offer_button.isVisible()
    engine.watching.watcher.tell(CHANGED)
    qtbot.waitUntil(lambda: engine.indexing.followed == [CHANGED])


def test_who_goes_on_before_the_stopped_job_has_ended_has_gone_on(
    open_session: Opener, engine: FakeEngine, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A picture that is being read is read to its end, which may take longer than a click."""
    last_picture = threading.Event()

    def run(
        paths: Sequence[Path], cancel: CancelToken, *, retry_failed: bool = False
    ) -> ProgressSteps[IndexReport]:
        del retry_failed
        if paths:
            yield Progress("Reading pictures", 3, 900)
            last_picture.wait()
            cancel.raise_if_cancelled()
        return IndexReport()

    monkeypatch.setattr(engine.indexing, "run", run)
    session = open_session(engine)
    session.window.paths_added.emit([Path("/a")])
    qtbot.waitUntil(lambda: "3 of 900" in line(session).text())
    qtbot.mouseClick(line(session).cancel_button, LEFT)
    qtbot.waitUntil(lambda: engine.indexing_stop.is_set)
    session.window.action_list["library.rescan"].trigger()
    qtbot.waitUntil(lambda: not engine.indexing_stop.is_set)
    last_picture.set()
    rest(session, qtbot)
    assert not engine.indexing_stop.is_set


def test_what_follows_the_disk_and_what_catches_up_can_be_stopped_too(
    open_session: Opener, engine: FakeEngine, qtbot: QtBot
) -> None:
    session = open_session(engine)
    session.controllers.library.unfinished_found.emit()
    stop(session, qtbot)
    session.controllers.stop.lift()
    engine.indexing.gate = threading.Event()  # a cancel opens it
    engine.watching.watcher.tell(CHANGED)
    stop(session, qtbot)
    engine.watching.watcher.tell(CHANGED)
    rest(session, qtbot)
    assert engine.indexing_stop.is_set
    assert engine.indexing.followed == [CHANGED]
    assert session.window.jobs.live_count() == 0


def test_it_is_kept_over_a_restart(open_session: Opener, engine: FakeEngine, qtbot: QtBot) -> None:
    engine.indexing_stop.is_set = True
    engine.indexing_stop.unread = 1_234
    session = open_session(engine)
    engine.watching.watcher.tell(CHANGED)
    qtbot.waitUntil(lambda: line(session).offer_button.isVisible())
    assert "1,234 pictures" in line(session).text()
    session.controllers.library.unfinished_found.emit()
    rest(session, qtbot)
    assert engine.indexing.followed == []
    assert engine.indexing.caught_up == 0


def test_a_window_that_only_looks_offers_nothing(open_session: Opener, qtbot: QtBot) -> None:
    engine = FakeEngine([make_asset(1)], is_read_only=True)
    engine.indexing_stop.is_set = True
    session = open_session(engine)
    rest(session, qtbot)
    assert session.window.jobs.rowCount() == 0


def test_closing_the_window_is_no_stop(
    open_session: Opener, engine: FakeEngine, qtbot: QtBot
) -> None:
    session = open_session(engine)
    session.window.paths_added.emit([Path("/a")])
    qtbot.waitUntil(lambda: "3 of 900" in line(session).text())
    assert session.close(5)
    assert not engine.indexing_stop.is_set


def test_a_stop_right_before_closing_is_kept(
    open_session: Opener, engine: FakeEngine, qtbot: QtBot
) -> None:
    session = open_session(engine)
    busy = threading.Event()
    session.window.paths_added.emit([Path("/a")])
    qtbot.waitUntil(lambda: "3 of 900" in line(session).text())
    session.lanes.browse.submit(lambda _: busy.wait(0.5))
    qtbot.mouseClick(line(session).cancel_button, LEFT)
    assert session.close(5)
    assert engine.indexing_stop.is_set


def open_real(folder: Path) -> Engine:
    engine = open_engine(EngineOptions(profile_dir=folder), {})
    engine.model.installed = lambda: None  # nothing of this needs one
    engine.model.vector_space = lambda: None
    return engine


def test_a_real_library_remembers_and_counts(tmp_path: Path, theme: Theme, qtbot: QtBot) -> None:
    """A stop at the first picture; a new window says how many are left, and reads on request."""
    sample.fill(tmp_path / "pictures", 3)
    with open_real(tmp_path / "profile") as engine:
        run = engine.indexing.run([tmp_path / "pictures"], CancelToken())
        while not next(run).total:
            pass
        run.close()
        assert engine.indexing_stop.left() is None
        engine.indexing_stop.set()
        left = engine.indexing_stop.left()
        assert left in (1, 2, 3)
    engine = open_real(tmp_path / "profile")
    undress()
    session = Session(theme, lambda: engine)
    session.start()
    qtbot.waitUntil(lambda: session.window.has_panels and session.is_open)
    qtbot.waitUntil(lambda: line(session).offer_button.isVisible())
    assert engine.indexing_stop.left() == left
    qtbot.mouseClick(line(session).offer_button, LEFT)
    qtbot.waitUntil(lambda: engine.indexing_stop.left() is None and session.lanes.index.is_idle)
    assert all(asset.content_hash for asset in engine.browsing.all())
    assert session.close(10)
