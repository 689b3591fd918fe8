"""Pictures in the colours of the screen, and their values in sRGB all the same."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QColorSpace, QColorTransform
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.media.large_picture import LargePicture
from desktop.media.moving_picture import MovingFrame, frame_of
from desktop.qt.preview import screen_watch
from desktop.qt.preview.levels import levels_of
from desktop.qt.preview.panel import PreviewPanel
from desktop.qt.preview.reel import Reel, Shot
from desktop.qt.preview.screen_profile import ScreenColours, colours_of, screen_colours
from tests.fakes.services import FakeEngine, make_asset
from tests.qt.conftest import Opener
from tests.qt.test_preview import press, preview, select

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


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_frames_that_move_are_changed_as_stills_are(qapp: QApplication, mode: str) -> None:
    def shot_of(transform: QColorTransform | None) -> Shot:
        frame = frame_of(Image.new(mode, (60, 40), (255, 0, 0)), (60, 40), 0, 0, 50)
        reel = Reel(lambda: None, transform)

        def frames() -> Generator[MovingFrame, int | None, None]:
            yield frame

        reel.fill(frames())
        shot = reel.take()
        assert shot is not None
        return shot

    for transform, seen in ((None, (255, 0, 0)), (of(NAMED.DisplayP3).transform, (234, 51, 35))):
        levels = shot_of(transform).levels
        shown = levels.images[0].pixelColor(5, 5)
        assert (shown.red(), shown.green(), shown.blue()) == pytest.approx(seen, abs=3)
        picked = levels.color_at(0.5, 0.5)
        assert picked is not None
        assert picked.text == "#FF0000"


def test_on_another_screen_what_is_looked_at_gets_its_colours(
    open_session: Opener, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = open_session(FakeEngine([make_asset(1, "a.gif", frame_count=0), make_asset(2)]))
    session.window.activateWindow()
    qtbot.waitUntil(session.window.isActiveWindow)
    session.window.centre.grid.setFocus()

    def red(panel: PreviewPanel) -> int:
        levels = panel.views[0].levels
        return -1 if levels is None else levels.images[0].pixelColor(0, 0).red()

    def take_to(colours: ScreenColours) -> None:
        monkeypatch.setattr(screen_watch, "screen_colours", lambda *_: colours)
        handle = session.window.windowHandle()
        handle.screenChanged.emit(handle.screen())

    for row, kind in ((1, "a still"), (0, "what moves")):
        take_to(ScreenColours())
        select(session, row)
        press(session, Qt.Key.Key_Space, qtbot)
        panel = preview(session)
        qtbot.waitUntil(lambda panel=panel: red(panel) >= 0)
        if panel.playback.isVisible():
            press(session, Qt.Key.Key_P, qtbot)
            panel.playback.sought.emit(250)
            qtbot.waitUntil(lambda panel=panel: red(panel) == 60)
        before = red(panel)
        take_to(of(NAMED.SRgbLinear))
        qtbot.waitUntil(lambda panel=panel, before=before: 0 <= red(panel) < before, timeout=5_000)
        assert panel.title.facts.toolTip().startswith("Shown in"), kind
        press(session, Qt.Key.Key_Escape, qtbot)
