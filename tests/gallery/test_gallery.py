"""The gallery itself: its names, and the page that shows it.

That there is something to see on every screen is seen where each is shown: tests/qt/test_marked.py.
"""

from __future__ import annotations

from pathlib import Path

from tests.gallery import SCREENS
from tests.gallery.__main__ import write_index


def test_no_two_screens_have_one_name() -> None:
    names = [screen.name for screen in SCREENS]
    assert sorted(set(names)) == names, "in the order of their numbers"


def test_the_index_shows_every_screen_in_every_form(tmp_path: Path) -> None:
    write_index(tmp_path, SCREENS, ("dark", "light"), ("en", "zh_CN"))
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    for screen in SCREENS:
        for form in ("dark.en", "light.en", "dark.zh_CN", "light.zh_CN"):
            assert f'src="{screen.name}.{form}.png"' in page
