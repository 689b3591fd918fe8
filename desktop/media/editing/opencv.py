"""OpenCV, which brings more than its types say."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def opencv() -> Any:
    """The library, loaded when the first picture is worked on."""
    import cv2

    return cv2
