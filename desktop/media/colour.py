"""Any mode and colour space to 8-bit sRGB, the one that everything above works in.

Transparent pixels are laid on a neutral mid-grey: black or white would read as part of the
picture to an encoder, and would hide the logos of that colour that are most of what is
transparent in a designer's library.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

GROUND = (128, 128, 128)
"""What transparent pixels are flattened on, sRGB."""

_MAX_PROFILE_BYTES = 8 * 1024 * 1024
_CMS_MODES = frozenset({"RGB", "L", "CMYK", "LAB"})
_CMS_ERRORS = (ImageCms.PyCMSError, OSError, ValueError, TypeError, KeyError, MemoryError)


def to_srgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, bool]:
    """Flatten and convert a decoded picture.

    Args:
        image: loaded, any mode.
        profile: the embedded ICC profile; a broken one, or one made for another mode, is ignored.

    Returns:
        The picture in mode RGB, and whether any pixel of it was not opaque.
    """
    image = _eight_bit(image)
    alpha: Image.Image | None = None
    if image.has_transparency_data:
        if image.mode != "RGBA":
            image = image.convert("RGBA")
        band = image.getchannel("A")
        extrema = band.getextrema()
        if extrema != (255, 255):
            alpha = band
        image = image.convert("RGB")
    if image.mode not in _CMS_MODES:
        image = image.convert("RGB")
    image = _apply_profile(image, profile)
    if image.mode != "RGB":
        image = image.convert("RGB")
    if alpha is None:
        return image, False
    ground = Image.new("RGB", image.size, GROUND)
    ground.paste(image, (0, 0), alpha)
    return ground, True


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


def _apply_profile(image: Image.Image, profile: bytes | None) -> Image.Image:
    if image.mode == "LAB":
        profile = profile or b"LAB"
    if not profile or len(profile) > _MAX_PROFILE_BYTES:
        return image
    try:
        transform = _transform(profile, image.mode)
        if transform is None:
            return image
        converted = transform.apply(image)
    except _CMS_ERRORS:
        return image
    return converted


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
