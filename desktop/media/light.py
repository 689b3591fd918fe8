"""From light to sRGB: what is brighter than paper is pressed together below white, not cut off.

203 cd/m² become white (ITU-R BT.2408, reference white of high dynamic range). What states no
cd/m², such as OpenEXR, has its white at 1.0. Up to 80 % of white nothing changes; above, the
brightest of the three colours is pressed by 1 - exp(-x), and takes the others along, so that hues
stay.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

WHITE_NITS = 203.0
_KNEE = 0.8
MORE_THAN_WHITE = 1.001
_BT709 = (0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329)
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)


def light_to_srgb(
    light: NDArray[np.floating], *, is_pressed: bool | None = None
) -> NDArray[np.uint8]:
    """(h, w, 3) of linear BT.709, 1 for white -> sRGB. What is negative, or no number, is black.

    Args:
        is_pressed: press what is bright together; None: only where something is brighter than
            white, so that an ordinary picture stays what it is.
    """
    light = np.clip(np.nan_to_num(light, nan=0.0, posinf=1e6, neginf=0.0), 0.0, 1e6)
    peak = light.max(axis=-1, keepdims=True)
    if is_pressed is None:
        is_pressed = float(peak.max(initial=0.0)) > MORE_THAN_WHITE
    if is_pressed:
        above = np.maximum(peak - _KNEE, 0.0) / (1.0 - _KNEE)
        pressed = np.minimum(peak, _KNEE) + (1.0 - _KNEE) * (1.0 - np.exp(-above))
        light = light * (pressed / np.maximum(peak, 1e-6))
    coded = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.clip(coded * 255.0 + 0.5, 0, 255).astype(np.uint8)


def to_bt709(chromaticities: Sequence[float]) -> NDArray[np.float32]:
    """The matrix for linear light of other primaries, its white made D65 (Bradford).

    Args:
        chromaticities: x and y of red, green, blue and white (CIE 1931).

    Raises:
        ArithmeticError: they are no triangle.
    """
    if not all(abs(each) < 10 for each in chromaticities):
        raise ArithmeticError("no chromaticities")
    own = _to_xyz(chromaticities)
    return (_from_xyz(own.sum(axis=1)) @ own).astype(np.float32)


def xyz_to_bt709() -> NDArray[np.float32]:
    """The matrix for CIE XYZ with an equal-energy white, its white made D65."""
    return _from_xyz(np.ones(3)).astype(np.float32)


def _from_xyz(white: NDArray[np.float64]) -> NDArray[np.float64]:
    """XYZ seen with this white -> BT.709, by Bradford."""
    ours = _to_xyz(_BT709)
    with np.errstate(divide="raise", invalid="raise"):
        scale = (_BRADFORD @ ours.sum(axis=1)) / (_BRADFORD @ white)
    adapted = np.linalg.inv(_BRADFORD) @ (scale[:, np.newaxis] * _BRADFORD)
    return np.linalg.inv(ours) @ adapted


def _to_xyz(chromaticities: Sequence[float]) -> NDArray[np.float64]:
    """RGB -> XYZ, white at Y = 1 (SMPTE RP 177)."""
    pairs = np.asarray(chromaticities, np.float64).reshape(4, 2)
    with np.errstate(divide="raise", invalid="raise"):
        columns = np.stack(
            [pairs[:, 0] / pairs[:, 1], np.ones(4), (1 - pairs.sum(axis=1)) / pairs[:, 1]]
        )
    try:
        return columns[:, :3] * np.linalg.solve(columns[:, :3], columns[:, 3])
    except np.linalg.LinAlgError as error:
        raise ArithmeticError("no chromaticities") from error


def coded_to_srgb(
    values: NDArray[np.floating], transfer: int, primaries: NDArray[np.float32] | None
) -> NDArray[np.uint8]:
    """(h, w, 3) as stored, 0 to 1 -> sRGB.

    Args:
        transfer: as ITU-T H.273 counts them: 1 and 6 BT.709, 8 linear, 13 sRGB, 16 PQ, 17 SMPTE
            428, 18 HLG; others are taken for sRGB.
        primaries: their matrix to BT.709; None: they are these.
    """
    light: NDArray[np.floating]
    match transfer:
        case 16:
            light = pq_nits(values) / WHITE_NITS
        case 18:
            light = hlg_nits(values) / WHITE_NITS
        case 8:
            light = values
        case 17:
            light = 52.37 / 48.0 * np.maximum(values, 0.0) ** 2.6
        case _:
            # BT.709's own curve is the camera's; what it shows is meant for a display like sRGB's.
            light = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return light_to_srgb(light if primaries is None else light @ primaries.T)


def pq_nits(signal: NDArray[np.floating]) -> NDArray[np.floating]:
    """SMPTE ST 2084, equation 4.1."""
    root = np.clip(signal, 0.0, 1.0) ** (1 / 78.84375)
    base = np.maximum(root - 0.8359375, 0.0) / (18.8515625 - 18.6875 * root)
    return 10_000.0 * base ** (1 / 0.1593017578125)


def hlg_nits(signal: NDArray[np.floating]) -> NDArray[np.floating]:
    """ITU-R BT.2100, table 5, on a display of 1,000 cd/m² (system gamma 1.2)."""
    scene = np.where(
        signal <= 0.5,
        signal**2 / 3.0,
        (np.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12.0,
    )
    luminance = scene @ np.array([0.2627, 0.678, 0.0593], np.float32)
    return 1_000.0 * np.maximum(luminance, 1e-6)[..., np.newaxis] ** 0.2 * scene
