"""The details stay where they are; their values can be copied, their colours searched by, and the
keywords of other programs become tags."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.core.annotations import Consensus
from desktop.core.colour import Swatch
from desktop.core.filter import Filter, Near
from desktop.core.metadata import Metadata
from desktop.core.picture_text import TextLine
from desktop.core.query_language import parse
from desktop.qt.details.facts import file_facts_of, metadata_facts
from desktop.qt.details.panel import DetailsPanel
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.theme import Theme
from desktop.services.reports import AssetDetails, CommonDetails
from tests.fakes.services import make_asset
from tests.media.metadata.written import TOLD
from tests.qt.curating import Window
from tests.services.test_sidecars import keywords

ONE = make_asset(1, "harbour.jpg", format="JPEG")
OTHER = make_asset(2, "quay.png", width=600)
PALETTE = (Swatch("#FF8800", 61), Swatch("#2040C0", 30), Swatch("#F0F0F0", 9))
DETAILS = AssetDetails(ONE, metadata=TOLD, palette=PALETTE)


@pytest.fixture
def panel(theme: Theme, pictures: Pictures, cache: PixmapCache, qtbot: QtBot) -> DetailsPanel:
    made = DetailsPanel(theme, pictures, cache)
    qtbot.addWidget(made)
    made.resize(340, 1700)
    made.show()
    made.show_selection([ONE])
    made.show_details(DETAILS)
    return made


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def places(panel: DetailsPanel) -> list[QPoint]:
    """Where each part is that has a place."""
    QGuiApplication.processEvents()
    parts: list[QWidget] = [
        *(panel.name, panel.swatches, panel.similar_button, panel.annotations.tag_field),
        *(panel.annotations.note, panel.file, panel.camera, panel.rights, panel.keywords),
    ]
    parts += [field for rows in (panel.file, panel.camera) for field in rows.fields.values()]
    return [part.mapTo(panel, QPoint()) for part in parts]


def test_every_field_stays_where_it_is_whatever_is_selected(panel: DetailsPanel) -> None:
    panel.annotations.show_annotations((1,), Consensus(1, 3, "", {"red": 1}, {"Summer": 1}))
    there = places(panel)
    for selection in ([], [ONE, OTHER], [OTHER], [ONE._replace(is_missing=True)]):
        panel.show_selection(selection)
        panel.annotations.show_annotations(
            tuple(asset.id for asset in selection), Consensus(len(selection))
        )
        assert places(panel) == there
    panel.show_selection([ONE])
    panel.show_details(DETAILS)
    assert places(panel) == there


def test_it_says_what_the_camera_and_the_photographer_wrote(panel: DetailsPanel) -> None:
    told = {key: field.value for key, field in panel.camera.fields.items()}
    assert told == {
        "camera": "NIKON D850",
        "lens": "NIKKOR 85mm f/1.4",
        "exposure": "85 mm · f/2.8 · 1/250 s · ISO 400",
        "taken": "2025-03-14 09:26",
        "place": "Hamburg, Germany · 53.5439° N, 9.9667° W",
    }
    said = {key: field.value for key, field in panel.rights.fields.items()}
    assert said["copyright"] == "© 2025 Ann Doe"
    assert said["usage"] == "One campaign, print"


def test_nothing_of_the_picture_before_stands_beside_the_next(panel: DetailsPanel) -> None:
    panel.show_selection([OTHER])
    assert panel.camera.fields["camera"].value == ""
    assert panel.camera.fields["camera"].text() == "–"
    assert panel.keywords.offered == []
    assert [made.swatch for made in panel.swatches.buttons] == [None] * 6
    panel.show_details(DETAILS)  # comes late
    assert panel.camera.fields["camera"].value == ""


def test_several_show_what_they_share(panel: DetailsPanel) -> None:
    panel.show_selection([ONE, OTHER])
    common = CommonDetails(
        (1, 2), replace(TOLD, iso=0), frozenset({"iso"}), ("Harbour", "boats"), PALETTE[:1]
    )
    panel.show_common(common, file_facts_of([ONE, OTHER]))
    assert panel.name.value == "2 selected"
    assert panel.camera.fields["camera"].value == "NIKON D850"
    assert panel.camera.fields["exposure"].value == "Different"
    assert panel.file.fields["format"].value == "Different"
    assert panel.file.fields["size"].value == "2.5 MB together"
    assert panel.keywords.offered == ["Harbour", "boats"]
    assert panel.swatches.told == "#FF8800, 61 %"
    assert not panel.similar_button.isEnabled()
    assert panel.reference_button.isEnabled()


def test_a_long_value_gives_way_and_is_copied_whole(panel: DetailsPanel, qtbot: QtBot) -> None:
    long = "A very long title of a picture that fits into no panel of this width at all"
    panel.show_details(replace(DETAILS, metadata=Metadata(title=long)))
    field = panel.rights.fields["title"]
    assert field.text().endswith("…")
    assert field.toolTip() == long
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    assert field.text() == long
    qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(field, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard() == long
    panel.name.setFocus()
    assert field.text().endswith("…")
    field.copy_value()
    assert clipboard() == long


def test_the_keyboard_goes_through_the_rows_with_the_arrows(
    panel: DetailsPanel, qtbot: QtBot
) -> None:
    fields = list(panel.camera.fields.values())
    fields[0].setFocus(Qt.FocusReason.TabFocusReason)
    assert fields[0].selectedText() == "NIKON D850"
    qtbot.keyClick(fields[0], Qt.Key.Key_Down)
    assert fields[1].hasFocus()
    assert fields[1].selectedText() == "NIKKOR 85mm f/1.4"
    qtbot.keyClick(fields[1], Qt.Key.Key_Up)
    assert fields[0].hasFocus()


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ("camera", Filter(camera="NIKON D850")),
        ("copyright", Filter(copyright="© 2025 Ann Doe")),
        ("folder", Filter(folder=ONE.folder)),
    ],
)
def test_a_value_leads_to_all_that_have_it(
    panel: DetailsPanel, qtbot: QtBot, row: str, wanted: Filter
) -> None:
    rows = (panel.file, panel.camera, panel.rights)
    field = next(each.fields[row] for each in rows if row in each.fields)
    place = QPoint(4, 4)
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, field.mapToGlobal(place))
    QCoreApplication.sendEvent(field, asked)
    [menu] = [menu for menu in field.findChildren(QMenu) if menu.isVisible()]
    with qtbot.waitSignal(panel.narrowing_wanted) as found:
        menu.actions()[1].trigger()
    menu.close()
    assert found.args == [wanted]


def test_a_click_copies_a_colour_and_says_so(panel: DetailsPanel, qtbot: QtBot) -> None:
    swatches = panel.swatches
    assert swatches.told == "#FF8800, 61 %"
    qtbot.mouseClick(swatches.buttons[1], Qt.MouseButton.LeftButton)
    assert clipboard() == "#2040C0"
    assert swatches.told == "#2040C0 copied"
    qtbot.waitUntil(lambda: swatches.told.endswith("%"))


@pytest.mark.parametrize("way", ["click", "key", "button", "menu"])
def test_a_colour_is_searched_by(panel: DetailsPanel, qtbot: QtBot, way: str) -> None:
    blue = panel.swatches.buttons[1]
    control = Qt.KeyboardModifier.ControlModifier

    def by_button() -> None:
        blue.setFocus()
        qtbot.mouseClick(panel.swatches.search_button, Qt.MouseButton.LeftButton)

    def by_menu() -> None:
        qtbot.mousePress(blue, Qt.MouseButton.RightButton)
        [menu] = [menu for menu in blue.findChildren(QMenu) if menu.isVisible()]
        menu.actions()[1].trigger()
        menu.close()

    ways: dict[str, Callable[[], object]] = {
        "click": lambda: qtbot.keyClick(blue, Qt.Key.Key_Return, control),
        "key": lambda: qtbot.keyClick(blue, Qt.Key.Key_Space, control),
        "button": by_button,
        "menu": by_menu,
    }
    with qtbot.waitSignal(panel.narrowing_wanted) as found:
        ways[way]()
    assert found.args == [Filter(near=Near("#2040C0"))]


def offers_of(field: QWidget) -> dict[str, QAction]:
    """What its menu offers."""
    place = field.rect().center()
    reason = QContextMenuEvent.Reason.Mouse
    QCoreApplication.sendEvent(field, QContextMenuEvent(reason, place, field.mapToGlobal(place)))
    [menu] = [menu for menu in field.findChildren(QMenu) if menu.isVisible()]
    menu.close()
    return {action.text(): action for action in menu.actions()}


def test_a_date_shows_all_of_its_day_or_month(panel: DetailsPanel, qtbot: QtBot) -> None:
    asset = ONE._replace(taken_s=TOLD.taken_s)
    panel.show_details(replace(DETAILS, asset=asset))
    stamp = datetime.fromtimestamp(asset.modified_ns / 1e9).astimezone()
    for field, words, wanted in (
        (panel.camera.fields["taken"], "Show all of this day", "date:2025-03-14"),
        (panel.camera.fields["taken"], "Show all of this month", "date:2025-03"),
        (panel.file.fields["modified"], "Show all of this day", f"modified:{stamp:%Y-%m-%d}"),
    ):
        with qtbot.waitSignal(panel.narrowing_wanted) as found:
            offers_of(field)[words].trigger()
        assert found.args == [parse(wanted).filter]
    panel.show_selection([ONE, OTHER])
    assert [*offers_of(panel.file.fields["modified"])] == ["Copy"]
    panel.show_selection([ONE])
    assert [*offers_of(panel.camera.fields["taken"])] == ["Copy"], "it was taken nobody knows when"


def test_a_keyword_shows_all_with_it(panel: DetailsPanel, qtbot: QtBot) -> None:
    first = panel.keywords.findChildren(QPushButton)[1]
    [search] = first.actions()
    with qtbot.waitSignal(panel.narrowing_wanted) as found:
        search.trigger()
    assert search.text() == "Show all with this"
    assert found.args == [Filter(keyword=panel.keywords.offered[0])]


def test_keywords_become_tags_one_by_one_or_all(panel: DetailsPanel, qtbot: QtBot) -> None:
    panel.show_said((1,), Consensus(1, 0, "", {"harbour": 1}))
    assert panel.keywords.offered == ["boats", "朝"], "one is a tag already, in other letters"
    first = panel.keywords.findChildren(QPushButton)[-1]
    with qtbot.waitSignal(panel.annotations.tags_added) as one:
        qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
    assert one.args == [["朝"]]
    with qtbot.waitSignal(panel.annotations.tags_added) as both:
        qtbot.mouseClick(panel.keywords.all_button, Qt.MouseButton.LeftButton)
    assert both.args == [["boats", "朝"]]
    panel.show_said((1,), Consensus(1, 0, "", {"Harbour": 1, "boats": 1, "朝": 1}))
    assert panel.keywords.offered == []
    assert not panel.keywords.all_button.isEnabled()


def test_keywords_beside_the_file_are_offered_with_those_inside(
    window: Window,
) -> None:
    asset = window.session.window.centre.assets()[0]
    window.engine.catalog.metadata.record([(asset.id, TOLD)])
    keywords(asset.path.with_name(asset.name + ".xmp"), "Harbour", "Doe, Jane")
    window.select(0)
    offers = window.session.window.right.details.keywords
    window.until(lambda: offers.offered == [*TOLD.keywords, "Doe, Jane"])
    window.select(1)
    assert offers.offered == []


def test_exposures_are_written_as_on_a_camera() -> None:
    for seconds, shown in ((0.004, "1/250 s"), (2.0, "2 s"), (0.5, "0.5 s"), (1 / 3, "0.3 s")):
        assert metadata_facts(Metadata(exposure=seconds)) == {"exposure": shown}
    south = metadata_facts(Metadata(latitude=-33.86, longitude=151.2))
    assert south == {"place": "33.8600° S, 151.2000° E"}


def test_in_the_window_keywords_are_tags_and_a_colour_narrows(window: Window) -> None:
    first = window.ids[0]
    window.engine.catalog.metadata.record([(first, TOLD)])
    red = Swatch("#FF4400", 100)  # near orange, and called otherwise
    others = [(asset_id, (red,)) for asset_id in window.ids[1:]]
    window.engine.catalog.palettes.record([(first, PALETTE), *others])
    details = window.session.window.right.details
    window.select(0)
    window.until(lambda: details.keywords.offered == list(TOLD.keywords))
    assert details.camera.fields["camera"].value == "NIKON D850"

    details.keywords.all_button.click()
    window.until(lambda: not details.keywords.offered)
    assert set(window.said(first).tags) == set(TOLD.keywords)
    window.session.window.action_list["edit.undo"].trigger()
    window.until(lambda: details.keywords.offered == list(TOLD.keywords))

    details.swatches.search_button.click()
    search = window.session.window.centre.search
    near = Near("#FF8800")
    assert [section.filter for section in search.narrowing()] == [Filter(near=near)]
    shown = window.grid.assets
    window.until(lambda: [a.id for a in shown.assets(0, 9)] == [first])


def test_what_is_written_in_the_picture_is_read_and_copied(
    panel: DetailsPanel, qtbot: QtBot
) -> None:
    assert panel.text.words.text() == "Not looked for yet"
    corners = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.1), (0.0, 0.1))
    lines = tuple(TextLine(text, 0.9, corners) for text in ("AURORA", "极光香水"))
    panel.show_details(replace(DETAILS, text=lines))
    assert panel.text.words.text() == "AURORA\n极光香水"
    qtbot.mouseClick(panel.text.copy_button, Qt.MouseButton.LeftButton)
    assert clipboard() == "AURORA\n极光香水"
    panel.show_details(replace(DETAILS, text=()))
    assert panel.text.words.text() == "None"
    assert not panel.text.copy_button.isEnabled()
    panel.show_selection([OTHER])
    assert panel.text.words.text() == "None"
