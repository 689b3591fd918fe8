"""The lineage as a graph: to walk in, to go from to a picture, to make one again from."""

from __future__ import annotations

from operator import attrgetter

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.core.change_one_thing import changes_of
from desktop.core.generation_record import REGION, GenerationRecord, GenerationRequest, Reference
from desktop.qt.details.lineage_dialog import LineageDialog
from desktop.qt.shell.right_panel import CREATE
from tests.qt.curating import Window

KEY = Qt.Key


@pytest.fixture
def inputs(window: Window) -> GenerationRequest:
    """Of the third picture, which was made of the first two; the fourth is an edit of it."""
    first, second, third, fourth = sorted(window.ids)
    assets = window.engine.catalog.assets_by_id(window.ids)

    def reference(asset_id: int) -> Reference:
        asset = assets[asset_id]
        return Reference(
            asset.path, asset_id, reason="chosen by you", content_hash=asset.content_hash
        )

    request = GenerationRequest(
        "a cape by the sea",
        (reference(first), reference(second)),
        model="moodboard-1",
        aspect_ratio="16:9",
    )
    window.engine.lineage.record(third, GenerationRecord(request))
    edit = GenerationRequest("in red", (reference(third),), edit=REGION)
    window.engine.lineage.record(fourth, GenerationRecord(edit))
    return request


def open_graph(window: Window, place: int) -> LineageDialog:
    """By the keyboard, on the picture that was the ``place``-th to come."""
    asset_id = sorted(window.ids)[place]
    window.select(window.ids.index(asset_id))
    window.session.window.run_action("lineage.show")

    def shown() -> list[LineageDialog]:
        widgets = QApplication.topLevelWidgets()
        return [w for w in widgets if isinstance(w, LineageDialog) and w.isVisible()]

    window.until(lambda: bool(shown()))
    return shown()[0]


def current(dialog: LineageDialog) -> int:
    asset = dialog.graph.nodes[dialog.canvas.current].asset
    assert asset is not None
    return asset.id


def press(dialog: LineageDialog, key: Qt.Key, qtbot: QtBot) -> None:
    qtbot.keyClick(dialog.canvas.buttons[dialog.canvas.current], key)


def selected(window: Window) -> list[int]:
    return [asset.id for asset in window.grid.selected_assets()]


def test_the_arrows_lead_along_the_lines_and_return_goes_there(
    window: Window, inputs: GenerationRequest, qtbot: QtBot
) -> None:
    first, second, third, fourth = sorted(window.ids)
    dialog = open_graph(window, 2)
    assert current(dialog) == third
    press(dialog, KEY.Key_Right, qtbot)
    assert current(dialog) == fourth
    press(dialog, KEY.Key_Home, qtbot)
    press(dialog, KEY.Key_Left, qtbot)
    press(dialog, KEY.Key_Up, qtbot)
    assert current(dialog) == first
    press(dialog, KEY.Key_Down, qtbot)
    assert current(dialog) == second
    press(dialog, KEY.Key_Return, qtbot)
    window.until(lambda: selected(window) == [second])
    assert not dialog.isVisible()


def test_a_click_goes_there_over_two_generations(
    window: Window, inputs: GenerationRequest, qtbot: QtBot
) -> None:
    first, *_ = sorted(window.ids)
    dialog = open_graph(window, 3)
    steps = {
        node.asset.id: (node.generation, button)
        for node, button in zip(dialog.graph.nodes, dialog.canvas.buttons, strict=True)
        if node.asset
    }
    generation, button = steps[first]
    assert generation == -2
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    window.until(lambda: selected(window) == [first])
    assert not dialog.isVisible()


def test_a_picture_is_made_again_from_exactly_what_it_was_made_from(
    window: Window, inputs: GenerationRequest, qtbot: QtBot
) -> None:
    dialog = open_graph(window, 2)
    qtbot.mouseClick(dialog.again_button, Qt.MouseButton.LeftButton)
    right = window.session.window.right
    window.until(lambda: right.tabs.currentIndex() == CREATE)
    assert right.creation.request() == inputs
    assert window.session.window.focusWidget() is right.creation.generate_button
    assert not dialog.isVisible()


@pytest.mark.parametrize(
    ("number", "has_focus"), [(0, "prompt"), (1, "tray"), (2, "generator_combo")]
)
def test_one_thing_is_changed_where_the_keyboard_is_then(
    window: Window, inputs: GenerationRequest, qtbot: QtBot, number: int, has_focus: str
) -> None:
    dialog = open_graph(window, 2)
    menu = dialog.change_button.menu()
    menu.actions()[number].trigger()
    creation = window.session.window.right.creation
    window.until(lambda: not dialog.isVisible() and creation.isVisible())
    assert creation.request() == inputs
    part, focus = getattr(creation, has_focus), window.session.window.focusWidget()
    assert focus is not None
    assert focus is part or part.isAncestorOf(focus)


@pytest.mark.parametrize(
    ("thing", "has_focus"),
    [
        ("The size", "choices.size_combo"),
        ("The shape", "choices.ratio_combo"),
        ("The brand kit", "kits.button"),
    ],
)
def test_size_shape_and_kit_are_changed_alone_too(
    window: Window, inputs: GenerationRequest, thing: str, has_focus: str
) -> None:
    dialog = open_graph(window, 2)
    [action] = [each for each in dialog.change_button.menu().actions() if each.text() == thing]
    action.trigger()
    creation = window.session.window.right.creation
    window.until(lambda: not dialog.isVisible() and creation.isVisible())
    assert creation.request() == inputs
    assert window.session.window.focusWidget() is attrgetter(has_focus)(creation)


def test_what_there_is_to_change_is_that_of_the_picture() -> None:
    def names(request: GenerationRequest) -> list[str]:
        return [change.name for change in changes_of(GenerationRecord(request))]

    plain = ["WORDS", "REFERENCES", "MODEL", "SIZE", "SHAPE", "KIT"]
    assert names(GenerationRequest("x")) == plain
    assert names(GenerationRequest("x", template="A mug")) == [*plain, "SLOT"]
    assert names(GenerationRequest("x", edit=REGION)) == plain[:4], "an edit keeps its shape"
    assert changes_of(None) == ()


def test_what_the_panel_could_not_send_as_it_was_is_not_offered(
    window: Window, inputs: GenerationRequest, qtbot: QtBot
) -> None:
    dialog = open_graph(window, 2)
    assert dialog.again_button.isEnabled()
    press(dialog, KEY.Key_Right, qtbot)
    assert not dialog.again_button.isEnabled()
    assert "a change to another picture" in dialog.again_button.toolTip()
    press(dialog, KEY.Key_Left, qtbot)
    press(dialog, KEY.Key_Left, qtbot)
    assert not dialog.change_button.isEnabled()
    assert dialog.show_button.isEnabled()
    dialog.reject()


def test_the_menu_of_a_picture_is_about_that_picture(
    window: Window, inputs: GenerationRequest, qtbot: QtBot
) -> None:
    dialog = open_graph(window, 3)
    place = next(n for n, node in enumerate(dialog.graph.nodes) if node.generation == -1)
    button = dialog.canvas.buttons[place]
    where = button.rect().center()
    QApplication.sendEvent(
        button,
        QContextMenuEvent(QContextMenuEvent.Reason.Mouse, where, button.mapToGlobal(QPoint(9, 9))),
    )
    window.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    again = next(action for action in menu.actions() if action.text() == "Make again")
    assert again.isEnabled()
    again.trigger()
    menu.close()
    creation = window.session.window.right.creation
    window.until(lambda: creation.isVisible() and creation.request() == inputs)


def test_the_details_lead_to_it(window: Window, inputs: GenerationRequest, qtbot: QtBot) -> None:
    first, *_ = sorted(window.ids)
    window.select(window.ids.index(first))
    details = window.session.window.right.details
    with qtbot.waitSignal(details.lineage_wanted) as wanted:
        window.until(lambda: bool(_named(details, "All generations…")))
        qtbot.mouseClick(_named(details, "All generations…")[0], Qt.MouseButton.LeftButton)
    assert wanted.args == [first]


def test_the_details_do_not_offer_an_edit_again_and_say_why(
    window: Window, inputs: GenerationRequest
) -> None:
    _, _, third, fourth = sorted(window.ids)
    details = window.session.window.right.details
    for asset_id, is_offered in ((third, True), (fourth, False)):
        window.select(window.ids.index(asset_id))
        window.until(lambda: details.lineage.again_button is not None)
        window.until(
            lambda offered=is_offered: (
                (again := details.lineage.again_button) is not None and again.isEnabled() is offered
            )
        )

    def says_why() -> bool:
        said = [each.text() for each in details.lineage.findChildren(QLabel) if each.isVisible()]
        return any("a change to another picture" in text for text in said)

    window.until(says_why)


def _named(widget: QWidget, text: str) -> list[QPushButton]:
    return [b for b in widget.findChildren(QPushButton) if b.text() == text and b.isVisible()]
