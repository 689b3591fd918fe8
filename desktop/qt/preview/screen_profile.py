"""The colour profile of a screen, where the system tells it.

X11 keeps it in a property of the root window ("ICC Profiles in X Specification" 0.4), which colour
daemons set; Windows names the file of each screen. Wayland and macOS bring what a window paints to
the screen themselves, from sRGB, so there is nothing to do.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QColorSpace, QColorTransform

from desktop.files.regular_file import read_guarded

_MOST_BYTES = 16 * 1024 * 1024
_ANY_TYPE = 0


@dataclass(frozen=True, slots=True)
class ScreenColours:
    """How to show sRGB on a screen.

    Attributes:
        name: of the screen's profile; empty where the system tells none.
        transform: from sRGB; None where nothing needs to be changed.
    """

    name: str = ""
    transform: QColorTransform | None = None


def screen_colours(platform: str, screen_name: str, number: int) -> ScreenColours:
    """Of one screen; reads the disk or asks the display, so not on the GUI thread.

    Args:
        platform: Qt's name of it: "xcb", "windows", "cocoa", "wayland".
        screen_name: as Qt has it.
        number: of the screen, from 0, in Qt's order.
    """
    try:
        if platform == "xcb":
            data = _of_x11(number)
        elif platform == "windows":
            data = _of_windows(screen_name)
        else:
            return ScreenColours()
    except (OSError, AttributeError):
        return ScreenColours()
    return colours_of(data)


def colours_of(profile: bytes) -> ScreenColours:
    """Of a screen with this ICC profile; of one that Qt cannot read, as if there were none."""
    space = QColorSpace.fromIccProfile(profile) if profile else QColorSpace()
    if not space.isValid():
        return ScreenColours()
    transform = QColorSpace(QColorSpace.NamedColorSpace.SRgb).transformationToColorSpace(space)
    name = space.description() or "ICC"
    return ScreenColours(name, None if transform.isIdentity() else transform)


def _of_x11(number: int) -> bytes:
    """Raises: OSError: no library; AttributeError: another one."""
    x11 = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XDefaultRootWindow.restype = x11.XInternAtom.restype = ctypes.c_ulong
    display = ctypes.c_void_p(x11.XOpenDisplay(None))
    if not display:
        return b""
    try:
        name = b"_ICC_PROFILE" if number == 0 else f"_ICC_PROFILE_{number}".encode()
        kind, form = ctypes.c_ulong(), ctypes.c_int()
        count, left = ctypes.c_ulong(), ctypes.c_ulong()
        data = ctypes.c_void_p()
        failed = x11.XGetWindowProperty(
            display,
            ctypes.c_ulong(x11.XDefaultRootWindow(display)),
            ctypes.c_ulong(x11.XInternAtom(display, name, 0)),
            *(ctypes.c_long(0), ctypes.c_long(_MOST_BYTES // 4), 0, ctypes.c_ulong(_ANY_TYPE)),
            *(ctypes.byref(kind), ctypes.byref(form), ctypes.byref(count), ctypes.byref(left)),
            ctypes.byref(data),
        )
        if failed or not data or form.value != 8:
            return b""
        found = ctypes.string_at(data, count.value)
        x11.XFree(data)
        return found
    finally:
        x11.XCloseDisplay(display)


def _of_windows(screen_name: str) -> bytes:
    """Raises: OSError: the file of the profile cannot be read."""
    if sys.platform != "win32":
        return b""
    gdi = ctypes.WinDLL("gdi32")
    gdi.CreateDCW.restype = ctypes.c_void_p
    context = ctypes.c_void_p(gdi.CreateDCW("DISPLAY", screen_name, None, None))
    if not context:
        return b""
    try:
        size = ctypes.c_uint32(1024)
        path = ctypes.create_unicode_buffer(size.value)
        if not gdi.GetICMProfileW(context, ctypes.byref(size), path):
            return b""
    finally:
        gdi.DeleteDC(context)
    return read_guarded(Path(path.value))
