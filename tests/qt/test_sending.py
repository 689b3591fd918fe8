"""Nothing leaves the computer unseen: the sheet, consent, working offline, in the real window."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop.config.options import EngineOptions
from desktop.config.preferences import Preferences
from desktop.core.cancellation import CancelToken
from desktop.core.errors import DownloadFailed, StoreUnreachable, WorkingOffline
from desktop.core.progress import finish
from desktop.core.rights import Rights
from desktop.files.content_hash import content_hash
from desktop.qt.create.panel import GenerationPanel
from desktop.qt.create.sending_sheet import SendingSheet
from desktop.qt.shell.right_panel import CREATE
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from desktop.services.engine import Engine
from desktop.wiring.engine import open_engine
from tests import pictures as sample
from tests.dressing import undress
from tests.fakes.gemini import GeminiServer

KEY = "AIza-of-a-person"


class Creating:
    """The window on a real library of two pictures, with the stand-in as the service."""

    def __init__(self, session: Session, engine: Engine, server: GeminiServer) -> None:
        self.session, self.engine, self.server = session, engine, server
        self.window = session.window
        self.window.right.show_tab(CREATE)
        self.panel: GenerationPanel = self.window.right.creation

    @property
    def sheet(self) -> SendingSheet | None:
        assert self.session.creation is not None
        return self.session.creation._sending.sheet


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    with GeminiServer() as running:
        yield running


@pytest.fixture
def creating(
    theme: Theme, tmp_path: Path, server: GeminiServer, qtbot: QtBot
) -> Iterator[Creating]:
    sample.fill(tmp_path / "pictures", 2)
    preferences = Preferences(tmp_path / "profile" / "settings.json")
    options = EngineOptions(
        profile_dir=tmp_path / "profile",
        gemini_base_url=server.base_url,
        reads_text=False,
        asks_consent=True,
    )
    engine = open_engine(options, {"GEMINI_API_KEY": KEY}, preferences)
    engine.model.installed = lambda: None
    engine.model.vector_space = lambda: None
    finish(engine.indexing.run([tmp_path / "pictures"], CancelToken()))
    undress()
    session = Session(theme, lambda: engine, preferences=preferences)
    session.start()
    window = session.window
    qtbot.waitUntil(lambda: window.has_panels and bool(window.centre.state.assets))
    made = Creating(session, engine, server)
    made.panel.propose_check.setChecked(False)
    window.navigation.use_as_references(list(window.centre.assets()))
    made.panel.prompt.setPlainText("a red cape, 红色披风")
    combo = made.panel.generator_combo
    combo.setCurrentIndex(combo.findData("gemini"))
    qtbot.waitUntil(lambda: made.panel.generate_button.isEnabled())
    yield made
    assert session.close(5)


def click(made: QPushButton, qtbot: QtBot) -> None:
    qtbot.mouseClick(made, Qt.MouseButton.LeftButton)


def opened(creating: Creating, qtbot: QtBot) -> SendingSheet:
    qtbot.waitUntil(lambda: creating.sheet is not None and creating.sheet.isVisible())
    assert creating.sheet is not None
    return creating.sheet


def test_the_first_time_the_very_bytes_are_shown_and_then_sent(
    creating: Creating, server: GeminiServer, qtbot: QtBot
) -> None:
    click(creating.panel.generate_button, qtbot)
    sheet = opened(creating, qtbot)
    assert server.requests == []
    assert server.base_url in sheet.place.text()
    assert sheet.words.toPlainText() == "a red cape, 红色披风"
    said = sheet.pictures()
    assert [text.splitlines()[0] for text in said] == [
        asset.filename for asset in creating.window.centre.assets()
    ]
    click(sheet.agree_button, qtbot)
    qtbot.waitUntil(lambda: len(server.requests) == 1 and not creating.panel.is_running)
    sent = [content_hash(data) for data in server.requests[0].references]
    assert [text.splitlines()[2].rstrip("…") for text in said] == [each[:16] for each in sent]
    assert tuple(text.splitlines()[3] for text in said) == server.requests[0].captions
    click(creating.panel.generate_button, qtbot)
    qtbot.waitUntil(lambda: len(server.requests) == 2 and not creating.panel.is_running)
    assert creating.sheet is None, "it asks once"


def test_nothing_is_sent_where_a_person_does_not_agree(
    creating: Creating, server: GeminiServer, qtbot: QtBot
) -> None:
    click(creating.panel.generate_button, qtbot)
    click(opened(creating, qtbot).cancel_button, qtbot)
    qtbot.waitUntil(lambda: not creating.panel.is_running)
    assert server.requests == []
    assert creating.engine.generation.sending_rules.agreed() == {}
    assert creating.panel.prompt.toPlainText(), "what was entered stays"


def test_consent_can_be_looked_at_and_withdrawn_later(
    creating: Creating, server: GeminiServer, qtbot: QtBot
) -> None:
    rules = creating.engine.generation.sending_rules
    rules.agree(server.base_url)
    click(creating.panel.sending_button, qtbot)
    sheet = opened(creating, qtbot)
    assert len(sheet.pictures()) == 2
    assert server.requests == []
    click(sheet.withdraw_button, qtbot)
    qtbot.waitUntil(lambda: rules.agreed() == {})
    click(creating.panel.generate_button, qtbot)
    opened(creating, qtbot).reject()
    qtbot.waitUntil(lambda: not creating.panel.is_running)
    assert server.requests == []


def test_what_was_not_on_the_sheet_is_not_sent(
    creating: Creating, server: GeminiServer, qtbot: QtBot
) -> None:
    click(creating.panel.generate_button, qtbot)
    sheet = opened(creating, qtbot)
    path = creating.panel.tray.references()[0].path
    sample.save(path, 77)
    click(sheet.agree_button, qtbot)
    qtbot.waitUntil(lambda: not creating.panel.is_running)
    assert "has changed since you looked" in creating.panel.failure_text()
    assert server.requests == []
    click(creating.panel.failure.first, qtbot)
    qtbot.waitUntil(lambda: len(server.requests) == 1)


def test_a_private_picture_is_named_before_anything_is_shown_or_sent(
    creating: Creating, server: GeminiServer, qtbot: QtBot
) -> None:
    asset = creating.window.centre.assets()[0]
    creating.engine.annotations.give_rights([asset.id], Rights(is_private=True))
    click(creating.panel.generate_button, qtbot)
    qtbot.waitUntil(lambda: asset.filename in creating.panel.failure_text())
    assert server.requests == []
    assert creating.sheet is None


def test_a_queue_that_waits_for_consent_opens_the_sheet_and_goes_on(
    creating: Creating, server: GeminiServer, qtbot: QtBot
) -> None:
    row = creating.panel.queue_row
    assert row.consent_button.isHidden()
    click(row.add_button, qtbot)
    qtbot.waitUntil(row.consent_button.isVisible)
    wait = creating.engine.generation.queue.view().wait
    assert wait is not None
    assert wait.reason.value == "consent"
    click(row.show_button, qtbot)
    queue = creating.session.controllers.queue
    qtbot.waitUntil(lambda: queue._dialog is not None and queue._dialog.consent_button.isVisible())
    assert queue._dialog is not None
    click(queue._dialog.consent_button, qtbot)
    qtbot.waitUntil(lambda: queue._sending.sheet is not None and queue._sending.sheet.isVisible())
    sheet = queue._sending.sheet
    assert sheet is not None
    assert len(sheet.pictures()) == 2
    assert server.requests == []
    click(sheet.cancel_button, qtbot)
    assert creating.engine.generation.queue.view().wait == wait, "it still waits"
    click(row.consent_button, qtbot)
    qtbot.waitUntil(lambda: queue._sending.sheet is not None and queue._sending.sheet.isVisible())
    assert queue._sending.sheet is not None
    click(queue._sending.sheet.agree_button, qtbot)
    qtbot.waitUntil(lambda: len(server.requests) == 1)
    qtbot.waitUntil(row.consent_button.isHidden)
    qtbot.waitUntil(lambda: not queue.is_at_work)


def test_what_has_changed_in_a_queue_since_it_was_added_is_shown_before_it_is_sent(
    creating: Creating, server: GeminiServer, qtbot: QtBot
) -> None:
    creating.engine.generation.sending_rules.agree(server.base_url)
    queue, row = creating.session.controllers.queue, creating.panel.queue_row
    path = creating.panel.tray.references()[0].path
    sample.save(path, 77)  # and the window has not read it anew
    click(row.add_button, qtbot)
    qtbot.waitUntil(row.consent_button.isVisible)
    assert "another one now" in row.text()
    assert server.requests == []
    click(row.show_button, qtbot)
    qtbot.waitUntil(lambda: queue._dialog is not None and path.name in queue._dialog.why())
    click(row.consent_button, qtbot)
    qtbot.waitUntil(lambda: queue._sending.sheet is not None and queue._sending.sheet.isVisible())
    sheet = queue._sending.sheet
    assert sheet is not None
    shown = [text.splitlines()[2].rstrip("…") for text in sheet.pictures()]
    sample.save(path, 78)
    click(sheet.agree_button, qtbot)
    qtbot.waitUntil(lambda: queue._sending.sheet is None and row.consent_button.isVisible())
    qtbot.waitUntil(lambda: not queue.is_at_work)
    assert server.requests == [], "it is another one again"
    sample.save(path, 77)
    click(row.consent_button, qtbot)
    qtbot.waitUntil(lambda: queue._sending.sheet is not None and queue._sending.sheet.isVisible())
    assert queue._sending.sheet is not None
    click(queue._sending.sheet.agree_button, qtbot)
    qtbot.waitUntil(lambda: len(server.requests) == 1 and not queue.is_at_work)
    sent = [content_hash(data)[:16] for data in server.requests[0].references]
    assert sent == shown
    qtbot.waitUntil(row.consent_button.isHidden)


def test_a_changed_picture_that_is_given_up_keeps_the_others_from_nothing(
    creating: Creating, server: GeminiServer, qtbot: QtBot
) -> None:
    creating.engine.generation.sending_rules.agree(server.base_url)
    queue, row = creating.session.controllers.queue, creating.panel.queue_row
    sample.save(creating.panel.tray.references()[0].path, 77)
    click(row.add_button, qtbot)
    qtbot.waitUntil(row.consent_button.isVisible)
    creating.panel.prompt.setPlainText("without a picture")
    creating.panel.tray.replace_all(())
    click(row.add_button, qtbot)
    qtbot.waitUntil(lambda: len(queue.view.waiting) == 2)
    queue.cancel([queue.view.waiting[0].key])
    qtbot.waitUntil(lambda: len(server.requests) == 1 and not queue.is_at_work)
    assert server.requests[0].text == "without a picture"


class Sockets:
    """Watches where this process connects, and which names it asks for; to the stand-ins as well,
    which are on this machine."""

    def __init__(self) -> None:
        self.is_on = False
        self.seen: list[tuple[str, Any]] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.is_on and event in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
            self.seen.append((event, arguments[1:] if event == "socket.connect" else arguments))


_SOCKETS = Sockets()


@pytest.fixture
def sockets() -> Iterator[Sockets]:
    _SOCKETS.seen.clear()
    _SOCKETS.is_on = True
    yield _SOCKETS
    _SOCKETS.is_on = False


def test_the_sockets_are_watched(sockets: Sockets, server: GeminiServer) -> None:
    port = int(server.base_url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)):
        pass
    assert [event for event, _ in sockets.seen].count("socket.connect") == 1


def test_offline_no_socket_is_opened_until_the_person_goes_online(
    creating: Creating, server: GeminiServer, sockets: Sockets, qtbot: QtBot
) -> None:
    creating.window.run_action("settings.offline")
    qtbot.waitUntil(creating.window.offline_button.isVisible)
    assert creating.window.action_list["settings.offline"].isChecked()
    sockets.seen.clear()
    click(creating.panel.generate_button, qtbot)
    qtbot.waitUntil(lambda: "works offline" in creating.panel.failure_text())
    engine = creating.engine
    with pytest.raises(WorkingOffline):
        engine.generation.image_services["gemini"].key.check(KEY)
    with pytest.raises(DownloadFailed, match="offline"):
        finish(engine.models.download("ViT-B-32", endpoint=server.base_url, cancel=CancelToken()))
    for uri in ("http://milvus.example:19530", "https://10.0.0.7:19530"):
        with pytest.raises(StoreUnreachable, match="offline"):
            engine.endpoints.test(uri)
        with pytest.raises(StoreUnreachable, match="offline"):
            engine.endpoints.keep_at(uri)
    qtbot.waitUntil(lambda: not creating.panel.is_running)
    assert sockets.seen == []
    assert server.requests == []
    # The next step is right there.
    click(creating.panel.failure.first, qtbot)
    qtbot.waitUntil(lambda: not creating.window.offline_button.isVisible())
    engine.generation.sending_rules.agree(server.base_url)
    click(creating.panel.generate_button, qtbot)
    qtbot.waitUntil(lambda: len(server.requests) == 1 and not creating.panel.is_running)


def test_the_key_of_a_person_is_nowhere_on_the_sheet(
    creating: Creating, server: GeminiServer, qtbot: QtBot
) -> None:
    click(creating.panel.generate_button, qtbot)
    sheet = opened(creating, qtbot)
    texts = [each.text() for each in sheet.findChildren(type(sheet.place))]
    assert not [text for text in texts if KEY in text]
    sheet.reject()
    qtbot.waitUntil(lambda: not creating.panel.is_running)
