"""Labels of charts, which are HTML inside a drawing, and flowed text of Inkscape."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop.media.decode import load_picture

HTML = 'xmlns="http://www.w3.org/1999/xhtml"'
LABEL = (
    '<foreignObject x="20" y="30" width="100" height="24">'
    f'<div {HTML} style="text-align:center"><span><p>Label</p></span></div></foreignObject>'
)


def ink(inside: str) -> NDArray[np.bool_]:
    """Where a drawing of 160 by 120 on white is dark."""
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="120">'
        f'<rect width="160" height="120" fill="white"/>{inside}</svg>'
    )
    picture = load_picture(drawing.encode(), at_least=120)
    return np.asarray(picture.image.convert("L")) < 128


def bounds(dark: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom."""
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1])


@pytest.mark.parametrize(
    "inside",
    [
        LABEL,
        LABEL.replace(HTML, ""),
        LABEL.replace("<foreignObject", '<foreignObject style="color:#123"'),
        f"<switch>{LABEL}</switch>",
        '<flowRoot><flowRegion><rect x="20" y="30" width="100" height="50"/></flowRegion>'
        '<flowPara style="text-align:center">Label</flowPara></flowRoot>',
    ],
)
def test_a_label_is_drawn_in_its_box(inside: str) -> None:
    left, top, right, bottom = bounds(ink(inside))
    assert 20 <= left <= right <= 120
    assert abs((left + right) / 2 - 70) <= 2
    assert 30 <= top <= bottom <= 54


def test_size_and_breaks_are_kept_and_long_lines_are_broken() -> None:
    def height(words: str) -> int:
        box = '<foreignObject width="160" height="120"><div style="font-size:20px">'
        _, top, _, bottom = bounds(ink(f"{box}{words}</div></foreignObject>"))
        return bottom - top

    assert 10 <= height("HELLO") <= 20
    assert height("HELLO<br/>HELLO") == height("<p>HELLO</p><p>HELLO</p>") >= 34
    assert height("HELLO " * 5) >= 34


def test_what_an_author_drew_instead_is_shown_instead() -> None:
    instead = '<rect x="140" y="100" width="20" height="20"/>'
    dark = ink(f"<switch>{LABEL}{instead}</switch>")
    assert bounds(dark) == (140, 100, 159, 119)


def test_what_is_no_text_of_the_page_is_not_shown() -> None:
    hidden = "<style>a{}</style><script>x()</script><title>t</title>"
    assert not ink(f'<foreignObject width="99" height="99">{hidden}</foreignObject>').any()
    assert not ink("<foreignObject/><flowRoot/>").any()
    nonsense = LABEL.replace('"100"', '"1e999"').replace("text-align:center", "font-size:NaNpx")
    assert ink(nonsense).any()
