"""The queue in the window: driven with mouse and keyboard, sent to the stand-in."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.core.attempt import AttemptState
from desktop.core.cancellation import CancelToken
from desktop.core.generation_record import GenerationRequest
from desktop.core.progress import ProgressSteps
from desktop.qt.create.keys_dialog import KeysDialog
from desktop.qt.create.queue_dialog import QueueDialog
from desktop.qt.theme import Theme
from desktop.services.generation.queueing import QueueStep
from tests.fakes.gemini_replies import Failure
from tests.generation.failure_table import TABLE
from tests.qt.studio import Studio, open_studio


@pytest.fixture
def studio(theme: Theme, tmp_path: Path, qtbot: QtBot) -> Iterator[Studio]:
    yield from open_studio(theme, tmp_path, qtbot)


def open_queue(studio: Studio) -> QueueDialog:
    studio.click(studio.panel.queue_row.show_button)
    return cast(QueueDialog, studio.dialog(QueueDialog))


def choose(dialog: QueueDialog, words: str) -> None:
    dialog.list.clearSelection()
    [item] = [
        item
        for at in range(dialog.list.topLevelItemCount())
        if (item := dialog.list.topLevelItem(at)) is not None and item.text(0) == words
    ]
    dialog.list.setCurrentItem(item)


def waiting(dialog: QueueDialog) -> list[str]:
    return [what for what, state, _ in dialog.rows() if state == "Waits"]


def test_a_paused_queue_is_put_in_order_thinned_out_and_worked_off(
    studio: Studio, qtbot: QtBot
) -> None:
    studio.show_panel()
    studio.engine.generation.queue.pause()
    for prompt in ("one", "two", "three"):
        studio.write(prompt)
        studio.click(studio.panel.queue_row.add_button)
    row = studio.panel.queue_row
    studio.until(lambda: row.show_button.text() == "Queue (3)…")
    assert "Paused" in row.text()
    dialog = open_queue(studio)
    studio.until(lambda: waiting(dialog) == ["one", "two", "three"])
    assert "Paused" in dialog.why()
    assert all(cost.startswith("about $0.0") for _, _, cost in dialog.rows())
    choose(dialog, "three")
    qtbot.keyClick(dialog.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    studio.until(lambda: waiting(dialog) == ["one", "three", "two"])
    choose(dialog, "one")
    qtbot.keyClick(dialog.list, Qt.Key.Key_Delete)
    studio.until(lambda: waiting(dialog) == ["three", "two"])
    assert studio.sent() == []
    assert dialog._pause.text() == "Go on"
    studio.click(dialog._pause)
    studio.until(lambda: [r[1] for r in dialog.rows()].count("Done") == 2)
    assert studio.sent() == ["three", "two"]
    assert ("one", "Given up", "") in dialog.rows()
    assert dialog.why() == ""
    told = r"Spent: \$0\.\d\d today, \$0\.\d\d this month, \$0\.\d\d in all\."
    studio.until(lambda: bool(re.fullmatch(told, dialog.spent.text())))
    assert "$0.00 in all" not in dialog.spent.text()
    studio.until(lambda: len(studio.session.window.centre.assets()) == 6)


def test_what_is_created_at_once_comes_between_and_the_window_goes_on(studio: Studio) -> None:
    studio.show_panel()
    studio.server.fail_with(Failure.HANG, count=1)
    for prompt in ("one", "two"):
        studio.write(prompt)
        studio.click(studio.panel.queue_row.add_button)
    studio.until(lambda: studio.sent() == ["one"])
    studio.write("at once")
    studio.click(studio.panel.generate_button)
    dialog = open_queue(studio)
    studio.until(lambda: ("one", "Being made") in [row[:2] for row in dialog.rows()])
    choose(dialog, "one")
    studio.click(dialog.cancel_button)
    studio.until(lambda: studio.panel.result_card.isVisible())
    studio.until(lambda: [state for _, state, _ in dialog.rows()].count("Done") == 2)
    assert studio.sent() == ["one", "at once", "two"]
    choose(dialog, "one")
    assert "No answer, perhaps billed" in [state for _, state, _ in dialog.rows()]
    assert "not sent again unless you say so" in dialog._detail.text()


def test_a_limit_is_told_with_its_end_and_the_same_is_asked_again_by_hand(studio: Studio) -> None:
    studio.show_panel()
    studio.server.fail_with(Failure.QUOTA, count=1)
    studio.write("one")
    studio.click(studio.panel.queue_row.add_button)
    dialog = open_queue(studio)
    studio.until(lambda: "Goes on at" in dialog.why())
    assert waiting(dialog) == ["one"]
    row = studio.session.window.jobs.jobs()[0]
    studio.until(lambda: row.outcome.offer is not None)
    studio.click(dialog._pause)
    studio.until(lambda: "Done" in [state for _, state, _ in dialog.rows()])
    assert studio.session.window.jobs.jobs()[1].outcome.offer is None, "it is over"
    done = dialog.list.topLevelItem(0)
    assert done is not None
    dialog.list.setCurrentItem(done)
    studio.click(dialog.retry_button)
    studio.until(lambda: [state for _, state, _ in dialog.rows()].count("Done") == 2)
    assert studio.sent() == ["one"] * 3


def test_a_limit_that_is_over_ends_the_wait_by_itself(studio: Studio) -> None:
    studio.show_panel()
    studio.server.fail_with(Failure.QUOTA, count=1)
    studio.write("one")
    studio.click(studio.panel.queue_row.add_button)
    controller = studio.session.controllers.queue
    studio.until(lambda: controller.view.wait is not None)
    studio.until(controller._timer.isActive)
    now = controller.view.wait
    assert now is not None
    studio.engine.generation.queue._now = lambda: now.until + 1  # type: ignore[method-assign]
    controller._timer.start(0)
    studio.until(lambda: studio.sent() == ["one", "one"])
    studio.until(lambda: controller.view.wait is None)


def test_after_a_restart_it_goes_on_when_a_person_says_so(studio: Studio) -> None:
    studio.engine.generation.queue.add(
        [GenerationRequest(f"cape {n}", (), "gemini") for n in range(2)]
    )
    studio.restart()
    notice = studio.session.window.centre.notice
    studio.until(lambda: "2 pictures were decided on" in notice.text())
    assert studio.sent() == []
    studio.click(notice.action_button)
    studio.until(lambda: studio.sent() == ["cape 0", "cape 1"])
    states = lambda: {a.state for a in studio.engine.generation.attempts.latest(9)}  # noqa: E731
    studio.until(lambda: states() == {AttemptState.DONE})


def test_of_several_variants_each_is_shown_as_it_comes(studio: Studio) -> None:
    panel = studio.show_panel()
    studio.write("kettle")
    panel.choices.variants.setCurrentIndex(2)
    answers = iter((None, Failure.INTERNAL))
    studio.server.next_failure = lambda: next(answers)  # type: ignore[method-assign]
    studio.click(panel.generate_button)
    studio.until(lambda: bool(panel.failure_text()))
    assert panel.result_card.isVisible(), "the one that was paid for"
    assert not panel.is_running


def fail_one(studio: Studio, failure: Failure) -> QueueDialog:
    studio.show_panel()
    studio.server.fail_with(failure, count=1)
    studio.write("one")
    studio.click(studio.panel.queue_row.add_button)
    studio.until(lambda: studio.sent() == ["one"])
    dialog = open_queue(studio)
    studio.until(lambda: any(row[1] in ("Failed", "Declined", "Waits") for row in dialog.rows()))
    return dialog


def test_one_that_failed_says_why_with_its_next_step_and_what_the_service_answered(
    studio: Studio,
) -> None:
    dialog = fail_one(studio, Failure.BAD_REQUEST)
    studio.until(lambda: dialog.failure.text().startswith("Gemini refused the request"))
    assert dialog.failure.text() == TABLE["generate-content", "bad-request"].english
    studio.click(dialog.failure.details.show_button)
    assert "HTTP 400" in dialog.failure.details.details()
    assert "AIza" not in dialog.failure.details.details()
    studio.session.controllers.queue.refresh()
    assert dialog.failure.details.box.isVisible(), "what was opened stays open"
    studio.write("something else")
    assert dialog.failure.first.text() == "Change the prompt"
    studio.click(dialog.failure.first)
    studio.until(lambda: studio.panel.prompt.toPlainText() == "one")
    assert studio.panel.prompt.textCursor().selectedText() == "one"


def test_one_that_failed_is_asked_for_again_where_it_says_so(studio: Studio) -> None:
    dialog = fail_one(studio, Failure.BAD_REQUEST)
    studio.until(dialog.failure.second.isVisible)
    assert dialog.failure.second.text() == "Try again"
    studio.click(dialog.failure.second)
    studio.until(lambda: "Done" in [state for _, state, _ in dialog.rows()])
    assert studio.sent() == ["one", "one"]


def test_what_is_asked_for_while_the_queue_finds_nothing_to_do_is_made(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = studio.engine.generation.queue
    run_next, has_ended, may_say_so = queue.run_next, threading.Event(), threading.Event()

    def held(cancel: CancelToken) -> ProgressSteps[QueueStep]:
        step = yield from run_next(cancel)
        if step.is_over:
            has_ended.set()
            may_say_so.wait(60)
        return step

    monkeypatch.setattr(queue, "run_next", held)
    dialog = fail_one(studio, Failure.BAD_REQUEST)
    studio.until(lambda: has_ended.is_set() and dialog.failure.second.isVisible())
    studio.click(dialog.failure.second)
    studio.until(lambda: "Waits" in [state for _, state, _ in dialog.rows()])
    may_say_so.set()
    studio.until(lambda: "Done" in [state for _, state, _ in dialog.rows()])


def test_a_queue_that_waits_for_a_key_offers_to_enter_one(studio: Studio) -> None:
    dialog = fail_one(studio, Failure.BAD_KEY)
    studio.until(dialog.remedy_button.isVisible)
    assert dialog.remedy_button.text() == "Enter another key"
    studio.click(dialog._wait_details.show_button)
    assert "API_KEY_INVALID" in dialog._wait_details.details()
    studio.click(dialog.remedy_button)
    studio.dialog(KeysDialog)
