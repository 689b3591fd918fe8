"""What a service answered is one click away, and can be copied."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from desktop.core.errors import KeyRefused, QuotaExhausted, UsageError
from desktop.qt.create.failure_card import FailureCard
from desktop.qt.create.key_form import KeyForm
from desktop.qt.theme import Theme

ANSWER = 'HTTP 429\n\n{"error": {"code": 429}}'


def test_the_answer_is_one_click_away(qtbot: QtBot):
    card = FailureCard()
    qtbot.addWidget(card)
    error = QuotaExhausted("Your quota is used up.", next_step="Wait.")
    error.details = ANSWER
    card.show_error(error)
    assert card.details.isVisibleTo(card)
    assert not card.details.box.isVisibleTo(card)
    card.details.show_button.click()
    assert card.details.box.isVisibleTo(card)
    assert card.details.box.toPlainText() == ANSWER
    card.details.copy_button.click()
    assert QGuiApplication.clipboard().text() == ANSWER
    card.details.show_button.click()
    assert not card.details.box.isVisibleTo(card)


def test_a_failure_of_ours_has_no_answer_to_show(qtbot: QtBot):
    card = FailureCard()
    qtbot.addWidget(card)
    card.show_error(UsageError("The prompt is empty."))
    assert not card.details.isVisibleTo(card)


def test_a_refused_key_has_it_too_until_another_is_tried(qtbot: QtBot, theme: Theme):
    form = KeyForm(theme)
    qtbot.addWidget(form)
    error = KeyRefused("Gemini does not accept this key.")
    error.details = ANSWER
    form.ask("", error.sentence(), error.details)
    assert form.details.isVisibleTo(form)
    form.field.setText("another")
    form.save_button.click()
    assert not form.details.isVisibleTo(form)
