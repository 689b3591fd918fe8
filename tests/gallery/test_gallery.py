"""Every screen of the gallery can be shown, and there is something to see on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from desktop.qt.theme import Theme
from tests.gallery import SCREENS, Screen, Stage, write_thumbnails
from tests.gallery.__main__ import write_index

BARE = "00-bare"
"""The grounds of the panels alone, for the first paint."""


@pytest.fixture(scope="module")
def thumbnails(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("thumbnails")
    write_thumbnails(folder)
    return folder


@pytest.fixture
def stage(qapp: QApplication, thumbnails: Path) -> Iterator[Stage]:
    theme = Theme.named("dark")
    theme.apply(qapp)
    made = Stage(theme, thumbnails)
    yield made
    made.clear()


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_every_screen_shows_something(screen: Screen, stage: Stage) -> None:
    shown = screen.show(stage)
    stage.paint()
    assert shown.isVisible()
    assert _tones(shown.grab().toImage()) >= (2 if screen.name == BARE else 8)


def test_no_two_screens_have_one_name() -> None:
    names = [screen.name for screen in SCREENS]
    assert sorted(set(names)) == names, "in the order of their numbers"


def test_the_index_shows_every_screen_in_every_form(tmp_path: Path) -> None:
    write_index(tmp_path, SCREENS, ("dark", "light"), ("en", "zh_CN"))
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    for screen in SCREENS:
        for form in ("dark.en", "light.en", "dark.zh_CN", "light.zh_CN"):
            assert f'src="{screen.name}.{form}.png"' in page


def _tones(image: QImage) -> int:
    """How many shades of grey there are, of 256."""
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    return len({*bytes(grey.constBits())})
