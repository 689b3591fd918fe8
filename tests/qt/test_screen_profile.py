"""Pictures in the colours of the screen, and their values in sRGB all the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtGui import QColorSpace
from PySide6.QtWidgets import QApplication

from desktop.media.large_picture import LargePicture
from desktop.qt.preview.levels import levels_of
from desktop.qt.preview.screen_profile import ScreenColours, colours_of, screen_colours

NAMED = QColorSpace.NamedColorSpace


def of(space: QColorSpace.NamedColorSpace) -> ScreenColours:
    return colours_of(bytes(QColorSpace(space).iccProfile().data()))


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_pixels_are_changed_for_a_wide_screen_and_their_values_are_told_as_they_were(
    qapp: QApplication, mode: str
) -> None:
    wide = of(NAMED.DisplayP3)
    assert wide.name
    picture = LargePicture(Image.new(mode, (2000, 40), (255, 0, 0)), (2000, 40))
    levels = levels_of(picture, wide.transform)
    assert len(levels.images) == 2
    for image in levels.images:
        shown = image.pixelColor(5, 5)
        assert (shown.red(), shown.green(), shown.blue()) == pytest.approx((234, 51, 35), abs=3)
    picked = levels.color_at(0.5, 0.5)
    assert picked is not None
    assert picked.text == "#FF0000"


def test_a_screen_that_shows_srgb_changes_nothing(qapp: QApplication) -> None:
    assert of(NAMED.SRgb).transform is None


@pytest.mark.parametrize("profile", [b"", b"no profile" * 40])
def test_without_a_profile_that_can_be_read_nothing_is_changed(
    qapp: QApplication, profile: bytes
) -> None:
    assert colours_of(profile) == ScreenColours()


@pytest.mark.parametrize("platform", ["offscreen", "wayland", "cocoa", "windows", "xcb"])
def test_where_nothing_is_told_nothing_fails(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, platform: str, tmp_path: Path
) -> None:
    monkeypatch.setenv("DISPLAY", "")
    assert screen_colours(platform, "none", 0) == ScreenColours()
