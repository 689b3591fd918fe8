"""GIF."""

from __future__ import annotations

import io

from desktop.core.text import marked
from desktop.media.formats.format import Encoded, PictureFormat, Source


def _open(encoded: Encoded) -> Source:
    from desktop.media.formats import pillow
    from desktop.media.formats.animation import showing_something
    from desktop.media.formats.gif_canvas import ClearCanvasGif

    image = ClearCanvasGif(io.BytesIO(encoded.data))
    return showing_something(pillow.opened(encoded, image, is_animated=lambda: image.is_animated))


GIF = PictureFormat(
    name="GIF",
    label=marked("GIF picture"),
    suffixes=(".gif",),
    signatures=(b"GIF87a", b"GIF89a"),
    libraries=("desktop.media.formats.animation", "desktop.media.formats.gif_canvas"),
    open=_open,
)
