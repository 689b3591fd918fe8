"""Going on from a picture in the window: turns, branches, before and after, discarding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QMessageBox, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from desktop.core.attempt import AttemptState
from desktop.core.generation_record import BASE
from desktop.qt.create.sending_sheet import SendingSheet
from desktop.qt.theme import Theme
from desktop.services.generation.seen import unbound
from tests.fakes.gemini_replies import Failure
from tests.qt.studio import Studio, open_studio


@pytest.fixture
def studio(theme: Theme, tmp_path: Path, qtbot: QtBot) -> Iterator[Studio]:
    opening = open_studio(theme, tmp_path, qtbot)
    opened = next(opening)
    panel = opened.show_panel()
    opened.write("a kettle")
    opened.click(panel.generate_button)
    opened.until(lambda: panel.result_card.isVisible() and not panel.is_running)
    yield opened
    next(opening, None)


def change(studio: Studio, words: str, qtbot: QtBot) -> None:
    field = studio.panel.result_card.turns.words
    sent = len(studio.sent())
    field.clear()
    qtbot.keyClicks(field, words)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    studio.until(lambda: len(studio.sent()) > sent and not studio.panel.is_running)


def branches(item: QTreeWidgetItem | None) -> list[str]:
    assert item is not None
    return [child.text(0) for at in range(item.childCount()) if (child := item.child(at))]


def pick(studio: Studio, label: str) -> None:
    menu = studio.panel.result_card.more_button.menu()
    assert isinstance(menu, QMenu)
    next(action for action in menu.actions() if action.text() == label).trigger()


def test_turns_make_a_tree_and_any_of_them_is_gone_on_from(studio: Studio, qtbot: QtBot) -> None:
    card = studio.panel.result_card
    assert card.turns.tree.isHidden(), "one picture is no tree"
    change(studio, "make it night", qtbot)
    studio.until(lambda: card.turns.words.text() == "")
    root = card.turns.tree.topLevelItem(0)
    assert root is not None
    card.turns.tree.setCurrentItem(root)
    assert card.result is not None
    assert card.result.record.request.prompt == "a kettle"
    change(studio, "make it dawn", qtbot)
    assert branches(card.turns.tree.topLevelItem(0)) == ["make it night", "make it dawn"]
    assert [len(request.history) for request in studio.server.requests] == [0, 2, 2]


def test_a_turn_that_fails_leaves_words_and_picture_in_sight(studio: Studio, qtbot: QtBot) -> None:
    card = studio.panel.result_card
    studio.server.fail_with(Failure.FINISH_IMAGE_SAFETY, count=1)
    change(studio, "make it night", qtbot)
    studio.until(lambda: bool(studio.panel.failure_text()))
    assert card.isVisible()
    assert card.turns.words.text() == "make it night"


def test_before_and_after_take_turns_at_one_place(studio: Studio, qtbot: QtBot) -> None:
    card = studio.panel.result_card
    assert card.before_button.isHidden()
    change(studio, "make it night", qtbot)
    studio.until(card.before_button.isVisible)
    after = card._picture._picture
    studio.click(card.before_button)
    assert card._picture._picture != after
    studio.click(card.before_button)
    assert card._picture._picture == after


def test_a_picture_becomes_a_base_or_one_to_make_more_of(studio: Studio) -> None:
    pick(studio, "Use as base")
    assert [r.role for r in studio.panel.tray.references()] == [BASE]
    pick(studio, "More like this one")
    assert studio.panel.prompt.toPlainText() == "a kettle"
    assert [r.role for r in studio.panel.tray.references()] == ["style"]
    assert len(studio.sent()) == 1, "nothing is sent before a person says so"


def test_where_a_signature_is_missing_the_picture_is_gone_on_from_instead(
    studio: Studio, qtbot: QtBot
) -> None:
    card, panel = studio.panel.result_card, studio.panel
    assert card.result is not None
    studio.server.fail_with(Failure.SIGNATURE_MISSING, count=1)
    change(studio, "make it night", qtbot)
    studio.until(lambda: bool(panel.failure_text()))
    assert panel.failure.first.text() == "Use the picture as a base"
    studio.click(panel.failure.first)
    studio.until(lambda: panel.prompt.toPlainText() == "make it night")
    [base] = panel.tray.references()
    assert (base.role, base.path) == (BASE, card.result.asset.path)
    assert panel.failure_text() == ""
    studio.click(panel.generate_button)
    studio.until(lambda: len(studio.sent()) == 3 and not panel.is_running)
    assert studio.server.requests[-1].history == ()
    assert len(studio.server.requests[-1].references) == 1


def test_a_turn_is_made_again_with_all_that_was_said_before(studio: Studio, qtbot: QtBot) -> None:
    change(studio, "make it night", qtbot)
    card, panel = studio.panel.result_card, studio.panel
    studio.until(lambda: card.result is not None and bool(card.result.record.request.parent))
    assert card.result is not None
    request = card.result.record.request
    panel.prompt.setPlainText("something else")
    studio.session.window.navigation.reuse(card.result.record)
    assert panel.request() == unbound(request)
    assert "what was said and shown before goes along" in panel.turn.text()
    assert "all that was said and shown before will be sent" in panel.foot._honesty.text()
    before = panel.choices.price()
    studio.until(lambda: panel.turn.tokens_before > 1000)
    assert panel.choices.price() != before, "the talk is paid for, too"
    studio.click(panel.sending_button)
    sheet = studio.dialog(SendingSheet)
    assert isinstance(sheet, SendingSheet)
    assert sheet.words.toPlainText().startswith("a kettle\n\n")
    assert sheet.words.toPlainText().endswith("make it night")
    assert {said.splitlines()[0] for said in sheet.pictures()} == {"Answer of the model"}
    sheet.reject()
    studio.click(panel.generate_button)
    studio.until(lambda: len(studio.sent()) == 3 and not panel.is_running)
    assert studio.server.requests[-1].history == studio.server.requests[1].history
    studio.click(panel.turn.anew_button)
    assert (panel.request().parent, panel.request().parent_attempt) == ("", "")
    assert panel.turn.text() == ""


def test_what_cannot_be_had_any_more_is_told(studio: Studio) -> None:
    result, panel = studio.panel.result_card.result, studio.panel
    assert result is not None
    asked = replace(result.record.request, image_size="16K", template="Gone")
    studio.session.window.navigation.reuse(replace(result.record, request=asked))
    said = panel.foot._stage.text()
    assert "the size" in said
    assert "the template" in said
    assert "the model" not in said


def test_a_discarded_picture_goes_and_its_record_stays(studio: Studio, qtbot: QtBot) -> None:
    result = studio.panel.result_card.result
    assert result is not None
    pick(studio, "Discard…")
    box = studio.dialog(QMessageBox)
    assert isinstance(box, QMessageBox)
    studio.click(next(b for b in box.buttons() if b.text() == "Move to trash"))
    studio.until(lambda: not result.asset.path.exists())
    [attempt] = studio.engine.generation.attempts.latest(9)
    assert attempt.state is AttemptState.DONE
    assert attempt.record.request.prompt == "a kettle"


def test_a_picture_of_the_library_is_gone_on_from_with_its_talk(
    studio: Studio, qtbot: QtBot
) -> None:
    change(studio, "make it night", qtbot)
    made = studio.panel.result_card.result
    assert made is not None
    studio.restart()
    studio.show_panel()
    window, card = studio.session.window, studio.panel.result_card
    studio.until(lambda: bool(window.centre.state.assets))
    window.navigation.show_in_library(made.asset.id)
    lineage = window.right.details.lineage
    studio.until(lambda: lineage.turn_button is not None and lineage.turn_button.isVisible())
    assert lineage.turn_button is not None
    studio.click(lineage.turn_button)
    studio.until(lambda: card.turns.words.hasFocus())
    root = card.turns.tree.topLevelItem(0)
    assert root is not None
    assert root.text(0) == "a kettle"
    assert branches(root) == ["make it night"]
    assert card.before_button.isVisible()
    change(studio, "with a moon", qtbot)
    asked = studio.server.requests[-1]
    assert asked.text == "with a moon"
    assert len(asked.history) == 4, "two turns, each with its answer"
