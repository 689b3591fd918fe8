"""Boards in the order that a person makes, as a contact sheet and as copies; tags as a tree."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QLabel, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from desktop.core.annotations import Annotation, TagColour
from desktop.core.filter import EVERYTHING, Filter, NamedFilter
from desktop.core.saved_search import SavedSearch
from desktop.qt.browse.marks import marks_of
from desktop.qt.browse.ordering import Order
from desktop.qt.browse.sections import ALL, board_section, tag_section
from desktop.qt.widgets.dragging import assets_mime
from tests.qt.curating import Window


@pytest.fixture
def mood(window: Window) -> Window:
    """All four on a board, which is shown."""
    window.engine.annotations.create_board("Mood", window.ids)
    window.session.controllers.boards_and_tags.refresh()
    window.session.window.navigation.show_only(board_section("Mood"))
    window.until(lambda: window.grid.acceptDrops() and window.grid.assets.rowCount() == 4)
    return window


def order(window: Window) -> list[int]:
    return [window.grid.assets.asset(row).id for row in range(window.grid.assets.rowCount())]


def drop_at(window: Window, ids: list[int], point: QPoint) -> None:
    by_id = {asset.id: asset for asset in window.session.window.centre.assets()}
    mime = assets_mime([by_id[asset_id] for asset_id in ids])
    window.grid.dropEvent(
        QDropEvent(
            QPointF(point),
            Qt.DropAction.CopyAction,
            mime,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )


class TestTheOrder:
    def test_is_made_by_dropping_between_two(self, mood: Window) -> None:
        a, b, c, d = mood.ids
        between = QPoint(mood.grid.cell_of(1).left() + 4, mood.grid.cell_of(1).center().y())
        assert mood.grid.gap_at(between) == 1
        drop_at(mood, [c, d], between)
        mood.until(lambda: order(mood) == [a, c, d, b])
        assert mood.engine.annotations.board("Mood").asset_ids == (a, c, d, b)
        undo = mood.session.window.action_list["edit.undo"]
        assert undo.text() == "Undo the order of the board “Mood”"
        undo.trigger()
        mood.until(lambda: order(mood) == [a, b, c, d])

    def test_ends_where_something_is_dropped_behind_all(self, mood: Window) -> None:
        a, b, c, d = mood.ids
        drop_at(mood, [a], mood.grid.cell_of(3).center() + QPoint(20, 0))
        mood.until(lambda: order(mood) == [b, c, d, a])

    def test_is_made_with_the_keyboard_as_well(self, mood: Window) -> None:
        a, b, c, d = mood.ids
        both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        mood.grid.select_asset(b)
        mood.grid.setFocus()
        QTest.keyClick(mood.grid, Qt.Key.Key_Right, both)
        mood.until(lambda: order(mood) == [a, c, b, d])
        QTest.keyClick(mood.grid, Qt.Key.Key_Left, both)
        mood.until(lambda: order(mood) == [a, b, c, d])
        assert [asset.id for asset in mood.grid.selected_assets()] == [b]

    def test_is_nobodys_where_no_board_is_shown(self, window: Window) -> None:
        before = order(window)
        drop_at(window, [window.ids[3]], QPoint(2, 20))
        assert order(window) == before
        assert not window.session.controllers.history.can_undo

    def test_is_the_entry_of_the_box_and_the_others_work_until_one_leaves(
        self, mood: Window, qtbot: QtBot
    ) -> None:
        a, b, c, d = mood.ids
        mood.engine.annotations.put_on_board("Mood", [d], 0)
        mood.session.controllers.section.refresh()
        mood.until(lambda: order(mood) == [d, a, b, c])
        results = mood.session.window.centre.results
        stacks = mood.session.window.action_list["browse.stacks"]

        def choose(wanted: Order) -> None:
            row = results.order_combo.findData(wanted)
            results.order_combo.setCurrentIndex(row)
            results.order_combo.activated.emit(row)

        assert results.order_combo.currentData() == Order.OWN
        assert not results.direction_button.isEnabled()
        assert not stacks.isEnabled()
        choose(Order.NAME)
        mood.until(lambda: order(mood) == sorted(mood.ids))
        assert results.order_combo.currentData() == Order.NAME
        assert stacks.isEnabled()
        assert not mood.grid.acceptDrops(), "what is dropped there would not stay there"
        qtbot.mouseClick(results.direction_button, Qt.MouseButton.LeftButton)
        assert order(mood) == sorted(mood.ids, reverse=True)
        choose(Order.OWN)
        assert order(mood) == [d, a, b, c]
        assert mood.grid.acceptDrops()
        choose(Order.NAME)
        mood.session.window.navigation.show_only(ALL)
        mood.until(lambda: results.order_combo.findData(Order.OWN) < 0)
        mood.session.window.navigation.show_only(board_section("Mood"))
        mood.until(lambda: order(mood) == [d, a, b, c])


class TestOut:
    def test_as_a_contact_sheet(self, mood: Window, tmp_path: Path) -> None:
        board = mood.session.controllers.board
        for name in ("sheet.png", "sheet.pdf"):
            board.write_sheet(board_section("Mood"), tmp_path / name)
            mood.until(lambda name=name: (tmp_path / name).exists())
        with Image.open(tmp_path / "sheet.png") as sheet:
            assert sheet.width > 800
        assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")

    def test_nothing_is_replaced(self, mood: Window, tmp_path: Path) -> None:
        (tmp_path / "sheet.png").write_bytes(b"mine")
        mood.session.controllers.board.write_sheet(board_section("Mood"), tmp_path / "sheet.png")
        mood.until(lambda: "already" in mood.session.window.centre.notice.text())
        assert (tmp_path / "sheet.png").read_bytes() == b"mine"

    def test_as_copies_with_a_list_of_credits(self, mood: Window, tmp_path: Path) -> None:
        folder = tmp_path / "out" / "Mood"
        first, gone = (mood.grid.assets.asset(row) for row in (0, 1))
        gone.path.unlink()
        mood.session.controllers.board.copy(board_section("Mood"), folder)
        mood.until(lambda: (folder / "credits.csv").exists())
        mood.until(lambda: "1 picture was not copied" in mood.session.window.centre.notice.text())
        assert (folder / f"01 {first.name}").read_bytes() == first.path.read_bytes()
        with (folder / "credits.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert [row["Original"] for row in rows] == [
            str(mood.grid.assets.asset(row).path) for row in (0, 2, 3)
        ]


@pytest.mark.parametrize(
    ("text", "wanted", "names"),
    [
        ("0002", EVERYTHING, ["0002.png"]),
        (
            "",
            Filter(any_of=(Filter(phrase="0001"), Filter(phrase="0003"))),
            ["0003.png", "0001.png"],
        ),
    ],
    ids=["by words", "by conditions that nobody can type"],
)
def test_a_board_that_fills_itself_is_counted_and_goes_out_as_any_other(
    mood: Window, tmp_path: Path, text: str, wanted: Filter, names: list[str]
) -> None:
    mood.engine.saved_searches.save(SavedSearch("Smart", text, filter=wanted, is_board=True))
    mood.session.controllers.saved.refresh()
    mood.until(lambda: mood.names("board") == {"Mood": 4, "Smart": len(names)})
    smart = mood.sidebar.boards.rows()[-1].section
    actions = mood.session.window.action_list
    actions.popup_for(smart, QPoint())
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    offered = {action.text() for action in menu.actions()}
    assert {"Contact sheet…", "Folder of copies…", "Folder of signed copies…"} <= offered
    menu.close()
    board = mood.session.controllers.board
    board.write_sheet(smart, tmp_path / "sheet.png")
    board.copy(smart, tmp_path / "out")
    mood.until(lambda: (tmp_path / "sheet.png").exists() and (tmp_path / "out").exists())
    mood.until(lambda: (tmp_path / "out" / "credits.csv").exists())
    copied = sorted(path.name[3:] for path in (tmp_path / "out").glob("*.png"))
    assert copied == sorted(names)


def test_a_suggested_tag_is_accepted_with_a_key(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    suggestions = {(window.ids[0],): ["hero shot", "cover"]}
    monkeypatch.setattr(
        type(window.engine.curation.tag_suggestions),
        "for_assets",
        lambda _, ids: [
            name for name in suggestions.get(tuple(ids), []) if name not in window.said(ids[0]).tags
        ],
    )
    window.select(0)
    offers = window.editor.suggested
    window.until(lambda: offers.names == ("hero shot", "cover"))
    window.session.window.action_list["annotations.accept_suggestion"].trigger()
    window.until(lambda: window.said(window.ids[0]).tags == ("hero shot",))
    window.until(lambda: offers.names == ("cover",))

    def seen() -> list[QPushButton]:
        """Those of before are hidden, and gone a moment later; a new one is shown as soon."""
        return [made for made in offers.findChildren(QPushButton) if made.isVisible()]

    window.until(lambda: [made.text() for made in seen()] == ["cover"])
    QTest.mouseClick(seen()[0], Qt.MouseButton.LeftButton)
    window.until(lambda: window.said(window.ids[0]).tags == ("cover", "hero shot"))
    window.select(1)
    window.until(lambda: offers.names == ())


class TestTagsAsATree:
    def test_the_one_above_shows_those_below(self, window: Window) -> None:
        said = window.engine.annotations
        said.tag(window.ids[:2], ["place / Lisbon"])
        said.tag(window.ids[2:3], ["place/Rome", "Places"])
        window.session.controllers.boards_and_tags.refresh()
        tags = window.sidebar.tags

        def rows() -> list[tuple[str, int, int]]:
            return [
                (tags.model().index(at, 0).data(), row.pictures, row.depth)
                for at, row in enumerate(tags.rows())
            ]

        window.until(
            lambda: rows() == [("place", 3, 0), ("Lisbon", 2, 1), ("Rome", 1, 1), ("Places", 1, 0)]
        )
        window.session.window.navigation.show_only(tag_section("place"))
        window.until(lambda: window.grid.assets.rowCount() == 3)

    def test_renamed_it_takes_those_below_along(self, window: Window) -> None:
        said = window.engine.annotations
        said.tag(window.ids[:1], ["place/Lisbon"])
        said.tag(window.ids[1:2], ["place"])
        undo = said.rename_tag("Place", "city")
        assert [tag.name for tag in said.tags()] == ["city", "city/Lisbon"]
        said.apply(undo)
        assert [tag.name for tag in said.tags()] == ["place", "place/Lisbon"]
        said.remove_tag("place")
        assert said.tags() == []

    def test_one_is_merged_with_another(
        self, window: Window, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        window.engine.annotations.tag(window.ids[:2], ["cat"])
        window.engine.annotations.tag(window.ids[1:3], ["feline"])
        named = window.session.controllers.boards_and_tags
        named.refresh()
        window.until(lambda: window.names("tag") == {"cat": 2, "feline": 2})
        monkeypatch.setattr(QInputDialog, "getItem", lambda *_, **__: ("feline", True))
        named.ask_merge(tag_section("cat"))
        window.until(lambda: window.names("tag") == {"feline": 3})
        window.session.window.action_list["edit.undo"].trigger()
        window.until(lambda: window.names("tag") == {"cat": 2, "feline": 2})


def test_the_colour_of_a_tag_is_seen_in_the_sidebar_and_on_chips_and_can_be_undone(
    window: Window,
) -> None:
    window.select(0)
    window.editor.tags_added.emit(["cat"])
    window.until(lambda: "cat" in window.editor.tags.names)
    named = window.session.controllers.boards_and_tags
    named.ask_colour(tag_section("cat"))
    choices = {choice.text(): choice for choice in named.colour_menu.actions()}
    choices["blue"].trigger()
    named.colour_menu.close()
    tags = window.sidebar.tags
    window.until(lambda: [row.colour for row in tags.rows()] == ["tag_blue"])
    assert window.engine.annotations.tag_colours() == {"cat": TagColour.BLUE}

    def has_icon() -> bool:
        labels = window.editor.tags.findChildren(QLabel)
        return any(not each.pixmap().isNull() for each in labels if each.isVisible())

    window.until(has_icon)
    undo = window.session.window.action_list["edit.undo"]
    assert undo.text() == "Undo the colour of the tag “cat”"
    undo.trigger()
    window.until(lambda: [row.colour for row in tags.rows()] == [""])
    window.until(lambda: not has_icon())


def test_a_tile_has_each_colour_of_its_tags_once() -> None:
    colours = {"cat": "tag_blue", "sea": "tag_blue", "red": "tag_red"}
    said = Annotation(tags=("Cat", "dog", "Red", "sea"))
    assert marks_of(said, colours).colours == ("tag_blue", "tag_red")
    assert marks_of(Annotation(tags=("dog",)), colours).colours == ()


@pytest.mark.parametrize("kind", ["board", "tag"])
def test_searches_that_ask_for_what_is_deleted_are_named(mood: Window, kind: str) -> None:
    mood.engine.annotations.tag(mood.ids, ["Mood/Calm"])
    saved = mood.engine.saved_searches
    saved.save(SavedSearch("Typed", f"red {kind}:mood"))
    saved.save(SavedSearch("Chosen", "", filter=Filter(none_of=(Filter(tag="mood/calm"),))))
    saved.save(SavedSearch("Another", "mood tag:moody board:moods"))
    named = mood.session.controllers.boards_and_tags
    if kind == "board":
        named.delete_board(board_section("Mood"))
    else:
        named.remove_tag(tag_section("Mood"))
    notice = mood.session.window.centre.notice
    mood.until(lambda: "is gone" in notice.text())
    asking = {"board": "Typed", "tag": "Chosen, Typed"}[kind]
    assert f"ask for it: {asking}." in notice.text()
    assert [each.name for each in saved.all()] == ["Another", "Chosen", "Typed"]


def test_what_is_shown_follows_a_name_and_its_way_back(
    mood: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rename(section: NamedFilter, new: str) -> None:
        monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: (new, True))
        mood.session.controllers.boards_and_tags.ask_name(section)

    search, actions = mood.session.window.centre.search, mood.session.window.action_list
    rename(board_section("Mood"), "Calm 2027")
    mood.until(lambda: search.query().text == 'board:"Calm 2027"')
    mood.until(lambda: [section.name for section in mood.sidebar.marked()] == ["Calm 2027"])
    assert order(mood) == mood.ids
    actions["edit.undo"].trigger()
    mood.until(lambda: search.query().text == "board:Mood")

    mood.engine.annotations.tag(mood.ids[:2], ["place/Lisbon"])
    search.show_only(tag_section("place/Lisbon"))
    rename(tag_section("place"), "town")
    mood.until(lambda: search.query().text == "tag:town/Lisbon")
    mood.until(lambda: len(order(mood)) == 2)
    actions["edit.undo"].trigger()
    mood.until(lambda: search.query().text == "tag:place/Lisbon")
    actions["edit.redo"].trigger()
    mood.until(lambda: search.query().text == "tag:town/Lisbon")
