"""The real window over the real engine, driven by mouse and keyboard, with Gemini on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.config.options import EngineOptions
from desktop.config.paths import resource
from desktop.config.settings import Settings, save_settings
from desktop.media.metadata.lineage import read_record
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from desktop.wiring.engine import open_engine
from tests.e2e.person import Person
from tests.fakes.gemini import GeminiServer
from tests.fakes.gemini_replies import Failure

ROOT = Path(__file__).resolve().parents[2]
KEY = "AIzaSyTestKeyThatMustNeverBeSeenAnywhere"
PROMPT = "a red silk cape with gold trim"
TIMEOUT_S = 5.0

SENTENCES = {
    Failure.BAD_KEY: "does not accept this key",
    Failure.OVERLOADED: "overloaded at the moment",
    Failure.HANG: "did not answer",
    Failure.NOT_A_PICTURE: "cannot be opened",
}
"""One for each place where the window learns of a failure: the key's form, the answer, the clock,
and the picture. Every other way to fail is in tests/services/test_failed_generation.py."""


def samples() -> Path:
    """A few dozen of the demo's pictures: enough to tell things apart."""
    return resource("demo/pictures") / "Costumes"


@dataclass
class Desk:
    """A window on a library of sample pictures, with Gemini answering on loopback."""

    person: Person
    server: GeminiServer
    library: Path


@pytest.fixture(scope="module")
def opened_desk(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    profile = tmp_path_factory.mktemp("profile")
    save_settings(profile / "settings.json", Settings(gemini_timeout_s=TIMEOUT_S))
    theme = Theme.named("dark")
    theme.apply(qapp)
    with GeminiServer() as server:
        options = EngineOptions(profile_dir=profile, model="demo", gemini_base_url=server.base_url)
        session = Session(theme, lambda: open_engine(options, {"GEMINI_API_KEY": KEY}), [samples()])
        session.start()
        person = Person(session)
        person.wait_for_library()
        person.wait_until("pictures are shown", lambda: bool(person.shown()))
        person.wait_for_quiet()
        yield Desk(person, server, profile / "library")
        assert session.close()
        session.window.deleteLater()


@pytest.fixture
def desk(opened_desk: Desk) -> Desk:
    """With the panel in front and a key in it, whatever was done there before."""
    person = opened_desk.person
    person.open_create_panel("gemini")
    person.type_prompt(PROMPT)
    person.wait_for_proposals()
    person.create.show_key_state(True)  # as after entering the key again
    return opened_desk


@pytest.mark.parametrize("failure", SENTENCES, ids=lambda failure: failure.value)
def test_a_failure_is_told_in_plain_words_and_nothing_is_lost(desk: Desk, failure: Failure) -> None:
    person, panel = desk.person, desk.person.create
    before = (person.shown(), panel.request())
    desk.server.fail_with(failure, count=1)
    made = sorted((desk.library / "generated").glob("*"))
    person.click_create()
    person.wait_for_outcome()
    told = person.read_failure()
    assert SENTENCES[failure] in told
    assert "Traceback" not in told
    assert KEY not in told
    assert (person.shown(), panel.request()) == before
    assert sorted((desk.library / "generated").glob("*")) == made


def test_stopping_a_generation_keeps_everything(desk: Desk) -> None:
    person, panel = desk.person, desk.person.create
    before = (person.shown(), panel.request())
    desk.server.fail_with(Failure.HANG, count=1)
    desk.server.request_arrived.clear()
    person.click_create()
    person.wait_until("Gemini has been asked", desk.server.request_arrived.is_set)
    QTest.mouseClick(panel.cancel_button, Qt.MouseButton.LeftButton)
    person.wait_for_outcome()
    assert (person.shown(), panel.request()) == before
    assert panel.generate_button.isEnabled()


def test_after_all_that_a_picture_is_still_imported(desk: Desk) -> None:
    person, panel = desk.person, desk.person.create
    person.click_create()
    person.wait_for_outcome()
    assert person.read_failure() == ""
    result = panel.result_card.result
    assert result is not None
    person.wait_until("it is in the grid", lambda: result.asset.path in person.shown())
    QTest.mouseClick(panel.result_card.show_button, Qt.MouseButton.LeftButton)
    assert [asset.id for asset in person.grid.selected_assets()] == [result.asset.id]


def test_the_real_program_from_drop_to_found_again(tmp_path: Path) -> None:
    """A process of its own: drop, wait, search, propose, generate, find; as a person would."""
    with GeminiServer() as server:
        environment = {
            **os.environ,
            "PLANTAIN_PROFILE_DIR": str(tmp_path / "profile"),
            "PLANTAIN_GEMINI_BASE_URL": server.base_url,
            "GEMINI_API_KEY": KEY,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "QT_QPA_PLATFORM": "offscreen",
        }
        done = subprocess.run(
            [sys.executable, "-m", "tests.e2e.journey", samples(), tmp_path / "seen.json"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        [request] = server.requests
    seen = json.loads((tmp_path / "seen.json").read_text("utf-8"))
    assert seen["dropped"] == len([path for path in samples().rglob("*.*") if path.is_file()])
    assert len(seen["references"]) > 0
    assert len(request.references) == len(seen["references"])
    made = Path(seen["made"])
    assert made.exists()
    assert seen["found"][0] == str(made)
    lineage = read_record(made)
    assert lineage is not None
    assert lineage.request.prompt == PROMPT
    assert KEY not in (tmp_path / "profile" / "logs" / "plantain.log").read_text()
