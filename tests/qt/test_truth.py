"""New pictures are compared with their products by themselves, and what changed is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.core.asset import Asset
from desktop.core.generation_record import (
    BASE,
    REGION,
    GenerationRecord,
    GenerationRequest,
    Reference,
)
from desktop.core.product_truth import PRODUCT, Fault, Finding, ProductTruth
from desktop.qt.create.editing.dialog import EditDialog
from desktop.qt.create.panel import GenerationPanel
from desktop.qt.preview.panel import PreviewPanel
from desktop.qt.shell.right_panel import CREATE
from desktop.qt.shell.session import Session
from desktop.services.generation.product_laying import LaidProduct
from desktop.services.reports import GeneratedPicture
from tests.fakes.services import FakeEngine, make_asset
from tests.qt.conftest import Opener

WRONG = ProductTruth(
    (Finding(Fault.LETTERS, "AURORA", "AURQRA", 1), Finding(Fault.SHAPE, amount=0.2)), score=0.5
)


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine([make_asset(n) for n in range(1, 9)])


@pytest.fixture
def session(engine: FakeEngine, open_session: Opener) -> Session:
    opened = open_session(engine)
    opened.window.right.show_tab(CREATE)
    return opened


@pytest.fixture
def panel(session: Session) -> GenerationPanel:
    made = session.window.right.creation
    made.propose_check.setChecked(False)
    return made


def create(panel: GenerationPanel, qtbot: QtBot, role: str = PRODUCT) -> None:
    qtbot.keyClicks(panel.prompt, "a bottle on a beach")
    bottle = make_asset(2)
    panel.tray.add([Reference(bottle.path, bottle.id, role=role)])
    qtbot.mouseClick(panel.generate_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not panel.is_running and panel.result_card.isVisible())


def test_a_true_product_is_said_to_be_so_and_may_be_looked_at(
    panel: GenerationPanel, qtbot: QtBot
) -> None:
    create(panel, qtbot)
    truth = panel.result_card.truth
    qtbot.waitUntil(lambda: truth.told() == "True to its product")
    assert truth.compare_button.isVisible()
    assert not truth.change_button.isVisible()


def test_what_changed_is_told_on_the_card_and_in_the_details(
    session: Session, panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.generation.product_check.truth = WRONG
    create(panel, qtbot)
    told = (
        "2 things changed:\n· “AURORA” became “AURQRA”.\n"
        "· Its shape is another: 20 % of its lines are not there."
    )
    qtbot.waitUntil(lambda: panel.result_card.truth.told() == told)
    qtbot.mouseClick(panel.result_card.show_button, Qt.MouseButton.LeftButton)
    lineage = session.window.right.details.lineage
    qtbot.waitUntil(lambda: lineage.truth is not None and lineage.truth.told() == told)


def test_a_part_of_it_can_be_changed_at_once(
    session: Session, panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.generation.product_check.truth = WRONG
    create(panel, qtbot)
    truth = panel.result_card.truth
    qtbot.waitUntil(truth.change_button.isVisible)
    qtbot.mouseClick(truth.change_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(session.window.findChildren(EditDialog)))
    [dialog] = session.window.findChildren(EditDialog)
    dialog.reject()


def test_the_product_is_marked_and_the_real_one_laid_in_when_the_person_keeps_it(
    session: Session, panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.generation.product_check.truth = replace(
        WRONG, area=((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75))
    )
    shown = np.full((40, 60, 3), 90, np.uint8)
    vars(engine.generation)["editing"] = SimpleNamespace(to_mark=lambda _: shown)
    create(panel, qtbot)
    qtbot.waitUntil(panel.result_card.truth.change_button.isVisible)
    qtbot.mouseClick(panel.result_card.truth.change_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(session.window.findChildren(EditDialog)))
    [dialog] = session.window.findChildren(EditDialog)
    qtbot.waitUntil(lambda: dialog.region is not None and not dialog.region.is_empty)
    region = dialog.region
    assert region is not None
    width, height = region.image.width(), region.image.height()
    assert region.is_marked(width // 2, height // 2)
    assert not region.is_marked(width // 8, height // 8)
    assert [each.role for each in dialog.tray.references()] == [PRODUCT]
    laying = FakeLaying()
    vars(engine.generation)["product_laying"] = laying
    qtbot.mouseClick(dialog.product_button, Qt.MouseButton.LeftButton)
    view = dialog.outcome_view
    qtbot.waitUntil(view.isVisible)
    assert view.done_button.text() == "Keep this picture"
    assert laying.kept == []
    qtbot.mouseClick(view.again_button, Qt.MouseButton.LeftButton)
    assert not view.isVisible()
    assert laying.kept == [], "not this one"
    qtbot.mouseClick(dialog.product_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(view.isVisible)
    qtbot.mouseClick(view.done_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not session.window.findChildren(EditDialog))
    assert [each.product.role for each in laying.kept] == [PRODUCT]


class FakeLaying:
    """Changes the middle."""

    def __init__(self) -> None:
        self.kept: list[LaidProduct] = []

    def lay(self, path: Path, product: Reference) -> LaidProduct:
        before = np.zeros((40, 60, 3), np.uint8)
        after = before.copy()
        after[15:25, 20:40] = 200
        return LaidProduct(path, product, before, after)

    def keep(self, laid: LaidProduct) -> Asset:
        self.kept.append(laid)
        return make_asset(3)


def test_it_is_laid_over_its_product(
    session: Session, panel: GenerationPanel, qtbot: QtBot
) -> None:
    create(panel, qtbot)
    qtbot.waitUntil(panel.result_card.truth.compare_button.isVisible)
    qtbot.mouseClick(panel.result_card.truth.compare_button, Qt.MouseButton.LeftButton)
    shown = session.window.middle.currentWidget()
    assert isinstance(shown, PreviewPanel)
    result = panel.result_card.result
    assert result is not None
    names = [view.accessibleName() for view in shown.views]
    assert names == [make_asset(2).filename, result.asset.filename]
    assert shown.title.over_button.isChecked()


def test_one_that_could_not_be_compared_is_neither_true_nor_changed(
    panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.generation.product_check.truth = replace(ProductTruth(), problem="It cannot be read.")
    create(panel, qtbot)
    told = "Not compared with its product:\n· It cannot be read."
    qtbot.waitUntil(lambda: panel.result_card.truth.told() == told)


def test_without_a_product_nothing_is_compared_or_said(
    session: Session, panel: GenerationPanel, engine: FakeEngine, qtbot: QtBot
) -> None:
    create(panel, qtbot, role="style")
    qtbot.waitUntil(lambda: bool(engine.indexing.made_searchable))
    qtbot.waitUntil(lambda: session.lanes.index.is_idle and session.lanes.checks.is_idle)
    assert engine.generation.product_check.asked == []
    assert panel.result_card.truth.told() == ""


def test_what_an_earlier_run_left_and_what_edits_make_is_compared_as_well(
    engine: FakeEngine, open_session: Opener, qtbot: QtBot
) -> None:
    request = GenerationRequest("a bottle", (Reference(make_asset(2).path, 2, role=PRODUCT),))
    left, edited = (
        GeneratedPicture(make_asset(number), GenerationRecord(request), "Gemini")
        for number in (3, 4)
    )
    for picture in (left, edited):
        engine.browsing.lineages[picture.asset.id] = picture.record
    engine.generation.left_answers.pictures = [left]
    session = open_session(engine)
    qtbot.waitUntil(lambda: engine.generation.product_check.asked == [3])
    session.controllers.editing.made.emit(edited)
    qtbot.waitUntil(lambda: engine.generation.product_check.asked == [3, 4])


def test_the_details_of_an_edit_tell_of_the_product_of_its_base(
    engine: FakeEngine, open_session: Opener, qtbot: QtBot
) -> None:
    first, edited = make_asset(3), make_asset(4)
    product = Reference(make_asset(2).path, 2, role=PRODUCT)
    base = Reference(first.path, first.id, role=BASE)
    for asset, request in (
        (first, GenerationRequest("a bottle", (product,))),
        (edited, GenerationRequest("in red", (base,), edit=REGION)),
    ):
        engine.browsing.lineages[asset.id] = GenerationRecord(request)
    engine.generation.product_check.truth = WRONG
    engine.generation.product_check.asked = [edited.id]
    session = open_session(engine)
    session.window.centre.grid.select_asset(edited.id)
    lineage = session.window.right.details.lineage
    qtbot.waitUntil(
        lambda: lineage.truth is not None and lineage.truth.told().startswith("2 things changed")
    )
