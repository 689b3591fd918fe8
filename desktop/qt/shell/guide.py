"""The user's guide: the pages of ``resources/guide``, in the language of the window, offline."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import (
    QKeySequence,
    QShortcut,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QTextTable,
)
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from desktop.config.paths import resource
from desktop.core.text import ENGLISH, language, tr
from desktop.qt.theme import UNIT
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.labels import label

_PAGES_WIDTH = 28 * UNIT
_MARGIN = 2 * UNIT
_LINE_PERCENT = 125


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the guide.

    Attributes:
        name: of its file; links between pages use it.
        title: its first heading.
        text: Markdown.
    """

    name: str
    title: str
    text: str


def pages(code: str) -> list[Page]:
    """All pages in reading order, in this language, or in English where there is none in it.

    Args:
        code: "en", "zh_CN", …
    """
    guide = resource("guide")
    folder = guide / code if (guide / code).is_dir() else guide / ENGLISH
    return [_page(file) for file in sorted(folder.glob("*.md"))]


def _page(file: Path) -> Page:
    text = file.read_text("utf-8")
    return Page(file.name, text.partition("\n")[0].removeprefix("# "), text)


def _space_out(document: QTextDocument) -> None:
    """Room between lines, paragraphs and cells, of which Markdown has none in Qt."""
    document.setDocumentMargin(_MARGIN)
    document.setIndentWidth(3 * UNIT)
    block = document.begin()
    while block.isValid():
        spaced = block.blockFormat()
        spaced.setLineHeight(
            _LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
        )
        spaced.setTopMargin(2 * UNIT if spaced.headingLevel() > 1 else 0)
        spaced.setBottomMargin(UNIT // 2 if block.textList() else UNIT)
        QTextCursor(block).setBlockFormat(spaced)
        block = block.next()
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            cells = frame.format()
            cells.setBorder(0)
            cells.setCellSpacing(0)
            cells.setCellPadding(UNIT // 2)
            cells.setBottomMargin(UNIT)
            frame.setFormat(cells)


class Guide(QDialog):
    """The pages on the left, one of them on the right, and a field that finds words in all."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("User's guide"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(112 * UNIT, 80 * UNIT)
        self._pages = {page.name: page for page in pages(language().code)}
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Find in the guide"))
        self.field.setAccessibleName(tr("Find in the guide"))
        self.field.setClearButtonEnabled(True)
        self.field.textChanged.connect(self._list_pages)
        self.field.returnPressed.connect(self._find_next)
        self.list = QListWidget()
        self.list.setObjectName("groups")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(tr("Pages"))
        self.list.currentItemChanged.connect(self._show_chosen)
        self.none_found = label(tr("No page has these words."), tone="soft", wraps=True)
        self.text = QTextBrowser()
        self.text.setAccessibleName(tr("Page"))
        self.text.setOpenLinks(False)
        self.text.anchorClicked.connect(self._follow)
        left = QVBoxLayout()
        left.setSpacing(UNIT)
        left.addWidget(self.field)
        left.addWidget(self.none_found)
        left.addWidget(self.list, 1)
        side = QWidget()
        side.setFixedWidth(_PAGES_WIDTH)
        side.setLayout(left)
        left.setContentsMargins(0, 0, 0, 0)
        body = QHBoxLayout()
        body.setSpacing(_MARGIN)
        body.addWidget(side)
        body.addWidget(self.text, 1)
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(button(tr("Close"), self.accept))
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.setSpacing(_MARGIN)
        column.addLayout(body, 1)
        column.addLayout(foot)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(self.field.setFocus)
        self._list_pages("")
        self.text.setFocus()

    def show_page(self, name: str) -> None:
        """Turn to the page of this file name; one that does not exist changes nothing."""
        for row in range(self.list.count()):
            if self.list.item(row).data(Qt.ItemDataRole.UserRole) == name:
                self.list.setCurrentRow(row)

    def _list_pages(self, words: str) -> None:
        """Those that have all the words, and the first of them shown."""
        wanted = words.casefold().split()
        shown = self._shown()
        self.list.clear()
        for page in self._pages.values():
            if all(word in page.text.casefold() for word in wanted):
                item = QListWidgetItem(page.title, self.list)
                item.setSizeHint(QSize(0, 4 * UNIT))
                item.setData(Qt.ItemDataRole.UserRole, page.name)
        self.none_found.setVisible(self.list.count() == 0)
        self.show_page(shown)
        if self.list.currentRow() < 0:
            self.list.setCurrentRow(0)
        self._find_next()

    def _shown(self) -> str:
        item = self.list.currentItem()
        return item.data(Qt.ItemDataRole.UserRole) if item else ""

    def _show_chosen(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        page = self._pages[item.data(Qt.ItemDataRole.UserRole)]
        self.text.document().setMarkdown(
            page.text, QTextDocument.MarkdownFeature.MarkdownDialectGitHub
        )
        _space_out(self.text.document())
        self.text.verticalScrollBar().setValue(0)
        self._find_next()

    def _find_next(self) -> None:
        """Mark the next place that has the first of the words, from the top again at the end."""
        words = self.field.text().split()
        if words and not self.text.find(words[0]):
            self.text.moveCursor(self.text.textCursor().MoveOperation.Start)
            self.text.find(words[0])

    def _follow(self, link: QUrl) -> None:
        """To another page; the guide leads nowhere else."""
        self.field.clear()
        self.show_page(link.fileName())
