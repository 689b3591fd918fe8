"""The pictures that go along with a prompt: proposed by the library or chosen by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtWidgets import QFrame, QGraphicsOpacityEffect, QVBoxLayout, QWidget

from desktop.core.asset import Asset, displayable
from desktop.core.generation_record import Reference
from desktop.core.text import ngettext, tr
from desktop.qt.create.tray_items import TrayItem, TrayItems
from desktop.qt.create.tray_row import RowActions, empty_row, reference_row
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.dragging import DropFrame, dropped_assets, dropped_files
from desktop.qt.widgets.emptying import empty_layout
from desktop.qt.widgets.labels import label
from desktop.services.search.proposals import ThingProposals

_FADED = 0.35


class ReferenceTray(DropFrame):
    """Shows the references in the order in which they reach the model, and what the library
    lacks."""

    changed = Signal()

    def __init__(
        self, theme: Theme, pictures: Pictures, cache: PixmapCache, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("tray")
        self.setAccessibleName(tr("References"))
        self._theme = theme
        self._pictures = pictures
        self._cache = cache
        self._items = TrayItems()
        self._shown: object = ()
        self._is_current = True
        self._lines: dict[int | str, QWidget] = {}
        """Of each reference by its place, and of each thing without one by its words."""
        self._hint = label(
            tr("Drag pictures here, from the grid or from a folder."),
            tone="faint",
            wraps=True,
        )
        self._rows = QVBoxLayout()
        self._rows.setSpacing(2)
        self._note = label("", tone="danger", wraps=True)
        self._note.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(UNIT // 2, UNIT // 2, UNIT // 2, UNIT // 2)
        column.setSpacing(2)
        column.addLayout(self._rows)
        self._hint.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        column.addWidget(self._hint)
        column.addWidget(self._note)

    # ------------------------------------------------------------------ what it holds

    @property
    def limit(self) -> int:
        """The most that the generator takes."""
        return self._items.limit

    def references(self) -> tuple[Reference, ...]:
        """Those that are sent, in the order in which they reach the model; not what was proposed
        for other words."""
        return tuple(
            item.reference for item in self._items.items if item.is_pinned or self._is_current
        )

    def set_current(self, is_current: bool) -> None:
        """Whether what is proposed was proposed for the words as they are now; what was not is
        faded, and not sent."""
        if is_current == self._is_current:
            return
        self._is_current = is_current
        self._fade_all()
        self.changed.emit()

    def focus_first(self) -> None:
        """Put the keyboard on the first reference."""
        self._focus(0)

    def pinned(self) -> tuple[Reference, ...]:
        """Those that stay when new ones are proposed."""
        return tuple(item.reference for item in self._items.items if item.is_pinned)

    def propose(self, things: Sequence[ThingProposals]) -> None:
        """Replace what was proposed before; what a person chose, pinned or refused stays so."""
        self._items.propose(things)
        self._show()

    def add(self, references: Sequence[Reference]) -> None:
        """A person chose these; proposals give way when the tray is full."""
        left_out = self._items.add(references)
        self._show()
        self._say_left_out(left_out)

    def exchange(self, old: Sequence[Reference], new: Sequence[Reference]) -> None:
        """What a slot of a template, or a kit, brought gives way to what it brings now."""
        left_out = self._items.exchange(old, new)
        self._show()
        self._say_left_out(left_out)

    def set_limit(self, limit: int) -> None:
        """How many the generator takes; proposals beyond that go, what a person chose stays."""
        self._items.set_limit(limit)
        self._show()

    def add_assets(self, assets: Sequence[Asset]) -> None:
        """A person chose these from the library."""
        pictures = [asset for asset in assets if not asset.duration_ms]
        self.add([Reference(asset.path, asset.id) for asset in pictures])
        if len(pictures) < len(assets):
            self._say(
                tr(
                    "Of a video a single frame can go along: open it (Space), go to the frame, and "
                    "choose “Use this frame as a reference”."
                )
            )

    def replace_all(self, references: Sequence[Reference]) -> None:
        """Exactly these, pinned (an earlier request is used again)."""
        self._items.replace_all(references)
        self._show()

    def remove(self, at: int) -> None:
        """Take one out; it is not proposed again for this prompt."""
        words = self._items.items[at].reference.words
        self._items.remove(at)
        self._show()
        if words in self._lines:  # it was the last of its thing, which can have another
            self._focus(words, "swap")
        else:
            self._focus(min(at, len(self._items.items) - 1))

    def swap(self, at: int) -> None:
        """The next best picture of the same thing takes its place."""
        self._items.swap(at)
        self._show()
        self._focus(at, "swap")

    def fill(self, words: str) -> None:
        """A thing of which nothing goes along gets the best picture that is left after all."""
        has_room = self._items.fill(words)
        self._show()
        if not has_room:
            self._say_left_out(1)
            return
        places = [row.places for row in self._items.rows() if row.words == words]
        self._focus(places[0][0], "swap")

    def toggle_pin(self, at: int) -> None:
        """Keep it when the prompt changes, or let it go."""
        self._items.toggle_pin(at)
        self._show()
        self._focus(at, "pin")

    def set_role(self, at: int, role: str) -> None:
        """A person says what it is for, "" for nothing special; from then on it stays."""
        self._change(at, replace(self._items.items[at].reference, role=role))

    def set_weight(self, at: int, weight: float | None) -> None:
        """A person says how much it counts, None for as much as the others; likewise."""
        self._change(at, replace(self._items.items[at].reference, weight=weight))

    def forget_refused(self) -> None:
        """A new prompt: what was removed may be proposed again."""
        self._items.forget_refused()

    # ------------------------------------------------------------------ drops

    def can_take(self, mime: QMimeData) -> bool:
        return bool(self._references_in(mime))

    def drop_words(self) -> str:
        return tr("Use as reference")

    def take(self, mime: QMimeData) -> bool:
        references = self._references_in(mime)
        if references:
            self.add(references)
        return bool(references)

    def _references_in(self, mime: QMimeData) -> list[Reference]:
        assets = [self._pictures.asset(asset_id) for asset_id in dropped_assets(mime)]
        if assets:
            return [Reference(asset.path, asset.id) for asset in assets if asset is not None]
        return [Reference(path) for path in dropped_files(mime) if path.is_file()]

    # ------------------------------------------------------------------ inside

    def _change(self, at: int, reference: Reference) -> None:
        self._items.change(at, reference)
        self._show()
        self._focus(at, "role")

    def _show(self) -> None:
        """What it holds by now."""
        self._note.hide()
        rows = self._items.rows()
        if (rows, self._items.items) == self._shown:
            return
        self._shown = (rows, self._items.items)
        empty_layout(self._rows)
        self._lines.clear()
        for row in rows:
            for place in row.places:
                is_first = place == row.places[0]
                self._lines[place] = self._line(place, row.words if is_first else "")
            if row.empty is not None:
                self._lines[row.words] = empty_row(
                    self._theme, row.words, row.empty, partial(self.fill, row.words)
                )
        for line in self._lines.values():
            self._rows.addWidget(line)
            line.show()  # at once: the keyboard may be put on it next
        self._fade_all()
        self._hint.setVisible(not self._items.items)
        self.changed.emit()

    def _line(self, place: int, thing: str) -> QFrame:
        actions = RowActions(
            partial(self.set_role, place),
            partial(self.set_weight, place),
            partial(self.toggle_pin, place),
            partial(self.remove, place),
            partial(self.swap, place) if self._items.can_swap(place) else None,
        )
        item = self._items.items[place]
        return reference_row(self._theme, self._pictures, self._cache, item, place, thing, actions)

    def _fade_all(self) -> None:
        for key, line in self._lines.items():
            item = self._items.items[key] if isinstance(key, int) else None
            self._fade(line, item)

    def _fade(self, line: QWidget, item: TrayItem | None) -> None:
        is_faded = not (self._is_current or (item is not None and item.is_pinned))
        if not is_faded:
            # None takes one away, which Qt's types do not say.
            line.setGraphicsEffect(None)  # pyright: ignore[reportArgumentType]
        elif line.graphicsEffect() is None:
            effect = QGraphicsOpacityEffect(line)
            effect.setOpacity(_FADED)
            line.setGraphicsEffect(effect)
        if item is not None:
            path = displayable(item.reference.path)
            line.setToolTip(
                tr("{path}: proposed for other words, and not sent", path=path)
                if is_faded
                else path
            )

    def _say(self, text: str) -> None:
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def _say_left_out(self, count: int) -> None:
        words = ngettext(
            "A picture takes up to {limit} references; {count} more was left out.",
            "A picture takes up to {limit} references; {count} more were left out.",
            count,
            limit=self.limit,
        )
        self._say(words if count else "")

    def _focus(self, key: int | str, name: str = "remove") -> None:
        """Lines are made anew; the keyboard stays where it was, or beside it."""
        line = self._lines.get(key)
        if line is None:
            return
        found = line.findChild(QWidget, name) or line.findChild(QWidget, "remove")
        if found is not None:
            found.setFocus()
