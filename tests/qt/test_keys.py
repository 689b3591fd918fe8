"""The keys of the services: tested, entered, replaced, removed, each for its own address."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.core.errors import KeyRefused
from desktop.qt.create.keys_dialog import KeysDialog
from desktop.qt.shell.session import Session
from tests.fakes.services import FakeEngine
from tests.qt.conftest import Opener


@pytest.fixture
def engine(tmp_path: Path) -> FakeEngine:
    return FakeEngine([], tmp_path)


@pytest.fixture
def session(open_session: Opener, engine: FakeEngine) -> Session:
    return open_session(engine)


def keys_of(session: Session, qtbot: QtBot) -> KeysDialog:
    session.window.action_list["create.keys"].trigger()

    def found() -> list[KeysDialog]:
        tops = QApplication.topLevelWidgets()
        return [each for each in tops if isinstance(each, KeysDialog) and each.isVisible()]

    qtbot.waitUntil(lambda: bool(found()))
    return found()[0]


def refusing(engine: FakeEngine) -> None:
    def refuse(_: str = "") -> tuple[str, ...]:
        error = KeyRefused("Gemini does not accept this key.")
        error.details = "HTTP 400"
        raise error

    service = engine.generation.image_services["gemini"]
    changed = replace(service, refresh=refuse, key=replace(service.key, check=refuse))
    vars(engine.generation)["image_services"] = {
        **engine.generation.image_services,
        "gemini": changed,
    }


def test_a_key_is_entered_tested_and_removed(session: Session, engine: FakeEngine, qtbot: QtBot):
    dialog = keys_of(session, qtbot)
    assert set(dialog.cards) == set(engine.generation.image_services)
    card = dialog.cards["gemini"]
    assert card.source.text() == "No key yet."
    assert not card.test_button.isVisible()
    card.enter_button.click()
    qtbot.keyClicks(card.form.field, "a good key")
    card.form.save_button.click()
    qtbot.waitUntil(lambda: card.result.text() == "The key is saved.")
    assert engine.key_store.secret == "a good key"
    assert card.source.text() == "Key in this computer's key store."
    assert card.enter_button.text() == "Replace…"
    assert not card.form.isVisible()
    card.test_button.click()
    qtbot.waitUntil(lambda: "The key is accepted" in card.result.text())
    card.remove_button.click()
    qtbot.waitUntil(lambda: card.result.text() == "The key is removed.")
    assert engine.key_store.secret == ""
    assert card.source.text() == "No key yet."
    dialog.close()


def test_a_refused_key_is_not_kept_and_says_why(session: Session, engine: FakeEngine, qtbot: QtBot):
    engine.key_store.secret = "the old one"
    refusing(engine)
    dialog = keys_of(session, qtbot)
    card = dialog.cards["gemini"]
    card.test_button.click()
    qtbot.waitUntil(lambda: "does not accept" in card.result.text())
    assert card.test_button.isEnabled()
    card.enter_button.click()
    qtbot.keyClicks(card.form.field, "a bad key")
    card.form.save_button.click()
    qtbot.waitUntil(lambda: "does not accept" in card.form.text())
    assert card.form.details.isVisible()
    assert engine.key_store.secret == "the old one"
    dialog.close()
