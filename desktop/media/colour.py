"""Any mode and colour space to 8-bit sRGB, the one that everything above works in.

Transparent pixels are laid on a neutral mid-grey: black or white would read as part of the
picture to an encoder, and would hide the logos of that colour that are most of what is
transparent in a designer's library.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from desktop.media.stated_colour import StatedColour, stated_by_codes

GROUND = (128, 128, 128)
"""What transparent pixels are flattened on, sRGB."""

_MAX_PROFILE_BYTES = 8 * 1024 * 1024
_CMS_MODES = frozenset({"RGB", "L", "CMYK", "LAB"})
_CMS_ERRORS = (ImageCms.PyCMSError, OSError, ValueError, TypeError, KeyError, MemoryError)

_MOST_OWN_PIXELS = 50_000_000
_INKS = "CMYK"


@dataclass(frozen=True, slots=True)
class OwnColours:
    """The pixels of a picture in the colour space of its file, for telling their values.

    Attributes:
        space: as the profile calls itself: "Display P3".
        image: mode RGB, L or CMYK, upright.
    """

    space: str
    image: Image.Image

    def value_at(self, x: float, y: float) -> str:
        """Of the pixel at a place, 0 to 1: "#30C0F0"; of inks, percent: "C 10 M 0 Y 90 K 0"."""
        image = self.image
        value = image.getpixel((int(x * image.width), int(y * image.height)))
        bands = value if isinstance(value, tuple) else (value,) * 3
        levels = [round(band or 0) for band in bands]
        if image.mode == "CMYK":
            return " ".join(
                f"{ink} {round(level / 2.55)}" for ink, level in zip(_INKS, levels, strict=True)
            )
        return "#" + "".join(f"{level:02X}" for level in levels)


def own_colours(image: Image.Image, profile: bytes | None) -> OwnColours | None:
    """What a decoded picture holds before it is brought to sRGB; None where that changes nothing,
    or where it is so large that holding it twice would be too much.

    Args:
        image, profile: as for ``to_srgb``.
    """
    if not profile or len(profile) > _MAX_PROFILE_BYTES or stated_in_profile(profile) is not None:
        return None
    if image.width * image.height > _MOST_OWN_PIXELS:
        return None
    image = _eight_bit(image)
    if image.mode not in {"RGB", "L", "CMYK"}:
        image = image.convert("L" if image.mode == "LA" else "RGB")
    try:
        if _transform(profile, image.mode) is None:
            return None
        space = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile)))
    except _CMS_ERRORS:
        return None
    return OwnColours(space.strip(), image.copy())


def to_srgb(
    image: Image.Image,
    profile: bytes | None,
    stated: StatedColour | None = None,
    opacity: Image.Image | None = None,
    *,
    keeps_alpha: bool = False,
) -> tuple[Image.Image, bool]:
    """Flatten and convert a decoded picture.

    Args:
        image: loaded, any mode.
        profile: the embedded ICC profile; a broken one, or one made for another mode, is ignored.
        stated: how the colours are meant where no profile says it.
        opacity: mode L, where the image's own mode has no channel for it.
        keeps_alpha: do not flatten; what is not opaque comes back as RGBA.

    Returns:
        The picture in mode RGB, and whether any pixel of it was not opaque.
    """
    bright = stated_in_profile(profile)
    if bright is not None:
        profile, stated = None, bright
    if stated is not None and profile is None and image.mode.startswith("I;16"):
        return stated.picture(image), False
    image = _eight_bit(image)
    alpha: Image.Image | None = None
    if image.has_transparency_data:
        grey = image.getchannel("L") if image.mode == "LA" else None
        if image.mode != "RGBA":
            image = image.convert("RGBA")
        band = image.getchannel("A")
        extrema = band.getextrema()
        if extrema != (255, 255):
            alpha = band
        image = grey or image.convert("RGB")
    elif opacity is not None and opacity.getextrema() != (255, 255):
        alpha = opacity
    if image.mode not in _CMS_MODES:
        image = image.convert("RGB")
    converted = _by_profile(image, profile)
    if converted is None and stated is not None and image.mode in {"RGB", "L"}:
        converted = stated.picture(image)
    image = converted or image
    if image.mode != "RGB":
        image = image.convert("RGB")
    if alpha is None:
        return image, False
    if keeps_alpha:
        image.putalpha(alpha)
        return image, True
    return _on_ground(image, alpha), True


def flattened(image: Image.Image) -> Image.Image:
    """A picture of mode RGBA with what is clear laid on mid-grey; any other as it is."""
    if image.mode != "RGBA":
        return image
    return _on_ground(image.convert("RGB"), image.getchannel("A"))


def _on_ground(image: Image.Image, alpha: Image.Image) -> Image.Image:
    ground = Image.new("RGB", image.size, GROUND)
    ground.paste(image, (0, 0), alpha)
    return ground


def _eight_bit(image: Image.Image) -> Image.Image:
    """Grey of 16 or 32 bits or floats scaled to L; every other mode as it is."""
    mode = image.mode
    if mode == "1":
        return image.convert("L")
    if not (mode == "F" or mode.startswith("I")):
        return image
    # float32 holds 16-bit values exactly and halves the memory of a big scan.
    values: NDArray[np.float32] = np.asarray(image).astype(np.float32)
    np.nan_to_num(values, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    # A 16-bit file uses 65535 for white. 32-bit and float files state no white: 1.0 by
    # convention, 65535 for 16 bits widened to 32, otherwise the brightest pixel there is.
    brightest = float(values.max(initial=0.0))
    white = 65535.0
    if mode == "F" and brightest <= 1.0:
        white = 1.0
    elif not mode.startswith("I;16") and brightest > 65535.0:
        white = brightest
    elif mode == "F" and brightest <= 255.0:
        white = 255.0
    np.clip(values * (255.0 / white) + 0.5, 0, 255, out=values)
    return Image.fromarray(values.astype(np.uint8))


def stated_in_profile(profile: bytes | None) -> StatedColour | None:
    """What a profile for bright pictures says by code numbers: its curves, for programs that know
    no better, cut the light off. None for all others.

    Where: ICC.1:2022, 7.3 and 9.2.17.
    """
    if not profile or len(profile) < 132:
        return None
    (count,) = struct.unpack_from(">I", profile, 128)
    for number in range(min(count, 100)):
        entry = profile[132 + 12 * number : 144 + 12 * number]
        if entry[:4] == b"cicp" and len(entry) == 12:
            (start,) = struct.unpack_from(">I", entry, 4)
            codes = profile[start + 8 : start + 10]
            stated = stated_by_codes(*codes) if len(codes) == 2 else None
            return stated if stated is not None and stated.is_bright else None
    return None


def _by_profile(image: Image.Image, profile: bytes | None) -> Image.Image | None:
    """As the profile says; None where there is none, or none that can be used."""
    if profile and len(profile) <= _MAX_PROFILE_BYTES:
        try:
            transform = _transform(profile, image.mode)
            return image if transform is None else transform.apply(image)
        except _CMS_ERRORS:
            pass
    transform = _transform(b"LAB", "LAB") if image.mode == "LAB" else None
    return transform.apply(image) if transform is not None else None


@lru_cache(maxsize=16)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """The way from a profile to sRGB, None when it changes nothing; one serves all threads.

    Relative colorimetric with black point compensation is what browsers and Photoshop show. The
    one-pixel cache inside LittleCMS is switched off because threads would share it.
    """
    if profile == b"LAB":
        source = _made_profile("LAB")
    else:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    transform = ImageCms.ImageCmsTransform(
        source,
        _made_profile("sRGB"),
        mode,
        "RGB",
        intent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.NOCACHE | ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    return None if mode == "RGB" and _changes_nothing(transform) else transform


def _made_profile(name: Literal["LAB", "sRGB"]) -> ImageCms.ImageCmsProfile:
    # Pillow leaves the type of its C function's result open.
    make = cast("Callable[[str], Any]", ImageCms.createProfile)  # pyright: ignore[reportUnknownMemberType]
    return ImageCms.ImageCmsProfile(make(name))


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """True for the many spellings of sRGB: no colour of a lattice moves by more than a level.

    Most files carry sRGB, and converting twelve megapixels to themselves takes longer than
    decoding them.
    """
    steps = np.linspace(0, 255, 17).astype(np.uint8)
    lattice = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(17, -1, 3)
    converted = np.asarray(transform.apply(Image.fromarray(lattice)))
    difference = np.abs(converted.astype(np.int16) - lattice.astype(np.int16))
    return int(difference.max()) <= 1
