"""Whole videos of every container, each with another codec, for ``mutations`` to damage."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tests.movies import BLUE, GREEN, RED, Recipe, movie_bytes

_SCENES = ((RED, 0.5), (GREEN, 0.5), (BLUE, 0.5))


def _video(suffix: str, codec: str, form: str, rate: int = 8) -> tuple[str, Callable[[], bytes]]:
    recipe = Recipe(codec, form, rate=rate, options=_OPTIONS.get(codec, {}))
    # As large as the pictures, so that lies about their size are lies about this one too.
    return suffix, partial(movie_bytes, suffix, _SCENES, recipe, (64, 48))


_OPTIONS = {"libx264": {"g": "4"}}

VIDEOS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "MP4": _video(".mp4", "libx264", "yuv420p"),
    "MOV": _video(".mov", "mjpeg", "yuvj420p"),
    "WebM": _video(".webm", "libvpx-vp9", "yuv420p"),
    "MKV": _video(".mkv", "ffv1", "bgr0"),
    "AVI": _video(".avi", "mpeg4", "yuv420p"),
    "WMV": _video(".wmv", "wmv2", "yuv420p"),
    "MPEG": _video(".mpg", "mpeg2video", "yuv420p", 25),
    "MPEG-TS": _video(".ts", "libx264", "yuv420p"),
    "FLV": _video(".flv", "flv", "yuv420p"),
    "OGV": _video(".ogv", "libvpx", "yuv420p"),
    "3GP": _video(".3gp", "libx264", "yuv420p"),
    "MXF": _video(".mxf", "mpeg2video", "yuv422p", 25),
}
"""As ``mutations.ORIGINALS``."""
