"""Tags, stars, boards and notes of what is selected; every change can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut, QUndoCommand, QUndoStack
from PySide6.QtWidgets import QInputDialog, QMenu

from desktop.core.annotations import MAX_RATING, Consensus, Edits, NameCount
from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.qt.controllers.context import Context
from desktop.qt.models.sections import Section
from desktop.qt.workers.latest import Latest

_UNDO_LIMIT = 200
_id = attrgetter("id")

Do = Callable[[], Edits]


@dataclass(frozen=True, slots=True)
class Said:
    """What the catalogue knows, as one job read it.

    Attributes:
        asset_ids: what was selected, of which ``together`` tells.
        chosen: the section with its pictures.
    """

    asset_ids: tuple[int, ...]
    together: Consensus
    tags: Sequence[NameCount]
    boards: Sequence[NameCount]
    chosen: Section | None


class Change(QUndoCommand):
    """Something that was entered. Done, undone and done again by the same means: what a change
    gives back is the change that undoes it.

    Args:
        is_done: it was done already when it is put on the stack.
    """

    def __init__(
        self, text: str, do: Do, run: Callable[[Change], None], *, is_done: bool = False
    ) -> None:
        super().__init__(text)
        self.next: Do | None = do
        self._run = run
        self._is_done = is_done

    def redo(self) -> None:
        if self._is_done:
            self._is_done = False
        else:
            self._run(self)

    def undo(self) -> None:
        self._run(self)


class AnnotatingController(QObject):
    """Owns what the window knows of tags and boards, and the stack of changes."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._window = window = context.window
        self._editor = editor = window.details.annotations
        self._section = window.sidebar.chosen()
        self._readings = Latest(context.lanes.browse, self)
        self._readings.finished.connect(self._show)
        self._readings.failed.connect(context.notice)
        self.changes = QUndoStack(self)
        self.changes.setUndoLimit(_UNDO_LIMIT)
        self.undo_action = self.changes.createUndoAction(window, "Undo")
        self.undo_action.setShortcut(QKeySequence.StandardKey.Undo)
        self.redo_action = self.changes.createRedoAction(window, "Redo")
        self.redo_action.setShortcut(QKeySequence.StandardKey.Redo)
        window.addActions([self.undo_action, self.redo_action])

        said = context.engine.annotations
        editor.rated.connect(self.rate)
        editor.tags_added.connect(lambda names: self._say(partial(said.tag, names=names), "tag"))
        editor.tag_removed.connect(
            lambda name: self._say(partial(said.untag, names=[name]), f"tag {name}")
        )
        editor.board_added.connect(lambda name: self.put_on_board(name, self._selected()))
        editor.board_removed.connect(
            lambda name: self._say(lambda ids: said.take_off_board(name, ids), f"board {name}")
        )
        editor.note_written.connect(
            lambda ids, note: self.do("note", lambda: said.annotate(ids, note))
        )
        sidebar = window.sidebar
        sidebar.section_chosen.connect(self._on_section)
        sidebar.board_wanted.connect(self.ask_board)
        sidebar.assets_dropped.connect(self.put_on_board)
        sidebar.menu_wanted.connect(self._show_menu)
        window.centre.grid.selection_changed.connect(self._on_selection)
        window.closing.connect(editor.note.commit)
        for stars in range(MAX_RATING + 1):
            self._key(str(stars), partial(self.rate, stars))
        self._key("T", editor.tag_field.setFocus)

    def refresh(self) -> None:
        """Read anew what was said about the selection, and which tags and boards there are."""
        engine, section = self._context.engine, self._section
        ids = self._selected()

        def read(_: CancelToken) -> Said:
            said = engine.annotations
            tags, boards = said.tags(), said.boards()
            chosen: Section | None = None
            if section.kind == "tag":
                chosen = replace(section, asset_ids=tuple(said.tagged(section.name)))
            elif section.kind == "board" and section.name in {board.name for board in boards}:
                chosen = replace(section, asset_ids=said.board(section.name).asset_ids)
            return Said(ids, said.together(ids), tags, boards, chosen)

        self._readings.submit(read)

    def do(self, text: str, do: Do) -> None:
        """Change something; ``text`` names it in the menu ("Undo tag")."""
        self.changes.push(Change(text, do, self._run))

    def done(self, text: str, undo: Edits) -> None:
        """Something was changed in another way; it can be undone as well."""
        apply = self._context.engine.annotations.apply
        self.changes.push(Change(text, partial(apply, undo), self._run, is_done=True))
        self.refresh()

    def rate(self, stars: int) -> None:
        """Give what is selected these stars."""
        said = self._context.engine.annotations
        self._say(lambda ids: said.rate(ids, stars), "rating")

    def put_on_board(self, name: str, asset_ids: Sequence[int]) -> None:
        """Put pictures at the end of a board, which is made if there is none of this name."""
        said, ids = self._context.engine.annotations, list(asset_ids)

        def put() -> Edits:
            if any(board.name.casefold() == name.casefold() for board in said.boards()):
                return said.put_on_board(name, ids)
            return said.create_board(name, ids)

        self.do(f"board {name}", put)

    def ask_board(self, asset_ids: Sequence[int]) -> None:
        """Let a person name a new board."""
        name, is_given = QInputDialog.getText(self._window, "New board", "Name of the board")
        if is_given and name.strip():
            said, ids = self._context.engine.annotations, list(asset_ids)
            self.do(f"board {name}", lambda: said.create_board(name, ids))

    # ------------------------------------------------------------------ inside

    def _selected(self) -> tuple[int, ...]:
        """Ids of what is selected, in the order shown."""
        return tuple(map(_id, self._window.centre.grid.selected_assets()))

    def _say(self, change: Callable[[Sequence[int]], Edits], text: str) -> None:
        ids = self._selected()
        if ids:
            self.do(text, lambda: change(ids))

    def _run(self, change: Change) -> None:
        annotations = self._context.engine.annotations

        def work(_: CancelToken) -> None:
            # Asked here, not before: the lane does one change after the other, and what undoes
            # this one is known when it was done.
            do, change.next = change.next, None
            if do is not None:  # None: it failed
                change.next = partial(annotations.apply, do())

        handle = self._context.lanes.browse.submit(work)
        handle.finished.connect(lambda _: self.refresh())
        handle.failed.connect(lambda error: self._on_failed(change, error))

    def _on_failed(self, change: Change, error: object) -> None:
        change.setObsolete(True)
        self._context.notice(error)
        self.refresh()

    def _on_selection(self, assets: Sequence[Asset]) -> None:
        if not assets:
            self._readings.forget()
            self._editor.show_annotations((), Consensus())
            return
        self.refresh()

    def _on_section(self, section: Section) -> None:
        self._section = section
        if section.name:
            self.refresh()

    def _show(self, said: Said) -> None:
        self._editor.show_annotations(said.asset_ids, said.together)
        tags = [tag.name for tag in said.tags]
        boards = [board.name for board in said.boards]
        self._editor.know(tags, boards)
        if said.chosen is not None and said.chosen == self._section:
            self._window.centre.show_members(said.chosen)
        self._window.sidebar.show_names(said.boards, said.tags)

    def _key(self, keys: str, pressed: Callable[[], object]) -> None:
        """A key that means something while the grid has the focus."""
        shortcut = QShortcut(QKeySequence(keys), self._window.centre.grid)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(lambda: pressed())

    def _show_menu(self, section: Section, where: QPoint) -> None:
        said, name = self._context.engine.annotations, section.name
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if section.kind == "board":
            menu.addAction("Rename…", lambda: self._rename(section, said.rename_board))
            menu.addAction(
                "Delete the board",
                lambda: self.do(f"board {name}", lambda: said.delete_board(name)),
            )
        elif section.kind == "tag":
            menu.addAction("Rename…", lambda: self._rename(section, said.rename_tag))
            remove = partial(self.do, f"tag {name}", lambda: said.untag(said.tagged(name), [name]))
            menu.addAction("Remove from all pictures", remove)
        else:
            menu.deleteLater()
            return
        menu.popup(where)

    def _rename(self, section: Section, rename: Callable[[str, str], Edits]) -> None:
        name, is_given = QInputDialog.getText(
            self._window, f"Rename the {section.kind}", "New name", text=section.name
        )
        if is_given and name.strip() and name != section.name:
            self.do(f"{section.kind} {name}", lambda: rename(section.name, name))
