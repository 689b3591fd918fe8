"""What was changed is undone in its order, whatever it was; what changed nothing is no step."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from desktop.core.annotations import Edits
from desktop.core.errors import LibraryError
from desktop.qt.jobs.changes import ChangeHub, Changes
from desktop.qt.jobs.history import Change, EditHistory
from desktop.qt.jobs.lane import Lane


class Stars:
    """The stars of picture 1; ``apply`` as that of the catalogue."""

    def __init__(self) -> None:
        self.now = 0
        self.is_busy = False

    def rate(self, stars: int) -> Edits:
        return self.apply(Edits(ratings={1: stars}))

    def apply(self, edits: Edits) -> Edits:
        if self.is_busy:
            raise LibraryError("The library is busy in another program.")
        before, self.now = self.now, edits.ratings[1]
        return Edits(ratings={1: before}) if before != self.now else Edits()


@pytest.fixture
def stars() -> Stars:
    return Stars()


@pytest.fixture
def lane(qapp: object) -> Iterator[Lane]:
    made = Lane("edits")
    yield made
    assert made.close(5)


@pytest.fixture
def history(stars: Stars, lane: Lane) -> EditHistory:
    return EditHistory(stars.apply, lane, ChangeHub(), lambda: False)


def test_steps_are_undone_and_done_again_by_name(
    history: EditHistory, stars: Stars, qtbot: QtBot
) -> None:
    history.do("rating 1 picture", lambda: stars.rate(3))
    history.do("rating 2 pictures", lambda: stars.rate(5))
    qtbot.waitUntil(lambda: stars.now == 5)
    assert history.undo_name() == "rating 2 pictures"
    history.undo()
    qtbot.waitUntil(lambda: stars.now == 3)
    assert (history.undo_name(), history.redo_name()) == ("rating 1 picture", "rating 2 pictures")
    history.redo()
    qtbot.waitUntil(lambda: stars.now == 5)
    history.undo()
    history.undo()
    qtbot.waitUntil(lambda: stars.now == 0)
    assert not history.can_undo
    history.do("rating anew", lambda: stars.rate(1))
    assert not history.can_redo


def test_what_changed_nothing_is_no_step(history: EditHistory, stars: Stars, qtbot: QtBot) -> None:
    with qtbot.waitSignal(history.moved, check_params_cb=lambda: not history.can_undo):
        history.do("rating 1 picture", lambda: stars.rate(0))
    history.add_done("an import", Edits())
    assert not history.can_undo


def test_any_change_that_knows_its_way_back_is_a_step(history: EditHistory, qtbot: QtBot) -> None:
    names = ["old"]

    def rename(new: str) -> Change:
        before, names[0] = names[0], new
        return lambda: rename(before)

    history.change("renaming old", lambda: rename("new"), Changes(assets=True))
    qtbot.waitUntil(lambda: names == ["new"])
    history.undo()
    qtbot.waitUntil(lambda: names == ["old"])
    history.redo()
    qtbot.waitUntil(lambda: names == ["new"])


def test_a_step_that_failed_is_told_and_gone(
    history: EditHistory, stars: Stars, qtbot: QtBot
) -> None:
    history.do("rating 1 picture", lambda: stars.rate(3))

    def fail() -> Edits:
        raise LibraryError("The disk is full.")

    with qtbot.waitSignal(history.failed):
        history.do("tagging 1 picture", fail)
    assert history.undo_name() == "rating 1 picture"


def test_an_undo_that_failed_can_be_tried_again(
    history: EditHistory, stars: Stars, qtbot: QtBot
) -> None:
    """The disk was full, or another program held the catalogue: nothing was changed."""
    history.do("rating 1 picture", lambda: stars.rate(3))
    history.do("rating 2 pictures", lambda: stars.rate(5))
    qtbot.waitUntil(lambda: stars.now == 5)
    stars.is_busy = True
    with qtbot.waitSignals([history.failed, history.failed]):
        history.undo()
        history.undo()
    assert (history.undo_name(), history.redo_name()) == ("rating 2 pictures", "")
    stars.is_busy = False
    history.undo()
    qtbot.waitUntil(lambda: stars.now == 3)
    stars.is_busy = True
    with qtbot.waitSignal(history.failed):
        history.redo()
    assert (history.undo_name(), history.redo_name()) == ("rating 1 picture", "rating 2 pictures")
    stars.is_busy = False
    history.redo()
    qtbot.waitUntil(lambda: stars.now == 5)
    history.undo()
    history.undo()
    qtbot.waitUntil(lambda: stars.now == 0)
    assert not history.can_undo


def test_a_failed_undo_or_redo_keeps_its_place_among_what_was_done_since(
    history: EditHistory, stars: Stars, lane: Lane, qtbot: QtBot
) -> None:
    history.do("first", lambda: stars.rate(1))
    history.do("second", lambda: stars.rate(2))
    qtbot.waitUntil(lambda: stars.now == 2)
    going = threading.Event()

    def begin_while(move: Callable[[], None]) -> None:
        """``move`` fails, and something else is said before that is known."""
        going.clear()
        lane.submit(lambda _: going.wait())
        stars.is_busy = True
        move()
        history.change("third", lambda: setattr(stars, "is_busy", False), Changes())
        assert history.undo_name() == "third"
        with qtbot.waitSignal(history.failed):
            going.set()
        qtbot.waitUntil(lambda: history.undo_name() != "third")

    begin_while(history.undo)
    assert (history.undo_name(), history.redo_name()) == ("second", "")
    history.undo()
    qtbot.waitUntil(lambda: stars.now == 1)
    begin_while(history.redo)
    assert (history.undo_name(), history.redo_name()) == ("first", "")


@pytest.mark.parametrize("is_done_before", [True, False])
def test_what_is_asked_for_and_taken_back_at_once_does_nothing_though_the_first_fails(
    history: EditHistory, stars: Stars, lane: Lane, qtbot: QtBot, is_done_before: bool
) -> None:
    if is_done_before:
        history.do("rating 1 picture", lambda: stars.rate(3))
        qtbot.waitUntil(lambda: stars.now == 3)
    going = threading.Event()
    lane.submit(lambda _: going.wait())
    stars.is_busy = True
    if is_done_before:
        history.undo()
    else:
        history.do("rating 1 picture", lambda: stars.rate(3))
    lane.submit(lambda _: setattr(stars, "is_busy", False))
    if is_done_before:
        history.redo()
    else:
        history.undo()
    with qtbot.waitSignal(history.failed):
        going.set()
    qtbot.waitUntil(lambda: lane.is_idle)
    assert stars.now == (3 if is_done_before else 0)
    assert history.can_undo is is_done_before
    assert not history.can_redo
