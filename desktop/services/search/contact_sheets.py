"""The results of a search as one picture, for mail or slides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from desktop.core.asset import Asset, displayable
from desktop.core.errors import UsageError
from desktop.core.query import Reason, SearchHit, SearchResult
from desktop.core.text import listed, number, tr
from desktop.core.timecode import timecode
from desktop.library.import_picture import save_picture_as
from desktop.media.drawing.contact_sheet import (
    SheetCell,
    render_contact_pages,
    render_contact_sheet,
)
from desktop.media.sandbox.pool import Sandbox
from desktop.media.thumbnails import ThumbnailCache, frame_key


class ContactSheets:
    """Draws results from their thumbnails, so that missing files still show."""

    def __init__(self, thumbnails: ThumbnailCache, sandbox: Sandbox | None = None) -> None:
        self._thumbnails = thumbnails
        self._sandbox = sandbox

    def write_board(self, title: str, assets: Sequence[Asset], path: Path) -> None:
        """Pictures in their order, in the form that the name of ``path`` says.

        Raises:
            UsageError: its name says none that there is.
            LibraryError: ``path`` exists already or cannot be written.
        """
        draw = _form(path)
        cells = [
            SheetCell(self._of_asset(asset), title=asset.filename, subtitle=_dimensions(asset))
            for asset in assets
        ]
        save_picture_as(path.absolute(), draw(cells, title=title, sandbox=self._sandbox))

    def write(self, result: SearchResult, path: Path) -> None:
        """The query as heading, and each hit with rank, file name and similarity.

        Raises as ``write_board``.
        """
        draw = _form(path)
        cells = [
            SheetCell(self._picture(hit), title=hit.asset.filename, subtitle=_subtitle(hit))
            for hit in result.hits
        ]
        save_picture_as(path.absolute(), draw(cells, title=_title(result), sandbox=self._sandbox))

    def _picture(self, hit: SearchHit) -> Path:
        keys = [hit.asset.content_hash] if hit.asset.content_hash else []
        if keys and hit.position_ms is not None:
            keys.insert(0, frame_key(hit.asset.content_hash, hit.position_ms))
        return self._first_there(keys, hit.asset)

    def _of_asset(self, asset: Asset) -> Path:
        return self._first_there([asset.content_hash] if asset.content_hash else [], asset)

    def _first_there(self, keys: Sequence[str], asset: Asset) -> Path:
        return next(filter(None, map(self._thumbnails.find, keys)), asset.path)


def _form(path: Path) -> Callable[..., bytes]:
    """What draws the form that a name says. Raises: UsageError."""
    match path.suffix.lower():
        case ".png":
            return render_contact_sheet
        case ".pdf":
            return render_contact_pages
        case _:
            raise UsageError(
                tr(
                    "A contact sheet is a PNG or a PDF, which “{name}” does not say.",
                    name=displayable(path.name),
                ),
                safe=tr("Nothing was written."),
                next_step=tr("Choose a name that ends in .png or .pdf."),
            )


def _dimensions(asset: Asset) -> str:
    if not (asset.width and asset.height):
        return ""
    return tr("{width} × {height} px", width=asset.width, height=asset.height)


def _subtitle(hit: SearchHit) -> str:
    if hit.reason is Reason.CONDITIONS:
        return ""
    if hit.reason is Reason.WORDS:
        return tr("found by its name")
    similarity = tr("similarity {score}", score=number(hit.score, 3))
    return (
        similarity if hit.position_ms is None else listed([timecode(hit.position_ms), similarity])
    )


def _title(result: SearchResult) -> str:
    parts: list[str] = []
    if result.query.text.strip():
        parts.append(f"“{result.query.text.strip()}”")
    for example in result.query.examples:
        if isinstance(example.image, Path):
            parts.append(tr("like {file}", file=displayable(example.image.name)))
        else:
            parts.append(tr("like the pasted picture"))
    return " + ".join(parts)
