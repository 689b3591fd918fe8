"""The results of a search as one picture, for mail or slides."""

from __future__ import annotations

from pathlib import Path

from desktop.core.asset import displayable
from desktop.core.query import Reason, SearchResult
from desktop.library.importing import save_picture_as
from desktop.media.contact_sheet import SheetCell, render_contact_sheet
from desktop.media.thumbnails import ThumbnailCache


class ContactSheets:
    """Draws results from their thumbnails, so that missing files still show."""

    def __init__(self, thumbnails: ThumbnailCache) -> None:
        self._thumbnails = thumbnails

    def render(self, result: SearchResult) -> bytes:
        """A PNG: the query as heading, and each hit with rank, file name and similarity."""
        cells = [
            SheetCell(
                self._thumbnails.path_for(hit.asset.content_hash)
                if hit.asset.content_hash and self._thumbnails.exists(hit.asset.content_hash)
                else hit.asset.path,
                title=hit.asset.filename,
                subtitle=f"similarity {hit.score:.3f}"
                if hit.reason is Reason.MEANING
                else "found by its name",
            )
            for hit in result.hits
        ]
        return render_contact_sheet(cells, title=_title(result))

    def write(self, result: SearchResult, path: Path) -> None:
        """Raises: LibraryError when ``path`` exists already or cannot be written."""
        save_picture_as(path.absolute(), self.render(result))


def _title(result: SearchResult) -> str:
    parts: list[str] = []
    if result.query.text.strip():
        parts.append(f"“{result.query.text.strip()}”")
    if isinstance(result.query.image, Path):
        parts.append(f"like {displayable(result.query.image.name)}")
    elif result.query.image is not None:
        parts.append("like the pasted picture")
    return " + ".join(parts)
