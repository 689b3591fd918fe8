"""A part of a picture is marked with the mouse, changed by a stand-in, and looked at afterwards."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop.config.options import EngineOptions
from desktop.core.cancellation import CancelToken
from desktop.core.change_one_thing import Change
from desktop.core.errors import ConsentMissing, GenerationError, Remedy, RequestRefused
from desktop.core.generation_record import PARTLY_TAKEN, WHOLE, Reference
from desktop.core.progress import finish
from desktop.qt.create.editing.canvas import Tool
from desktop.qt.create.editing.dialog import EditDialog
from desktop.qt.create.editing.region import Region
from desktop.qt.create.keys_dialog import KeysDialog
from desktop.qt.create.sending_sheet import SendingSheet
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from desktop.services.engine import Engine
from desktop.wiring.engine import open_engine
from tests.benchmarks.edit_figures.answers import Case, case
from tests.benchmarks.edit_figures.plates import known, plate
from tests.dressing import undress
from tests.fakes.gemini import GeminiServer
from tests.fakes.gemini_replies import Failure

SIZE = (480, 360)


@pytest.fixture(scope="module")
def changed() -> Case:
    return case(30, size=SIZE, strays=2)


def png(pixels: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8)).save(out, "PNG")
    return out.getvalue()


class Studio:
    """The window on a library of one picture, whose Gemini is the stand-in."""

    def __init__(self, session: Session, engine: Engine, server: GeminiServer, qtbot: QtBot):
        self.session, self.engine, self.server, self.qtbot = session, engine, server, qtbot
        self.window = session.window

    def begin(self, action: str = "create.change_part") -> EditDialog:
        """Choose the action for the first picture; the dialog, once it shows the picture."""
        grid = self.window.centre.grid
        last = max(self.engine.browsing.all(), key=lambda asset: asset.filename)
        grid.select_asset(last.id)
        self.qtbot.waitUntil(lambda: len(grid.selected_assets()) == 1)
        self.window.action_list[action].trigger()
        dialog = self.dialog()
        self.qtbot.waitUntil(lambda: not dialog.canvas.sceneRect().isEmpty())
        return dialog

    def dialog(self) -> EditDialog:
        self.qtbot.waitUntil(lambda: bool(self.dialogs()))
        return self.dialogs()[-1]

    def dialogs(self) -> list[EditDialog]:
        shown = QApplication.topLevelWidgets()
        return [made for made in shown if isinstance(made, EditDialog) and made.isVisible()]

    def drag(self, dialog: EditDialog, *places: tuple[float, float], right: bool = False) -> None:
        """Through places of the picture, from 0 to 1."""
        button = Qt.MouseButton.RightButton if right else Qt.MouseButton.LeftButton
        canvas = dialog.canvas
        points = [self.point(dialog, *place) for place in places]
        self.qtbot.mousePress(canvas.viewport(), button, pos=points[0])
        for point in points[1:]:
            self.qtbot.mouseMove(canvas.viewport(), point)
        self.qtbot.mouseRelease(canvas.viewport(), button, pos=points[-1])

    def point(self, dialog: EditDialog, x: float, y: float) -> QPoint:
        area = dialog.canvas.sceneRect()
        return dialog.canvas.mapFromScene(QPointF(x * area.width(), y * area.height()))

    def mark(self, dialog: EditDialog) -> None:
        """The middle, by a rectangle."""
        dialog.choose(Tool.RECTANGLE)
        self.drag(dialog, (0.3, 0.3), (0.7, 0.7))

    def submit(self, dialog: EditDialog, words: str = "a teapot") -> None:
        dialog.words.clear()
        self.qtbot.keyClicks(dialog.words, words)
        assert dialog.submit_button.isEnabled()
        self.qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)

    def wait_for_outcome(self, dialog: EditDialog) -> None:
        view = dialog.outcome_view
        self.qtbot.waitUntil(lambda: view.outcome is not None and view.isVisible())

    def stages(self) -> set[str]:
        found = (self.engine.lineage.of(asset.id) for asset in self.engine.browsing.all())
        return {record.stage for record in found if record is not None}


@pytest.fixture
def studio(
    theme: Theme,
    tmp_path: Path,
    qtbot: QtBot,
    changed: Case,
    request: pytest.FixtureRequest,
) -> Iterator[Studio]:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "base.png").write_bytes(png(changed.picture))
    with GeminiServer() as server:
        server.paint = lambda _: png(changed.answer)
        options = EngineOptions(
            profile_dir=tmp_path / "profile",
            reads_text=False,
            gemini_base_url=server.base_url,
            asks_consent=getattr(request, "param", False),
        )
        engine = open_engine(options, {"GEMINI_API_KEY": "key-of-a-test"})
        engine.model.installed = lambda: None
        engine.model.vector_space = lambda: None
        finish(engine.indexing.run([folder], CancelToken()))
        undress()
        session = Session(theme, lambda: engine)
        session.start()
        shown = session.window
        qtbot.waitUntil(lambda: shown.has_panels and bool(shown.centre.state.assets))
        yield Studio(session, engine, server, qtbot)
        assert session.close(5)


def test_a_part_is_marked_changed_and_the_rest_is_as_it_was(studio: Studio, changed: Case) -> None:
    dialog = studio.begin()
    assert not dialog.submit_button.isEnabled()
    studio.mark(dialog)
    studio.submit(dialog)
    studio.wait_for_outcome(dialog)
    names = [choice.text() for choice in dialog.outcome_view.choices()]
    assert names == ["Before", "Result", "What else had changed", "Whole answer"]
    [request] = studio.server.requests
    assert request.text.endswith("a teapot")
    outcome = dialog.outcome_view.outcome
    assert outcome is not None
    path = studio.engine.browsing.details(outcome.asset_id).asset.path
    result = np.asarray(Image.open(path))
    height, width = changed.picture.shape[:2]
    inside = np.zeros((height, width), bool)
    edge = 4  # a drag ends on a pixel of the screen
    inside[
        int(0.3 * height) - edge : int(0.7 * height) + edge,
        int(0.3 * width) - edge : int(0.7 * width) + edge,
    ] = True
    assert (result == changed.picture)[~inside].all()
    assert (result != changed.picture)[inside].any()
    assert studio.stages() == {"", WHOLE}


def test_one_click_takes_the_whole_answer_and_another_gives_it_back(
    studio: Studio, qtbot: QtBot
) -> None:
    dialog = studio.begin()
    studio.mark(dialog)
    studio.submit(dialog)
    studio.wait_for_outcome(dialog)
    view = dialog.outcome_view
    qtbot.mouseClick(view.choices()[2], Qt.MouseButton.LeftButton)
    assert "other" in view.told.text()
    qtbot.mouseClick(view.whole_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.outcome is not None and view.outcome.is_whole_taken)
    assert studio.stages() == {"", PARTLY_TAKEN}
    qtbot.mouseClick(view.whole_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.outcome is not None and not view.outcome.is_whole_taken)
    assert studio.stages() == {"", WHOLE}


def test_a_misfit_is_told_with_its_reason_and_can_be_tried_again(
    studio: Studio, qtbot: QtBot, changed: Case
) -> None:
    studio.server.paint = lambda _: png(case(90, size=SIZE).answer)
    dialog = studio.begin()
    studio.mark(dialog)
    studio.submit(dialog)
    studio.wait_for_outcome(dialog)
    view = dialog.outcome_view
    assert "another picture" in view.told.text()
    assert not view.whole_button.isVisible()
    studio.server.paint = lambda _: png(changed.answer)
    qtbot.mouseClick(view.again_button, Qt.MouseButton.LeftButton)
    assert dialog.words.text() == "a teapot"
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.isVisible() and "another picture" not in view.told.text())


def test_a_failure_is_told_in_place_and_trying_again_works(studio: Studio, qtbot: QtBot) -> None:
    studio.server.fail_with(Failure.OVERLOADED)
    dialog = studio.begin()
    studio.mark(dialog)
    studio.submit(dialog)
    qtbot.waitUntil(lambda: bool(dialog.failure.text()))
    assert not dialog.is_running
    studio.server.fail_with(None)
    qtbot.mouseClick(dialog.failure.first, Qt.MouseButton.LeftButton)
    studio.wait_for_outcome(dialog)
    assert len(studio.server.requests) == 2


def test_a_refused_key_gives_way_and_another_can_be_entered(studio: Studio, qtbot: QtBot) -> None:
    key = studio.engine.generation.image_services["gemini"].key
    key.save("bad-key-in-the-key-store")
    studio.server.fail_with(Failure.BAD_KEY)
    dialog = studio.begin()
    studio.mark(dialog)
    studio.submit(dialog)
    qtbot.waitUntil(lambda: bool(dialog.failure.text()))
    qtbot.waitUntil(lambda: key.get() == "key-of-a-test")
    qtbot.mouseClick(dialog.failure.first, Qt.MouseButton.LeftButton)

    def keys() -> list[KeysDialog]:
        shown = QApplication.topLevelWidgets()
        return [made for made in shown if isinstance(made, KeysDialog) and made.isVisible()]

    qtbot.waitUntil(lambda: bool(keys()))
    assert "gemini" in keys()[0].cards
    keys()[0].reject()


@pytest.mark.parametrize(
    "error",
    [
        ConsentMissing("A reference has changed since you looked at what would be sent."),
        RequestRefused("base.png cannot be read.", remedy=Remedy.FEWER_REFERENCES),
    ],
)
def test_what_helps_with_an_edit_is_done_in_its_dialog(
    studio: Studio, qtbot: QtBot, error: GenerationError
) -> None:
    dialog = studio.begin()
    studio.mark(dialog)
    dialog.words.setText("a teapot")
    dialog.show_failure(error)
    qtbot.mouseClick(dialog.failure.first, Qt.MouseButton.LeftButton)
    studio.wait_for_outcome(dialog)
    assert len(studio.server.requests) == 1


@pytest.mark.parametrize("studio", [True], indirect=True)
def test_nothing_is_sent_before_the_person_has_seen_what(studio: Studio, qtbot: QtBot) -> None:
    def sheets() -> list[SendingSheet]:
        shown = QApplication.topLevelWidgets()
        return [made for made in shown if isinstance(made, SendingSheet) and made.isVisible()]

    dialog = studio.begin()
    studio.mark(dialog)
    studio.submit(dialog)
    qtbot.waitUntil(lambda: bool(sheets()))
    qtbot.mouseClick(sheets()[0].cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.is_running)
    assert studio.server.requests == []
    qtbot.waitUntil(lambda: not sheets())
    studio.submit(dialog)
    qtbot.waitUntil(lambda: bool(sheets()))
    qtbot.mouseClick(sheets()[0].agree_button, Qt.MouseButton.LeftButton)
    studio.wait_for_outcome(dialog)
    assert len(studio.server.requests) == 1


def test_what_was_entered_is_there_again_after_esc(studio: Studio, qtbot: QtBot) -> None:
    dialog = studio.begin()
    studio.mark(dialog)
    qtbot.keyClicks(dialog.words, "a teapot")
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not studio.dialogs())
    again = studio.begin()
    assert again.words.text() == "a teapot"
    assert again.region is not None
    assert again.region.is_marked(240, 180)
    assert again.submit_button.isEnabled()


def test_closing_the_dialog_meanwhile_loses_nothing(studio: Studio, qtbot: QtBot) -> None:
    dialog = studio.begin()
    studio.mark(dialog)
    studio.submit(dialog)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    notice = studio.window.centre.notice
    qtbot.waitUntil(lambda: notice.isVisible() and "has been made" in notice.text())
    notice.action_button.click()
    studio.wait_for_outcome(studio.dialog())


def test_each_tool_marks_and_each_step_can_be_undone(studio: Studio, qtbot: QtBot) -> None:
    dialog = studio.begin()
    region = dialog.region
    assert region is not None
    studio.drag(dialog, (0.1, 0.1), (0.2, 0.1), (0.3, 0.1))
    assert region.is_marked(96, 36)
    qtbot.keyClick(dialog.canvas, Qt.Key.Key_L)
    assert dialog.canvas.tool is Tool.LASSO
    studio.drag(dialog, (0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6))
    assert region.is_marked(240, 180)
    qtbot.keyClick(dialog.canvas, Qt.Key.Key_R)
    studio.drag(dialog, (0.7, 0.7), (0.9, 0.9))
    assert region.is_marked(384, 288)
    studio.drag(dialog, (0.75, 0.75), (0.85, 0.85), right=True)
    assert not region.is_marked(384, 288), "the right button takes away"
    for x, y in ((384, 288), (240, 180), (96, 36)):
        qtbot.keyClick(dialog.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        if (x, y) == (384, 288):
            assert region.is_marked(x, y)
            qtbot.keyClick(dialog.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert not region.is_marked(x, y)
    assert region.is_empty
    assert not dialog.undo_button.isEnabled()
    redo = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(dialog.canvas, Qt.Key.Key_Z, redo)
    assert region.is_marked(96, 36)


def test_one_colour_is_marked_where_it_hangs_together(
    studio: Studio, qtbot: QtBot, tmp_path: Path
) -> None:
    flat = np.full((360, 480, 3), 240, np.uint8)
    flat[100:200, 100:200] = (200, 30, 30)
    flat[250:300, 300:400] = (200, 30, 30)
    folder = tmp_path / "pictures"
    (folder / "colours.png").write_bytes(png(flat))
    finish(studio.engine.indexing.run([folder], CancelToken()))
    studio.window.action_list["library.rescan"].trigger()
    qtbot.waitUntil(lambda: studio.window.centre.state.assets == 2)
    dialog = studio.begin()
    region = dialog.region
    assert region is not None
    qtbot.keyClick(dialog.canvas, Qt.Key.Key_C)
    assert dialog.canvas.tool is Tool.COLOR
    studio.drag(dialog, (150 / 480, 150 / 360))
    qtbot.waitUntil(lambda: region.is_marked(150, 150))
    assert region.is_marked(101, 198)
    assert not region.is_marked(350, 275), "the same colour elsewhere"
    assert not region.is_marked(50, 50)


def test_esc_gives_up_a_stroke_before_it_closes(studio: Studio, qtbot: QtBot) -> None:
    dialog = studio.begin()
    viewport = dialog.canvas.viewport()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=studio.point(dialog, 0.5, 0.5))
    qtbot.mouseMove(viewport, studio.point(dialog, 0.6, 0.5))
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert dialog.region is not None
    assert not dialog.region.is_marked(240, 180)
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=studio.point(dialog, 0.6, 0.5))
    assert dialog.region.is_empty


def test_the_picture_is_enlarged_by_keys_and_fits_again(studio: Studio, qtbot: QtBot) -> None:
    dialog = studio.begin()
    before = dialog.canvas.transform().m11()
    for _ in range(4):
        qtbot.keyClick(dialog.canvas, Qt.Key.Key_Plus)
    assert dialog.canvas.transform().m11() > 2 * before
    qtbot.keyClick(dialog.canvas, Qt.Key.Key_0)
    assert dialog.canvas.transform().m11() == pytest.approx(before)


def test_what_a_picture_shows_is_cut_out(studio: Studio, qtbot: QtBot) -> None:
    truth = known(3, 320, 240)
    studio.server.paint = lambda request: png(
        plate(truth, 3, 2, shift=1.0) if "black" in request.text else plate(truth, 253, 1)
    )
    dialog = studio.begin("create.cut_out")
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    studio.wait_for_outcome(dialog)
    names = [choice.text() for choice in dialog.outcome_view.choices()]
    assert names == ["On white", "Result", "On black"]
    outcome = dialog.outcome_view.outcome
    assert outcome is not None
    path = studio.engine.browsing.details(outcome.asset_id).asset.path
    alpha = np.asarray(Image.open(path))[..., 3]
    assert np.abs(alpha.astype(int) - truth[..., 3]).mean() / 255 <= 0.02
    assert len(studio.server.requests) == 2


def test_a_region_written_is_white_where_it_was_marked(qapp: QApplication) -> None:
    region = Region(QSize(37, 20))  # a width that fills no whole byte
    region.rectangle(QRectF(5, 4, 10, 6))
    mask = np.asarray(Image.open(io.BytesIO(region.png())).convert("L"))
    expected = np.zeros((20, 37), bool)
    expected[4:10, 5:15] = True
    assert np.array_equal(mask > 127, expected)
    region.invert()
    assert np.array_equal(
        np.asarray(Image.open(io.BytesIO(region.png())).convert("L")) > 127, ~expected
    )
    region.undo()
    region.undo()
    assert region.is_empty
    region.redo()
    assert region.is_marked(6, 5)


def test_an_edit_is_asked_for_again_with_one_thing_changed(studio: Studio, qtbot: QtBot) -> None:
    dialog = studio.begin()
    studio.mark(dialog)
    studio.submit(dialog, "a teapot")
    studio.wait_for_outcome(dialog)
    assert dialog.outcome_view.outcome is not None
    record = studio.engine.lineage.of(dialog.outcome_view.outcome.asset_id)
    assert record is not None
    qtbot.mouseClick(dialog.outcome_view.done_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not studio.dialogs())
    studio.window.navigation.reuse_and_change(record, Change.WORDS)
    again = studio.dialog()
    qtbot.waitUntil(again.submit_button.isEnabled)
    assert again.words.text() == "a teapot"
    assert again.words.selectedText() == "a teapot"
    assert again.region is not None
    assert again.region.is_marked(240, 180)
    assert not again.region.is_marked(10, 10)
    qtbot.keyClicks(again.words, "a cup")
    qtbot.mouseClick(again.submit_button, Qt.MouseButton.LeftButton)
    studio.wait_for_outcome(again)
    first, second = studio.server.requests
    assert second.references == first.references
    assert second.text == first.text.replace("a teapot", "a cup")


def test_a_cut_out_is_asked_for_again_from_what_it_was_cut_out_of(
    studio: Studio, qtbot: QtBot
) -> None:
    dialog = studio.begin("create.cut_out")
    truth = known(3, 320, 240)
    studio.server.paint = lambda request: png(
        plate(truth, 3, 2) if "black" in request.text else plate(truth, 253, 1)
    )
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    studio.wait_for_outcome(dialog)
    assert dialog.outcome_view.outcome is not None
    record = studio.engine.lineage.of(dialog.outcome_view.outcome.asset_id)
    assert record is not None
    dialog.accept()
    studio.window.navigation.reuse(record)
    qtbot.waitUntil(lambda: len(studio.dialogs()) == 1 and studio.dialogs()[0] is not dialog)
    again = studio.dialog()
    qtbot.waitUntil(lambda: not again.canvas.sceneRect().isEmpty())
    assert again.is_cut_out
    assert again.words.text() == ""
    qtbot.mouseClick(again.submit_button, Qt.MouseButton.LeftButton)
    studio.wait_for_outcome(again)
    sent = studio.server.requests
    assert len(sent) == 4
    assert sent[2].references == sent[0].references


def test_what_an_edit_would_send_is_seen_queued_and_sent_with_other_pictures(
    studio: Studio, tmp_path: Path, qtbot: QtBot
) -> None:
    other = tmp_path / "other.png"
    Image.new("RGB", (64, 48), "teal").save(other)
    dialog = studio.begin()
    assert not dialog.sending_button.isEnabled()
    assert not dialog.queue_button.isEnabled()
    studio.mark(dialog)
    qtbot.keyClicks(dialog.words, "this cup")
    price = dialog._price.text()
    dialog.tray.add([Reference(other, role="product")])
    assert "pictures below are sent" in dialog._hint.text()
    assert price
    qtbot.mouseClick(dialog.sending_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(sheets()))
    [sheet] = sheets()
    said = " ".join(each.text() for each in sheet.findChildren(QLabel))
    assert "other.png" in said
    assert "base.png" in said
    sheet.reject()
    assert studio.server.requests == []
    qtbot.mouseClick(dialog.queue_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "in the queue" in dialog._hint.text())
    qtbot.waitUntil(lambda: len(studio.server.requests) == 1)
    [sent] = studio.server.requests
    assert len(sent.references) == 3
    assert "product" in sent.captions[2]
    qtbot.waitUntil(lambda: studio.stages() == {"", "whole answer"})


def sheets() -> list[SendingSheet]:
    shown = QApplication.topLevelWidgets()
    return [made for made in shown if isinstance(made, SendingSheet) and made.isVisible()]
