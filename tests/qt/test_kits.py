"""Brand kits in the Create panel: made, sent along, measured against."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QToolButton
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from desktop.core.brand_kit import FROM_KIT, BrandKit, KitPicture
from desktop.core.generation_record import GenerationRequest
from desktop.qt.create.panel import GenerationPanel
from desktop.qt.shell.right_panel import CREATE
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from desktop.qt.widgets.dragging import assets_mime
from tests.fakes.services import FakeEngine, make_asset
from tests.qt.conftest import Opener
from tests.qt.drops import drop
from tests.qt.studio import Studio, open_studio

LOGO, LOOK = make_asset(1), make_asset(2)
AURORA = BrandKit(
    "Aurora",
    ("#000080",),
    (KitPicture(LOGO.path, "logo", LOGO.id), KitPicture(LOOK.path, "style", LOOK.id)),
    "Calm.",
    ("plastic",),
)


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine([make_asset(n) for n in range(1, 9)])
    engine.generation.kits.save(AURORA)
    return engine


def open_panel(engine: FakeEngine, open_session: Opener, qtbot: QtBot) -> Session:
    session = open_session(engine)
    session.window.right.show_tab(CREATE)
    panel = session.window.right.creation
    panel.propose_check.setChecked(False)
    qtbot.waitUntil(lambda: len(panel.kits.kits) == len(engine.generation.kits.offered))
    return session


@pytest.fixture
def session(engine: FakeEngine, open_session: Opener, qtbot: QtBot) -> Session:
    return open_panel(engine, open_session, qtbot)


@pytest.fixture
def panel(session: Session) -> GenerationPanel:
    return session.window.right.creation


def choose(panel: GenerationPanel, title: str, qtbot: QtBot) -> None:
    menu = panel.kits.button.menu()
    menu.popup(panel.mapToGlobal(panel.rect().center()))
    [action] = [each for each in menu.actions() if each.text() == title]
    menu.setActiveAction(action)
    qtbot.keyClick(menu, Qt.Key.Key_Return)


def create(panel: GenerationPanel, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel.generate_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not panel.is_running)


def test_what_stands_in_the_panel_is_what_is_sent(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    qtbot.keyClicks(panel.prompt, "a cape")
    panel.add_references([make_asset(5)])
    choose(panel, "Aurora", qtbot)
    assert [
        (each.asset_id, each.role, each.reason == FROM_KIT) for each in panel.tray.pinned()
    ] == [
        *((5, "", False), (1, "logo", True)),
        (2, "style", True),
    ]
    assert "Reference picture 2: the brand's logo." in panel.kits.words()
    removes = [b for b in panel.tray.findChildren(QToolButton, "remove") if b.isVisible()]
    qtbot.mouseClick(removes[1], Qt.MouseButton.LeftButton)
    assert "logo" not in panel.kits.words(), "what does not go along is not spoken of"
    assert "Reference picture 2: the look of the brand." in panel.kits.words()
    create(panel, qtbot)
    [request] = engine.generation.generating.requests
    assert request.prompt == "a cape"
    assert request.kit_text == panel.kits.words()
    assert (request.kit, request.kit_version) == ("Aurora", "1")
    assert [each.asset_id for each in request.references] == [5, 2]
    choose(panel, "None", qtbot)
    assert [each.asset_id for each in panel.tray.references()] == [5]
    assert panel.kits.words() == ""
    assert panel.request().kit == ""


def test_a_picture_that_was_proposed_already_is_the_kits_from_then_on(
    panel: GenerationPanel, qtbot: QtBot
) -> None:
    panel.add_references([LOGO])
    choose(panel, "Aurora", qtbot)
    assert [each.role for each in panel.tray.references()] == ["logo", "style"]


def test_results_are_measured_and_the_closest_is_shown(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.generation.closeness.scores = {1010: (0.9, 0.8), 1020: (0.2, 0.1)}
    qtbot.keyClicks(panel.prompt, "a cape")
    choose(panel, "Aurora", qtbot)
    panel.choices.variants.setCurrentIndex(1)
    create(panel, qtbot)
    qtbot.waitUntil(lambda: panel.result_card.closeness().startswith("85 % close to “Aurora”."))
    assert "Colours: 50 % fit the palette." in panel.result_card.closeness()
    assert panel.result_card.result is not None
    assert panel.result_card.result.asset.id == 1010, "not the last one, but the closest"
    assert {version for version, _ in engine.generation.closeness.asked} == {1}


def test_the_details_of_a_picture_say_how_close_it_came(
    session: Session, panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    qtbot.keyClicks(panel.prompt, "a cape")
    choose(panel, "Aurora", qtbot)
    create(panel, qtbot)
    engine.generation.closeness.scores = {1010: (0.9, 0.8)}
    session.window.navigation.show_in_library(1010)
    lineage = session.window.right.details.lineage
    qtbot.waitUntil(lambda: lineage.closeness().startswith("85 % close to “Aurora”."))


def test_the_default_goes_along_by_itself(
    engine: FakeEngine, open_session: Opener, session: Session, panel: GenerationPanel, qtbot: QtBot
) -> None:
    choose(panel, "Aurora", qtbot)
    choose(panel, "Send it along with every new prompt", qtbot)
    qtbot.waitUntil(lambda: engine.generation.kits.always == "Aurora")
    another = FakeEngine([make_asset(n) for n in range(1, 9)])
    another.generation.kits.save(AURORA)
    another.generation.kits.set_default("Aurora")
    second = open_panel(another, open_session, qtbot).window.right.creation
    qtbot.waitUntil(lambda: second.request().kit == "Aurora")
    choose(second, "None", qtbot)
    assert second.request().kit == ""


def test_what_was_made_with_an_older_version_opens_with_it(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    qtbot.keyClicks(panel.prompt, "a cape")
    choose(panel, "Aurora", qtbot)
    made = panel.request()
    engine.generation.kits.save(BrandKit("Aurora", ("#FF0000",)))
    panel.use_request(GenerationRequest("something else"))
    assert panel.request().kit == ""
    panel.use_request(made)
    assert panel.request() == made, "before the version was looked up"
    qtbot.waitUntil(lambda: panel.kits.kit is not None)
    assert panel.request() == made


def test_a_kit_is_made_and_changed_in_the_editor(
    session: Session, panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    choose(panel, "New brand kit…", qtbot)
    assert session.kits is not None
    dialog = session.kits.dialog
    assert dialog is not None
    assert not dialog.save_button.isEnabled()
    qtbot.keyClicks(dialog.name, "Borealis")
    assert "needs a colour, a picture or words" in dialog.problem.text()
    qtbot.keyClicks(dialog.colour, "loud")
    qtbot.keyClick(dialog.colour, Qt.Key.Key_Return)
    assert dialog.palette_codes == []
    dialog.colour.clear()
    qtbot.keyClicks(dialog.colour, "teal")
    qtbot.keyClick(dialog.colour, Qt.Key.Key_Return)
    assert drop(dialog.logos, assets_mime([make_asset(3)]))
    session.window.centre.grid.select_asset(4)
    qtbot.mouseClick(dialog.styles.take_button, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(dialog.do_nots, "neon")
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.request().kit == "Borealis")
    saved = engine.generation.kits.named("borealis")
    assert saved.version == 1, "Return added the colour, and did not save"
    assert saved.palette == ("#008080",)
    assert [(each.asset_id, each.role) for each in saved.pictures] == [(3, "logo"), (4, "style")]
    assert saved.do_nots == ("neon",)
    choose(panel, "Edit this kit…", qtbot)
    again = session.kits.dialog
    assert again is not None
    qtbot.keyClicks(again.style_text, "Quiet.")
    qtbot.mouseClick(again.save_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.request().kit_version == "2")
    assert engine.generation.kits.named("borealis").style_text == "Quiet."
    assert "Brand style: Quiet." in panel.kits.words()
    choose(panel, "Remove this kit", qtbot)
    qtbot.waitUntil(lambda: panel.request().kit == "")
    notice = session.window.centre.notice
    qtbot.waitUntil(lambda: "was removed" in notice.text())
    qtbot.mouseClick(notice.action_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "borealis" in engine.generation.kits.offered)


def test_a_kit_is_saved_once_and_also_when_its_dialog_is_closed_at_once(
    session: Session, engine: FakeEngine, qtbot: QtBot
) -> None:
    kits = session.kits
    assert kits is not None
    waiting = threading.Event()
    session.lanes.browse.submit(lambda _: waiting.wait(10))
    kits.edit(None)
    dialog = kits.dialog
    assert dialog is not None
    dialog.name.setText("Borealis")
    dialog.style_text.setPlainText("Calm.")
    saved: list[BrandKit] = []
    real = engine.generation.kits.save
    engine.generation.kits.save = lambda kit: (saved.append(kit), real(kit))[1]  # type: ignore[method-assign]
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    dialog.close()
    qtbot.waitUntil(lambda: not isValid(dialog))
    waiting.set()
    qtbot.waitUntil(
        lambda: "Borealis" in [kit.name for kit in session.window.right.creation.kits.kits]
    )
    assert [kit.name for kit in saved] == ["Borealis"]


@pytest.fixture
def studio(theme: Theme, tmp_path: Path, qtbot: QtBot) -> Iterator[Studio]:
    yield from open_studio(theme, tmp_path, qtbot)


def test_a_kit_goes_out_as_a_file_and_comes_back_while_browsing_goes_on(
    studio: Studio, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    logo = studio.session.window.centre.assets()[0]
    kits = studio.engine.generation.kits
    kits.save(BrandKit("Aurora", ("#000080",), (KitPicture(logo.path, "logo", logo.id),)))
    studio.restart()
    kits, lanes = studio.engine.generation.kits, studio.session.lanes
    panel = studio.show_panel()
    studio.until(lambda: [kit.name for kit in panel.kits.kits] == ["Aurora"])
    choose(panel, "Aurora", qtbot)
    notice = studio.session.window.centre.notice
    file = tmp_path / "aurora.plantain-kit"
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_, **__: (str(file.with_suffix("")), "")
    )
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (str(file), ""))
    waiting = threading.Event()
    lanes.browse.submit(lambda _: waiting.wait(60))
    choose(panel, "Export this kit…", qtbot)
    studio.until(lambda: str(file) in notice.text())
    assert not lanes.browse.is_idle, "what a click waits for is still held up"
    waiting.set()
    choose(panel, "Export this kit…", qtbot)
    studio.until(lambda: "exists" in notice.text())
    choose(panel, "Remove this kit", qtbot)
    studio.until(lambda: not panel.kits.kits)
    choose(panel, "Import a brand kit…", qtbot)
    studio.until(lambda: panel.request().kit == "Aurora")
    studio.until(lambda: [kit.name for kit in panel.kits.kits] == ["Aurora"])
    assert [each.role for each in panel.tray.references()] == ["logo"]
    assert kits.named("Aurora").pictures == (KitPicture(logo.path, "logo", logo.id),)
    file.write_bytes(b"no kit")
    choose(panel, "Import a brand kit…", qtbot)
    studio.until(lambda: "aurora.plantain-kit" in notice.text() and notice.isVisible())
    assert panel.request().kit == "Aurora", "the one that is chosen stays"
