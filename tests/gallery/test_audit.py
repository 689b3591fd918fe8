"""Nothing is clipped in a small window in Chinese, and nothing is without a name or a focus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMainWindow

from desktop.config.paths import resource
from desktop.core.text import Language, speak
from desktop.qt.theme import Theme
from tests.gallery import SCREENS, Screen, Stage, write_thumbnails
from tests.gallery.audit import clipped, focus_seen, focusable, nameless, squeezed, style_of

NO_RING = {
    "PreviewPanel": "all that there is to see",
    "QLineEdit command": "the only place for the keyboard, with its caret in it",
}
"""What shows no focus, and why it need not."""
LEAST_PIXELS = 12
CROWDED = {
    "38-more-like-this": "the weight in a chip of the search",
    "38e-weaker-matches": "the counts of matches, relevant and weaker",
    "52b-preview-with-a-colour": "two colours beside stars and tags",
    "52f-preview-with-a-marked-part": "two colours beside stars and tags",
}
"""Screens with too little room at 1000 pixels in Chinese, and what is cut short there."""

_styles: set[tuple[object, ...]] = set()
"""Looked at already on a screen before."""


@pytest.fixture(scope="module")
def thumbnails(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("thumbnails")
    write_thumbnails(folder, 128)  # not looked at by people: they take a quarter of the time
    return folder


@pytest.fixture
def stage(qapp: QApplication, thumbnails: Path) -> Iterator[Stage]:
    speak(Language("zh_CN", resource("translations")))
    theme = Theme.named("light")
    theme.apply(qapp)
    made = Stage(theme, thumbnails)
    yield made
    made.clear()
    speak(Language())


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_a_screen_holds_what_it_says_and_tells_it(screen: Screen, stage: Stage) -> None:
    shown = screen.show(stage)
    if isinstance(shown, QMainWindow):
        shown.resize(1000, 640)
    stage.paint()
    if screen.name not in CROWDED:
        assert clipped(shown) == []
    assert squeezed(shown) == []
    assert nameless(shown) == []
    for widget in focusable(shown):
        style = style_of(widget)
        if style in _styles or NO_RING.keys() & {style[0], f"{style[0]} {style[1]}"}:
            continue
        _styles.add(style)
        seen = focus_seen(widget)
        assert seen == -1 or seen >= LEAST_PIXELS, f"the focus is not seen on {style}"
