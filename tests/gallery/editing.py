"""The dialog in which a part of a picture is marked and changed, and what came of it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QSize
from PySide6.QtWidgets import QWidget

from desktop.core.errors import ServiceUnavailable
from desktop.core.generation_record import Reference
from desktop.core.text import tr
from desktop.qt.create.editing.canvas import Tool
from desktop.qt.create.editing.dialog import EditDialog
from desktop.qt.create.editing.images import image_of, seen, seen_laid_in
from desktop.qt.create.editing.region import Region
from desktop.qt.create.reference_tray import ReferenceTray
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.loader import ImageLoader
from desktop.qt.images.pictures import Pictures
from desktop.services.generation.edited_pictures import EditOutcome
from desktop.services.generation.product_laying import LaidProduct
from tests.fakes.generation import FAKE_MODELS
from tests.fakes.services import FakeEngine
from tests.gallery.stage import Screen, Stage, picture

_WORDS = "A round dial, 白色表盘"
Pixels = NDArray[np.uint8]


def _photograph() -> Pixels:
    """Something with a thing in its middle."""
    rows, columns = np.mgrid[0:600, 0:800]
    made = np.stack([120 + rows / 8, 110 + columns / 10, 130 + (rows + columns) / 20], axis=2)
    made = np.ascontiguousarray(made.astype(np.uint8))
    cv2.ellipse(made, (400, 300), (170, 120), 15, 0, 360, (40, 90, 120), -1, cv2.LINE_AA)
    cv2.ellipse(made, (400, 300), (60, 60), 0, 0, 360, (235, 235, 225), -1, cv2.LINE_AA)
    return made


def _region() -> NDArray[np.bool_]:
    mask = np.zeros((600, 800), np.uint8)
    cv2.circle(mask, (400, 300), 90, 1, -1)
    return mask.astype(bool)


def _dialog(stage: Stage, *, is_cut_out: bool = False) -> EditDialog:
    online = [made for made in FakeEngine().generation.generators if not made.is_offline]
    assert online[0].models == FAKE_MODELS
    loader = ImageLoader(threads=1)
    stage.on_clear(lambda: loader.close(5))
    tray = ReferenceTray(stage.theme, Pictures(), PixmapCache(loader))
    dialog = EditDialog(stage.theme, picture(20).filename, online, tray, is_cut_out=is_cut_out)
    dialog.show_picture(image_of(_photograph()), Region(QSize(800, 600)))
    stage.keep(dialog)
    stage.paint()
    return dialog


def _marked(stage: Stage) -> EditDialog:
    dialog = _dialog(stage)
    assert dialog.region is not None
    dialog.choose(Tool.LASSO)
    points = [QPointF(400 + x, 300 + y) for x, y in ((-90, -80), (95, -90), (110, 85), (-80, 95))]
    dialog.region.lasso(points)
    dialog.words.setText(_WORDS)
    return dialog


def nothing_marked(stage: Stage) -> QWidget:
    return _dialog(stage)


def marked(stage: Stage) -> QWidget:
    return _marked(stage)


def product(stage: Stage) -> QWidget:
    """A product that came out wrong is marked, and the real one goes along."""
    dialog = _marked(stage)
    dialog.words.clear()
    bottle = picture(3)
    dialog.tray.add([Reference(bottle.path, bottle.id, role="product")])
    dialog.product_button.show()
    return dialog


def product_laid_in(stage: Stage) -> QWidget:
    dialog = _marked(stage)
    before, bottle = _photograph(), picture(3)
    after = before.copy()
    after[_region()] = (40, 140, 60)
    reference = Reference(bottle.path, bottle.id, role="product")
    dialog.show_outcome(seen_laid_in(LaidProduct(bottle.path, reference, before, after)))
    return dialog


def running(stage: Stage) -> QWidget:
    dialog = _marked(stage)
    dialog.submit_button.click()
    return dialog


def failed(stage: Stage) -> QWidget:
    dialog = _marked(stage)
    dialog.show_failure(
        ServiceUnavailable(
            tr("Gemini is overloaded at the moment (HTTP {code}).", code=503),
            next_step=tr("Try again in a few minutes, or choose another model."),
        )
    )
    return dialog


def _outcome(*, misfit: str = "", is_cut_out: bool = False) -> EditOutcome:
    before, region = _photograph(), _region()
    answer = before.copy()
    cv2.circle(answer, (400, 300), 85, (250, 248, 240), -1, cv2.LINE_AA)
    cv2.circle(answer, (120, 140), 40, (200, 60, 50), -1, cv2.LINE_AA)
    changes = np.zeros((600, 800), bool)
    changes[100:180, 80:160] = (before != answer).any(axis=2)[100:180, 80:160]
    after = np.where(region[..., None], answer, before)
    if is_cut_out:
        after = np.dstack([after, region.astype(np.uint8) * 255])
    return EditOutcome(
        picture(20),
        picture(21),
        before,
        None if misfit else after,
        answer,
        None if misfit or is_cut_out else changes,
        None if is_cut_out else region,
        misfit,
    )


def outcome(stage: Stage) -> QWidget:
    dialog = _dialog(stage)
    dialog.show_outcome(seen(_outcome()))
    return dialog


def what_else_had_changed(stage: Stage) -> QWidget:
    dialog = _dialog(stage)
    dialog.show_outcome(seen(_outcome()))
    dialog.outcome_view.choices()[2].click()
    return dialog


def misfit(stage: Stage) -> QWidget:
    dialog = _dialog(stage)
    why = tr(
        "The answer is another picture: of what was to stay, {percent} % is there again.",
        percent=12,
    )
    dialog.show_outcome(seen(_outcome(misfit=why)))
    return dialog


def cut_out(stage: Stage) -> QWidget:
    return _dialog(stage, is_cut_out=True)


def cut_out_outcome(stage: Stage) -> QWidget:
    dialog = _dialog(stage, is_cut_out=True)
    dialog.show_outcome(seen(_outcome(is_cut_out=True)))
    return dialog


SCREENS = (
    Screen("71-edit-nothing-marked", nothing_marked),
    Screen("72-edit-marked", marked),
    Screen("72-edit-product", product),
    Screen("72-edit-product-laid-in", product_laid_in),
    Screen("73-edit-running", running),
    Screen("74-edit-failed", failed),
    Screen("75-edit-outcome", outcome),
    Screen("75-edit-what-else", what_else_had_changed),
    Screen("76-edit-misfit", misfit),
    Screen("77-cut-out", cut_out),
    Screen("78-cut-out-outcome", cut_out_outcome),
)
