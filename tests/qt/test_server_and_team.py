"""The dialog “Server and team”: what is typed, asked for, and said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from desktop.core.errors import StoreRefused, StoreTaken
from desktop.qt.manage.server_dialog import ServerDialog
from desktop.qt.shell.session import Session
from tests.fakes.services import FakeEngine

OpenDialog = Callable[[], tuple[Session, ServerDialog]]


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def opened(
    open_session: Callable[..., Session], engine: FakeEngine, qtbot: QtBot
) -> tuple[Session, ServerDialog]:
    session = open_session(engine)
    session.window.action_list["server.show"].trigger()
    qtbot.waitUntil(lambda: session.window.findChild(ServerDialog) is not None)
    dialog = session.window.findChild(ServerDialog)
    assert dialog is not None
    return session, dialog


def said(dialog: ServerDialog) -> str:
    return dialog._said.text()


def test_a_server_is_tested_with_the_token_that_was_typed(
    opened: tuple[Session, ServerDialog], engine: FakeEngine, qtbot: QtBot
) -> None:
    _, dialog = opened
    dialog.address.setText("https://milvus:19530 ")
    dialog.token.setText("root:Milvus")
    dialog.test_button.click()
    qtbot.waitUntil(lambda: "Milvus 2.6.1" in said(dialog))
    assert engine.endpoints.token.get() == "root:Milvus"
    qtbot.waitUntil(lambda: not dialog.token.text())  # nobody looks over a shoulder
    assert "is kept" in dialog.token.placeholderText()


def test_a_refusal_is_said_in_the_dialog_and_changes_nothing(
    opened: tuple[Session, ServerDialog], engine: FakeEngine, qtbot: QtBot
) -> None:
    _, dialog = opened
    engine.endpoints.error = StoreRefused(
        "It does not accept the token.", next_step="Save another."
    )
    dialog.address.setText("https://milvus:19530")
    dialog.use_button.click()
    qtbot.waitUntil(lambda: "does not accept the token. Save another." in said(dialog))
    assert engine.endpoints.chosen.store_uri == ""


def test_the_vectors_move_and_the_jobs_line_shows_it(
    opened: tuple[Session, ServerDialog], engine: FakeEngine, qtbot: QtBot
) -> None:
    _, dialog = opened
    dialog.address.setText("https://milvus:19530")
    dialog.use_button.click()
    qtbot.waitUntil(lambda: "1,200 vectors were sent" in said(dialog))
    assert engine.endpoints.chosen.store_uri == "https://milvus:19530"


def test_joining_sharing_refreshing_and_leaving(
    opened: tuple[Session, ServerDialog], engine: FakeEngine, qtbot: QtBot, tmp_path: Path
) -> None:
    session, dialog = opened
    assert not dialog.refresh_button.isEnabled()
    dialog.address.setText("http://milvus:19530")
    dialog.team.setText("Studio")
    dialog.join_button.click()
    qtbot.waitUntil(dialog.refresh_button.isEnabled)
    assert engine.endpoints.chosen.team == "Studio"
    dialog.share(tmp_path / "Campaigns")
    qtbot.waitUntil(lambda: "“Campaigns”" in dialog._roots.text())
    dialog.refresh_button.click()
    qtbot.waitUntil(lambda: "3 received, 3 sent" in said(dialog))
    session.window.action_list["team.refresh"].trigger()
    qtbot.waitUntil(lambda: engine.team.refreshes == 2 and session.window.jobs.live_count() == 0)
    dialog.leave_button.click()
    qtbot.waitUntil(lambda: not dialog.refresh_button.isEnabled())
    assert said(dialog) == "You are in no team."


def test_what_a_refresh_left_out_is_said_without_the_dialog_too(
    open_session: Callable[..., Session], engine: FakeEngine, qtbot: QtBot
) -> None:
    session = open_session(engine)
    engine.endpoints.chosen = replace(engine.endpoints.chosen, team="Studio")
    engine.team.report = replace(
        engine.team.report, left_out=("bad.png",), outside=("link.png",), too_long=("essay.png",)
    )
    session.controllers.server.refresh()
    notice = session.window.centre.notice
    qtbot.waitUntil(lambda: "Refreshed from the team" in notice.text())
    for name in ("bad.png", "link.png", "essay.png"):
        assert name in notice.text()


TAKEN = StoreTaken(
    "Another copy writes there.", store="https://milvus:19530", certificate="/its/own.pem"
)


def choose(session: Session, qtbot: QtBot, words: str) -> None:
    """Answer the question which copy writes."""
    qtbot.waitUntil(lambda: session.window.findChild(QMessageBox) is not None)
    box = session.window.findChild(QMessageBox)
    assert box is not None
    next(each for each in box.buttons() if each.text() == words).click()


def test_a_search_beside_another_copy_offers_both_ways_out(
    open_session: Callable[..., Session], engine: FakeEngine, qtbot: QtBot
) -> None:
    session = open_session(engine)
    notice = session.window.centre.notice
    engine.searching.error = TAKEN
    session.window.centre.search.text_field.setText("a hat")
    qtbot.waitUntil(lambda: "Another copy writes there." in notice.text())
    notice.action_button.click()
    choose(session, qtbot, "A place of its own")
    qtbot.waitUntil(lambda: engine.copies.asked == ["separate"])
    qtbot.waitUntil(lambda: session.window.jobs.live_count() == 0)


def test_in_the_dialog_it_takes_over_where_it_was_to_move(
    opened: tuple[Session, ServerDialog], engine: FakeEngine, qtbot: QtBot
) -> None:
    session, dialog = opened
    engine.endpoints.error = TAKEN
    dialog.address.setText("https://milvus:19530")
    dialog.use_button.click()
    qtbot.waitUntil(lambda: "Another copy writes there." in said(dialog))
    engine.endpoints.error = None
    choose(session, qtbot, "Take over")
    qtbot.waitUntil(lambda: "This copy writes on https://milvus:19530 now." in said(dialog))
    assert engine.copies.asked == ["take over https://milvus:19530 /its/own.pem"]
    assert engine.endpoints.chosen.store_uri == "https://milvus:19530"
    assert engine.endpoints.chosen.certificate == "/its/own.pem"


def test_who_only_asks_the_server_is_told_of_the_other_copy_and_asked_nothing(
    opened: tuple[Session, ServerDialog], engine: FakeEngine, qtbot: QtBot
) -> None:
    session, dialog = opened
    engine.endpoints.answer = replace(
        engine.endpoints.answer, other_copy="Another copy writes there."
    )
    dialog.address.setText("https://milvus:19530")
    dialog.test_button.click()
    qtbot.waitUntil(lambda: "Milvus 2.6.1. Another copy writes there." in said(dialog))
    assert session.window.findChild(QMessageBox) is None
