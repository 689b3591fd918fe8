"""The ignore rules: which there are, and what a new one would hide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.core.asset import Asset, displayable
from desktop.core.text import marked, ngettext, sentences, tr
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.empty_state import EmptyState, StateText
from desktop.qt.widgets.emptying import empty_layout
from desktop.qt.widgets.labels import ElidedLabel, heading, label
from desktop.qt.widgets.picture_label import PictureLabel
from desktop.qt.widgets.styling import hairline, set_property

if TYPE_CHECKING:
    from desktop.services.indexing.ignore_rules import IgnorePreview

PREVIEW_MS = 250
"""After the last key: a preview compares the rule with every path of the library."""

_EXAMPLES = 6
_SIDE = 12 * UNIT
_PATTERN_ROLE = int(Qt.ItemDataRole.UserRole)
_HINT = marked(
    "As in a .gitignore file: “drafts/” is a folder, “*.tif” a "
    "kind of file, “/2019/” a folder at the top only, "
    "“!keep.png” an exception."
)


class IgnoreRulesDialog(QDialog):
    """A line for a new rule with what it would do, above the rules that there are.

    A rule is added only after its preview was shown. The dialog stays open and says what came
    of it.
    """

    pattern_edited = Signal()
    """The preview that was asked for is of no use any more."""
    preview_wanted = Signal(str)
    rule_wanted = Signal(str)
    removal_wanted = Signal(str)

    def __init__(
        self, theme: Theme, pictures: Pictures, cache: PixmapCache, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Ignore rules"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(84 * UNIT, 74 * UNIT)
        self._theme = theme
        self._pictures = pictures
        self._cache = cache
        self._preview: IgnorePreview | None = None
        self._patterns: tuple[str, ...] = ()
        self._pause = QTimer(self, singleShot=True, interval=PREVIEW_MS)
        self._pause.timeout.connect(self._ask)
        self.finished.connect(self._pause.stop)

        self.pattern = QLineEdit()
        self.pattern.setAccessibleName(tr("New rule"))
        self.pattern.setPlaceholderText("drafts/")
        self.pattern.setClearButtonEnabled(True)
        self.pattern.textChanged.connect(self._on_edited)
        self.pattern.returnPressed.connect(self._on_return)
        self.apply_button = button(tr("Hide pictures"), self._apply, is_next=True)
        self.apply_button.setMinimumWidth(20 * UNIT)
        self.outcome = label(tone="soft", wraps=True)
        self.outcome.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.examples = QWidget()
        self.examples.setAccessibleName(tr("Examples of what would be hidden"))
        # The room is there before the pictures are, so that nothing jumps while typing.
        self.examples.setFixedHeight(_SIDE + 3 * UNIT)
        self.examples.hide()
        self._tiles = QHBoxLayout(self.examples)
        self._tiles.setContentsMargins(0, 0, 0, 0)
        self._tiles.setSpacing(UNIT)
        self._tiles.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)

        self.list = QListWidget()
        self.list.setObjectName("plain")
        self.list.setAccessibleName(tr("Rules; the last one that matches decides"))
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.currentRowChanged.connect(lambda _: self._refresh())
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.list)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._remove)
        self.empty = EmptyState(theme, is_quiet=True)
        self.empty.show_state(
            StateText(
                "folder-open",
                tr("No rules yet"),
                tr("Only hidden files and the systems' own folders are ignored."),
            )
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self.empty)
        self.remove_button = button(tr("Remove rule"), self._remove)
        self.remove_button.setToolTip(tr("Show again what only this rule hides (Delete)"))

        entry = QHBoxLayout()
        entry.setSpacing(UNIT)
        entry.addWidget(self.pattern, 1)
        entry.addWidget(self.apply_button)
        foot = QHBoxLayout()
        foot.setSpacing(UNIT)
        foot.addWidget(self.remove_button)
        foot.addStretch()
        foot.addWidget(button(tr("Close"), self.accept))
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
        column.setSpacing(UNIT)
        column.addWidget(
            label(tr("Leave pictures out of the library"), scale="large", weight="strong")
        )
        column.addWidget(
            label(
                tr(
                    "What a rule matches is neither shown nor found. Nothing is "
                    "deleted: the files stay where they are, and tags, stars, "
                    "boards and notes are there again when the rule is removed."
                ),
                tone="soft",
                wraps=True,
            )
        )
        column.addSpacing(UNIT)
        column.addLayout(entry)
        column.addWidget(self.outcome)
        column.addWidget(self.examples)
        column.addSpacing(UNIT)
        column.addWidget(hairline())
        column.addWidget(heading(tr("Rules")))
        column.addWidget(self._stack, 1)
        column.addLayout(foot)
        self._say(tr(_HINT))
        self._refresh()
        self.pattern.setFocus()

    def show_rules(self, patterns: Sequence[str]) -> None:
        """The rules in force, in their order."""
        row = self.list.currentRow()
        self._patterns = tuple(patterns)
        self.list.clear()
        for pattern in patterns:
            item = QListWidgetItem(displayable(pattern))
            item.setData(_PATTERN_ROLE, pattern)
            self.list.addItem(item)
        self.list.setCurrentRow(min(row, self.list.count() - 1))
        self._stack.setCurrentWidget(self.list if patterns else self.empty)
        self._refresh()

    def show_changed(self, patterns: Sequence[str], words: str) -> None:
        """A rule was added or removed; ``words`` say what came of it."""
        self.show_rules(patterns)
        if self.pattern.text() in patterns:
            self.list.setCurrentRow(self.list.count() - 1)
            self.pattern.clear()
        elif self.pattern.text():
            self._ask()  # the same rule may hide something else now
        self._say(words)

    def show_preview(self, preview: IgnorePreview) -> None:
        """What the rule in the line would do; the answer to another one is passed over."""
        if preview.pattern != self.pattern.text():
            return
        self._preview = preview
        self._show_examples(preview.examples[:_EXAMPLES])
        self._say(_would(preview, is_known=preview.pattern in self._patterns))
        self._refresh()

    def show_failure(self, words: str) -> None:
        """A pattern that is none, or a rule that could not be kept."""
        self._preview = None
        self._show_examples(())
        self._say(words, is_failure=True)
        self._refresh()

    def offer(self, pattern: str) -> None:
        """Put a rule into the line, to be looked at and added."""
        self.pattern.setText(pattern)
        self._ask()

    # ------------------------------------------------------------------ inside

    def _on_edited(self, text: str) -> None:
        self._preview = None
        self.pattern_edited.emit()
        self.examples.setVisible(bool(text.strip()))
        if text.strip():
            self._pause.start()
            self._say(tr("Looking at what it would hide…"))
        else:
            self._pause.stop()
            self._show_examples(())
            self._say(tr(_HINT))
        self._refresh()

    def _on_return(self) -> None:
        if self.apply_button.isEnabled():
            self._apply()
        else:
            self._ask()  # it is never added before it was seen what it does

    def _ask(self) -> None:
        self._pause.stop()
        if self.pattern.text().strip():
            self.preview_wanted.emit(self.pattern.text())

    def _apply(self) -> None:
        if self._preview is not None:
            pattern, self._preview = self._preview.pattern, None
            self._refresh()
            self.rule_wanted.emit(pattern)

    def _remove(self) -> None:
        item = self.list.currentItem()
        if self.remove_button.isEnabled():
            self.remove_button.setEnabled(False)  # until the list is shown without it
            self.removal_wanted.emit(item.data(_PATTERN_ROLE))

    def _refresh(self) -> None:
        preview = self._preview
        is_new = preview is not None and (
            bool(preview.hides or preview.shows) or preview.pattern not in self._patterns
        )
        self.apply_button.setText(tr("Hide pictures") if preview is None else _verb(preview))
        self.apply_button.setEnabled(is_new)
        self.remove_button.setEnabled(self.list.currentRow() >= 0)

    def _say(self, words: str, *, is_failure: bool = False) -> None:
        self.outcome.setText(words)
        set_property(self.outcome, "tone", "danger" if is_failure else "soft")
        # Read out where the person is, which is in the line.
        self.pattern.setAccessibleDescription(words)

    def _show_examples(self, assets: Sequence[Asset]) -> None:
        empty_layout(self._tiles)
        for asset in assets:
            self._tiles.addWidget(self._tile(asset))

    def _tile(self, asset: Asset) -> QWidget:
        tile = QWidget()
        tile.setFixedWidth(_SIDE)
        tile.setToolTip(displayable(asset.path))
        tile.setAccessibleName(displayable(asset.path))
        picture = PictureLabel(self._theme, self._cache, side=_SIDE)
        picture.show_picture(self._pictures.of_asset(asset))
        name = ElidedLabel(asset.filename)
        name.setProperty("tone", "soft")
        name.setProperty("scale", "small")
        column = QVBoxLayout(tile)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(UNIT // 2)
        column.addWidget(picture)
        column.addWidget(name)
        return tile


def pictures_text(count: int) -> str:
    return ngettext("{count} picture", "{count} pictures", count)


def _verb(preview: IgnorePreview) -> str:
    if preview.hides and not preview.shows:
        return tr("Hide {pictures}", pictures=pictures_text(preview.hides))
    if preview.shows and not preview.hides:
        return tr("Show {pictures}", pictures=pictures_text(preview.shows))
    return tr("Add rule")


def _would(preview: IgnorePreview, *, is_known: bool) -> str:
    if not (preview.hides or preview.shows):
        if is_known:
            return tr("This rule is there already.")
        return tr("It changes nothing now; it would count for the pictures to come.")
    parts: list[str] = []
    if preview.hides:
        parts.append(tr("This would hide {pictures}.", pictures=pictures_text(preview.hides)))
    if preview.shows:
        parts.append(
            tr(
                "This would show {pictures} that other rules hide.",
                pictures=pictures_text(preview.shows),
            )
        )
    more = preview.hides - min(preview.hides, _EXAMPLES)
    if more:
        parts.append(tr("The first {count} of them:", count=_EXAMPLES))
    return sentences(*parts)
