"""The boards and tags of the sidebar: which there are, and what they are called."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QInputDialog, QMenu

from desktop.core.annotations import Edits, NameCount, TagColour, name_key
from desktop.core.cancellation import CancelToken
from desktop.core.filter import NamedFilter
from desktop.core.text import listed, marked, ngettext, tr
from desktop.qt.browse.sections import (
    SectionKind,
    SectionRow,
    board_rows,
    colour_tokens,
    kind_of,
    tag_rows,
)
from desktop.qt.browse.sidebar import Group, Sidebar
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.history import EditHistory
from desktop.qt.jobs.lane import Latest

_COLOURS = {
    TagColour.RED: marked("red"),
    TagColour.ORANGE: marked("orange"),
    TagColour.YELLOW: marked("yellow"),
    TagColour.GREEN: marked("green"),
    TagColour.TEAL: marked("teal"),
    TagColour.BLUE: marked("blue"),
    TagColour.PURPLE: marked("purple"),
    TagColour.PINK: marked("pink"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """The names, as one job read them, and how the sidebar lists them."""

    tags: Sequence[NameCount]
    boards: Sequence[NameCount]
    rows: Mapping[Group, Sequence[SectionRow]]
    colours: Mapping[str, TagColour]


class BoardsAndTagsController(QObject):
    """Keeps the sidebar's boards and tags up to date, and changes them."""

    names_read = Signal(object, object)
    """list[str] of the tags that there are, and of the boards."""
    colours_read = Signal(object)
    """dict[str, str]: key of a tag's name -> token of its colour."""

    _is_gone = Signal(str, object)
    """A tag or a board, and the names of the saved searches that ask for it; from a lane."""

    def __init__(self, context: Context, sidebar: Sidebar, history: EditHistory) -> None:
        super().__init__()
        self._context = context
        self._sidebar = sidebar
        self._history = history
        self._tags: Sequence[str] = ()
        self._theme = sidebar.theme
        self.colour_menu = QMenu(sidebar)
        self._readings = Latest(context.lanes.browse, self)
        self._readings.finished.connect(self._show)
        self._readings.failed.connect(context.notice)
        sidebar.board_wanted.connect(self.ask_board)
        sidebar.assets_dropped.connect(self.put_on_board)
        context.hub.changed.connect(self._on_changes)
        self._is_gone.connect(self._tell_gone)

    def refresh(self) -> None:
        """Read which boards and tags there are."""
        annotations = self._context.engine.annotations

        def read(_: CancelToken) -> Reading:
            tags, boards = annotations.tag_tree(), annotations.boards()
            colours = annotations.tag_colours()
            rows = {Group.BOARDS: board_rows(boards), Group.TAGS: tag_rows(tags, colours)}
            return Reading(tags, boards, rows, colours)

        self._readings.submit(read)

    def put_on_board(self, name: str, asset_ids: Sequence[int]) -> None:
        """Put pictures at the end of a board, which is made if there is none of this name."""
        annotations, ids = self._context.engine.annotations, list(asset_ids)

        def put() -> Edits:
            if any(name_key(board.name) == name_key(name) for board in annotations.boards()):
                return annotations.put_on_board(name, ids)
            return annotations.create_board(name, ids)

        self._history.do(
            ngettext(
                "putting {count} picture on the board “{name}”",
                "putting {count} pictures on the board “{name}”",
                len(ids),
                name=name,
            ),
            put,
        )

    def place_on_board(self, name: str, asset_ids: Sequence[int], before: int | None) -> None:
        """Put pictures at a place of a board.

        Args:
            before: the picture that comes behind them; None: at the end.
        """
        annotations, ids = self._context.engine.annotations, list(asset_ids)

        def put() -> Edits:
            on_it = annotations.board(name).asset_ids
            at = on_it.index(before) if before in on_it else None
            return annotations.put_on_board(name, ids, at)

        self._history.do(tr("the order of the board “{name}”", name=name), put)

    def ask_board(self, asset_ids: Sequence[int]) -> None:
        """Let a person name a new board, with these pictures on it."""
        annotations, ids = self._context.engine.annotations, list(asset_ids)
        name, is_given = QInputDialog.getText(
            self._sidebar.window(), tr("New board"), tr("Name of the board")
        )
        if is_given and name.strip():
            self._history.do(
                tr("the new board “{name}”", name=name),
                lambda: annotations.create_board(name, ids),
            )

    def ask_name(self, section: NamedFilter) -> None:
        """Let a person give a board or a tag another name."""
        annotations = self._context.engine.annotations
        is_board = kind_of(section) is SectionKind.BOARD
        rename: Callable[[str, str], Edits] = (
            annotations.rename_board if is_board else annotations.rename_tag
        )
        title = tr("Rename the board") if is_board else tr("Rename the tag")
        name, is_given = QInputDialog.getText(
            self._sidebar.window(), title, tr("New name"), text=section.name
        )
        if is_given and name.strip() and name != section.name:
            told = (
                tr("renaming the board “{name}”", name=section.name)
                if is_board
                else tr("renaming the tag “{name}”", name=section.name)
            )
            self._history.do(told, lambda: rename(section.name, name))

    def ask_merge(self, section: NamedFilter) -> None:
        """Let a person choose the tag that takes another one's place."""
        others = [name for name in self._tags if name_key(name) != name_key(section.name)]
        if not others:
            self._context.notices.say(tr("There is no other tag."))
            return
        into, is_given = QInputDialog.getItem(
            self._sidebar.window(),
            tr("Merge the tag “{name}”", name=section.name),
            tr("What has it gets this tag instead:"),
            others,
            editable=False,
        )
        if is_given:
            annotations = self._context.engine.annotations
            self._history.do(
                tr("merging the tag “{name}”", name=section.name),
                lambda: annotations.rename_tag(section.name, into),
            )

    def delete_board(self, section: NamedFilter) -> None:
        """Its pictures stay in the library."""
        engine, name = self._context.engine, section.name
        remove, asking = engine.annotations.delete_board, engine.saved_searches.asking_for_board
        self._remove(tr("deleting the board “{name}”", name=name), name, remove, asking)

    def ask_colour(self, section: NamedFilter) -> None:
        """Let a person choose a tag's colour; where a menu has just been, so that it is at hand."""
        annotations, name, theme = self._context.engine.annotations, section.name, self._theme

        def choose(colour: TagColour | None) -> None:
            self._history.do(
                tr("the colour of the tag “{name}”", name=name),
                lambda: annotations.colour_tag(name, colour),
            )

        self.colour_menu.clear()
        for colour, words in _COLOURS.items():
            icon = theme.icon("tag", f"tag_{colour}")
            self.colour_menu.addAction(icon, tr(words), partial(choose, colour))
        self.colour_menu.addSeparator()
        self.colour_menu.addAction(tr("No colour"), partial(choose, None))
        self.colour_menu.popup(QCursor.pos())

    def remove_tag(self, section: NamedFilter) -> None:
        """Take a tag off every picture that has it."""
        engine, name = self._context.engine, section.name
        remove, asking = engine.annotations.remove_tag, engine.saved_searches.asking_for_tag
        self._remove(tr("removing the tag “{name}”", name=name), name, remove, asking)

    # ------------------------------------------------------------------ inside

    def _remove(
        self,
        what: str,
        name: str,
        remove: Callable[[str], Edits],
        asking: Callable[[str], Sequence[str]],
    ) -> None:
        def run() -> Edits:
            undo = remove(name)
            self._is_gone.emit(name, asking(name))
            return undo

        self._history.do(what, run)

    def _tell_gone(self, name: str, asking: Sequence[str]) -> None:
        """They are kept as they are: without the condition they would find what nobody asked for,
        and undo brings back what they ask for."""
        if asking:
            self._context.notices.say(
                tr(
                    "“{name}” is gone, and these saved searches ask for it: {names}. Undo brings "
                    "it back.",
                    name=name,
                    names=listed(asking),
                )
            )

    def _on_changes(self, changes: Changes) -> None:
        if changes.annotations:
            self.refresh()

    def _show(self, reading: Reading) -> None:
        self._tags = [tag.name for tag in reading.tags]
        self.names_read.emit(
            [tag.name for tag in reading.tags], [board.name for board in reading.boards]
        )
        self._sidebar.show_rows(reading.rows)
        self.colours_read.emit(colour_tokens(reading.colours))
