"""The results of a search as one picture, for mail or slides."""

from __future__ import annotations

from pathlib import Path

from desktop.core.asset import displayable
from desktop.core.query import Reason, SearchHit, SearchResult
from desktop.core.timecode import timecode
from desktop.library.importing import save_picture_as
from desktop.media.contact_sheet import SheetCell, render_contact_sheet
from desktop.media.thumbnails import ThumbnailCache, frame_key


class ContactSheets:
    """Draws results from their thumbnails, so that missing files still show."""

    def __init__(self, thumbnails: ThumbnailCache) -> None:
        self._thumbnails = thumbnails

    def render(self, result: SearchResult) -> bytes:
        """A PNG: the query as heading, and each hit with rank, file name and similarity."""
        cells = [
            SheetCell(self._picture(hit), title=hit.asset.filename, subtitle=_subtitle(hit))
            for hit in result.hits
        ]
        return render_contact_sheet(cells, title=_title(result))

    def write(self, result: SearchResult, path: Path) -> None:
        """Raises: LibraryError when ``path`` exists already or cannot be written."""
        save_picture_as(path.absolute(), self.render(result))

    def _picture(self, hit: SearchHit) -> Path:
        keys = [hit.asset.content_hash] if hit.asset.content_hash else []
        if keys and hit.position_ms is not None:
            keys.insert(0, frame_key(hit.asset.content_hash, hit.position_ms))
        there = (self._thumbnails.path_for(key) for key in keys if self._thumbnails.exists(key))
        return next(there, hit.asset.path)


def _subtitle(hit: SearchHit) -> str:
    if hit.reason is not Reason.MEANING:
        return "found by its name"
    at = "" if hit.position_ms is None else f"{timecode(hit.position_ms)}, "
    return f"{at}similarity {hit.score:.3f}"


def _title(result: SearchResult) -> str:
    parts: list[str] = []
    if result.query.text.strip():
        parts.append(f"“{result.query.text.strip()}”")
    if isinstance(result.query.image, Path):
        parts.append(f"like {displayable(result.query.image.name)}")
    elif result.query.image is not None:
        parts.append("like the pasted picture")
    return " + ".join(parts)
