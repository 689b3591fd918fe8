"""The search bar: typing, pasting, dropping, chips."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QLabel, QLineEdit, QSlider, QToolButton
from pytestqt.qtbot import QtBot

from desktop.core.filter import Near
from desktop.core.query import Crop, Example, Query
from desktop.core.query_fields import FIELDS
from desktop.core.query_language import parse, terms
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.search.contents import HIT_LIMIT, Contents
from desktop.qt.search.query_chips import Pictured
from desktop.qt.search.query_help import HELP
from desktop.qt.search.query_problem import QueryProblem
from desktop.qt.search.search_bar import SearchBar
from desktop.qt.search.searched_pictures import MOST_AT_ONCE
from desktop.qt.theme import ICON, Theme
from desktop.qt.widgets.dragging import assets_mime
from tests.fakes.services import make_asset
from tests.qt.drops import drop, files_mime
from tests.qt.pictures import gradient

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def bar(theme: Theme, pictures: Pictures, cache: PixmapCache, qtbot: QtBot) -> SearchBar:
    made = SearchBar(theme, pictures, cache)
    qtbot.addWidget(made)
    made.resize(600, 40)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.text_field.setFocus()
    return made


@pytest.fixture
def asked(bar: SearchBar) -> list[Query]:
    queries: list[Query] = []
    bar.query_changed.connect(queries.append)
    return queries


def test_what_can_be_typed_is_said_in_as_many_words_as_fit(bar: SearchBar, qtbot: QtBot) -> None:
    field = bar.text_field
    assert field.placeholderText() == "Search by words, or drop or paste a picture here"
    said: set[str] = set()
    for length in range(8, 48):
        bar.show_contents(Contents(text=f"tag:wide_enough tag:{'x' * length}"))
        bar.finish()
        last = bar.chips[-1]
        qtbot.waitUntil(lambda chip=last: chip.width() == chip.sizeHint().width())
        hint = field.placeholderText()
        assert field.fontMetrics().horizontalAdvance(hint) <= field.width() - 4
        said.add(hint)
    assert said == {"Add words to narrow it down", "Add words"}


def test_typing_asks_once_after_a_pause(bar: SearchBar, asked: list[Query], qtbot: QtBot) -> None:
    qtbot.keyClicks(bar.text_field, "red shoes ")
    assert asked == []
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == [Query("red shoes", (), HIT_LIMIT)]


def test_return_asks_at_once(bar: SearchBar, asked: list[Query], qtbot: QtBot) -> None:
    bar.text_field.setText("帽子")
    qtbot.keyClick(bar.text_field, Qt.Key.Key_Return)
    assert asked == [Query("帽子", (), HIT_LIMIT)]


def test_down_goes_to_the_pictures(bar: SearchBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.left):
        qtbot.keyClick(bar.text_field, Qt.Key.Key_Down)


def test_escape_clears_then_leaves(bar: SearchBar, asked: list[Query], qtbot: QtBot) -> None:
    bar.text_field.setText("hat")
    qtbot.keyClick(bar.text_field, Qt.Key.Key_Return)
    qtbot.keyClick(bar.text_field, Qt.Key.Key_Escape)
    assert asked[-1].is_empty
    with qtbot.waitSignal(bar.left):
        qtbot.keyClick(bar.text_field, Qt.Key.Key_Escape)


def test_a_dropped_file_becomes_a_chip(
    bar: SearchBar, asked: list[Query], tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "素材.png"
    gradient(1, 80, 60).save(str(path))
    assert not bar.chips
    assert drop(bar, files_mime([path]))
    assert asked == [Query("", (Example(path),), HIT_LIMIT)]
    [chip] = bar.chips
    assert chip.isVisible()
    assert "素材.png" in chip.accessibleName()
    bar.text_field.setText("on a beach")
    qtbot.keyClick(bar.text_field, Qt.Key.Key_Return)
    assert asked[-1] == Query("on a beach", (Example(path),), HIT_LIMIT)
    qtbot.mouseClick(chip.remove_button, Qt.MouseButton.LeftButton)
    assert asked[-1] == Query("on a beach", (), HIT_LIMIT)
    assert not bar.chips


def test_of_several_files_each_becomes_a_chip_and_what_are_too_many_is_said(
    bar: SearchBar, asked: list[Query], tmp_path: Path, qtbot: QtBot
) -> None:
    paths = [tmp_path / f"{n}.png" for n in range(MOST_AT_ONCE + 2)]
    for path in paths:
        gradient(1, 80, 60).save(str(path))
    assert drop(bar, files_mime([tmp_path, *paths[:3]]))
    assert [example.image for example in asked[-1].examples] == paths[:3]
    assert len(asked) == 1, "one drop, one search"
    bar.clear()
    with qtbot.waitSignal(bar.pictures_left_out) as told:
        assert drop(bar, files_mime(paths))
    assert told.args == [2]
    assert [example.image for example in asked[-1].examples] == paths[:MOST_AT_ONCE]


def test_an_asset_from_the_grid(bar: SearchBar, asked: list[Query], pictures: Pictures) -> None:
    asset = make_asset(7)
    pictures.learn([asset])
    assert drop(bar, assets_mime([asset]))
    assert asked == [Query("", (Example(asset.path),), HIT_LIMIT)]


def test_folders_are_left_to_the_window(bar: SearchBar, asked: list[Query], tmp_path: Path) -> None:
    assert not drop(bar, files_mime([tmp_path]))
    mime = QMimeData()
    mime.setText("words")
    assert not drop(bar, mime)
    assert asked == []


def test_pasted_pixels_are_searched_by(bar: SearchBar, asked: list[Query], qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setImage(gradient(4, 3000, 1500))
    qtbot.keyClick(bar.text_field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    [query] = asked
    [example] = query.examples
    assert isinstance(example.image, bytes)
    assert QImage.fromData(example.image).size().toTuple() == (1024, 512)
    [chip] = bar.chips
    assert "Pasted picture" in chip.accessibleName()


def test_pasted_words_stay_words(bar: SearchBar, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("straw hat")
    qtbot.keyClick(bar.text_field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert bar.text_field.text() == "straw hat"
    assert bar.query().examples == ()


def chips(bar: SearchBar) -> list[str]:
    return [chip.accessibleName() for chip in bar.chips]


TYPED = "tag:hero rating:>=3 red cape"


def test_conditions_become_chips_with_return(
    bar: SearchBar, asked: list[Query], qtbot: QtBot
) -> None:
    QGuiApplication.clipboard().setText(TYPED)
    qtbot.keyClick(bar.text_field, Qt.Key.Key_V, CTRL)
    assert chips(bar) == []
    qtbot.keyClick(bar.text_field, Qt.Key.Key_Return)
    assert chips(bar) == ["hero", "Stars ≥ 3"]
    assert bar.text_field.text() == "red cape"
    assert asked[-1] == Query(TYPED, (), HIT_LIMIT)


def test_a_space_behind_a_condition_makes_a_chip(
    bar: SearchBar, asked: list[Query], qtbot: QtBot
) -> None:
    qtbot.keyClicks(bar.text_field, "red tag:hero")
    assert chips(bar) == []
    qtbot.keyClicks(bar.text_field, " cape")
    assert chips(bar) == ["hero"]
    assert bar.text_field.text() == "red cape"
    assert asked == [Query("tag:hero red", (), HIT_LIMIT)]
    qtbot.waitUntil(lambda: asked[-1] == Query("tag:hero red cape", (), HIT_LIMIT))


def test_a_condition_that_is_being_typed_says_nothing_yet(
    bar: SearchBar, asked: list[Query], qtbot: QtBot
) -> None:
    problems: list[object] = []
    bar.problem_changed.connect(problems.append)
    qtbot.keyClicks(bar.text_field, "red rating:")
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == [Query("red", (), HIT_LIMIT)]
    assert problems == []


def test_a_chip_is_edited_as_text(bar: SearchBar, asked: list[Query], qtbot: QtBot) -> None:
    qtbot.keyClicks(bar.text_field, TYPED)
    qtbot.keyClick(bar.text_field, Qt.Key.Key_Return)
    qtbot.mouseClick(bar.chips[1], Qt.MouseButton.LeftButton)
    assert chips(bar) == ["hero"]
    assert bar.text_field.text() == "rating:>=3 red cape"
    assert bar.text_field.hasFocus()
    qtbot.keyClick(bar.text_field, Qt.Key.Key_Backspace)
    qtbot.keyClicks(bar.text_field, "5")
    qtbot.keyClick(bar.text_field, Qt.Key.Key_Return)
    assert chips(bar) == ["hero", "Stars ≥ 5"]
    assert asked[-1] == Query("tag:hero rating:>=5 red cape", (), HIT_LIMIT)


def test_chips_are_taken_off(bar: SearchBar, asked: list[Query], qtbot: QtBot) -> None:
    qtbot.keyClicks(bar.text_field, "is:unrated tag:hero -cape ")
    assert chips(bar) == ["Not rated", "hero", "not “cape”"]
    qtbot.mouseClick(bar.chips[0].remove_button, Qt.MouseButton.LeftButton)
    assert chips(bar) == ["hero", "not “cape”"]
    qtbot.keyClick(bar.text_field, Qt.Key.Key_Backspace)
    assert chips(bar) == ["hero"]
    bar.chips[0].setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(bar.chips[0], Qt.Key.Key_Delete)
    assert chips(bar) == []
    assert asked[-1].is_empty


def test_undo_goes_back_over_text_and_chips(
    bar: SearchBar, asked: list[Query], qtbot: QtBot
) -> None:
    qtbot.keyClicks(bar.text_field, "tag:hero ")
    qtbot.mouseClick(bar.chips[0].remove_button, Qt.MouseButton.LeftButton)
    qtbot.keyClick(bar.text_field, Qt.Key.Key_Z, CTRL)
    assert chips(bar) == ["hero"]
    qtbot.keyClick(bar.text_field, Qt.Key.Key_Z, CTRL)
    assert (chips(bar), bar.text_field.text()) == ([], "tag:hero ")
    qtbot.keyClick(bar.text_field, Qt.Key.Key_Y, CTRL)
    assert (chips(bar), bar.text_field.text()) == (["hero"], "")


@pytest.mark.parametrize("text", ["tag:a", "cape tag:a -b", 'a "b c" d', "a 12:30 rating:1..2 b"])
def test_chips_and_text_are_one_value(bar: SearchBar, text: str, qtbot: QtBot) -> None:
    bar.text_field.setText(text)
    qtbot.keyClick(bar.text_field, Qt.Key.Key_Return)
    assert parse(bar.query().text) == parse(text)
    while bar.chips:
        qtbot.mouseClick(bar.chips[0], Qt.MouseButton.LeftButton)
    qtbot.keyClick(bar.text_field, Qt.Key.Key_Return)
    assert {*terms_of(bar.query().text)} == {*terms_of(text)}


def terms_of(text: str) -> list[str]:
    return [term.text for term in terms(text)]


def test_what_means_nothing_is_said_with_what_could_be_meant(
    bar: SearchBar, asked: list[Query], theme: Theme, qtbot: QtBot
) -> None:
    problem = QueryProblem(theme)
    qtbot.addWidget(problem)
    bar.problem_changed.connect(problem.show_problem)
    problem.chosen.connect(bar.use_instead)
    qtbot.keyClicks(bar.text_field, "cape tga:hero")
    qtbot.keyClick(bar.text_field, Qt.Key.Key_Return)
    assert "Did you mean “tag:”?" in problem.text.text()
    assert not problem.isHidden()
    qtbot.mouseClick(problem.use_button, Qt.MouseButton.LeftButton)
    assert problem.isHidden()
    assert chips(bar) == ["hero"]
    assert asked[-1] == Query("tag:hero cape", (), HIT_LIMIT)


def test_the_help_names_every_condition(bar: SearchBar, qtbot: QtBot) -> None:
    qtbot.mouseClick(bar.tools.help_button, Qt.MouseButton.LeftButton)
    assert bar.help.isVisible()
    told = " ".join(typed for typed, _ in HELP)
    assert [name for name in FIELDS if f"{name}:" not in told] == []
    for typed, _ in HELP:
        parse(typed)
    bar.help.close()


def choice(bar: SearchBar, typed: str) -> QToolButton:
    """The button of a condition; its tip ends in what can be typed instead, behind a name where
    the button shows no words."""
    buttons = bar.filters.findChildren(QToolButton)
    [made] = [b for b in buttons if b.toolTip().split(" · ")[-1] == typed]
    return made


def test_what_is_chosen_in_the_pop_up_is_the_same_as_what_is_typed(
    bar: SearchBar, asked: list[Query], qtbot: QtBot
) -> None:
    qtbot.keyClicks(bar.text_field, "rating:>=3 ")
    qtbot.mouseClick(bar.tools.filter_button, Qt.MouseButton.LeftButton)
    assert bar.filters.isVisible()
    assert choice(bar, "rating:>=3").isChecked()
    for typed in ("rating:>=3", "type:png", "is:untagged", "shape:square"):
        qtbot.mouseClick(choice(bar, typed), Qt.MouseButton.LeftButton)
    assert asked[-1].text == "type:png is:untagged shape:square"
    assert chips(bar) == ["PNG", "Without tags", "Square"]
    qtbot.mouseClick(choice(bar, "type:png"), Qt.MouseButton.LeftButton)
    assert not choice(bar, "type:png").isChecked()
    assert chips(bar) == ["Without tags", "Square"]
    bar.filters.close()


def test_a_space_stands_before_each_unit(bar: SearchBar, qtbot: QtBot) -> None:
    bar.ask_filters()
    sizes = {typed: choice(bar, f"size:{typed}").text() for typed in ("<100kB", "100kB..2MB")}
    assert sizes == {"<100kB": "< 100 kB", "100kB..2MB": "100 kB – 2 MB"}
    bar.filters.close()
    qtbot.keyClicks(bar.text_field, "size:>=20MB pixels:12MP.. date:2025-03..2025-04 ")
    assert chips(bar) == ["Size ≥ 20 MB", "Pixels ≥ 12 MP", "Date 2025-03 – 2025-04"]


def test_a_colour_can_be_more_or_less_exact(bar: SearchBar, qtbot: QtBot) -> None:
    bar.ask_filters()
    qtbot.mouseClick(choice(bar, "color:navy"), Qt.MouseButton.LeftButton)
    first = parse(bar.query().text).filter.near
    assert first is not None
    bar.filters.findChildren(QSlider)[0].setValue(20)
    wider = parse(bar.query().text).filter.near
    assert wider is not None
    assert (wider.colour, wider.distance) == (first.colour, 0.2)
    qtbot.mouseClick(choice(bar, "color:navy"), Qt.MouseButton.LeftButton)
    assert bar.query().is_empty
    bar.filters.close()


def test_how_much_of_the_picture_a_colour_takes_is_set_and_kept(
    bar: SearchBar, qtbot: QtBot
) -> None:
    def near() -> Near:
        found = parse(bar.query().text).filter.near
        assert found is not None
        return found

    qtbot.keyClicks(bar.text_field, "color:navy~12>40% ")
    bar.ask_filters()
    alike, share = bar.filters.findChildren(QSlider)
    assert (alike.value(), share.value()) == (12, 40)
    alike.setValue(20)
    assert (near().distance, near().share) == (0.2, 40)
    share.setValue(25)
    assert (near().distance, near().share) == (0.2, 25)
    assert chips(bar) == [f"{near().colour.lower()}~20>25%"]
    bar.filters.close()


def test_a_date_that_is_none_stays_to_be_mended(bar: SearchBar, qtbot: QtBot) -> None:
    bar.ask_filters()
    begin, end = bar.filters.findChildren(QLineEdit)
    begin.setText("2025-03")
    end.setText("soon")
    qtbot.keyClick(end, Qt.Key.Key_Return)
    assert chips(bar) == []
    end.setText("2025-05")
    qtbot.keyClick(end, Qt.Key.Key_Return)
    assert chips(bar) == ["Date 2025-03 – 2025-05"]
    bar.filters.close()


def test_a_tag_has_its_colour_on_its_chip_and_where_it_is_completed(
    bar: SearchBar, theme: Theme, qtbot: QtBot
) -> None:
    bar.suggested.names = lambda: {"tag": ["Hero", "holiday"]}
    bar.text_field.setText("-tag:Hero tag:holiday ")
    bar.finish()

    def icons() -> list[QImage]:
        return [chip.findChildren(QLabel)[0].pixmap().toImage() for chip in bar.chips]

    plain, coloured = (
        theme.pixmap("tag", t, ICON - 2, bar.devicePixelRatioF()) for t in ("text_soft", "tag_red")
    )
    assert icons() == [plain.toImage(), plain.toImage()]
    bar.show_tag_colours({"hero": "tag_red"})
    assert icons() == [coloured.toImage(), plain.toImage()]
    qtbot.keyClicks(bar.text_field, "tag:h")
    shown = [bar.suggested.item(row) for row in range(bar.suggested.count())]
    assert [item.text() for item in shown] == ["tag:Hero", "tag:holiday"]
    assert [item.icon().cacheKey() for item in shown] == [
        theme.icon("tag", token).cacheKey() for token in ("tag_red", "text_soft")
    ]


def test_two_parts_of_one_picture_stand_beside_each_other_and_each_once() -> None:
    image = Path("a.png")
    left = Pictured(Example(image, crop=Crop(0, 0, 0.5, 1)), "a")
    right = Pictured(Example(image, -1.0, Crop(0.5, 0, 0.5, 1)), "a")
    both = Contents().with_picture(left).with_picture(right)
    assert both.pictured == (left, right)
    less = Pictured(Example(image, -1.0, Crop(0, 0, 0.5, 1)), "a")
    assert both.with_picture(less).pictured == (right, less)
