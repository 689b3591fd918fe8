"""How long the window ever stands still while a thousand pictures are indexed."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from desktop.config.options import EngineOptions
from desktop.qt.session import Session
from desktop.qt.theme import Theme
from desktop.wiring import Engine
from tests import pictures
from tests.e2e.person import Person
from tests.e2e.pulse import Pulse

PICTURES = 1_000


def test_the_longest_stall_while_indexing_is_printed(
    qapp: QApplication, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A figure, not a limit: machines are noisy. That all came in while it beat is asserted."""
    folder = tmp_path / "pictures"
    pictures.fill(folder, PICTURES)
    theme = Theme.named("dark")
    theme.apply(qapp)
    options = EngineOptions(profile_dir=tmp_path / "profile", model="demo")
    session = Session(theme, lambda: Engine(options, {}))
    session.start()
    person = Person(session)
    person.wait_for_library()
    pulse = Pulse()
    person.drop(folder)
    person.wait_until("all are shown", lambda: len(person.shown()) == PICTURES)
    person.wait_for_quiet()
    longest = pulse.stop()
    assert session.close()
    session.window.deleteLater()
    with capsys.disabled():
        print(f"\nlongest stall of the window while indexing {PICTURES}: {longest * 1000:.0f} ms")
    assert longest > 0
