"""The work of a reading process: find text in a picture, then read it.

RapidOCR (Apache-2.0) with PaddleOCR's PP-OCRv6 networks, small, which come with it: Chinese,
Japanese, Latin scripts and digits; on OpenVINO, which runs the models of the search as well and
reads in two fifths of the time that ONNX Runtime takes. One thread: a reading process is meant to
go unnoticed beside everything else, and in the sandbox no thread may start.
"""

from __future__ import annotations

import os
from contextlib import nullcontext, suppress
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from desktop.core.telemetry import silence_openvino
from desktop.media.decode import decode_bytes, decode_file
from desktop.media.formats.format import DecodeLimits, Needed
from desktop.media.sandbox.libraries import load_libraries
from desktop.media.thumbnails import fitted

READER = "PP-OCRv6 small, rapidocr 3.10, 1"
"""Which networks read, and how: text that another has read is read again."""

GLANCE_SIDE = 512
"""Longer side of what is looked at first, pixels: a thumbnail's."""
READING_SIDE = 1_600
"""Longer side of what is read, pixels: a label of 1 % of the height is 12 pixels high then."""
_DETECTING_SIDE = 1_280
"""Longer side of that in which lines are looked for, pixels; they are read from the larger one."""
_GLANCE_THRESHOLD, _READING_THRESHOLD = 0.6, 0.5
"""Of the detector's own score; letters 5 pixels high have 0.65 at a glance."""
_THICKEST_LINE = 0.5
"""Height of a line by the picture's shorter side. Smooth pictures are taken for one letter that
fills them: with this, a glance is wrong about 1 of 20 pictures without text instead of 12."""
_LEAST_CONFIDENCE, _LEAST_OF_ONE_LETTER = 0.6, 0.95
"""Of a line: grain, leaves and lace read as letters have less. A ring that is read as "0" has
more, so a letter alone must be as good as certain."""
_MOST_LINES = 400
_NICENESS = 19

Line = tuple[str, float, list[list[float]]]
"""Text, confidence, four corners as parts of width and height, which may lie a little outside;
plain, to cross processes."""


def load_reader() -> None:
    """Load networks and libraries, and use them once: nothing can be loaded in the sandbox."""
    with suppress(AttributeError, OSError):  # Windows has no niceness
        os.nice(_NICENESS)
    load_libraries()
    sample = Image.new("RGB", (320, 96), "white")
    ImageDraw.Draw(sample).text((16, 24), "Plantain 1234", fill="black", font_size=40)
    _lines(sample)  # first: the detector is made by its first use
    _boxes(sample, GLANCE_SIDE, _GLANCE_THRESHOLD)


def may_have_text(thumbnail: bytes, path: Path) -> bool:
    """A glance: whether there seems to be text in a small picture.

    Raises:
        FileError: it cannot be decoded.
    """
    limits = DecodeLimits()
    picture = decode_bytes(thumbnail, path, Needed(), limits, digest="", room=nullcontext)
    return _boxes(picture.image, GLANCE_SIDE, _GLANCE_THRESHOLD) > 0


def read_text(file: BinaryIO, path: Path) -> list[Line]:
    """The lines of text in a picture that is open, in the order in which they are read.

    Raises:
        FileError: it cannot be decoded.
    """
    needed = Needed(longer=READING_SIDE)
    picture = decode_file(file, path, needed, DecodeLimits(), None, room=nullcontext)
    return _lines(fitted(picture.image, READING_SIDE))


def read_text_in(data: bytes, path: Path) -> list[Line]:
    """As ``read_text``, of a picture that is in memory."""
    limits = DecodeLimits()
    picture = decode_bytes(data, path, Needed(), limits, digest="", room=nullcontext)
    return _lines(fitted(picture.image, READING_SIDE))


@cache
def _engine() -> Any:
    """Made once in a process, before its doors are shut."""
    silence_openvino()
    import cv2
    from rapidocr import EngineType, RapidOCR

    cv2.setNumThreads(0)
    return RapidOCR(
        params={
            "Det.limit_type": "max",
            "Det.limit_side_len": _DETECTING_SIDE,
            "Global.log_level": "critical",
            "EngineConfig.openvino.inference_num_threads": 1,
            **{f"{part}.engine_type": EngineType.OPENVINO for part in ("Det", "Cls", "Rec")},
        }
    )


def _boxes(image: Image.Image, side: int, threshold: float) -> int:
    """How many places of a picture look like lines of text."""
    detector = _engine().text_det
    detector.limit_side_len = side
    detector.postprocess_op.box_thresh = threshold
    boxes = detector(_as_opencv(image)).boxes
    if boxes is None:
        return 0
    corners = np.asarray(boxes, np.float64)  # (n, 4, 2), clockwise
    sides = np.linalg.norm(corners[:, (0, 1)] - corners[:, (1, 2)], axis=2)
    return int((sides.min(axis=1) <= _THICKEST_LINE * min(image.size)).sum())


def _lines(image: Image.Image) -> list[Line]:
    engine = _engine()
    if engine.text_det is not None:
        engine.text_det.limit_side_len = _DETECTING_SIDE
    found = engine(_as_opencv(image), box_thresh=_READING_THRESHOLD)
    if found.boxes is None or not found.txts:
        return []
    whole = np.array(image.size, np.float64)
    return [
        (str(text), float(confidence), (np.asarray(corners) / whole).tolist())
        for text, confidence, corners in zip(found.txts, found.scores, found.boxes, strict=True)
        if _is_text(str(text), float(confidence))
    ][:_MOST_LINES]


def _is_text(text: str, confidence: float) -> bool:
    letters = sum(map(str.isalnum, text))
    least = _LEAST_CONFIDENCE if letters > 1 else _LEAST_OF_ONE_LETTER
    return letters > 0 and confidence >= least


def _as_opencv(image: Image.Image) -> NDArray[np.uint8]:
    """Blue, green, red: the order that the networks were trained with."""
    return np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])
