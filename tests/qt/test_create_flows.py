"""Create, driven in the window: what is sent is what was seen, and every dead end has a way out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from desktop.core.attempt import Attempt, AttemptState
from desktop.core.errors import (
    AccountRefused,
    KeyRefused,
    LibraryError,
    ModelGone,
    PlantainError,
    QuotaExhausted,
    Remedy,
    SpendingLimit,
)
from desktop.core.failure import Failure
from desktop.core.generation_queue import Wait, WaitReason
from desktop.core.generation_record import (
    AUTO,
    CHOSEN,
    GenerationRecord,
    GenerationRequest,
    Reference,
)
from desktop.core.product_truth import PRODUCT, ProductTruth
from desktop.qt.create.panel import GenerationPanel
from desktop.qt.shell.main_window import MainWindow
from desktop.qt.shell.right_panel import CREATE
from desktop.services.generation.product_check import CheckedProduct, TruthReport
from tests.fakes.services import FakeEngine, make_asset
from tests.qt.conftest import Opener


@pytest.fixture
def engine() -> FakeEngine:
    made = FakeEngine([make_asset(n) for n in range(1, 9)])
    made.key_store.secret = "a key"

    def propose(prompt: str, count: int) -> tuple[Reference, ...]:
        """Each prompt has references of its own, which say whose they are."""
        made.searching.prompts.append(prompt)
        return tuple(
            Reference(Path(f"/{prompt}/{n}.png"), None, 0.3, "matches the prompt", words=prompt)
            for n in range(count)
        )

    made.searching.propose = propose  # type: ignore[method-assign]
    return made


@pytest.fixture
def window(engine: FakeEngine, open_session: Opener) -> MainWindow:
    return open_session(engine).window


@pytest.fixture
def panel(window: MainWindow) -> GenerationPanel:
    window.right.show_tab(CREATE)
    return window.right.creation


def choose_gemini(panel: GenerationPanel, qtbot: QtBot) -> None:
    panel.generator_combo.setCurrentIndex(panel.generator_combo.findData("gemini"))
    qtbot.waitUntil(lambda: not panel.key_form.isVisible())


def click(made: QAbstractButton, qtbot: QtBot) -> None:
    qtbot.mouseClick(made, Qt.MouseButton.LeftButton)


def create(panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot) -> GenerationRequest:
    before = len(engine.generation.generating.requests)
    click(panel.generate_button, qtbot)
    qtbot.waitUntil(lambda: len(engine.generation.generating.requests) > before)
    qtbot.waitUntil(lambda: not panel.is_running)
    return engine.generation.generating.requests[-1]


def write(panel: GenerationPanel, prompt: str, qtbot: QtBot) -> None:
    panel.prompt.setPlainText(prompt)
    qtbot.waitUntil(lambda: [r.words for r in panel.tray.references()] == [prompt] * 4)


def test_a_new_prompt_created_at_once_never_takes_the_pictures_of_another(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    write(panel, "prompt 0", qtbot)
    for number in range(1, 101):
        prompt = f"prompt {number}"
        panel.prompt.setPlainText(prompt)
        if number % 3 == 0:  # and sometimes they are just there
            qtbot.waitUntil(lambda prompt=prompt: panel.tray.references() != ())  # type: ignore[misc]
        request = create(panel, engine, qtbot)
        assert request.prompt == prompt
        assert {reference.words for reference in request.references} <= {prompt}


def test_editing_during_a_run_does_not_change_that_run(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.generation.generating.gate = threading.Event()
    write(panel, "first", qtbot)
    click(panel.generate_button, qtbot)
    panel.prompt.setPlainText("second")
    panel.tray.remove(0)
    engine.generation.generating.gate.set()
    qtbot.waitUntil(lambda: not panel.is_running)
    [request] = engine.generation.generating.requests
    assert request.prompt == "first"
    assert len(request.references) == 4
    card = panel.result_card.result
    assert card is not None
    assert card.record.request == request


def test_pictures_of_other_words_are_faded_until_there_are_new_ones(
    panel: GenerationPanel, qtbot: QtBot
) -> None:
    write(panel, "first", qtbot)
    panel.tray.toggle_pin(1)
    panel.prompt.setPlainText("first and more")
    assert [reference.path.name for reference in panel.tray.references()] == ["1.png"]
    assert "1 of" in panel._count.text()
    panel.prompt.setPlainText("first")
    assert len(panel.tray.references()) == 4, "the words that they were proposed for"


def test_an_earlier_request_is_opened_as_it_was(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    request = GenerationRequest(
        "again",
        (Reference(Path("/p/1.png"), 1, 0.31, CHOSEN, content_hash="ab", role="style"),),
        "gemini",
        "gemini-2.5-flash-image",
        aspect_ratio="21:9",
        image_size="1K",
    )
    panel.use_request(request)
    assert panel.request() == request
    other = replace(
        request, model="gemini-nano-banana-2.1", aspect_ratio=AUTO, image_size="4K", thinking="high"
    )
    panel.use_request(other)
    assert panel.request() == other


def test_several_variants_and_drafts_are_all_shown(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.generation.generating.drafts = 1
    choose_gemini(panel, qtbot)
    write(panel, "kettle", qtbot)
    assert panel.choices.price().startswith("About $0.0")
    panel.choices.variants.setCurrentIndex(1)
    assert "2 pictures" in panel.choices.price()
    create(panel, engine, qtbot)
    assert len(engine.generation.generating.requests) == 2
    card = panel.result_card
    qtbot.waitUntil(lambda: "2 drafts" in card.strip.said())
    assert "1 other variant" in card.strip.said()
    assert "$0.0344" in card.made()
    first, last = card.strip.variants.items()
    assert (first[1].isChecked(), last[1].isChecked()) == (False, True)
    click(first[1], qtbot)
    assert card.result is not None
    assert card.result.asset.id == first[0], "it can be changed, compared and discarded as any"
    assert (first[1].isChecked(), last[1].isChecked()) == (True, False)
    [draft, _] = card.strip.drafts.items()
    with qtbot.waitSignal(card.show_requested, check_params_cb=lambda shown: shown == draft[0]):
        click(draft[1], qtbot)


def test_the_truest_variant_is_shown_until_a_person_chooses(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    choose_gemini(panel, qtbot)
    write(panel, "kettle", qtbot)
    panel.choices.variants.setCurrentIndex(1)
    create(panel, engine, qtbot)
    card = panel.result_card
    qtbot.waitUntil(lambda: len(card.strip.variants) == 2)
    one, other = card.strip.variants
    true, false = checked(one, 0.9), checked(other, 0.4)
    card.show_truth(other, false)
    assert card.result is not None
    assert card.result.asset.id == one
    click(card.strip.variants[other], qtbot)
    card.show_truth(one, true)
    assert card.result.asset.id == other, "nothing is taken from under the eyes"


def checked(asset_id: int, score: float) -> TruthReport:
    reference = Reference(Path("/p/1.png"), 1, role=PRODUCT)
    truth = ProductTruth(score=score)
    return TruthReport(Path("/p/x.png"), asset_id, (CheckedProduct(reference, truth),))


def fail(
    panel: GenerationPanel, engine: FakeEngine, error: PlantainError, qtbot: QtBot
) -> GenerationRequest:
    choose_gemini(panel, qtbot)
    engine.generation.generating.error = error
    write(panel, "kettle", qtbot)
    request = create(panel, engine, qtbot)
    qtbot.waitUntil(lambda: bool(panel.failure_text()) or panel.key_form.isVisible())
    engine.generation.generating.error = None
    return request


def test_after_a_model_that_is_gone_another_is_chosen_right_there(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    request = fail(panel, engine, ModelGone("Gemini has no such model."), qtbot)
    assert panel.failure.first.text() == "Choose another model"
    click(panel.failure.first, qtbot)
    panel.choices.model_combo.hidePopup()
    panel.choices.model_combo.setCurrentIndex(1)
    again = create(panel, engine, qtbot)
    assert again.model != request.model
    assert again.references == request.references
    assert panel.result_card.isVisible()


def with_key(engine: FakeEngine, **does: Callable[..., object]) -> None:
    """Gemini's key does these from now on."""
    service = engine.generation.image_services["gemini"]
    changed = replace(service, key=replace(service.key, **does))
    vars(engine.generation)["image_services"] = {
        **engine.generation.image_services,
        "gemini": changed,
    }


def test_after_a_refused_key_another_is_entered_for_this_session(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    checked: list[str] = []
    used: list[str] = []
    with_key(engine, check=checked.append, use_now=used.append)
    fail(panel, engine, KeyRefused("Gemini does not accept this key."), qtbot)
    assert panel.generate_button.isEnabled(), "a key of another source may be good by now"
    qtbot.keyClicks(panel.key_form.field, "a good key")
    click(panel.key_form.session_button, qtbot)
    qtbot.waitUntil(panel.key_form.isHidden)
    assert (checked, used) == (["a good key"], ["a good key"])
    assert engine.key_store.secret == "a key", "nothing was kept"
    create(panel, engine, qtbot)
    assert panel.result_card.isVisible()


def test_a_refused_key_offers_the_other_one_where_there_is_one(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    with_key(engine, refuse=lambda: True)
    request = fail(panel, engine, KeyRefused("Gemini does not accept this key."), qtbot)
    qtbot.waitUntil(panel.key_form.other_button.isVisible)
    assert "GEMINI_API_KEY" in panel.key_form.text()
    click(panel.key_form.other_button, qtbot)
    qtbot.waitUntil(panel.result_card.isVisible)
    assert panel.key_form.isHidden()
    assert engine.generation.generating.requests[-1] == request


def test_a_refused_key_is_that_of_the_service_that_was_asked(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    refused: list[str] = []
    services = engine.generation.image_services
    vars(engine.generation)["image_services"] = {
        name: replace(each, key=replace(each.key, refuse=partial(refused.append, name)))
        for name, each in services.items()
    }
    generating = engine.generation.generating
    generating.gate, generating.error = threading.Event(), KeyRefused("Gemini does not accept it.")
    choose_gemini(panel, qtbot)
    write(panel, "kettle", qtbot)
    click(panel.generate_button, qtbot)
    qtbot.waitUntil(lambda: generating.requests != [])
    panel.generator_combo.setCurrentIndex(panel.generator_combo.findData("openai-images"))
    generating.gate.set()
    qtbot.waitUntil(lambda: refused == ["gemini"])
    assert "Gemini does not accept it." in panel.failure_text()
    assert "does not accept" not in panel.key_form.text(), "it asks for another service's key"


def test_a_key_that_is_not_accepted_is_not_kept(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    def refuse(_: str) -> None:
        raise KeyRefused("Gemini does not accept this key.")

    with_key(engine, check=refuse)
    panel.ask_key()
    qtbot.keyClicks(panel.key_form.field, "a bad key")
    click(panel.key_form.save_button, qtbot)
    qtbot.waitUntil(lambda: "does not accept" in panel.key_form.text())
    assert panel.key_form.field.isEnabled()
    assert engine.key_store.secret == "a key"


def test_what_is_wrong_with_a_key_is_not_said_of_another_service_s(
    panel: GenerationPanel, window: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    gate = threading.Event()

    def refuse(_: str) -> None:
        gate.wait(10)
        raise KeyRefused("Gemini does not accept this key.")

    with_key(engine, check=refuse)
    choose_gemini(panel, qtbot)
    panel.ask_key()
    qtbot.keyClicks(panel.key_form.field, "a bad key")
    click(panel.key_form.save_button, qtbot)
    panel.generator_combo.setCurrentIndex(panel.generator_combo.findData("openai-images"))
    gate.set()
    qtbot.waitUntil(lambda: "does not accept" in window.centre.notice.text())
    assert "does not accept" not in panel.key_form.text()


def test_a_key_that_appears_in_the_environment_is_seen_without_a_restart(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    panel.show_key_state(False)
    engine.key_store.secret = "it is there now"
    choose_gemini(panel, qtbot)
    write(panel, "kettle", qtbot)
    assert panel.generate_button.isEnabled()


def test_a_minutes_limit_is_counted_down_and_the_same_is_asked_again(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    request = fail(panel, engine, QuotaExhausted("No quota.", retry_after_s=0.9), qtbot)
    assert panel.failure.first.text() == "Try again in 1 second"
    assert not panel.failure.first.isEnabled()
    qtbot.waitUntil(panel.failure.first.isEnabled)
    click(panel.failure.first, qtbot)
    qtbot.waitUntil(panel.result_card.isVisible)
    assert engine.generation.generating.requests == [request, request]


def test_what_has_to_be_set_elsewhere_is_one_click_away(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    page = "https://aistudio.google.com/billing"
    panel.link_opened.disconnect()
    fail(panel, engine, AccountRefused("Billing is not set up.", page=page), qtbot)
    with qtbot.waitSignal(panel.link_opened) as opened:
        click(panel.failure.first, qtbot)
    assert opened.args == [page]
    click(panel.failure.second, qtbot)
    assert panel.key_form.isVisible()


def test_a_limit_of_ones_own_leads_to_the_settings(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    fail(panel, engine, SpendingLimit("The limit is reached."), qtbot)
    with qtbot.waitSignal(panel.settings_wanted):
        click(panel.failure.first, qtbot)


@pytest.mark.parametrize("remedy", Remedy, ids=lambda remedy: remedy.value)
def test_every_remedy_has_a_button(remedy: Remedy, qtbot: QtBot) -> None:
    from desktop.core.errors import GenerationError
    from desktop.qt.create.failure_card import FailureCard

    card = FailureCard()
    qtbot.addWidget(card)
    card.show_error(GenerationError("It failed.", remedy=remedy))
    assert card.first.text()
    with qtbot.waitSignal(card.remedy_chosen) as chosen:
        card.first.click()
    assert chosen.args is not None
    assert chosen.args[0] is remedy


def test_what_was_entered_is_there_after_a_restart(
    engine: FakeEngine, open_session: Opener, qtbot: QtBot
) -> None:
    first = open_session(engine)
    first.window.right.show_tab(CREATE)
    panel = first.window.right.creation
    choose_gemini(panel, qtbot)
    panel.choices.size_combo.setCurrentIndex(panel.choices.size_combo.findData("2K"))
    qtbot.keyClicks(panel.prompt, "half a sentence")
    panel.add_references([make_asset(3)])
    qtbot.waitUntil(
        lambda: bool(engine.generation.draft.request and engine.generation.draft.request.references)
    )
    first.close()

    second = open_session(engine)
    second.window.right.show_tab(CREATE)
    panel = second.window.right.creation
    qtbot.waitUntil(lambda: panel.prompt.toPlainText() == "half a sentence")
    assert panel.request().image_size == "2K"
    assert panel.request().generator == "gemini"
    assert [reference.asset_id for reference in panel.tray.pinned()] == [3]


def answer_next_dialog(text: str) -> list[str]:
    """Press the button of that name as soon as a message box is there; returns what it said."""
    said: list[str] = []

    def press() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(20, press)
            return
        said.append(box.text())
        next(button for button in box.buttons() if button.text() == text).click()

    QTimer.singleShot(0, press)
    return said


def test_closing_while_a_picture_is_made_asks(
    window: MainWindow, panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.generation.generating.gate = threading.Event()
    write(panel, "kettle", qtbot)
    click(panel.generate_button, qtbot)
    said = answer_next_dialog("Keep Plantain open")
    assert not window.close()
    assert said == ["A picture is being made."]
    assert window.isVisible()
    engine.generation.generating.gate.set()
    qtbot.waitUntil(lambda: not panel.is_running)
    qtbot.waitUntil(panel.result_card.isVisible)


def test_closing_while_one_that_was_paid_for_found_no_room_asks_wherever_it_came_from(
    window: MainWindow, engine: FakeEngine
) -> None:
    engine.generation.left_answers.at_risk = True
    said = answer_next_dialog("Keep Plantain open")
    assert not window.close()
    assert said == ["A picture that was paid for is not saved, and would be lost."]
    engine.generation.left_answers.at_risk = False


def test_one_that_cannot_be_saved_hides_none_of_the_others(
    engine: FakeEngine, open_session: Opener, qtbot: QtBot
) -> None:
    made = engine.generation.generating.picture(GenerationRequest("paid for", (), "gemini"))
    engine.generation.left_answers.pictures.append(made)
    engine.generation.left_answers.problem = LibraryError("There is no room for the other one.")
    window = open_session(engine).window
    qtbot.waitUntil(lambda: "no room for the other one" in window.centre.notice.text())
    qtbot.waitUntil(lambda: engine.indexing.made_searchable == [(1000,)])


def test_pictures_that_were_paid_for_earlier_are_saved_at_the_start(
    engine: FakeEngine, open_session: Opener, qtbot: QtBot
) -> None:
    engine.generation.left_answers.pictures.append(
        engine.generation.generating.picture(GenerationRequest("paid for", (), "gemini"))
    )
    window = open_session(engine).window
    qtbot.waitUntil(lambda: "paid for in an earlier run" in window.centre.notice.text())
    qtbot.waitUntil(lambda: engine.indexing.made_searchable == [(1000,)])


def test_what_was_decided_earlier_is_created_when_a_person_says_so(
    engine: FakeEngine, open_session: Opener, qtbot: QtBot
) -> None:
    record = GenerationRecord(GenerationRequest("later", (), "gemini"), attempt="k")
    engine.generation.generating.waiting.append(Attempt("k", AttemptState.QUEUED, record))
    window = open_session(engine).window
    notice = window.centre.notice
    qtbot.waitUntil(lambda: "not asked for yet" in notice.text())
    assert engine.generation.generating.requests == []
    click(notice.action_button, qtbot)
    qtbot.waitUntil(lambda: [r.prompt for r in engine.generation.generating.requests] == ["later"])
    qtbot.waitUntil(lambda: engine.generation.generating.waiting == [])


def test_why_what_was_decided_earlier_waits_is_told_and_looked_at_first(
    engine: FakeEngine, open_session: Opener, qtbot: QtBot
) -> None:
    record = GenerationRecord(GenerationRequest("later", (), "gemini"), attempt="k")
    engine.generation.generating.waiting.append(Attempt("k", AttemptState.QUEUED, record))
    engine.generation.queue.reason = Wait(
        WaitReason.PERSON, failure=Failure(message="It may have been made since.")
    )
    session = open_session(engine)
    notice = session.window.centre.notice
    qtbot.waitUntil(lambda: notice.text() == "It may have been made since.")
    click(notice.action_button, qtbot)
    qtbot.waitUntil(lambda: session.controllers.queue._dialog is not None)
    assert engine.generation.generating.requests == []
