"""The window on a library that does not open: it says why, and does what the person chooses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from desktop.app import LibraryChoice
from desktop.config.options import EngineOptions
from desktop.core.cancellation import CancelToken
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from desktop.wiring.engine import open_engine
from tests import pictures
from tests.e2e.person import Person

TAG = "kept"


@pytest.fixture
def options(tmp_path: Path) -> EngineOptions:
    """A library with three pictures in it, one of them tagged, and today's copy of its catalogue;
    no model is needed for this."""
    pictures.fill(tmp_path / "pictures", 3)
    options = EngineOptions(profile_dir=tmp_path / "profile")
    with open_engine(options, {}) as engine:
        for _ in engine.indexing.run([tmp_path / "pictures"], CancelToken()):
            pass
        engine.annotations.tag([1], [TAG])
        assert engine.daily_backups.make_if_due()
    return options


@pytest.fixture
def open_window(qapp: QApplication) -> Iterator[Callable[[EngineOptions], Person]]:
    sessions: list[Session] = []

    def open_it(options: EngineOptions) -> Person:
        theme = Theme.named("dark")
        theme.apply(qapp)
        choice = LibraryChoice(options)
        session = Session(theme, lambda: open_engine(choice.options, {}), remedies=choice)
        sessions.append(session)
        session.start()
        return Person(session)

    yield open_it
    for session in sessions:
        assert session.close()
        session.window.deleteLater()


def said(person: Person) -> str:
    shown = person.window.centre.empty.shown
    return f"{shown.title} {shown.body}" if shown else ""


def press(person: Person, text: str) -> None:
    def found() -> list[QPushButton]:
        buttons = person.window.centre.empty.findChildren(QPushButton)
        return [button for button in buttons if button.text() == text and button.isVisible()]

    person.wait_until(f"there is “{text}”", lambda: bool(found()))
    QTest.mouseClick(found()[0], Qt.MouseButton.LeftButton)


def test_a_damaged_catalogue_is_told_and_its_back_up_restored_when_asked(
    options: EngineOptions, tmp_path: Path, open_window: Callable[[EngineOptions], Person]
) -> None:
    library = tmp_path / "profile" / "library"
    catalog = library / "catalog.sqlite"
    catalog.write_bytes(b"garbage" * 10_000)
    person = open_window(options)
    person.wait_until("it says what is wrong", lambda: "can be restored" in said(person))
    assert "is damaged" in said(person)
    assert catalog.read_bytes().startswith(b"garbage"), "nothing is repaired unasked"
    press(person, "Repair it")
    person.wait_until("the pictures are shown", lambda: len(person.shown()) == 3)
    assert "The backup was restored." in person.window.centre.notice.text()
    [kept] = library.glob("catalog.damaged-*")
    assert kept.read_bytes().startswith(b"garbage")
    assert person.session.close()
    with open_engine(options, {}) as engine:
        assert engine.annotations.tagged(TAG) == [1]


def test_beside_another_plantain_the_library_can_be_looked_at(
    options: EngineOptions, open_window: Callable[[EngineOptions], Person]
) -> None:
    with open_engine(options, {}) as first:
        person = open_window(options)
        person.wait_until("it says so", lambda: "another Plantain" in said(person))
        press(person, "Open read-only")
        person.wait_until("the pictures are shown", lambda: len(person.shown()) == 3)
        window = person.window
        assert "read-only" in window.centre.notices.lasting.text()
        assert not window.action_list["library.add_folder"].isEnabled()
        assert not window.right.creation.isEnabled()
        person.search("0001")
        assert [path.name for path in person.shown()] == ["0001.png"]
        person.wait_for_quiet()
        first.annotations.tag([2], [TAG])
        assert person.session.close()
