"""``plantain search``: pictures by words, a picture, or both."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from desktop.commands.arguments import path, positive, words
from desktop.commands.opening import open_to_read
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import say
from desktop.config.options import EngineOptions
from desktop.core.asset import displayable
from desktop.core.errors import FileUnreadable, LibraryError
from desktop.core.query import Query
from desktop.core.timecode import timecode


def add_to(commands: Commands) -> None:
    """``search``."""
    search = commands.add("search", _search, "find pictures by words, a picture, or both")
    search.add_argument("text", nargs="?", default="", metavar="TEXT")
    search.add_argument("--image", type=path, metavar="FILE")
    search.add_argument("-k", type=positive, default=10, metavar="N", help="how many (10)")
    search.add_argument("--contact-sheet", type=path, metavar="OUT.png")


def _search(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    query = Query(text=words(arguments.text), image=arguments.image, limit=arguments.k)
    if arguments.image is not None and not os.path.lexists(arguments.image):
        raise FileUnreadable(
            arguments.image, "There is nothing at this path.", next_step="Check the path."
        )
    sheet: Path | None = arguments.contact_sheet
    if sheet is not None and os.path.lexists(sheet):
        raise LibraryError(
            f"{displayable(sheet)} exists already.",
            safe="It was not replaced.",
            next_step="Choose another name.",
        )
    with open_to_read(options) as engine:
        result = engine.searching.search(query)
        if sheet is not None:
            engine.contact_sheets.write(result, sheet)
        is_empty = not result.hits and not engine.catalog.counts()["assets"]
    if result.notice:
        say(result.notice, to=sys.stderr)
    if not arguments.json:
        for hit in result.hits:
            mark = "  (offline)" if hit.asset.is_offline else ""
            mark = "  (missing)" if hit.asset.is_missing else mark
            mark = "  (a team-mate's)" if hit.asset.is_elsewhere else mark
            at = "" if hit.position_ms is None else f" @ {timecode(hit.position_ms)}"
            say(f"{hit.rank:3}  {hit.score:6.3f}  {displayable(hit.asset.path)}{at}{mark}")
        if is_empty:
            say("The library is empty. Add pictures: plantain index FOLDER")
        elif not result.hits:
            say("Nothing found.")
        if sheet is not None:
            say(f"Contact sheet: {displayable(sheet)}")
    return {
        "hits": [
            {
                "rank": hit.rank,
                "asset_id": hit.asset.id,
                "path": os.fspath(hit.asset.path),
                "filename": hit.asset.filename,
                "score": round(hit.score, 6),
                **({} if hit.position_ms is None else {"position_ms": hit.position_ms}),
            }
            for hit in result.hits
        ],
        "model": result.model or None,
    }
