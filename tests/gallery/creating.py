"""The panel that creates pictures, from the empty prompt to the result or what went wrong."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QBuffer
from PySide6.QtGui import QColor, QImage, QImageWriter
from PySide6.QtWidgets import QWidget

from desktop.core.brand_kit import BrandKit, KitPicture
from desktop.core.colour_difference import Direction
from desktop.core.errors import KeyRefused, PlantainError, QuotaExhausted, WorkingOffline
from desktop.core.generation_record import MORE, GenerationRequest, Reference
from desktop.core.product_truth import PRODUCT, Fault, Finding, Part, ProductTruth
from desktop.core.text import ngettext, tr
from desktop.generation.gemini.refusals import NEW_KEY
from desktop.generation.generator import Destination, ReferenceImage
from desktop.qt.create.keys_dialog import KeysDialog
from desktop.qt.create.panel import GenerationPanel
from desktop.qt.create.raw_details import RawDetails
from desktop.qt.create.slot_fields import AssetField
from desktop.qt.shell.right_panel import CREATE
from desktop.qt.shell.session import Session
from desktop.qt.widgets.panel_scroll import PanelScroll
from desktop.services.generation.rehearsal import Rehearsal
from desktop.services.search.proposals import ThingProposals
from tests.fakes.services import FakeEngine
from tests.gallery.stage import Screen, Stage, full_library, picture

PROMPT = "A model wearing the red sandals on a beach at sunset"


def _panel(stage: Stage, prompt: str = PROMPT, engine: FakeEngine | None = None) -> Session:
    session = stage.library(engine)
    session.window.right.show_tab(CREATE)
    panel = session.window.right.creation
    panel.prompt.setPlainText(prompt)
    if prompt:
        stage.until(lambda: bool(panel.tray.references()))
    stage.rest()
    return session


def _choose_gemini(panel: GenerationPanel) -> None:
    panel.generator_combo.setCurrentIndex(panel.generator_combo.findData("gemini"))


def empty(stage: Stage) -> QWidget:
    return _panel(stage, "").window


def proposals(stage: Stage) -> QWidget:
    return _panel(stage).window


def proposals_by_thing(stage: Stage) -> QWidget:
    """A row for each thing: with one picture, with two, set apart, taken out, and lacking."""
    session = _panel(stage)
    found = {
        "red sandals": (21, 23, 26),
        "a wide-brimmed straw hat with a striped ribbon": (25, 27),
        "beach": (22, 24),
        "unicorn": (),
        "sunset": (28,),
    }
    things = [
        ThingProposals(
            words,
            tuple(
                Reference(picture(n).path, n, 0.5 - n / 100, "matches the prompt", words=words)
                for n in numbers
            ),
        )
        for words, numbers in found.items()
    ]
    panel = session.window.right.creation
    panel.show_proposals(PROMPT, things)
    panel.tray.set_role(0, PRODUCT)
    panel.tray.set_weight(0, MORE)
    panel.tray.remove(4)
    stage.rest()
    return session.window


def proposals_narrow(stage: Stage) -> QWidget:
    window = proposals_by_thing(stage)
    window.resize(1000, 640)
    stage.rest()
    return window


def many_references(stage: Stage) -> QWidget:
    session = _panel(stage)
    session.window.navigation.use_as_references([picture(n) for n in range(20, 40) if n % 9])
    stage.rest()
    return session.window


def creating(stage: Stage) -> QWidget:
    engine = full_library(stage.thumbnails)
    engine.generation.generating.gate = threading.Event()
    session = _panel(stage, engine=engine)
    panel = session.window.right.creation
    panel.generate_button.click()
    stage.until(
        lambda: session.window.jobs.live_count() > 0 and bool(engine.generation.generating.requests)
    )
    stage.paint()
    return session.window


def created(stage: Stage) -> QWidget:
    session = _panel(stage)
    panel = session.window.right.creation
    panel.generate_button.click()
    stage.until(lambda: panel.result_card.result is not None)
    stage.rest()
    return session.window


def stopped(stage: Stage) -> QWidget:
    engine = full_library(stage.thumbnails)
    engine.generation.generating.gate = threading.Event()
    session = _panel(stage, engine=engine)
    panel = session.window.right.creation
    panel.generate_button.click()
    stage.until(lambda: bool(engine.generation.generating.requests))
    panel.cancel_button.click()
    stage.rest()
    return session.window


def key_wanted(stage: Stage) -> QWidget:
    session = _panel(stage)
    _choose_gemini(session.window.right.creation)
    stage.paint()
    return session.window


def _refused(stage: Stage, error: PlantainError) -> QWidget:
    engine = full_library(stage.thumbnails)
    engine.key_store.secret = "a key"
    engine.generation.generating.error = error
    session = _panel(stage, engine=engine)
    panel = session.window.right.creation
    _choose_gemini(panel)
    panel.generate_button.click()
    stage.rest()
    return session.window


def key_refused(stage: Stage) -> QWidget:
    return _refused(
        stage,
        KeyRefused(
            tr("Gemini does not accept this key."),
            safe=tr("Your prompt and references are kept; nothing was saved."),
            next_step=tr(NEW_KEY),
        ),
    )


def _quota() -> QuotaExhausted:
    error = QuotaExhausted(
        tr("Your Gemini quota is used up for now."),
        safe=tr("Your prompt and references are kept; nothing was saved."),
        next_step=tr(
            "Try again in {time}.", time=ngettext("{count} second", "{count} seconds", 40)
        ),
    )
    error.details = (
        'HTTP 429\ncontent-type: application/json\n\n{\n  "error": {\n    "code": 429,\n'
        '    "message": "You exceeded your current quota.",\n'
        '    "status": "RESOURCE_EXHAUSTED"\n  }\n}'
    )
    return error


def quota(stage: Stage) -> QWidget:
    return _refused(stage, _quota())


def raw_details(stage: Stage) -> QWidget:
    window = _refused(stage, _quota())
    details = window.window().findChild(RawDetails, "of the failure")
    assert isinstance(details, RawDetails)
    details.show_button.click()
    stage.rest()
    return window


def _keys(stage: Stage) -> KeysDialog:
    engine = full_library(stage.thumbnails)
    engine.key_store.secret = "a key"
    session = stage.library(engine)
    session.window.action_list["create.keys"].trigger()
    dialog = stage.dialog()
    assert isinstance(dialog, KeysDialog)
    stage.rest()
    return dialog


def keys(stage: Stage) -> QWidget:
    return _keys(stage)


def key_entered_in_dialog(stage: Stage) -> QWidget:
    dialog = _keys(stage)
    dialog.cards["gemini"].test_button.click()
    dialog.cards["openai-images"].enter_button.click()
    stage.rest()
    return dialog


def other_service(stage: Stage) -> QWidget:
    session = _panel(stage)
    panel = session.window.right.creation
    panel.generator_combo.setCurrentIndex(panel.generator_combo.findData("openai-images"))
    stage.paint()
    return session.window


def references_from_outside(stage: Stage) -> QWidget:
    session = _panel(stage, "")
    panel = session.window.right.creation
    panel.tray.replace_all(
        (
            Reference(Path("/home/ann/desktop/sketch of a hat, second version.jpg"), reason=""),
            Reference(picture(2).path, 2, 0.36, "matches the prompt"),
        )
    )
    stage.rest()
    return session.window


def _from_template(stage: Stage) -> Session:
    session = _panel(stage, "")
    panel = session.window.right.creation
    stage.until(lambda: bool(panel.templates.menu_button.templates))
    panel.templates.menu_button.template_chosen.emit("podium-colour")
    [product] = [f for f in panel.templates.fields if isinstance(f, AssetField)]
    product.use(picture(2))
    stage.rest()
    return session


def template(stage: Stage) -> QWidget:
    return _from_template(stage).window


def template_narrow(stage: Stage) -> QWidget:
    window = _from_template(stage).window
    window.resize(1000, 640)
    stage.rest()
    return window


def template_changed_by_hand(stage: Stage) -> QWidget:
    session = _from_template(stage)
    session.window.right.creation.prompt.appendPlainText("In watercolour.")
    stage.rest()
    return session.window


def _to_see() -> Rehearsal:
    references = tuple(
        Reference(picture(n).path, n, 0.3, "matches the prompt", sent_hash=f"{n * 7919:064x}")
        for n in (20, 21, 22)
    )
    images: list[ReferenceImage] = []
    for colour in ("#b5543c", "#3c6fb5", "#d8c79a"):
        drawn = QImage(1536, 1024, QImage.Format.Format_RGB32)
        drawn.fill(QColor(colour))
        data = QBuffer()
        data.open(QBuffer.OpenModeFlag.WriteOnly)
        QImageWriter(data, b"JPEG").write(drawn)
        images.append(ReferenceImage(bytes(data.data().data()), "image/jpeg", "", 0.3, 1536, 1024))
    return Rehearsal(
        GenerationRequest(PROMPT, references, "gemini"),
        tuple(images),
        Destination(
            "gemini-nano-banana-2.1",
            "v1beta interactions",
            "https://generativelanguage.googleapis.com",
        ),
        0.1152,
        (PROMPT,),
    )


def _sheet(stage: Stage, *, is_question: bool) -> QWidget:
    engine = full_library(stage.thumbnails)
    engine.generation.rehearsing.to_see = _to_see()
    engine.key_store.secret = "a key"
    if not is_question:
        engine.generation.sending_rules.agree("https://generativelanguage.googleapis.com")
    session = _panel(stage, engine=engine)
    panel = session.window.right.creation
    _choose_gemini(panel)
    stage.until(lambda: panel.generate_button.isEnabled())
    (panel.generate_button if is_question else panel.sending_button).click()
    assert session.creation is not None
    sending = session.creation._sending
    stage.until(lambda: sending.sheet is not None and sending.sheet.isVisible())
    assert sending.sheet is not None
    return sending.sheet


def sending_asked(stage: Stage) -> QWidget:
    return _sheet(stage, is_question=True)


def sending_looked_at(stage: Stage) -> QWidget:
    return _sheet(stage, is_question=False)


def offline(stage: Stage) -> QWidget:
    session = _panel(stage)
    panel = session.window.right.creation
    _choose_gemini(panel)
    panel.show_key_state(True)
    session.window.show_offline(True)
    panel.show_failure(
        WorkingOffline(
            tr("Plantain works offline, as you wanted."),
            safe=tr("Nothing was sent."),
            next_step=tr("Go online again, or use the mood board, which needs no network."),
        )
    )
    stage.rest()
    return session.window


def template_menu(stage: Stage) -> QWidget:
    session = _from_template(stage)
    button = session.window.right.creation.templates.menu_button
    button.menu().popup(button.mapToGlobal(button.rect().bottomLeft()))
    stage.paint()
    return button.menu()


def save_template(stage: Stage) -> QWidget:
    session = _from_template(stage)
    assert session.templates is not None
    session.templates.ask_to_save()
    dialog = session.templates.dialog
    assert dialog is not None
    stage.paint()
    return dialog


AURORA = BrandKit(
    "Aurora",
    ("#000080", "#008080", "#F2B8C6"),
    (KitPicture(picture(1).path, "logo", 1), KitPicture(picture(4).path, "style", 4)),
    "Calm, matte and wide; daylight from the side.",
    ("plastic", "smiling models"),
)


def _with_kit(stage: Stage) -> Session:
    engine = full_library(stage.thumbnails)
    engine.generation.kits.save(AURORA)
    session = _panel(stage, engine=engine)
    panel = session.window.right.creation
    stage.until(lambda: bool(panel.kits.kits))
    panel.kits.choose(panel.kits.kits[0])
    stage.rest()
    return session


def kit(stage: Stage) -> QWidget:
    return _with_kit(stage).window


def kit_narrow(stage: Stage) -> QWidget:
    window = _with_kit(stage).window
    window.resize(1000, 640)
    stage.rest()
    return window


def kit_editor(stage: Stage) -> QWidget:
    session = _with_kit(stage)
    assert session.kits is not None
    session.kits.edit(session.window.right.creation.kits.kit)
    assert session.kits.dialog is not None
    stage.rest()
    return session.kits.dialog


def created_with_kit(stage: Stage) -> QWidget:
    session = _with_kit(stage)
    panel = session.window.right.creation
    panel.choices.variants.setCurrentIndex(1)
    panel.generate_button.click()
    stage.until(lambda: bool(panel.result_card.closeness()))
    stage.rest()
    return session.window


def _checked(stage: Stage, truth: ProductTruth) -> Session:
    engine = full_library(stage.thumbnails)
    engine.generation.product_check.truth = truth
    session = _panel(stage, engine=engine)
    panel = session.window.right.creation
    panel.tray.set_role(0, PRODUCT)
    panel.generate_button.click()
    stage.until(lambda: panel.result_card.truth.compare_button.isVisible())
    stage.rest()
    return session


def product_changed(stage: Stage) -> QWidget:
    session = _checked(stage, CHANGED)
    panel = session.window.right.creation
    panel._scroll.ensureWidgetVisible(panel.result_card.truth.change_button)
    stage.rest()
    return session.window


def product_changed_narrow(stage: Stage) -> QWidget:
    session = _checked(stage, CHANGED)
    session.window.resize(1000, 640)
    stage.rest()
    panel = session.window.right.creation
    panel._scroll.ensureWidgetVisible(panel.result_card.truth.change_button)
    stage.rest()
    return session.window


def product_true(stage: Stage) -> QWidget:
    return _checked(stage, ProductTruth(score=0.97)).window


def product_in_details(stage: Stage) -> QWidget:
    session = _checked(stage, CHANGED)
    session.window.right.creation.result_card.show_button.click()
    details = session.window.right.details
    stage.until(lambda: details.lineage.truth is not None and details.lineage.truth.isVisible())
    truth = details.lineage.truth
    assert truth is not None
    scroll = details.findChild(PanelScroll)
    assert isinstance(scroll, PanelScroll)
    stage.rest()
    scroll.ensureWidgetVisible(truth)
    stage.rest()
    return session.window


CHANGED = ProductTruth(
    (
        Finding(Fault.LETTERS, "AURORA", "AURQRA", 1),
        Finding(Fault.COLOUR, "#E2AF35", "#D8B06A", 9.3, Direction.PALER, Part.TOP),
    ),
    score=0.71,
    unread=("EAU DE PARFUM",),
)


SCREENS = (
    Screen("65-created-product-changed", product_changed),
    Screen("65-created-product-changed-1000x640", product_changed_narrow),
    Screen("65-created-product-true", product_true),
    Screen("65-product-in-details", product_in_details),
    Screen("58-create-kit", kit),
    Screen("58-create-kit-1000x640", kit_narrow),
    Screen("58-created-with-kit", created_with_kit),
    Screen("58-kit-editor", kit_editor),
    Screen("59-create-template", template),
    Screen("59-create-template-1000x640", template_narrow),
    Screen("59-create-template-by-hand", template_changed_by_hand),
    Screen("59-create-template-menu", template_menu),
    Screen("59-save-template", save_template),
    Screen("60-create-empty", empty),
    Screen("61-create-proposals", proposals),
    Screen("61-create-proposals-by-thing", proposals_by_thing),
    Screen("61-create-proposals-1000x640", proposals_narrow),
    Screen("62-create-many-references", many_references),
    Screen("63-create-references-from-outside", references_from_outside),
    Screen("64-creating", creating),
    Screen("65-created", created),
    Screen("66-create-stopped", stopped),
    Screen("67-create-key-wanted", key_wanted),
    Screen("68-create-key-refused", key_refused),
    Screen("69-create-quota", quota),
    Screen("71-sending-asked", sending_asked),
    Screen("72-sending-looked-at", sending_looked_at),
    Screen("73-create-offline", offline),
    Screen("69-create-raw-details", raw_details),
    Screen("69-create-other-service", other_service),
    Screen("69-keys", keys),
    Screen("69-keys-entering", key_entered_in_dialog),
)
