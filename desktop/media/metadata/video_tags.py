"""What containers of videos say by names: QuickTime's keys, Matroska's tags, RIFF's lists, as
FFmpeg tells them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from desktop.core.metadata import NO_METADATA, Metadata, cleaned
from desktop.media.metadata.camera_name import camera_name

_PLACE = re.compile(r"([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)")
"""ISO 6709, in degrees."""
_APPLE = "com.apple.quicktime."


def read_video_tags(tags: Mapping[str, str]) -> Metadata:
    """Of one container; what is no such text is left out."""
    texts = {name.casefold().removeprefix(_APPLE): value for name, value in tags.items()}

    def first(*names: str) -> str:
        return next((texts[name] for name in names if texts.get(name)), "")

    place = _PLACE.match(first("location.iso6709", "location", "location-eng"))
    artist = first("artist", "author", "album_artist")
    keywords = first("keywords", "keyword")
    told = Metadata(
        camera=camera_name(first("make"), first("model")),
        # ``creation_time`` is when the file was written, in UTC; telephones tell the other.
        taken_at=first("creationdate", "date_recorded", "creation_time"),
        software=first("software", "encoder"),
        title=first("title"),
        description=first("description", "comment"),
        creator=(artist,) if artist else (),
        copyright=first("copyright"),
        keywords=tuple(re.split("[;,]", keywords)) if keywords else (),
        latitude=float(place[1]) if place else None,
        longitude=float(place[2]) if place else None,
    )
    try:
        return cleaned(told)
    except (TypeError, ValueError):
        return NO_METADATA
