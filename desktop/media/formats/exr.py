"""OpenEXR: the colours of its first part that has some; light, brought to sRGB."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from desktop.core.errors import FileTooLarge, FileUnsupported
from desktop.core.text import marked, tr
from desktop.media.formats.format import Encoded, PictureFormat, Raster, Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST_MEMORY = 1_600_000_000
_MAIN_LAYERS = ("", "beauty", "combined", "rgba", "rgb", "color", "colour", "composite", "final")
"""Of which names end that say it is the picture itself: renderers write passes beside it."""
_COLOURS = (("R", "G", "B"), ("r", "g", "b"), ("red", "green", "blue"))


def _open(encoded: Encoded) -> Source:
    """Read the headers of all parts.

    Raises:
        FileUnsupported: deep data, no picture in it, or OpenEXR is not installed.
        FileTooLarge: too many pixels, or channels.
    """
    try:
        import OpenEXR
    except ImportError as error:
        raise encoded.lacking(tr("An OpenEXR picture"), "OpenEXR") from error
    exr = cast("Any", OpenEXR)
    with exr.File(io.BytesIO(encoded.data), header_only=True, num_threads=0) as file:
        size, memory, count = _measured(encoded, [part.header for part in file.parts])
    if memory > _MOST_MEMORY:
        raise FileTooLarge(
            encoded.path,
            tr("The picture needs more memory than is safe to use."),
            next_step=tr("Save a smaller copy to have it in the library."),
        )

    def load() -> Raster:
        with exr.File(io.BytesIO(encoded.data), separate_channels=True, num_threads=0) as file:
            if len(file.parts) < count:
                raise ValueError("cut off")
            parts = [(part.header, dict(part.channels)) for part in file.parts]
            return Raster(_picture(parts, size))

    from desktop.media.formats.float_pixels import BYTES_A_VALUE

    return Source(size, load, memory=memory + size[0] * size[1] * 3 * BYTES_A_VALUE)


def _measured(encoded: Encoded, headers: list[Any]) -> tuple[tuple[int, int], int, int]:
    """Size of what is shown, bytes of all that is stored, and parts."""
    if not headers:
        raise ValueError("no parts")
    if any("deep" in str(header.get("type", "")) for header in headers):
        raise FileUnsupported(
            encoded.path,
            tr("It is an OpenEXR file with deep data, of which no picture can be shown."),
            next_step=tr("Render it flat, or save a copy as EXR or PNG."),
        )
    size = _size(headers[0]["displayWindow"])
    encoded.check_size(size)
    memory = 0
    for header in headers:
        width, height = _size(header["dataWindow"])
        encoded.check_size((width, height))
        memory += width * height * len(header["channels"]) * 4
    return size, memory, len(headers)


def _size(window: Any) -> tuple[int, int]:
    (left, top), (right, bottom) = ([int(each) for each in corner] for corner in window)
    return right - left + 1, bottom - top + 1


def _picture(parts: list[tuple[Any, dict[str, Any]]], size: tuple[int, int]) -> Any:
    import numpy as np

    from desktop.media.formats.float_pixels import picture_of_light
    from desktop.media.light import to_bt709

    header, light, alpha = _light(parts)
    chromaticities = header.get("chromaticities")
    if chromaticities is not None:
        light = light @ to_bt709([float(each) for each in chromaticities]).T
    if alpha is not None:  # light is stored as much as shows: multiplied by alpha
        light = light / np.where(alpha > 0, alpha, 1.0)[..., np.newaxis]
    (left, top), _ = header["dataWindow"]
    (frame_left, frame_top), _ = header["displayWindow"]
    place = int(left) - int(frame_left), int(top) - int(frame_top)
    if place != (0, 0) or light.shape[1::-1] != size:
        light, alpha = (
            _placed(light, place, size),
            _placed(np.ones(light.shape[:2], np.float32) if alpha is None else alpha, place, size),
        )
    return picture_of_light(light, alpha)


def _light(
    parts: list[tuple[Any, dict[str, Any]]],
) -> tuple[Any, NDArray[np.floating], NDArray[np.floating] | None]:
    """Of the layer that is the picture by its name, else the first with colours, with grey, with
    anything; its part's header, and its alpha."""
    import numpy as np

    def values(channels: dict[str, Any], name: str) -> NDArray[np.floating]:
        return np.asarray(channels[name].pixels).astype(np.float32)

    found = min(_coloured(parts), key=lambda layer: layer[0], default=None)
    if found is not None:
        _, number, before, names = found
        header, channels = parts[number]
        light = np.stack([values(channels, name) for name in names], axis=-1)
        return header, light, _alpha(channels, before)
    for header, channels in parts:
        if "Y" in channels:
            luminance = values(channels, "Y")
            alpha = _alpha(channels, "")
            if "RY" in channels and "BY" in channels:
                return header, _of_chroma(luminance, channels), alpha
            return header, np.repeat(luminance[..., np.newaxis], 3, axis=2), alpha
    for header, channels in parts:
        for name in sorted(channels):
            grey = np.nan_to_num(values(channels, name), nan=0.0, posinf=0.0, neginf=0.0)
            most = float(grey.max(initial=0.0))
            grey = grey / most if most > 0 else grey  # a depth, a mask: no light, but a picture
            return header, np.repeat(grey[..., np.newaxis], 3, axis=2), None
    raise ValueError("no channels")


def _coloured(
    parts: list[tuple[Any, dict[str, Any]]],
) -> Iterator[tuple[int, int, str, list[str]]]:
    """Layers with colours: how likely each is not the picture itself, the number of its part, what
    its channels begin with, and those of its colours; by part and name."""
    for number, (header, channels) in enumerate(parts):
        for layer in sorted({name.rpartition(".")[0] for name in channels}):
            before = f"{layer}." if layer else ""
            name = (layer or str(header.get("name", ""))).rpartition(".")[2].lower()
            rank = _MAIN_LAYERS.index(name) if name in _MAIN_LAYERS else len(_MAIN_LAYERS)
            for colours in _COLOURS:
                wanted = [before + colour for colour in colours]
                if all(each in channels for each in wanted):
                    yield rank, number, before, wanted
                    break


def _alpha(channels: dict[str, Any], before: str) -> NDArray[np.floating] | None:
    import numpy as np

    found = next(
        (channels[before + name] for name in ("A", "a", "alpha") if before + name in channels), None
    )
    return None if found is None else np.asarray(found.pixels).astype(np.float32)


def _of_chroma(luminance: NDArray[np.floating], channels: dict[str, Any]) -> NDArray[np.floating]:
    """As the OpenEXR documentation has it: RY = (R - Y) / Y, BY = (B - Y) / Y, both halved."""
    import numpy as np

    height, width = luminance.shape
    red, blue = (
        np.asarray(channels[name].pixels).astype(np.float32).repeat(2, 0).repeat(2, 1)
        if channels[name].pixels.shape != luminance.shape
        else np.asarray(channels[name].pixels).astype(np.float32)
        for name in ("RY", "BY")
    )
    red, blue = ((each[:height, :width] + 1) * luminance for each in (red, blue))
    green = (luminance - 0.2126 * red - 0.0722 * blue) / 0.7152
    return np.stack([red, green, blue], axis=-1)


def _placed(
    values: NDArray[np.floating], place: tuple[int, int], size: tuple[int, int]
) -> NDArray[np.floating]:
    """The part of the data inside the window that is shown; nothing elsewhere."""
    import numpy as np

    width, height = size
    frame = np.zeros((height, width, *values.shape[2:]), np.float32)
    left, top = place
    inner = values[max(0, -top) : height - top, max(0, -left) : width - left]
    at_top, at_left = max(0, top), max(0, left)
    frame[at_top : at_top + inner.shape[0], at_left : at_left + inner.shape[1]] = inner
    return frame


EXR = PictureFormat(
    name="EXR",
    label=marked("OpenEXR picture"),
    suffixes=(".exr", ".sxr", ".mxr"),
    signatures=(b"v/1\x01",),
    libraries=("OpenEXR", "desktop.media.formats.float_pixels", "desktop.media.light", "numpy"),
    open=_open,
)
