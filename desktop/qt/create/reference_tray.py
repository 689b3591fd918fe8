"""The pictures that go along with a prompt: proposed by the library or chosen by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QMimeData, QSize, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsOpacityEffect,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from desktop.core.asset import Asset, displayable
from desktop.core.brand_kit import is_from_kit
from desktop.core.generation_record import CHOSEN, Reference
from desktop.core.text import ngettext, number, tr
from desktop.qt.create.role_menu import role_button, role_words, weight_words
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import icon_button
from desktop.qt.widgets.dragging import DropFrame, dropped_assets, dropped_files
from desktop.qt.widgets.emptying import empty_layout
from desktop.qt.widgets.labels import ElidedLabel, label
from desktop.qt.widgets.picture_label import PictureLabel

_FADED = 0.35


@dataclass(frozen=True, slots=True)
class TrayItem:
    """A reference, and whether it stays when new ones are proposed."""

    reference: Reference
    is_pinned: bool

    @property
    def identity(self) -> object:
        reference = self.reference
        return reference.path if reference.asset_id is None else reference.asset_id


class ReferenceTray(DropFrame):
    """Holds the references in the order in which they reach the model."""

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
        self._items: list[TrayItem] = []
        self._is_current = True
        self.limit = 0
        self._refused: set[object] = set()
        self._passed_over: set[object] = set()
        self._spares: tuple[Reference, ...] = ()
        self._hint = label(
            tr("Drag pictures here, from the grid or from a folder."),
            tone="faint",
            wraps=True,
        )
        self._rows = QVBoxLayout()
        self._rows.setSpacing(2)
        self._full = label("", tone="danger", wraps=True)
        self._full.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(UNIT // 2, UNIT // 2, UNIT // 2, UNIT // 2)
        column.setSpacing(2)
        column.addLayout(self._rows)
        self._hint.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        column.addWidget(self._hint)
        column.addWidget(self._full)

    # ------------------------------------------------------------------ what it holds

    def references(self) -> tuple[Reference, ...]:
        """Those that are sent, in the order in which they reach the model; not what was proposed
        for other words."""
        return tuple(item.reference for item in self._items if item.is_pinned or self._is_current)

    def set_current(self, is_current: bool) -> None:
        """Whether what is proposed was proposed for the words as they are now; what was not is
        faded, and not sent."""
        if is_current == self._is_current:
            return
        self._is_current = is_current
        for row, item in zip(self._row_widgets(), self._items, strict=True):
            self._fade(row, item)
        self.changed.emit()

    def focus_first(self) -> None:
        """Put the keyboard on the first reference."""
        self._focus_row(0)

    def pinned(self) -> tuple[Reference, ...]:
        """Those that stay when new ones are proposed."""
        return tuple(item.reference for item in self._items if item.is_pinned)

    def propose(self, references: Sequence[Reference], spares: Sequence[Reference] = ()) -> None:
        """Replace what was proposed before; what a person chose, pinned, refused or passed over
        stays so.

        Args:
            spares: what may be taken instead, the best of each thing first.
        """
        has_others = self._spares != tuple(spares)
        self._spares = tuple(spares)
        kept = [item for item in self._items if item.is_pinned]
        known = {item.identity for item in kept} | self._refused
        for reference in references:
            item = TrayItem(reference, is_pinned=False)
            if item.identity in self._passed_over:
                other = self._next_best(reference, known | self._passed_over)
                item = TrayItem(other or reference, is_pinned=False)
            if item.identity not in known and len(kept) < self.limit:
                known.add(item.identity)
                kept.append(item)
        self._set(kept, anew=has_others)

    def add(self, references: Sequence[Reference]) -> None:
        """A person chose these; proposals give way when the tray is full."""
        items = list(self._items)
        left_out = 0
        for reference in references:
            if not is_from_kit(reference):
                reference = replace(reference, reason=CHOSEN)
            item = TrayItem(reference, is_pinned=True)
            self._refused.discard(item.identity)
            same = [at for at, old in enumerate(items) if old.identity == item.identity]
            if same:
                held = items[same[0]].reference
                kept = (
                    reference
                    if is_from_kit(reference)
                    else replace(
                        held, role=reference.role or held.role, label=reference.label or held.label
                    )
                )
                items[same[0]] = TrayItem(kept, is_pinned=True)
                continue
            if len(items) >= self.limit:
                proposed = [at for at, old in enumerate(items) if not old.is_pinned]
                if not proposed:
                    left_out += 1
                    continue
                del items[proposed[-1]]
            firsts = sum(old.is_pinned for old in items)
            items.insert(firsts, item)
        self._set(items)
        self._full.setText(
            ngettext(
                "A picture takes up to {limit} references; {count} more was left out.",
                "A picture takes up to {limit} references; {count} more were left out.",
                left_out,
                limit=self.limit,
            )
        )
        self._full.setVisible(left_out > 0)

    def exchange(self, old: Sequence[Reference], new: Sequence[Reference]) -> None:
        """What a slot of a template, or a kit, brought gives way to what it brings now."""
        gone = {TrayItem(each, is_pinned=True).identity for each in old} - {
            TrayItem(each, is_pinned=True).identity for each in new
        }
        self._set([item for item in self._items if item.identity not in gone])
        self.add(new)

    def set_limit(self, limit: int) -> None:
        """How many the generator takes; proposals beyond that go, what a person chose stays."""
        self.limit = limit
        kept = list(self._items)
        while len(kept) > limit and not kept[-1].is_pinned:
            del kept[-1]
        self._set(kept)

    def add_assets(self, assets: Sequence[Asset]) -> None:
        """A person chose these from the library."""
        pictures = [asset for asset in assets if not asset.duration_ms]
        self.add([Reference(asset.path, asset.id) for asset in pictures])
        if len(pictures) < len(assets):
            self._full.setText(
                tr("A video cannot be a reference; save one of its frames as a picture.")
            )
            self._full.show()

    def replace_all(self, references: Sequence[Reference]) -> None:
        """Exactly these, pinned (an earlier request is used again)."""
        self._refused.clear()
        self._set([TrayItem(reference, is_pinned=True) for reference in references])

    def remove(self, at: int) -> None:
        """Take one out; it is not proposed again for this prompt."""
        self._refused.add(self._items[at].identity)
        self._set([item for number, item in enumerate(self._items) if number != at])
        self._focus_row(min(at, len(self._items) - 1))

    def swap(self, at: int) -> None:
        """The next best for the same thing takes its place; after the last one comes the first."""
        item = self._items[at]
        taken = self._taken()
        other = self._next_best(item.reference, taken | self._passed_over)
        other = other or self._next_best(item.reference, taken)
        if other is None:
            return
        before = item.reference
        other = replace(other, role=before.role, weight=before.weight)
        made = TrayItem(other, is_pinned=item.is_pinned)
        self._passed_over.add(item.identity)
        self._passed_over.discard(made.identity)
        items = list(self._items)
        items[at] = made
        self._set(items)
        self._focus_row(at, "swap")

    def toggle_pin(self, at: int) -> None:
        """Keep it when the prompt changes, or let it go."""
        items = list(self._items)
        items[at] = replace(items[at], is_pinned=not items[at].is_pinned)
        self._set(items)
        self._focus_row(at, "pin")

    def set_role(self, at: int, role: str) -> None:
        """A person says what it is for, "" for nothing special; from then on it stays."""
        self._settle(at, replace(self._items[at].reference, role=role))

    def set_weight(self, at: int, weight: float | None) -> None:
        """A person says how much it counts, None for as much as the others; likewise."""
        self._settle(at, replace(self._items[at].reference, weight=weight))

    def forget_refused(self) -> None:
        """A new prompt: what was removed may be proposed again."""
        self._refused.clear()
        self._passed_over.clear()

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

    def _set(self, items: list[TrayItem], *, anew: bool = False) -> None:
        self._full.hide()
        if items == self._items and not anew:
            return
        self._items = items
        empty_layout(self._rows)
        for at, item in enumerate(items):
            row = self._row(at, item)
            self._fade(row, item)
            self._rows.addWidget(row)
            row.show()  # at once: the keyboard may be put on it next
        self._hint.setVisible(not items)
        self.changed.emit()

    def _settle(self, at: int, reference: Reference) -> None:
        items = list(self._items)
        items[at] = TrayItem(reference, is_pinned=True)
        self._set(items)
        self._focus_row(at, "role")

    def _taken(self) -> set[object]:
        """Those that are here already, or that a person took out."""
        return {item.identity for item in self._items} | self._refused

    def _next_best(self, reference: Reference, taken: set[object]) -> Reference | None:
        """For the thing that it stands for."""
        same = (each for each in self._spares if reference.words and each.words == reference.words)
        free = (each for each in same if TrayItem(each, is_pinned=False).identity not in taken)
        return next(free, None)

    def _row(self, at: int, item: TrayItem) -> QFrame:
        reference = item.reference
        name = displayable(reference.path.name)
        row = QFrame()
        row.setAccessibleName(tr("Reference {number}: {file}", number=at + 1, file=name))
        picture = PictureLabel(self._theme, self._cache, side=5 * UNIT)
        picture.show_picture(self._pictures.of_reference(reference))
        title = ElidedLabel(name)
        is_for = reference.words and reference.reason != CHOSEN
        why = tr("for “{words}”", words=reference.words) if is_for else tr(reference.reason)
        why = why[:1].upper() + why[1:]
        # A template's own name for it says what it is for as well.
        called = "" if is_from_kit(reference) else reference.label
        score = "" if reference.score is None else number(reference.score, 2)
        told = (
            called or role_words(reference.role),
            weight_words(reference.weight),
            why,
            score,
        )
        reason = ElidedLabel(" · ".join(part for part in told if part))
        reason.setProperty("tone", "faint")
        reason.setProperty("scale", "small")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch()
        words.addWidget(title)
        words.addWidget(reason)
        words.addStretch()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(UNIT)
        layout.addWidget(picture)
        layout.addLayout(words, 1)
        pin = icon_button(
            self._theme,
            "pin",
            tr("Unpin: replace it when the prompt changes")
            if item.is_pinned
            else tr("Pin: keep it when the prompt changes"),
            lambda: self.toggle_pin(at),
        )
        pin.setObjectName("pin")
        pin.setCheckable(True)
        pin.setChecked(item.is_pinned)
        pin.setIcon(self._theme.icon("pin", "text" if item.is_pinned else "text_faint"))
        drop = icon_button(self._theme, "x", tr("Remove this reference"), lambda: self.remove(at))
        drop.setObjectName("remove")
        tools = [pin, drop]
        if self._next_best(reference, self._taken()) is not None:
            swap = icon_button(
                self._theme,
                "refresh-cw",
                tr("Swap it for the next best for “{words}”", words=reference.words),
                partial(self.swap, at),
            )
            swap.setObjectName("swap")
            tools.insert(0, swap)
        if not is_from_kit(reference):  # a kit says itself what its pictures are for
            choose, weigh = partial(self.set_role, at), partial(self.set_weight, at)
            tools.insert(0, role_button(self._theme, reference, choose, weigh))
        for made in tools:
            made.setFixedSize(QSize(28, 28))
            layout.addWidget(made)
        return row

    def _row_widgets(self) -> list[QWidget]:
        entries = (self._rows.itemAt(at) for at in range(self._rows.count()))
        return [row for entry in entries if entry is not None and (row := entry.widget())]

    def _fade(self, row: QWidget, item: TrayItem) -> None:
        is_faded = not (item.is_pinned or self._is_current)
        if not is_faded:
            # None takes one away, which Qt's types do not say.
            row.setGraphicsEffect(None)  # pyright: ignore[reportArgumentType]
        elif row.graphicsEffect() is None:
            effect = QGraphicsOpacityEffect(row)
            effect.setOpacity(_FADED)
            row.setGraphicsEffect(effect)
        path = displayable(item.reference.path)
        row.setToolTip(
            tr("{path}: proposed for other words, and not sent", path=path) if is_faded else path
        )

    def _focus_row(self, at: int, name: str = "remove") -> None:
        """Rows are made anew; the keyboard stays where it was."""
        entry = self._rows.itemAt(at) if at >= 0 else None
        row = entry.widget() if entry is not None else None
        if row is not None and (found := row.findChild(QWidget, name)):
            found.setFocus()
