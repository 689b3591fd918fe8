"""Every screen in a language that nobody speaks: there is something to see on it, all its words
were marked, and nothing is cut off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTabBar,
    QTreeWidget,
    QWidget,
)

from desktop.core.text import Language, language, speak
from desktop.qt.theme import Theme
from desktop.qt.widgets.labels import ElidedLabel
from tests.gallery import SCREENS, Screen, Stage, write_thumbnails
from tests.gallery.audit import squeezed, tones
from tests.pseudo import unmarked, write_pseudo

_WORD = re.compile(r"[A-Za-z]{2,}")
_DATA = re.compile(
    r"^[^⟦⟧]*\.(?:jpe?g|png|webp|gif|psd|tiff|pdf|zip|json|mp4|safetensors)\b.*"  # file names
    r"|^(?:red sandals|a wide-brimmed .*|unicorn|sunset|The red sandals .*)$"  # named in prompts
    r"|^The product from its[\s\S]*"
    r"|-?\b(?:tag|board|folder|is|type|rating|date|added|modified|size|pixels|ratio|shape|color"
    r"|camera|lens|keyword|copyright|text|prompt|model|from|kit)"
    r":(?:\"[^\"]*\"|\S+)"  # conditions, as they are typed
    r"|^\"[^\"]*\"$|^-\w+$|#[0-9A-Fa-f]{6}|[<>]? ?\d+ ?[kMG]B|^(?:black|white|grey|red|green|blue"
    r"|yellow|orange|purple|pink|brown|cyan|magenta|navy|beige)$"
    r"|gemini-\S+|^[0-9a-f]{64}$"  # models, hashes
    r"|https?://\S*|/\S+(?: beach\"?)?|2024 beach|products|drafts/"  # places
    r"|\b(?:beach|red(?: cape)?|Summer 2027|Empty board|Shot in the morning.*)(?= |$|,|;|\n)"
    r"|A model (?:wearing|in red sandals)[\s\S]*|Here (?:is your picture|it is)\."  # made
    r"|Morning at the harbour.*|One campaign, print and web.*|© 2025 Ann Doe.*|Fischmarkt.*"
    r"|\b(?:Ann Doe|Doe Pictures|gulls|harbour|quay|summer collection 2027|fake-1|moodboard-1)\b"
    r"|\b(?:Canon EOS R5|RF 85mm F1\.2 L USM DS|ISO \d+|AUTOMATIC|Swiss made)\b"  # camera, label
    r"|\b(?:Plantain|JPEG|PNG|GIF|PDF|PSD|SVG|WEBP|VIDEO|MIT|Apache-2\.0|ViT-\S*|my-model|Gemini)\b"
    r"|Mood board(?: \(offline\))?|Nano Banana(?: \d\.\d)?|^English$"  # names
    r"|^Podium in on[\s\S]*|a few cherry petals.*|a round compact.*"  # of a template
    r"|^Aurora$|Brand palette, to be[\s\S]*|^navy .*|Calm, matte.*|smiling models"  # of a kit
    r"|^(?:product|set|season|colour)(?: ·.*)?$"
    r"|GPT Image [\d.]+(?: \w+)?|Python [\d.]+, .*"
    r"|\(?(?:(?:Ctrl|Alt|Shift)\+)+[\w\\/,]+\)?|\(Esc\)|^(?:Esc|Del|Space)$"
    r"|^(?:Return|Enter|Left|Right|Up|Down|PgUp|PgDown)$",  # keys
    re.IGNORECASE,
)
"""What nobody translates: data of the gallery, names and keys."""
BARE = "00-bare"
"""The grounds of the panels alone, for the first paint."""


@pytest.fixture(scope="module")
def pseudo(tmp_path_factory: pytest.TempPathFactory) -> Language:
    return write_pseudo(tmp_path_factory.mktemp("translations"))


@pytest.fixture(scope="module")
def thumbnails(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("thumbnails")
    write_thumbnails(folder, 128)  # not looked at by people: they take a quarter of the time
    return folder


@pytest.fixture
def stage(qapp: QApplication, thumbnails: Path, pseudo: Language) -> Iterator[Stage]:
    theme = Theme.named("dark")
    theme.apply(qapp)
    before = language()
    speak(pseudo)
    made = Stage(theme, thumbnails)
    yield made
    made.clear()
    speak(before)


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_a_screen_shows_something_all_its_words_are_marked_and_none_is_cut_off(
    screen: Screen, stage: Stage
) -> None:
    shown = screen.show(stage)
    stage.paint()
    assert shown.isVisible()
    assert tones(shown.grab().toImage()) >= (2 if screen.name == BARE else 8)
    widgets = [shown, *shown.findChildren(QWidget)]
    seen = [widget for widget in widgets if widget.isVisible()]
    bare = {text for widget in seen for text in _texts(widget) if _is_bare(text)}
    assert not bare
    assert not [_told(widget) for widget in seen if _is_cut_off(widget)]
    assert not squeezed(shown)


def _texts(widget: QWidget) -> Iterator[str]:
    """What a person can read or hear of it."""
    yield widget.windowTitle()
    yield widget.toolTip()
    yield widget.accessibleName()
    match widget:
        case QLabel() | QAbstractButton():
            yield widget.text()
        case QComboBox():
            yield from (widget.itemText(row) for row in range(widget.count()))
        case QGroupBox():
            yield widget.title()
        case QLineEdit() | QPlainTextEdit():
            yield widget.placeholderText()
        case QTabBar():
            yield from (widget.tabText(at) for at in range(widget.count()))
        case QMenu():
            yield from (action.text() for action in widget.actions())
        case QTreeWidget():
            head = widget.headerItem()
            yield from (head.text(at) for at in range(head.columnCount()))
        case _:
            pass


def _is_bare(text: str) -> bool:
    rest = unmarked(text.replace("\u200b", ""))
    return bool(_WORD.search(_DATA.sub("", rest)))


def _is_cut_off(widget: QWidget) -> bool:
    match widget:
        case ElidedLabel():
            return False  # it says all in its tool tip
        case QLabel() if widget.wordWrap():
            return bool(widget.text()) and widget.heightForWidth(widget.width()) > widget.height()
        case QLabel() | QAbstractButton():
            return bool(widget.text()) and widget.sizeHint().width() > widget.width()
        case QTabBar():
            return widget.elideMode() != Qt.TextElideMode.ElideNone and (
                widget.sizeHint().width() > widget.width()
            )
        case _:
            return False


def _told(widget: QWidget) -> str:
    text = getattr(widget, "text", lambda: "")()
    return f"{type(widget).__name__} “{text}” {widget.width()} of {widget.sizeHint().width()}"
