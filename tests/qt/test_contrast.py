"""Every colour is a token, and every text is read on every ground that it stands on (WCAG 2.2)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from desktop.config.paths import resource
from desktop.core.annotations import TagColour
from desktop.qt.theme import DARK, LIGHT, Tokens
from tests.gallery.audit import contrast

QT = Path(__file__).parents[2] / "desktop" / "qt"

TEXTS = ("text", "text_soft", "text_faint")
GROUNDS = ("window", "panel", "ground", "well", "raised", "hover", "pressed", "tile", "tile_hover")
"""What the window and its painters put words on."""
NEUTRAL = {"preview/grounds.py", "preview/marks.py", "create/editing/canvas.py"}
"""Grounds to judge a picture on, and what is drawn over one so that it is seen on any, are greys of
their own, the same in both themes."""

themes = pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])


@themes
def test_every_text_is_read_on_every_ground(tokens: Tokens) -> None:
    pairs = [(text, ground) for text in TEXTS for ground in GROUNDS]
    pairs += [("danger", ground) for ground in GROUNDS[:6]]
    pairs += [("text", "danger_well"), ("danger", "danger_well")]
    pairs += [("on_accent", "accent"), ("on_accent", "accent_hover"), ("ground", "ring")]
    assert _below(tokens, pairs, 4.5) == {}


@themes
def test_what_is_disabled_can_still_be_made_out(tokens: Tokens) -> None:
    assert _below(tokens, [("text_disabled", ground) for ground in GROUNDS[:6]], 3.0) == {}


@themes
def test_the_colours_of_tags_are_seen_on_every_ground(tokens: Tokens) -> None:
    pairs = [(f"tag_{colour}", ground) for colour in TagColour for ground in GROUNDS]
    assert _below(tokens, pairs, 3.0) == {}


@themes
def test_the_focus_is_seen_on_every_ground(tokens: Tokens) -> None:
    pairs = [("ring", ground) for ground in GROUNDS]
    # On the accent a ring of another colour is drawn, within it.
    pairs.append(("on_accent", "accent"))
    assert _below(tokens, pairs, 3.0) == {}


@themes
def test_every_rule_of_the_style_sheet_that_names_both_is_readable(tokens: Tokens) -> None:
    bad: dict[str, float] = {}
    for selector, text, ground in _rules():
        least = 3.0 if ":disabled" in selector else 4.5
        found = contrast(getattr(tokens, text), getattr(tokens, ground))
        if found < least:
            bad[f"{selector}: {text} on {ground}"] = round(found, 2)
    assert bad == {}


def test_the_style_sheet_names_no_colour_but_tokens() -> None:
    sheet = resource("styles/window.qss").read_text("utf-8")
    used = set(re.findall(r"@(\w+);", sheet))
    assert used <= set(Tokens.__slots__)
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", re.sub(r"#[a-z]+", "", sheet))


def test_no_widget_paints_with_a_colour_of_its_own() -> None:
    literal = re.compile(r"QColor\([\"'\d]|GlobalColor\.(?!transparent)\w+")
    found = {
        path.relative_to(QT).as_posix(): literal.findall(path.read_text("utf-8"))
        for path in QT.rglob("*.py")
        if path.name != "theme.py"
    }
    assert {name: uses for name, uses in found.items() if uses and name not in NEUTRAL} == {}


def _below(tokens: Tokens, pairs: list[tuple[str, str]], least: float) -> dict[str, float]:
    found = {
        f"{text} on {ground}": round(contrast(getattr(tokens, text), getattr(tokens, ground)), 2)
        for text, ground in pairs
    }
    return {pair: ratio for pair, ratio in found.items() if ratio < least}


def _rules() -> list[tuple[str, str, str]]:
    """Selector, colour and ground of every rule that names both."""
    sheet = re.sub(r"/\*.*?\*/", "", resource("styles/window.qss").read_text("utf-8"), flags=re.S)
    found: list[tuple[str, str, str]] = []
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet):
        text = re.search(r"(?<![-\w])color: @(\w+);", body)
        ground = re.search(r"background-color: @(\w+);", body)
        if text and ground:
            found.append((" ".join(selector.split()), text[1], ground[1]))
    assert len(found) > 10, "the style sheet is read wrongly"
    return found
