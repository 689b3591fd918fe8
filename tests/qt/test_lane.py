"""Lanes: one terminal signal, whatever the job does."""

from __future__ import annotations

import threading
from collections.abc import Generator

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled, StoreError
from desktop.core.progress import Progress
from desktop.qt.jobs.lane import JobHandle, Lane, Latest


class Ends:
    """Collects what a handle tells."""

    def __init__(self, handle: JobHandle) -> None:
        self.progress: list[Progress] = []
        self.ends: list[tuple[str, object]] = []
        self.threads: set[QThread] = set()
        handle.progressed.connect(self.on_progress)
        handle.finished.connect(lambda value: self.end("finished", value))
        handle.failed.connect(lambda error: self.end("failed", error))
        handle.cancelled.connect(lambda: self.end("cancelled", None))

    def on_progress(self, progress: Progress) -> None:
        self.progress.append(progress)

    def end(self, how: str, value: object) -> None:
        self.ends.append((how, value))
        self.threads.add(QThread.currentThread())


def test_a_value_finishes_on_the_gui_thread(lane: Lane, qtbot: QtBot) -> None:
    ends = Ends(lane.submit(lambda _: threading.current_thread()))
    qtbot.waitUntil(lambda: bool(ends.ends))
    [(how, worker)] = ends.ends
    assert how == "finished"
    assert worker is not threading.current_thread()
    assert ends.threads == {QThread.currentThread()}


def test_a_generator_reports_and_returns(lane: Lane, qtbot: QtBot) -> None:
    def job(_: CancelToken) -> Generator[Progress, None, str]:
        for number in range(1000):
            yield Progress("Working", number + 1, 1000)
        return "done"

    ends = Ends(lane.submit(job))
    qtbot.waitUntil(lambda: bool(ends.ends))
    assert ends.ends == [("finished", "done")]
    # Throttled, and the last step is always told.
    assert 1 <= len(ends.progress) < 200
    assert ends.progress[-1].done == 1000


@pytest.mark.parametrize("error", [StoreError("The file is gone."), ValueError("ours")])
def test_raising_fails_and_the_lane_lives(lane: Lane, qtbot: QtBot, error: Exception) -> None:
    def job(_: CancelToken) -> None:
        raise error

    first, second = Ends(lane.submit(job)), Ends(lane.submit(lambda _: "alive"))
    qtbot.waitUntil(lambda: bool(second.ends))
    assert first.ends == [("failed", error)]
    assert second.ends == [("finished", "alive")]


def test_raising_in_the_middle_of_a_generator(lane: Lane, qtbot: QtBot) -> None:
    def job(_: CancelToken) -> Generator[Progress, None, None]:
        yield Progress("Working")
        raise StoreError("The file is gone.")

    ends = Ends(lane.submit(job))
    qtbot.waitUntil(lambda: bool(ends.ends))
    assert [how for how, _ in ends.ends] == ["failed"]


def test_jobs_run_in_order(lane: Lane, qtbot: QtBot) -> None:
    order: list[int] = []
    handles = [lane.submit(lambda _, n=n: order.append(n)) for n in range(50)]
    last = Ends(handles[-1])
    qtbot.waitUntil(lambda: bool(last.ends))
    assert order == list(range(50))


def test_cancel_while_running(lane: Lane, qtbot: QtBot) -> None:
    started = threading.Event()

    def job(cancel: CancelToken) -> None:
        started.set()
        assert cancel.wait(5)
        raise Cancelled

    handle = lane.submit(job)
    ends = Ends(handle)
    assert started.wait(5)
    handle.cancel()
    qtbot.waitUntil(lambda: bool(ends.ends))
    assert ends.ends == [("cancelled", None)]


def test_cancel_while_waiting_ends_at_once(lane: Lane, qtbot: QtBot) -> None:
    gate, ran = threading.Event(), []
    blocker = Ends(lane.submit(lambda _: gate.wait(5)))
    handle = lane.submit(lambda _: ran.append(1))
    ends = Ends(handle)
    handle.cancel()
    qtbot.waitUntil(lambda: bool(ends.ends))
    assert not blocker.ends, "the running job was not waited for"
    gate.set()
    qtbot.waitUntil(lambda: bool(blocker.ends))
    handle.cancel()
    assert ends.ends == [("cancelled", None)]
    assert not ran


def test_closing_cancels_everything_and_leaves_no_thread(qtbot: QtBot) -> None:
    lane = Lane("closing")
    started = threading.Event()

    def job(cancel: CancelToken) -> None:
        started.set()
        cancel.wait(5)
        cancel.raise_if_cancelled()

    running, waiting = Ends(lane.submit(job)), Ends(lane.submit(lambda _: None))
    assert started.wait(5)
    assert lane.close(5)
    assert [running.ends, waiting.ends] == [[("cancelled", None)]] * 2
    late = Ends(lane.submit(lambda _: None))
    qtbot.waitUntil(lambda: bool(late.ends))
    assert late.ends == [("cancelled", None)]


def test_closing_says_when_a_job_does_not_stop(qapp: object) -> None:
    lane, gate, started = Lane("stubborn"), threading.Event(), threading.Event()

    def job(_: CancelToken) -> None:
        started.set()
        gate.wait(10)

    lane.submit(job)
    assert started.wait(5)
    assert not lane.close(0.05)
    gate.set()
    assert lane.close(5)


def test_latest_wins(lane: Lane, qtbot: QtBot) -> None:
    latest, answers = Latest(lane), []
    latest.finished.connect(answers.append)
    gate, started = threading.Event(), threading.Event()

    def slow(_: CancelToken) -> str:
        started.set()
        gate.wait(5)
        return "old"

    latest.submit(slow)
    assert started.wait(5)
    for number in range(10):
        latest.submit(lambda _, n=number: f"new {n}")
    gate.set()
    qtbot.waitUntil(lambda: not latest.is_busy)
    qtbot.waitUntil(lambda: lane.is_idle)
    assert answers == ["new 9"]


def test_forgotten_answers_are_dropped(lane: Lane, qtbot: QtBot) -> None:
    latest, answers = Latest(lane), []
    latest.finished.connect(answers.append)
    latest.failed.connect(answers.append)
    latest.submit(lambda _: "unwanted")
    latest.forget()
    after = Ends(lane.submit(lambda _: None))
    qtbot.waitUntil(lambda: bool(after.ends))
    assert answers == []
