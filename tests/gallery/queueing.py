"""The queue of pictures."""

from __future__ import annotations

import time

from PySide6.QtWidgets import QWidget

from desktop.core.attempt import Attempt, AttemptState
from desktop.core.errors import Remedy
from desktop.core.failure import Failure
from desktop.core.generation_queue import Wait, WaitReason
from desktop.core.generation_record import GenerationRecord, GenerationRequest
from desktop.core.text import listed, sentences, tr
from desktop.library.catalog.matrices import MatrixRow
from desktop.qt.create.matrix_dialog import RESULTS, MatrixDialog
from desktop.qt.create.queue_dialog import QueueDialog
from desktop.qt.create.queue_words import STATES
from desktop.qt.shell.right_panel import CREATE
from desktop.qt.widgets.picture_button import PictureButton
from desktop.services.generation.matrices import Cell, MatrixView
from desktop.services.reports import GeneratedPicture
from tests.fakes.services import FakeEngine
from tests.gallery.stage import NAMES, Screen, Stage, full_library, picture

_WORDS = (
    "The red sandals on wet sand, evening light from the left, long shadows",
    "A straw hat with a striped ribbon on a white chair",
    "编织手提包放在大理石桌面上，柔和的晨光，极简风格，产品摄影，浅景深",
    "The sandals, made night",
    "A gold watch on blue velvet",
    "Heels on a mirror, seen from above",
)


def _attempt(number: int, state: AttemptState, **more: object) -> Attempt:
    request = GenerationRequest(
        _WORDS[number % len(_WORDS)], (), "gemini", "gemini-nano-banana-2.1"
    )
    key = f"{number:032x}"
    return Attempt(key, state, GenerationRecord(request, attempt=key), **more)  # type: ignore[arg-type]


def _library(stage: Stage) -> FakeEngine:
    engine = full_library(stage.thumbnails)
    engine.key_store.secret = "a key"
    engine.generation.generating.waiting += [_attempt(n, AttemptState.QUEUED) for n in range(1, 5)]
    engine.generation.queue.others += [
        _attempt(6, AttemptState.SENT),
        _attempt(5, AttemptState.DONE, cost_usd=0.0368),
        _attempt(7, AttemptState.UNKNOWN, failure=Failure(message="The connection broke off.")),
        _attempt(8, AttemptState.DECLINED, cost_usd=0.0021),
    ]
    return engine


def queue(stage: Stage) -> QWidget:
    session = stage.library(_library(stage))
    session.controllers.queue.show()
    return stage.dialog()


def failed(stage: Stage) -> QWidget:
    """Why one failed, with the next step and what the service answered."""
    engine = _library(stage)
    why = Failure(
        "request_refused",
        tr("Gemini refused the request (HTTP {code}).", code=400),
        tr("Your prompt and references are kept; nothing was saved."),
        tr("Change the prompt, the references or the model, then try again."),
        Remedy.REWORD,
        details="HTTP 400\ncontent-type: application/json",
    )
    engine.generation.queue.others.insert(0, _attempt(9, AttemptState.FAILED, failure=why))
    session = stage.library(engine)
    session.controllers.queue.show()
    dialog = stage.dialog()
    assert isinstance(dialog, QueueDialog)
    at = [state for _, state, _ in dialog.rows()].index(tr(STATES[AttemptState.FAILED]))
    failed = dialog.list.topLevelItem(at)
    assert failed is not None
    dialog.list.setCurrentItem(failed)
    return dialog


def waits(stage: Stage) -> QWidget:
    engine = _library(stage)
    said = tr("Your Gemini quota is used up for now.")
    engine.generation.queue.reason = Wait(
        WaitReason.QUOTA,
        time.mktime((2026, 11, 30, 14, 5, 0, 0, 0, 0)),
        Failure(message=said),
    )
    session = stage.library(engine)
    session.controllers.queue.show()
    return stage.dialog()


def changed(stage: Stage) -> QWidget:
    """Pictures with long names are other ones than when this was added, in the smallest window."""
    engine = _library(stage)
    things = listed([NAMES[2], f"{'wet-sand-and-sandals_' * 5}final.jpg"])
    said = tr("Not as you have seen it when this was added to the queue: {things}.", things=things)
    engine.generation.queue.reason = Wait(WaitReason.CHANGED, failure=Failure(message=said))
    session = stage.library(engine)
    session.window.resize(1000, 640)
    session.window.centre.notice.say(
        sentences(said, tr("Nothing was sent."), tr("Look at what would be sent, then decide.")),
        is_failure=True,
        action=tr("See what would be sent…"),
    )
    session.window.right.show_tab(CREATE)
    stage.rest()
    return session.window


def changed_dialog(stage: Stage) -> QWidget:
    changed(stage)
    session = stage._sessions[-1]
    session.controllers.queue.show()
    return stage.dialog()


def empty(stage: Stage) -> QWidget:
    session = stage.library()
    session.controllers.queue.show()
    return stage.dialog()


def row(stage: Stage) -> QWidget:
    engine = _library(stage)
    engine.generation.queue.reason = Wait(WaitReason.PERSON)
    session = stage.library(engine)
    session.window.right.show_tab(CREATE)
    panel = session.window.right.creation
    panel.prompt.setPlainText(_WORDS[0])
    stage.rest()
    return session.window


def turns(stage: Stage) -> QWidget:
    """Two turns on a picture, in the smallest window that is looked at."""
    session = stage.library()
    window = session.window
    window.resize(1000, 640)
    window.right.show_tab(CREATE)
    panel = window.right.creation
    shown: list[GeneratedPicture] = []
    for number, (words, parent) in enumerate(
        ((_WORDS[0], ""), (tr("Make it night…"), "0"), (_WORDS[2], "0"))
    ):
        request = GenerationRequest(words, parent=parent, parent_attempt=parent)
        record = GenerationRecord(request, attempt=str(number))
        shown.append(GeneratedPicture(picture(20 + number), record, "Gemini", cost_usd=0.0368))
        panel.show_results(shown[-1:])
    stage.rest()
    panel._scroll.ensureWidgetVisible(panel.result_card.more_button)
    stage.paint()
    return window


def turn_again(stage: Stage) -> QWidget:
    """A turn that was asked before is in the panel again, with the talk that led to it."""
    session = stage.library(_library(stage))
    session.window.resize(1000, 640)
    session.window.right.show_tab(CREATE)
    panel = session.window.right.creation
    panel.propose_check.setChecked(False)
    panel.use_request(
        GenerationRequest(
            tr("Make it night…"), (), "gemini", parent="0" * 32, parent_attempt="1" * 32
        )
    )
    stage.rest()
    return session.window


def _matrix(stage: Stage, *made: MatrixView) -> MatrixDialog:
    engine = _library(stage)
    engine.generation.matrices.made += made
    session = stage.library(engine)
    session.window.right.show_tab(CREATE)
    panel = session.window.right.creation
    panel.generator_combo.setCurrentIndex(panel.generator_combo.findData("gemini"))
    panel.prompt.setPlainText(_WORDS[0])
    stage.rest()
    panel.matrix_wanted.emit()
    dialog = stage.dialog()
    assert isinstance(dialog, MatrixDialog)
    return dialog


def matrix(stage: Stage) -> QWidget:
    dialog = _matrix(stage)
    dialog.rows.words.setPlainText("a red cape\n草帽")
    dialog.rows.add_pictures([picture(2), picture(3)])
    dialog.columns.words.setPlainText("On a beach at noon\nIn the snow\n雪地里")
    stage.rest()
    return dialog


def matrix_made(stage: Stage) -> QWidget:
    rows = ("红色斗篷", "草帽", NAMES[2])
    made = MatrixRow(1, _WORDS[2], rows, ("正午的海滩", "城市夜景", "雪地里"))
    cells = tuple(
        tuple(
            Cell(AttemptState.QUEUED)
            if row + column > 3
            else Cell(AttemptState.DONE, picture(24 + 3 * row + column))
            for column in range(3)
        )
        for row in range(3)
    )
    dialog = _matrix(stage, MatrixView(made, cells))
    dialog.tabs.setCurrentIndex(RESULTS)
    stage.rest()
    return dialog


def matrix_asks_again(stage: Stage) -> QWidget:
    """Cells that lead to their pictures, beside some that have none."""
    made = MatrixRow(1, _WORDS[2], ("红色斗篷", "草帽"), ("正午的海滩", "城市夜景", "雪地里"))
    why = tr("Gemini answered without a picture.")
    failure = Failure(message=why)
    failed = Cell(AttemptState.FAILED, attempt="b", failure=failure)
    declined = Cell(AttemptState.DECLINED, attempt="a", failure=failure)
    cells = (
        (Cell(AttemptState.DONE, picture(24)), failed, Cell(AttemptState.DONE, picture(25))),
        (declined, Cell(AttemptState.UNKNOWN, attempt="c"), Cell(AttemptState.SENT)),
    )
    dialog = _matrix(stage, MatrixView(made, cells))
    dialog.tabs.setCurrentIndex(RESULTS)
    stage.rest()
    dialog.findChildren(PictureButton)[0].setFocus()
    return dialog


SCREENS = (
    Screen("69-matrix", matrix),
    Screen("69-matrix-made", matrix_made),
    Screen("69-matrix-asks-again", matrix_asks_again),
    Screen("69-turns", turns),
    Screen("69-turns-again", turn_again),
    Screen("69-queue", queue),
    Screen("69-queue-failed", failed),
    Screen("69-queue-waits", waits),
    Screen("69-queue-changed", changed),
    Screen("69-queue-changed-list", changed_dialog),
    Screen("69-queue-empty", empty),
    Screen("69-queue-in-create", row),
)
