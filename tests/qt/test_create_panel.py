"""Create: proposals, the tray, generators, keys, failures."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QMenu, QToolButton
from pytestqt.qtbot import QtBot

from desktop.core.errors import (
    KeyRefused,
    PlantainError,
    PromptBlocked,
    QuotaExhausted,
    SettingsError,
)
from desktop.core.generation_record import CHOSEN, LESS, MORE, Reference
from desktop.core.product_truth import PRODUCT
from desktop.core.progress import Progress
from desktop.qt.create.panel import GenerationPanel
from desktop.qt.create.reference_tray import ReferenceTray
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.jobs.lane import JobHandle
from desktop.qt.shell.main_window import MainWindow
from desktop.qt.shell.right_panel import CREATE
from desktop.qt.theme import Theme
from desktop.qt.widgets.dragging import assets_mime
from desktop.qt.widgets.labels import ElidedLabel
from desktop.services.search.proposals import ThingProposals
from tests.fakes.generation import FAKE_MODELS
from tests.fakes.services import FakeEngine, make_asset
from tests.qt.conftest import Opener
from tests.qt.drops import drop, files_mime
from tests.qt.pictures import gradient

PROMPT = "red shoes on a beach"


@pytest.fixture
def tray(theme: Theme, pictures: Pictures, cache: PixmapCache, qtbot: QtBot) -> ReferenceTray:
    made = ReferenceTray(theme, pictures, cache)
    made.set_limit(14)
    qtbot.addWidget(made)
    made.resize(320, 600)
    made.show()
    return made


def proposed(*numbers: int, words: str = "shoes") -> list[ThingProposals]:
    """One thing that a prompt names, with these pictures of it."""
    pictures = (
        Reference(Path(f"/p/{n}.png"), n, 0.3, "matches the prompt", words=words) for n in numbers
    )
    return [ThingProposals(words, tuple(pictures))]


def told(tray: ReferenceTray) -> list[str]:
    """Every line that is shown."""
    return [made.text() for made in tray.findChildren(ElidedLabel) if made.isVisible()]


def choose(tray: ReferenceTray, at: int, words: str) -> None:
    """Of the menu of the reference at that place."""
    button = [b for b in tray.findChildren(QToolButton, "role") if b.isVisible()][at]
    [action] = [each for each in button.menu().actions() if each.text() == words]
    action.trigger()


def ids(tray: ReferenceTray) -> list[int | None]:
    return [reference.asset_id for reference in tray.references()]


def click(tray: ReferenceTray, name: str, at: int, qtbot: QtBot) -> None:
    buttons = [b for b in tray.findChildren(QToolButton, name) if b.isVisible()]
    qtbot.mouseClick(buttons[at], Qt.MouseButton.LeftButton)


class TestTray:
    def test_new_proposals_replace_old_ones(self, tray: ReferenceTray) -> None:
        tray.propose(proposed(1, 2, 3))
        tray.propose(proposed(3, 4))
        assert ids(tray) == [3, 4]

    def test_pinned_ones_stay(self, tray: ReferenceTray, qtbot: QtBot) -> None:
        tray.propose(proposed(1, 2, 3))
        click(tray, "pin", 1, qtbot)
        tray.propose(proposed(4, 5))
        assert ids(tray) == [2, 4, 5]

    def test_a_person_says_what_one_is_for_and_it_stays(
        self, tray: ReferenceTray, qtbot: QtBot
    ) -> None:
        tray.propose(proposed(1, 2))
        button = [b for b in tray.findChildren(QToolButton, "role") if b.isVisible()][1]
        [product] = [each for each in button.menu().actions() if each.text() == "Product"]
        product.trigger()
        tray.propose(proposed(4))
        assert ids(tray) == [2, 4]
        assert [each.role for each in tray.references()] == [PRODUCT, ""]
        assert "Product · 0.30" in told(tray), "the first of its thing by now"

    def test_a_person_says_how_much_one_counts_and_it_stays(self, tray: ReferenceTray) -> None:
        tray.propose(proposed(1, 2))
        for words, weight in (("Counts more", MORE), ("Counts less", LESS)):
            button = [b for b in tray.findChildren(QToolButton, "role") if b.isVisible()][-1]
            [weights] = button.menu().findChildren(QMenu)
            [action] = [each for each in weights.actions() if each.text() == words]
            action.trigger()
            assert [each.weight for each in tray.references()] == [None, weight]
            assert f"{words} · For “shoes” · 0.30" in told(tray)
        tray.propose(proposed(4))
        assert ids(tray) == [2, 4]

    def test_what_a_template_calls_a_role_is_kept_among_the_others(
        self, tray: ReferenceTray
    ) -> None:
        tray.add([Reference(Path("/p/1.png"), 1, role="garment")])
        [button] = [b for b in tray.findChildren(QToolButton, "role") if b.isVisible()]
        chosen = [each.text() for each in button.menu().actions() if each.isChecked()]
        assert chosen == ["garment"]
        button.menu().actions()[0].trigger()
        assert [each.role for each in tray.references()] == [""]

    def test_removed_ones_are_not_proposed_again(self, tray: ReferenceTray, qtbot: QtBot) -> None:
        tray.propose(proposed(1, 2))
        click(tray, "remove", 0, qtbot)
        tray.propose(proposed(1, 2, 3))
        assert ids(tray) == [2, 3]
        tray.add_assets([make_asset(1)])
        assert ids(tray) == [1, 2, 3], "a person may choose it all the same"

    def test_of_each_thing_the_best_and_then_the_second_best(self, tray: ReferenceTray) -> None:
        tray.propose(proposed(1, 2, 3, words="cape") + proposed(4, 5, 6, words="watch"))
        assert ids(tray) == [1, 2, 4, 5]
        assert told(tray)[::2] == ["cape", "2.png", "watch", "5.png"]

    def test_the_next_best_takes_its_place_and_the_keyboard_stays(
        self, tray: ReferenceTray, qtbot: QtBot
    ) -> None:
        things = proposed(*range(1, 8), words="cape")
        tray.propose(things)
        choose(tray, 0, "Style")
        for expected in (5, 6, 7, 1):
            [button, *_] = [b for b in tray.findChildren(QToolButton, "swap") if b.isVisible()]
            button.setFocus()
            qtbot.keyClick(button, Qt.Key.Key_Space)
            assert ids(tray) == [expected, 2, 3, 4]
            focused = tray.focusWidget()
            assert focused is not None
            assert focused.objectName() == "swap"
        assert [each.role for each in tray.references()] == ["style", "", "", ""]
        click(tray, "remove", 3, qtbot)
        for _ in range(4):
            click(tray, "swap", 0, qtbot)
            assert 4 not in ids(tray), "what was taken out does not come back"
        tray.forget_refused()
        tray.propose(things)
        assert ids(tray)[1:] == [1, 2, 3], "a new prompt may bring all of them"

    def test_what_was_swapped_stays_so_while_its_thing_is_named(
        self, tray: ReferenceTray, qtbot: QtBot
    ) -> None:
        capes = proposed(1, 2, words="cape")
        others = [each for n in range(3, 6) for each in proposed(n, words=f"thing {n}")]
        tray.propose(capes + others)
        click(tray, "swap", 0, qtbot)
        tray.propose(capes + others + proposed(9, words="watch"))
        assert ids(tray)[0] == 2

    def test_a_thing_without_another_picture_offers_none(self, tray: ReferenceTray) -> None:
        tray.propose(proposed(1, 2))
        assert [b for b in tray.findChildren(QToolButton, "swap") if b.isVisible()] == []

    def test_a_thing_that_was_taken_out_keeps_its_row_and_can_come_back(
        self, tray: ReferenceTray, qtbot: QtBot
    ) -> None:
        things = proposed(1, words="cape") + proposed(4, 5, 6, 7, words="beach")
        tray.propose(things)
        click(tray, "remove", 0, qtbot)
        assert ids(tray) == [4, 5, 6]
        assert told(tray)[:2] == ["cape", "No picture goes along"]
        tray.propose(things)
        assert 1 not in ids(tray), "nor when the prompt goes on"
        focused = tray.focusWidget()
        assert focused is not None
        click(tray, "swap", 0, qtbot)
        assert ids(tray)[0] == 1

    def test_removed_the_next_best_can_be_had_in_its_place(
        self, tray: ReferenceTray, qtbot: QtBot
    ) -> None:
        things = [each for n in range(1, 6) for each in proposed(n, n + 10, words=f"thing {n}")]
        tray.propose(things)
        click(tray, "remove", 2, qtbot)
        focused = tray.focusWidget()
        assert focused is not None
        assert focused.accessibleName() == "Next best picture of “thing 3”"
        qtbot.keyClick(focused, Qt.Key.Key_Space)
        assert ids(tray) == [1, 2, 13, 4, 5]

    def test_drops_from_grid_and_disk(
        self, tray: ReferenceTray, pictures: Pictures, tmp_path: Path
    ) -> None:
        asset = make_asset(5)
        pictures.learn([asset])
        assert drop(tray, assets_mime([asset]))
        file = tmp_path / "logo.png"
        gradient(1, 9, 9).save(str(file))
        assert drop(tray, files_mime([file]))
        assert tray.references() == (
            Reference(asset.path, 5, None, CHOSEN),
            Reference(file, None, None, CHOSEN),
        )
        assert not drop(tray, files_mime([tmp_path]))

    def test_the_most_a_model_takes(self, tray: ReferenceTray) -> None:
        tray.propose(proposed(100, 101))
        tray.add_assets([make_asset(n) for n in range(1, 20)])
        assert ids(tray) == list(range(1, tray.limit + 1))

    def test_a_model_that_takes_fewer(self, tray: ReferenceTray) -> None:
        tray.add_assets([make_asset(1), make_asset(2)])
        tray.propose(proposed(3, 4))
        tray.set_limit(FAKE_MODELS.find("gemini-2.5-flash-image").max_references)
        assert ids(tray) == [1, 2, 3]
        tray.set_limit(1)
        assert ids(tray) == [1, 2], "what a person chose is not taken away"


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine([make_asset(n) for n in range(1, 9)])


@pytest.fixture
def panel(engine: FakeEngine, open_session: Opener, qtbot: QtBot) -> GenerationPanel:
    window = open_session(engine).window
    window.right.show_tab(CREATE)
    return window.right.creation


def write_prompt(panel: GenerationPanel, qtbot: QtBot) -> None:
    panel.prompt.setPlainText("")
    qtbot.keyClicks(panel.prompt, PROMPT)
    qtbot.waitUntil(lambda: len(panel.tray.references()) == 4)


def test_offline_comes_first_and_says_what_it_is(panel: GenerationPanel) -> None:
    labels = [panel.generator_combo.itemText(n) for n in range(panel.generator_combo.count())]
    assert labels[:2] == ["Mood board (offline)", "Gemini (Nano Banana)"]
    assert not panel.generate_button.isEnabled(), "without words there is nothing to create"


def test_typing_proposes_and_creating_shows_the_picture(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    write_prompt(panel, qtbot)
    assert engine.searching.prompts == [PROMPT], "asked once, after the typing"
    qtbot.mouseClick(panel.generate_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(panel.result_card.isVisible)
    [request] = engine.generation.generating.requests
    assert request.prompt == PROMPT
    assert [r.asset_id for r in request.references] == [1, 2, 3, 4]
    assert request.generator == "moodboard"
    assert request.aspect_ratio == "1:1"
    assert panel.result_card.text() == "Here is your picture."
    assert panel.prompt.toPlainText() == PROMPT

    window = panel.window()
    assert isinstance(window, MainWindow)
    with qtbot.waitSignal(panel.show_in_library_requested):
        qtbot.mouseClick(panel.result_card.show_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(window.centre.grid.selected_assets()))
    [asset] = window.centre.grid.selected_assets()
    assert asset.is_generated


@pytest.mark.parametrize("can_be_found", [True, False])
def test_a_picture_is_made_searchable_and_only_a_failure_is_told(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot, can_be_found: bool
) -> None:
    engine.indexing.can_make_searchable = can_be_found
    write_prompt(panel, qtbot)
    qtbot.mouseClick(panel.generate_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(engine.indexing.made_searchable))
    [asset_ids] = engine.indexing.made_searchable
    card = panel.result_card
    assert card.result is not None
    assert asset_ids == (card.result.asset.id,)
    told = "not yet searchable by meaning"
    if not can_be_found:
        qtbot.waitUntil(lambda: told in card.made())
    card.show_result(card.result)
    card.show_whether_searchable(card.result, can_be_found)
    assert (told in card.made()) is not can_be_found


def test_ctrl_return_creates_and_stop_stops(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.generation.generating.gate = threading.Event()
    write_prompt(panel, qtbot)
    qtbot.keyClick(panel.prompt, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(panel.cancel_button.isVisible)
    assert not panel.generate_button.isEnabled()
    qtbot.mouseClick(panel.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(panel.generate_button.isEnabled)
    assert panel.prompt.toPlainText() == PROMPT
    assert len(panel.tray.references()) == 4


@pytest.mark.parametrize("is_looked_at", [False, True])
def test_what_is_stopped_before_it_is_sent_is_not_sent(
    open_session: Opener,
    engine: FakeEngine,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    is_looked_at: bool,
) -> None:
    session = open_session(engine)
    session.window.right.show_tab(CREATE)
    panel = session.window.right.creation
    write_prompt(panel, qtbot)
    lane, answered = session.lanes.preview, threading.Event()
    post = lane._post

    def noted(handle: JobHandle, outcome: str, value: object) -> None:
        post(handle, outcome, value)
        if outcome == "finished":
            answered.set()

    monkeypatch.setattr(lane, "_post", noted)
    qtbot.mouseClick(panel.generate_button, Qt.MouseButton.LeftButton)
    if is_looked_at:  # and the window has not heard of it yet
        assert answered.wait(30)
    qtbot.mouseClick(panel.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(panel.cancel_button.isHidden)
    qtbot.waitUntil(lambda: session.lanes.preview.is_idle and session.lanes.network.is_idle)
    assert engine.generation.generating.requests == []
    assert panel.generate_button.isEnabled()


def test_progress_that_comes_late_does_not_begin_anew_what_has_ended(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.generation.generating.gate = threading.Event()
    write_prompt(panel, qtbot)
    qtbot.mouseClick(panel.generate_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(engine.generation.generating.requests))
    qtbot.mouseClick(panel.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(panel.cancel_button.isHidden)
    panel.show_progress(Progress("Waiting for Gemini"))
    assert panel.generate_button.isEnabled()
    assert panel.cancel_button.isHidden()


def test_the_keyboard_stays_with_the_buttons(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.generation.generating.gate = threading.Event()
    write_prompt(panel, qtbot)
    window = panel.window()
    panel.generate_button.setFocus()
    qtbot.keyClick(panel.generate_button, Qt.Key.Key_Space)
    assert window.focusWidget() is panel.cancel_button
    qtbot.keyClick(panel.cancel_button, Qt.Key.Key_Space)
    qtbot.waitUntil(panel.cancel_button.isHidden)
    assert window.focusWidget() is panel.generate_button


@pytest.mark.parametrize(
    "error",
    [
        QuotaExhausted("No quota is left.", next_step="Wait 40 seconds."),
        PromptBlocked("Gemini declined this prompt.", next_step="Say it in other words."),
    ],
)
def test_failures_are_told_in_words_and_inputs_kept(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot, error: PlantainError
) -> None:
    engine.generation.generating.error = error
    write_prompt(panel, qtbot)
    qtbot.mouseClick(panel.generate_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(panel.failure_text()))
    assert panel.failure_text() == error.sentence()
    assert panel.generate_button.isEnabled()
    assert panel.prompt.toPlainText() == PROMPT
    assert len(panel.tray.references()) == 4


def test_in_a_small_window_the_next_step_and_what_went_wrong_are_in_sight(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    panel.window().resize(1000, 640)
    engine.generation.generating.error = PromptBlocked(
        "Gemini declined this prompt.", next_step="Reword it."
    )
    write_prompt(panel, qtbot)
    assert panel.generate_button.visibleRegion().boundingRect() == panel.generate_button.rect()
    qtbot.mouseClick(panel.generate_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(panel.failure_text()))
    card = panel.failure
    qtbot.waitUntil(lambda: card.visibleRegion().boundingRect() == card.rect())


def test_without_a_key_it_asks_and_forgets_what_was_typed(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    write_prompt(panel, qtbot)
    panel.generator_combo.setCurrentIndex(1)
    assert panel.key_form.isVisible()
    assert not panel.generate_button.isEnabled()
    field = panel.key_form.field
    assert field.echoMode() is QLineEdit.EchoMode.Password
    qtbot.keyClicks(field, "secret-key")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.text() == ""
    qtbot.waitUntil(panel.key_form.isHidden)
    assert engine.key_store.secret == "secret-key"
    assert panel.generate_button.isEnabled()


def test_a_key_that_cannot_be_kept(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.key_store.error = SettingsError(
        "There is no key store.", next_step="Set GEMINI_API_KEY."
    )
    panel.generator_combo.setCurrentIndex(1)
    qtbot.keyClicks(panel.key_form.field, "secret-key")
    qtbot.mouseClick(panel.key_form.save_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(panel.key_form.field.isEnabled)
    assert "Set GEMINI_API_KEY." in panel.key_form.text()


def test_a_refused_key_is_asked_for_again(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    panel.show_key_state(True)
    panel.generator_combo.setCurrentIndex(1)
    write_prompt(panel, qtbot)
    engine.generation.generating.error = KeyRefused("Gemini does not accept this key.")
    qtbot.mouseClick(panel.generate_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(panel.key_form.isVisible)
    assert "does not accept" in panel.key_form.text()
    assert panel.prompt.toPlainText() == PROMPT


def test_what_was_said_of_a_refused_key_stays_while_the_library_is_read_again(
    open_session: Opener, qtbot: QtBot
) -> None:
    engine = FakeEngine([make_asset(1)])
    engine.key_store.secret = "refused"
    session = open_session(engine)
    panel = session.window.right.creation
    panel.show_key_problem(KeyRefused("Gemini does not accept this key."))
    session.controllers.library.refresh()
    qtbot.waitUntil(lambda: session.lanes.browse.is_idle)
    assert "does not accept" in panel.key_form.text()


def test_each_thing_has_a_row_and_what_is_lacking_says_so(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.searching.lacking = ("gold watch", "violin")
    panel.prompt.setPlainText("a gold watch beside a violin")
    qtbot.waitUntil(lambda: "violin" in told(panel.tray))
    assert told(panel.tray)[-4:] == [
        *("gold watch", "Not in your library"),
        *("violin", "Not in your library"),
    ]
    [watch] = proposed(1, words="gold watch")
    panel.show_proposals(panel.prompt.toPlainText(), [watch, ThingProposals("violin", ())])
    assert told(panel.tray) == [
        *("gold watch", "1.png · 0.30"),
        *("violin", "Not in your library"),
    ]
    panel.propose_check.click()
    assert told(panel.tray) == []


def test_proposing_can_be_switched_off(panel: GenerationPanel, qtbot: QtBot) -> None:
    write_prompt(panel, qtbot)
    panel.propose_check.click()
    assert panel.tray.references() == ()
