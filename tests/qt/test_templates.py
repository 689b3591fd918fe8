"""Templates in the Create panel: chosen, filled, sent, kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from desktop.config.paths import resource
from desktop.core.generation_record import GenerationRequest, Reference
from desktop.generation.template_files import TemplateFiles
from desktop.qt.create.panel import GenerationPanel
from desktop.qt.create.slot_fields import AssetField, ColourField, SlotField, TextField
from desktop.qt.shell.right_panel import CREATE
from desktop.qt.shell.session import Session
from desktop.qt.widgets.dragging import assets_mime
from tests.fakes.services import FakeEngine, make_asset
from tests.qt.conftest import Opener
from tests.qt.drops import drop

OWN = "a mug of mine"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "own templates"


@pytest.fixture
def engine(own: Path) -> FakeEngine:
    templates = TemplateFiles(resource("prompts"), own)
    engine = FakeEngine([make_asset(n) for n in range(1, 9)], templates=templates)
    engine.generation.attempts.earlier = [
        GenerationRequest("an earlier prompt", aspect_ratio="4:5")
    ]
    return engine


@pytest.fixture
def session(engine: FakeEngine, open_session: Opener, qtbot: QtBot) -> Session:
    session = open_session(engine)
    session.window.right.show_tab(CREATE)
    button = session.window.right.creation.templates.menu_button
    qtbot.waitUntil(lambda: bool(button.templates))
    return session


@pytest.fixture
def panel(session: Session) -> GenerationPanel:
    return session.window.right.creation


def choose(panel: GenerationPanel, *titles: str, qtbot: QtBot) -> None:
    """Through the menus, with the keyboard."""
    menu: QMenu | None = panel.templates.menu_button.menu()
    panel.templates.menu_button.menu().popup(panel.mapToGlobal(panel.rect().center()))
    for title in titles:
        assert menu is not None
        [action] = [each for each in menu.actions() if each.text() == title]
        menu.setActiveAction(action)
        below = action.menu()
        qtbot.keyClick(menu, Qt.Key.Key_Return)
        menu = below if isinstance(below, QMenu) else None


def field(panel: GenerationPanel, name: str) -> SlotField:
    [found] = [each for each in panel.templates.fields if each.slot.name == name]
    return found


def create(panel: GenerationPanel, qtbot: QtBot) -> None:
    panel.propose_check.setChecked(False)
    qtbot.mouseClick(panel.generate_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not panel.is_running)


def test_what_fills_the_gaps_is_in_the_prompt_and_in_what_is_sent(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    choose(panel, "Product", "Frozen splash", qtbot=qtbot)
    assert panel.templates.menu_button.accessibleName() == "Template: Frozen splash"
    assert panel.prompt.toPlainText().startswith(
        "A high-speed advertising photograph of a slim can"
    )
    liquid, colour = field(panel, "liquid"), field(panel, "colour")
    assert isinstance(liquid, TextField)
    assert isinstance(colour, ColourField)
    qtbot.keyClicks(liquid.line, "hot chocolate")
    qtbot.keyClicks(colour.line, "teal")
    assert colour.swatch.colour == "#008080"
    create(panel, qtbot)
    [request] = engine.generation.generating.requests
    assert "a crown of hot chocolate" in request.prompt
    assert "teal (#008080)" in request.prompt
    assert request.prompt == panel.prompt.toPlainText()
    assert request.template == "splash-shot"
    assert request.slots["liquid"] == "hot chocolate"
    assert request.aspect_ratio == "4:5", "as the template says"


def test_a_wildcard_gives_each_variant_its_own_value(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    choose(panel, "Game", "Item icons", qtbot=qtbot)
    item = field(panel, "item")
    assert isinstance(item, TextField)
    qtbot.keyClicks(item.line, "a horn | a lute")
    panel.choices.variants.setCurrentIndex(2)
    with qtbot.waitSignal(panel.sending_wanted) as shown:
        panel.sending_button.click()
    assert shown.args
    assert [request.slots["item"] for request in shown.args[0]] == ["a horn", "a lute", "a horn"]
    create(panel, qtbot)
    assert [request.slots["item"] for request in engine.generation.generating.requests] == [
        *("a horn", "a lute"),
        "a horn",
    ]
    assert ["a lute" in request.prompt for request in engine.generation.generating.requests] == [
        *(False, True),
        False,
    ]


def test_as_many_variants_are_proposed_as_a_wildcard_has_values_until_a_person_decides(
    panel: GenerationPanel, qtbot: QtBot
) -> None:
    choose(panel, "Game", "Item icons", qtbot=qtbot)
    item = field(panel, "item")
    assert isinstance(item, TextField)
    offered = len(item.slot.options)
    assert offered > 1
    assert panel.choices.variant_count() == 1, "a mood board is one"
    panel.generator_combo.setCurrentIndex(panel.generator_combo.findData("gemini"))
    assert panel.choices.variant_count() == offered
    assert str(offered) in panel.templates.turns.text()
    item.line.setText("a horn | a lute | a drum")
    assert panel.choices.variant_count() == 3
    panel.choices.variants.setCurrentIndex(1)
    item.line.setText("a horn | a lute | a harp")
    assert panel.choices.variant_count() == 2, "the person decided"
    item.line.setText("a horn")
    assert panel.choices.variant_count() == 1
    assert panel.templates.turns.isHidden()
    item.line.setText("a horn | a lute")
    choose(panel, "No template", qtbot=qtbot)
    assert panel.choices.variant_count() == 1
    assert panel.templates.turns.isHidden()


def test_a_picture_is_dropped_into_its_slot_goes_along_and_comes_out_again(
    panel: GenerationPanel, engine: FakeEngine, session: Session, qtbot: QtBot
) -> None:
    panel.propose_check.setChecked(False)
    choose(panel, "Product", "Packshot on white", qtbot=qtbot)
    product = field(panel, "product")
    assert isinstance(product, AssetField)
    assert "a frosted glass serum bottle" in panel.prompt.toPlainText()
    frame = product.choose_button.parentWidget()
    assert frame is not None
    assert drop(frame, assets_mime([make_asset(3)]))
    assert "the product from its reference picture" in panel.prompt.toPlainText()
    [reference] = panel.tray.references()
    assert (reference.asset_id, reference.role, reference.label) == (3, "product", "Product")
    create(panel, qtbot)
    assert engine.generation.generating.requests[0].references == (reference,)
    panel.tray.remove(0)
    assert product.reference is None, "out of the tray, out of the slot"
    assert "a frosted glass serum bottle" in panel.prompt.toPlainText()
    session.window.centre.grid.select_asset(5)
    qtbot.mouseClick(product.choose_button, Qt.MouseButton.LeftButton)
    assert [each.asset_id for each in panel.tray.references()] == [5]
    qtbot.mouseClick(product.clear_button, Qt.MouseButton.LeftButton)
    assert panel.tray.references() == ()


def test_what_was_changed_by_hand_is_left_alone_until_it_is_filled_in_again(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    choose(panel, "Fashion", "On the runway", qtbot=qtbot)
    panel.prompt.moveCursor(panel.prompt.textCursor().MoveOperation.End)
    qtbot.keyClicks(panel.prompt, " In snow.")
    beauty = field(panel, "beauty")
    assert not beauty.isEnabled()
    create(panel, qtbot)
    assert engine.generation.generating.requests[0].prompt.endswith("In snow.")
    assert panel.templates.refill_button.isVisible()
    qtbot.mouseClick(panel.templates.refill_button, Qt.MouseButton.LeftButton)
    assert "In snow." not in panel.prompt.toPlainText()
    assert beauty.isEnabled()
    panel.prompt.undo()
    assert panel.prompt.toPlainText().endswith("In snow."), "nothing that was written is lost"


def test_without_the_template_a_persons_own_words_are_back(
    panel: GenerationPanel, qtbot: QtBot
) -> None:
    qtbot.keyClicks(panel.prompt, OWN)
    choose(panel, "Game", "Key art", qtbot=qtbot)
    choose(panel, "Collectibles", "Plush toy", qtbot=qtbot)
    choose(panel, "No template", qtbot=qtbot)
    assert panel.prompt.toPlainText() == OWN
    assert panel.templates.fields == []
    assert panel.request().template == ""


def test_references_are_looked_for_by_what_fills_the_gaps(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    choose(panel, "Product", "Stone and shadow still life", qtbot=qtbot)
    qtbot.waitUntil(
        lambda: (
            engine.searching.prompts[-1:] == ["an amber glass perfume bottle; a dried palm leaf"]
        )
    )
    qtbot.waitUntil(lambda: bool(panel.tray.references()))


def test_a_record_and_a_draft_open_with_their_template_and_what_was_entered(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    choose(panel, "Product", "Stone and shadow still life", qtbot=qtbot)
    accent, product = field(panel, "accent"), field(panel, "product")
    assert isinstance(accent, TextField)
    assert isinstance(product, AssetField)
    qtbot.keyClicks(accent.line, "a fig")
    product.use(make_asset(2))
    made, draft = panel.request(), panel.draft()
    for stored in (made, draft):
        panel.use_request(GenerationRequest("something else"))
        assert panel.templates.fields == []
        panel.use_request(stored)
        assert panel.prompt.toPlainText() == made.prompt
        assert panel.templates.is_filling
        accent = field(panel, "accent")
        assert accent.value() == "a fig"
        assert panel.request() == made


def test_an_earlier_prompt_is_used_again(panel: GenerationPanel, qtbot: QtBot) -> None:
    choose(panel, "Earlier prompts", "an earlier prompt", qtbot=qtbot)
    assert panel.prompt.toPlainText() == "an earlier prompt"
    assert panel.request().aspect_ratio == "4:5"
    panel.prompt.moveCursor(panel.prompt.textCursor().MoveOperation.End)
    qtbot.keyClicks(panel.prompt, " and more")
    create(panel, qtbot)
    panel.use_request(GenerationRequest("x", references=(Reference(Path("/x.png")),)))
    choose(panel, "Earlier prompts", "an earlier prompt and more", qtbot=qtbot)
    assert panel.prompt.toPlainText() == "an earlier prompt and more"


def test_a_prompt_becomes_a_template_that_is_offered(
    session: Session, panel: GenerationPanel, own: Path, qtbot: QtBot
) -> None:
    qtbot.keyClicks(panel.prompt, "A {thing} in {hue}, {mood}.")
    choose(panel, "Save prompt as template…", qtbot=qtbot)
    assert session.templates is not None
    dialog = session.templates.dialog
    assert dialog is not None
    assert [row.name for row in dialog.rows] == ["thing", "hue", "mood"]
    _, hue, mood = dialog.rows
    hue.kind.setCurrentIndex(1)
    mood.kind.setCurrentIndex(4)
    qtbot.keyClicks(mood.start, "calm | wild")
    qtbot.keyClicks(dialog.name, "Mine")
    assert "“hue” has nothing to start with" in dialog.problem.text()
    assert not dialog.save_button.isEnabled()
    qtbot.keyClicks(hue.start, "navy")
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: any(t.name == "Mine" for t in panel.templates.menu_button.templates))
    assert [path.name for path in own.iterdir()] == ["mine.json"]
    choose(panel, "Your own", "Mine", qtbot=qtbot)
    assert panel.prompt.toPlainText() == "A thing in navy (#000080), calm."
    choose(panel, "Save prompt as template…", qtbot=qtbot)
    again = session.templates.dialog
    assert again is not None
    assert again.prompt.toPlainText() == "A {thing} in {hue}, {mood}."
    qtbot.keyClicks(again.name, "Mine")
    qtbot.mouseClick(again.save_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "already" in again.problem.text())
    again.reject()
    choose(panel, "Remove this template", qtbot=qtbot)
    qtbot.waitUntil(lambda: not list(own.iterdir()))
    qtbot.waitUntil(lambda: "was removed" in session.window.centre.notice.text())
    qtbot.mouseClick(session.window.centre.notice.action_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(list(own.iterdir())) == 1)


def test_files_are_taken_in_and_given_out_and_a_bad_one_is_named(
    session: Session, panel: GenerationPanel, own: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    assert session.templates is not None
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    session.templates.export("key-art", good)
    qtbot.waitUntil(good.exists)
    good.write_text(good.read_text().replace('"key-art"', '"other"'))
    bad.write_text("{")
    session.templates.import_files([bad, good])
    qtbot.waitUntil(lambda: "Imported: other" in session.window.centre.notice.text())
    assert str(bad) in session.window.centre.notice.text()
    qtbot.waitUntil(lambda: any(t.name == "other" for t in panel.templates.menu_button.templates))


def test_a_damaged_file_of_ones_own_is_said_and_costs_itself_alone(
    engine: FakeEngine, own: Path, open_session: Opener, qtbot: QtBot
) -> None:
    own.mkdir()
    (own / "torn.json").write_text('{"name": "to')
    window = open_session(engine).window
    window.right.show_tab(CREATE)
    button = window.right.creation.templates.menu_button
    qtbot.waitUntil(lambda: len(button.templates) > 30)
    assert "torn.json" in window.centre.notice.text()
