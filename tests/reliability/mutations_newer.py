"""Whole files of film, games, older systems and other programs, for ``mutations`` to damage."""

from __future__ import annotations

from collections.abc import Callable

import imagecodecs
import numpy as np

from tests.media import design_documents, newer_originals, originals
from tests.media.samples import encoded

_KNOWN = originals.known_picture()
_RGB = np.asarray(_KNOWN)

NEWER: dict[str, tuple[str, Callable[[], bytes]]] = {
    "JPEG XL": (".jxl", lambda: bytes(imagecodecs.jpegxl_encode(_RGB, usecontainer=True))),
    "JPEG XR": (".jxr", lambda: bytes(imagecodecs.jpegxr_encode(_RGB, level=0.9))),
    "OpenEXR": (".exr", lambda: newer_originals.exr(_KNOWN, compression="zip16")),
    "Radiance": (
        ".hdr",
        lambda: newer_originals.by_ffmpeg("hdr", "gbrpf32le", newer_originals.linear(_KNOWN)),
    ),
    "DDS": (".dds", lambda: encoded(_KNOWN, "DDS", pixel_format="DXT1")),
    "QOI": (".qoi", lambda: newer_originals.by_ffmpeg("qoi", "rgb24", _RGB)),
    "PNM": (".ppm", lambda: newer_originals.netpbm("P3", _KNOWN)),
    "PAM": (".pam", lambda: newer_originals.netpbm("P7", _KNOWN)),
    "PFM": (".pfm", lambda: newer_originals.netpbm("PF", _KNOWN)),
    "PCX": (".pcx", lambda: newer_originals.by_ffmpeg("pcx", "rgb24", _RGB)),
    "SGI": (".sgi", lambda: newer_originals.by_ffmpeg("sgi", "rgb24", _RGB)),
    "ICNS": (".icns", lambda: encoded(_KNOWN.resize((64, 64)), "ICNS", sizes=[(64, 64)])),
    "CUR": (".cur", lambda: newer_originals.cursor(_KNOWN)),
    "KRA": (".kra", lambda: design_documents.krita(_KNOWN)),
    "ORA": (".ora", lambda: design_documents.open_raster(_KNOWN)),
    "Sketch": (".sketch", lambda: design_documents.sketch(_KNOWN)),
    "Procreate": (".procreate", lambda: design_documents.procreate(_KNOWN)),
    "XD": (".xd", lambda: design_documents.adobe_xd(_KNOWN)),
    "Affinity": (".afdesign", lambda: design_documents.affinity(_KNOWN)),
    "Blender": (".blend", lambda: design_documents.blender(_KNOWN, version=5, packing="zstd")),
    "CLIP": (".clip", lambda: design_documents.clip_studio(_KNOWN)),
}
"""As ``mutations.ORIGINALS``."""
