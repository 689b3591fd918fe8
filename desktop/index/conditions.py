"""The scalars beside a vector, and what a collection can decide by them about a filter.

A server takes a long list of ids badly (243 ms for half of 100,000), and a comparison of scalars
well. So whatever the scalars beside a vector tell is said as an expression of Milvus; the rest is
given back, for the catalogue to turn into ids.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from desktop.core.annotations import TAG_SEPARATOR, name_key
from desktop.core.asset import PREVIEW, Asset, displayable
from desktop.core.filter import SQUARE_WITHIN, Filter, Range, Ratio, Shape
from desktop.core.integers import as_int64
from desktop.core.vector import Scalars

HIDDEN = "is_ignored"
"""The scalar that is 1 where one of the person's rules hides the asset."""
_INT64 = 2**63 - 1
_LONGEST_LIST = 1_000
_WILD = "%_\\"
"""What ``like`` does not take literally."""
_BAR = "\x1f"
_UNDECODABLE = "\ufffd"


def scalars_of(asset: Asset, tag_keys: Sequence[str], position_ms: int | None) -> Scalars:
    """What is kept beside a vector of this asset, for ``conditions`` and for other clients of the
    collection; whatever is added here belongs into the trigger ``asset_described`` of the
    catalogue.

    Args:
        tag_keys: see ``core.annotations.name_key``; bars part them, so one in a key is written
            as a control character, which no name holds.
        position_ms: of a frame of a video.
    """
    folder = displayable(asset.folder)
    return {
        "path": displayable(asset.path),
        "filename": asset.filename,
        "folder": folder,
        "modified_at": asset.modified_ns // 1_000_000_000,
        "added_at": math.floor(asset.added_at) if math.isfinite(asset.added_at) else 0,
        "size": asset.size,
        "format": asset.format,
        "media": asset.kind.value,
        "pixels": as_int64(asset.width * asset.height),
        "ratio": asset.width / asset.height if asset.height else 0.0,
        "rating": asset.rating,
        "tags": f"|{'|'.join(key.replace('|', _BAR) for key in tag_keys)}|" if tag_keys else "",
        "is_generated": int(asset.is_generated),
        "is_ignored": int(asset.is_ignored),
        **({} if position_ms is None else {"position": position_ms}),
    }


def conditions(wanted: Filter, scalars: Collection[str]) -> tuple[str, Filter]:
    """The filter in two parts that must both hold.

    Args:
        scalars: what the collection has for every row, as it is now.

    Returns:
        An expression (empty: nothing could be said), and what it leaves unsaid.
    """
    said: list[str] = []
    unsaid: dict[str, Any] = {}
    for name, value in wanted.said().items():
        if name == "every":
            split = [conditions(part, scalars) for part in value]
            said += [f"({expression})" for expression, _ in split if expression]
            unsaid[name] = tuple(rest for _, rest in split if rest.said())
        elif name == "none_of":
            whole = [(_whole(part, scalars), part) for part in value]
            said += [f"not ({expression})" for expression, _ in whole if expression]
            unsaid[name] = tuple(part for expression, part in whole if not expression)
        elif expression := _said(name, value, scalars):
            said.append(expression)
        else:
            unsaid[name] = value
    return " and ".join(said), Filter(**unsaid)


def listed(asset_ids: Iterable[int]) -> str:
    """A list for ``in``, spelled out: Lite knows no filter parameters. 50,000 ids are 350 KB."""
    return f"[{','.join(map(str, asset_ids))}]"


def _whole(wanted: Filter, scalars: Collection[str]) -> str:
    """All of it, or nothing."""
    expression, rest = conditions(wanted, scalars)
    return "" if rest.said() else expression


def _said(name: str, value: Any, scalars: Collection[str]) -> str:
    """One condition; empty when it cannot be said."""
    if name == "any_of":
        parts = [_whole(part, scalars) for part in value]
        return f"({' or '.join(f'({part})' for part in parts)})" if all(parts) else ""
    scalar, say = _SAYINGS.get(name, ("", _nothing))
    return say(value) if scalar in scalars else ""


def _nothing(_: object) -> str:
    return ""


def _in_folder(folder: str) -> str:
    if not Path(folder).is_absolute() or _UNDECODABLE in folder or displayable(folder) != folder:
        return ""  # a scalar holds what can be shown, and two names may look alike
    top = folder.rstrip(os.sep)
    # Between the separator and the character after it lies all that begins with the folder;
    # ``like`` would take a "_" in the name for any character.
    first, end = _text(top + os.sep), _text(top + chr(ord(os.sep) + 1))
    return f"(folder == {_text(top)} or (folder >= {first} and folder < {end}))"


def _tagged(tag: str) -> str:
    key = name_key(tag)
    if any(c in key for c in f"{_WILD}|"):
        return ""
    below = f"%|{key}{TAG_SEPARATOR}%"
    return f"(tags like {_text(f'%|{key}|%')} or tags like {_text(below)})"


def _between(scalar: str) -> Callable[[Range | Ratio], str]:
    def say(bounds: Range | Ratio) -> str:
        parts: list[str] = []
        if bounds.least is not None:
            parts.append(f"{scalar} >= {_number(bounds.least)}")
        if bounds.most is not None:
            parts.append(f"{scalar} <= {_number(bounds.most)}")
        return " and ".join(parts)

    return say


def _known(scalar: str) -> Callable[[Range | Ratio], str]:
    """As ``_between``, of what is 0 while it is not known."""
    between = _between(scalar)

    def say(bounds: Range | Ratio) -> str:
        return " and ".join(part for part in (f"{scalar} > 0", between(bounds)) if part)

    return say


def _one_of(scalar: str) -> Callable[[Sequence[str]], str]:
    return lambda values: f"{scalar} in [{', '.join(map(_text, values))}]"


def _of_format(names: Sequence[str]) -> str:
    return _one_of("format")([shown for name in names for shown in (name, name + PREVIEW)])


def _shaped(shape: Shape) -> str:
    match shape:
        case Shape.LANDSCAPE:
            return f"ratio > {SQUARE_WITHIN}"
        case Shape.PORTRAIT:
            return f"ratio > 0 and ratio < {1 / SQUARE_WITHIN}"
        case Shape.SQUARE:
            return f"ratio >= {1 / SQUARE_WITHIN} and ratio <= {SQUARE_WITHIN}"


def _among(ids: Sequence[int]) -> str:
    return f"asset_id in {listed(ids)}" if 0 < len(ids) <= _LONGEST_LIST else ""


def _number(value: float) -> str:
    return str(max(-_INT64, min(value, _INT64))) if isinstance(value, int) else repr(value)


def _text(value: str) -> str:
    """Milvus pastes an expression together unescaped; this is how it reads a string."""
    return json.dumps(value, ensure_ascii=False)


_SAYINGS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "folder": ("folder", _in_folder),
    "tag": ("tags", _tagged),
    "rating": ("rating", _between("rating")),
    "kinds": ("media", _one_of("media")),
    "formats": ("format", _of_format),
    "modified": ("modified_at", _between("modified_at")),
    "added": ("added_at", _between("added_at")),
    "size": ("size", _between("size")),
    "pixels": ("pixels", _known("pixels")),
    "shape": ("ratio", _shaped),
    "ratio": ("ratio", _known("ratio")),
    "is_generated": ("is_generated", lambda wanted: f"is_generated == {int(wanted)}"),
    "ids": ("asset_id", _among),
}
"""A condition of ``Filter`` -> the scalar that tells, and how it is said."""
