"""Getting a first model, by mouse and keyboard, from a hub on loopback that does its worst."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import huggingface_hub
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from desktop.config.preferences import Preferences
from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled, SettingsError
from desktop.core.progress import Progress
from desktop.embedding.models.hub import HubAddress
from desktop.embedding.models.registry import DEFAULT_MODEL, ModelRegistry
from desktop.qt.jobs.job_list import JobState
from desktop.qt.manage.model_step import ModelStep
from desktop.qt.manage.models_dialog import ModelsDialog
from desktop.qt.shell.session import Session
from desktop.services.model_installing import ModelInstalling
from tests.embedding import tiny
from tests.fakes.hub import FakeHub
from tests.fakes.services import FakeEngine, FakeModelSwitch
from tests.qt.conftest import Opener

KNOWN = replace(tiny.KNOWN, name=DEFAULT_MODEL)
MEGABYTE = 1_000_000


class Switch(FakeModelSwitch):
    """Makes a model ready as soon as ``may_finish`` says so."""

    def __init__(self) -> None:
        super().__init__()
        self.model = ""
        self.may_finish: Callable[[], bool] = lambda: True

    def make_ready(self, name: str, cancel: CancelToken) -> Generator[Progress, None, None]:
        while True:
            yield Progress("Making the model ready", 3, 8, name, unit="steps")
            if self.may_finish():
                return
            if cancel.wait(0.02):
                raise Cancelled


@dataclass
class Desk:
    """A window without a model, and the hub that it would get one from."""

    session: Session
    engine: FakeEngine
    switch: Switch
    hub: FakeHub
    preferences: Preferences
    qtbot: QtBot
    folder: Path

    def begin(self) -> ModelStep:
        """Add a folder, as at the first start."""
        self.session.window.paths_added.emit([self.folder])
        self.qtbot.waitUntil(lambda: bool(self.session.window.findChildren(ModelStep)))
        return self.step

    @property
    def step(self) -> ModelStep:
        [step] = self.session.window.findChildren(ModelStep)
        return step

    def press(self, text: str) -> None:
        """The button of the step that says this."""

        def there() -> list[QPushButton]:
            found = self.step.findChildren(QPushButton)
            return [made for made in found if made.text() == text and made.isVisible()]

        self.qtbot.waitUntil(lambda: len(there()) == 1 and there()[0].isEnabled())
        self.qtbot.mouseClick(there()[0], Qt.MouseButton.LeftButton)

    def until_failed(self) -> str:
        """What it says then."""
        self.qtbot.waitUntil(lambda: self.step.failure.isVisible())
        return f"{self.step.failure.text()} {self.step.detail.text()}"

    def until_ready(self) -> None:
        self.qtbot.waitUntil(lambda: self.step.stage.text() == "The model is ready")
        assert self.switch.model == DEFAULT_MODEL
        self.qtbot.waitUntil(lambda: self.engine.indexing.caught_up == 1)


@pytest.fixture
def desk(open_session: Opener, tmp_path: Path, qtbot: QtBot) -> Iterator[Desk]:
    with FakeHub() as hub:
        offered = tiny.save_with_sidecar(tmp_path / "on the hub")
        hub.add(KNOWN.repository, KNOWN.file, offered)
        preferences = Preferences(tmp_path / "settings.json")

        def address() -> HubAddress:
            settings = preferences.settings
            return HubAddress(settings.model_mirror or hub.endpoint, settings.download_proxy)

        registry = ModelRegistry(
            tmp_path / "models", known=(KNOWN,), retry_delays_s=(0.01,) * 3, address=address
        )
        engine, switch = FakeEngine(), Switch()
        places = [tmp_path / "models", tmp_path / "stick"]
        vars(engine).update(
            model_switch=switch,
            models=registry,
            model_installing=ModelInstalling(registry, switch, preferences, address, places),
        )
        (tmp_path / "pictures").mkdir()
        session = open_session(engine)
        yield Desk(session, engine, switch, hub, preferences, qtbot, tmp_path / "pictures")
        assert session.close(10)
        huggingface_hub.close_session()  # its kept-alive connections would delay the hub's end


# --- the way that most people go ----------------------------------------------------------------


def test_a_first_folder_is_read_while_a_model_is_offered(desk: Desk) -> None:
    step = desk.begin()
    assert desk.engine.indexing.calls == [((desk.folder,), False)]
    words = " ".join(label.text() for label in step.choice.findChildren(type(step.stage)))
    assert "3.4 MB · Apache-2.0 · English" in words
    assert "plantain/tiny" in words
    assert step.next_button.text() == "Download"
    assert step.next_button.hasFocus()


def test_a_model_is_got_with_one_key(desk: Desk) -> None:
    step = desk.begin()
    desk.qtbot.keyClick(step.next_button, Qt.Key.Key_Space)
    desk.until_ready()
    assert desk.hub.downloads()[0].path.startswith("/storage/"), "redirected to another origin"
    desk.press("To my pictures")
    desk.qtbot.waitUntil(lambda: not desk.session.window.findChildren(ModelStep))


def test_later_is_always_an_answer(desk: Desk) -> None:
    step = desk.begin()
    desk.qtbot.keyClick(step, Qt.Key.Key_Escape)
    desk.qtbot.waitUntil(lambda: not desk.session.window.findChildren(ModelStep))
    assert desk.hub.requests == []
    assert desk.switch.model == ""


def test_a_slow_download_is_paused_and_goes_on_at_its_byte(desk: Desk) -> None:
    desk.hub.behaviour.seconds_per_chunk = 0.03
    step = desk.begin()
    desk.press("Download")
    desk.qtbot.waitUntil(lambda: "1 of 3 MB" in step.detail.text())
    assert step.stage.text() == "Downloading"
    desk.press("Pause")
    desk.qtbot.waitUntil(lambda: step.stage.text() == "Paused")
    assert "goes on from there" in step.detail.text()
    desk.hub.behaviour.seconds_per_chunk = 0
    desk.hub.requests.clear()
    desk.press("Go on")
    desk.until_ready()
    [request] = desk.hub.downloads()
    assert (request.range_start or 0) >= MEGABYTE


def test_a_closed_step_goes_on_and_is_found_again(desk: Desk) -> None:
    desk.hub.behaviour.seconds_per_chunk = 0.05
    desk.begin()
    desk.press("Download")
    desk.press("To my pictures")
    desk.qtbot.waitUntil(lambda: not desk.session.window.findChildren(ModelStep))
    jobs = desk.session.window.jobs.jobs()
    assert any(job.title == f"Download {DEFAULT_MODEL}" and job.is_live for job in jobs)
    desk.session.window.run_action("models.show")
    desk.qtbot.waitUntil(lambda: bool(desk.session.window.findChildren(ModelStep)))
    assert desk.step.hold_button.isVisible()
    desk.hub.behaviour.seconds_per_chunk = 0
    desk.until_ready()


def test_the_jobs_line_holds_it_too(desk: Desk) -> None:
    desk.hub.behaviour.seconds_per_chunk = 0.05
    step = desk.begin()
    desk.press("Download")
    desk.qtbot.waitUntil(lambda: step.stage.text() == "Downloading")
    job = next(job for job in desk.session.window.jobs.jobs() if "Download" in job.title)
    desk.session.window.jobs.stop(job.id)
    desk.qtbot.waitUntil(lambda: job.state is JobState.STOPPED)
    assert "kept" in job.outcome.text
    assert step.stage.text() == "Paused"


def test_what_is_done_after_the_download_is_told_and_can_be_stopped(desk: Desk) -> None:
    desk.switch.may_finish = lambda: False
    step = desk.begin()
    desk.press("Download")
    desk.qtbot.waitUntil(lambda: step.stage.text() == "Making the model ready")
    assert step.detail.text() == "3 of 8 steps"
    assert (step.bar.value(), step.bar.maximum()) == (3, 8)
    desk.press("Stop")
    desk.qtbot.waitUntil(lambda: step.stage.text() == "Stopped")
    assert "installed stays" in step.detail.text()
    desk.switch.may_finish = lambda: True
    desk.hub.requests.clear()
    desk.press("Go on")
    desk.until_ready()
    assert desk.hub.downloads() == [], "nothing is fetched twice"


# --- what goes wrong ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, "demands a permission"),
        (403, "demands a permission"),
        (404, "does not have it"),
        (429, "wait some minutes"),
        (503, "problem of its own"),
    ],
)
def test_a_refusal_offers_the_ways_on(desk: Desk, status: int, reason: str) -> None:
    desk.hub.behaviour.status = status
    desk.begin()
    desk.press("Download")
    told = desk.until_failed()
    assert reason in told
    assert "`" not in told, "no command"
    assert "plantain model" not in told
    shown = {made.text() for made in desk.step.findChildren(QPushButton) if made.isVisible()}
    assert shown == {"Another mirror…", "Choose a file…", "Not now", "Try again"}
    desk.hub.behaviour.status = None
    desk.press("Try again")
    desk.until_ready()


def test_what_arrives_corrupted_is_refused_and_fetched_again(desk: Desk) -> None:
    desk.hub.behaviour.promises_sha256 = "0" * 64
    desk.begin()
    desk.press("Download")
    assert "checksum" in desk.until_failed()
    desk.hub.behaviour.promises_sha256 = ""
    desk.press("Try again")
    desk.until_ready()


def test_a_download_that_breaks_off_goes_on_at_its_byte(desk: Desk) -> None:
    desk.hub.behaviour.drops_after = [1_200_000, 0, 0, 0, 0, 0, 0]
    desk.begin()
    desk.press("Download")
    assert "broke off at 1 MB" in desk.until_failed()
    desk.hub.behaviour.drops_after = []
    desk.hub.requests.clear()
    desk.press("Try again")
    desk.until_ready()
    assert [request.range_start for request in desk.hub.downloads()] == [1_200_000]


def test_redirects_without_an_end_are_said(desk: Desk) -> None:
    desk.hub.behaviour.leads_in_circles = True
    desk.begin()
    desk.press("Download")
    assert "leads in circles" in desk.until_failed()


def test_a_full_disk_is_said_and_tried_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1000))
        desk.begin()
        desk.press("Download")
        told = desk.until_failed()
    assert "needs 3 MB and only 0 MB are free" in told
    assert "Free some space" in told
    desk.press("Try again")
    desk.until_ready()


def test_another_mirror_is_entered_kept_and_used(desk: Desk) -> None:
    desk.preferences.change(model_mirror="http://127.0.0.1:9")
    step = desk.begin()
    desk.press("Download")
    assert "cannot be reached" in desk.until_failed()
    desk.press("Another mirror…")
    desk.qtbot.waitUntil(step.address.mirror.hasFocus)
    step.address.mirror.clear()
    desk.qtbot.keyClicks(step.address.mirror, "nowhere")
    desk.qtbot.keyClick(step.address.mirror, Qt.Key.Key_Return)
    assert "begins with https://" in step.address.problem.text()
    step.address.mirror.clear()
    desk.qtbot.keyClicks(step.address.mirror, desk.hub.endpoint)
    desk.qtbot.keyClick(step.address.mirror, Qt.Key.Key_Return)
    desk.until_ready()
    assert desk.preferences.settings.model_mirror == desk.hub.endpoint
    assert not any(request.has_token for request in desk.hub.requests)


def test_an_address_that_cannot_be_kept_is_said_in_the_step(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above the grid it would stand behind the dialog, which would seem to do nothing."""
    desk.preferences.change(model_mirror="http://127.0.0.1:9")
    step = desk.begin()
    desk.press("Download")
    desk.until_failed()
    desk.press("Another mirror…")

    def full(**_: object) -> None:
        raise SettingsError("The disk is full.", next_step="Free some space.")

    monkeypatch.setattr(desk.preferences, "change", full)
    step.address.mirror.setText(desk.hub.endpoint)
    desk.press("Download from there")
    desk.qtbot.waitUntil(step.address.problem.isVisible)
    assert step.address.problem.text() == "The disk is full. Free some space."


def test_a_proxy_is_entered_and_asked(desk: Desk) -> None:
    desk.preferences.change(model_mirror="http://models.example")
    step = desk.begin()
    desk.press("Mirror and proxy…")
    step.address.proxy.setFocus()
    desk.qtbot.keyClicks(step.address.proxy, desk.hub.endpoint)
    desk.press("Download from there")
    desk.until_ready()
    assert "models.example" in {request.host for request in desk.hub.requests}


def test_a_failure_of_a_closed_step_is_said_above_the_grid(desk: Desk) -> None:
    desk.hub.behaviour.seconds_per_chunk = 0.05
    desk.begin()
    desk.press("Download")
    desk.press("To my pictures")
    desk.qtbot.waitUntil(lambda: bool(desk.hub.downloads()))
    desk.hub.behaviour.drops_after = [0] * 9
    desk.hub.behaviour.status = 404
    notice = desk.session.window.centre.notice
    desk.hub.behaviour.seconds_per_chunk = 0
    desk.hub.break_off()
    desk.qtbot.waitUntil(lambda: "could not be downloaded" in notice.text())
    desk.qtbot.mouseClick(notice.action_button, Qt.MouseButton.LeftButton)
    desk.qtbot.waitUntil(lambda: bool(desk.session.window.findChildren(ModelStep)))
    assert desk.step.next_button.text() == "Try again"


@pytest.mark.parametrize("ends", ["failed", "paused"])
def test_what_has_ended_is_not_in_the_way_of_another_choice(desk: Desk, ends: str) -> None:
    desk.hub.behaviour.seconds_per_chunk = 0.05
    desk.hub.behaviour.status = 404 if ends == "failed" else None
    step = desk.begin()
    desk.press("Download")
    if ends == "failed":
        desk.until_failed()
    else:
        desk.press("Pause")
        desk.qtbot.waitUntil(lambda: step.stage.text() == "Paused")
    desk.press("Not now")
    desk.qtbot.waitUntil(lambda: not desk.session.window.findChildren(ModelStep))
    desk.session.window.run_action("models.show")
    desk.qtbot.waitUntil(lambda: bool(desk.session.window.findChildren(ModelsDialog)))


def test_where_nothing_can_be_downloaded_a_file_can_be_chosen(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    vars(desk.engine.models).update(_known=())
    wrong = desk.folder.parent / "wrong.safetensors"
    wrong.write_bytes(b"no model")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(wrong), ""))
    step = desk.begin()
    desk.press("Choose a file…")
    desk.until_failed()
    shown = {made.text() for made in step.findChildren(QPushButton) if made.isVisible()}
    assert shown == {"Choose a file…", "Not now", "Try again"}, "no mirror of nothing"


def test_the_small_edition_offers_a_folder_and_no_download(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.embedding.models.registry.has_pytorch", lambda: False)
    wrong = desk.folder.parent / "no model"
    wrong.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(wrong))
    step = desk.begin()
    desk.press("Choose a model folder…")
    desk.until_failed()
    assert "no model" in step.failure.text()
    step.reject()
    desk.session.window.run_action("models.show")
    desk.qtbot.waitUntil(lambda: bool(desk.session.window.findChildren(ModelsDialog)))
    [dialog] = desk.session.window.findChildren(ModelsDialog)
    offered = {made.text() for made in dialog.findChildren(QPushButton)}
    assert "Choose a model folder…" in offered
    assert "Download" not in offered


def test_folders_of_the_person_are_looked_through_beside_the_catalogue(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_in: list[str] = []
    monkeypatch.setattr(
        "desktop.services.model_installing.files_in",
        lambda _: looked_in.append(threading.current_thread().name) or [],
    )
    desk.begin()
    assert looked_in == ["lane-models"]


# --- without a network --------------------------------------------------------------------------


def test_a_file_of_ones_own_is_chosen(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.hub.behaviour.status = 403
    desk.begin()
    desk.press("Download")
    desk.until_failed()
    file = desk.folder.parent / "on the hub" / KNOWN.file
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    desk.press("Choose a file…")
    desk.qtbot.waitUntil(lambda: desk.step.stage.text() == "The model is ready")
    assert desk.switch.model


@pytest.mark.parametrize("place", ["stick", "models"])
def test_a_file_that_lies_nearby_is_found_and_offered(desk: Desk, place: str) -> None:
    folder = desk.folder.parent / place
    tiny.save_with_sidecar(folder)
    (folder / "half a download.safetensors").write_bytes(b"\x10")
    step = desk.begin()
    assert step.choice.buttons[0].text() == "A file on this computer"
    assert step.next_button.text() == "Use this file"
    desk.qtbot.keyClick(step.next_button, Qt.Key.Key_Space)
    desk.qtbot.waitUntil(lambda: step.stage.text() == "The model is ready")
    assert desk.switch.model
    assert desk.hub.requests == []


def test_a_file_that_was_found_need_not_be_taken(desk: Desk) -> None:
    tiny.save_with_sidecar(desk.folder.parent / "stick")
    step = desk.begin()
    desk.qtbot.mouseClick(step.choice.buttons[1], Qt.MouseButton.LeftButton)
    desk.press("Download")
    desk.until_ready()


def test_what_is_chosen_meanwhile_is_said_to_follow_and_follows(desk: Desk) -> None:
    desk.switch.may_finish = lambda: False
    step = desk.begin()
    desk.press("Download")
    desk.qtbot.waitUntil(lambda: step.stage.text() == "Making the model ready")
    models = desk.session.controllers.models
    file = desk.folder.parent / "on the hub" / KNOWN.file
    models.import_file(file)
    models.download(DEFAULT_MODEL)
    notice = desk.session.window.centre.notice
    download, follows = f"Download {DEFAULT_MODEL}", f"Import {file.name}"
    assert notice.text() == f"“{follows}” begins when “{download}” is over."
    assert f"Then: {follows}." in step.detail.text()
    assert models.install.waiting == (follows,), "what runs is not begun a second time"
    desk.switch.may_finish = lambda: True
    desk.qtbot.waitUntil(lambda: models.install.title == follows)
    desk.qtbot.waitUntil(lambda: step.stage.text() == "The model is ready")
    assert models.install.waiting == ()
