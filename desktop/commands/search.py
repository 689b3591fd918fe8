"""``plantain search``: pictures by words, a picture, or both."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from desktop.commands.arguments import path, positive, words
from desktop.commands.opening import open_to_read
from desktop.commands.parser import Commands, Json
from desktop.commands.search_examples import add_examples, require_there
from desktop.commands.terminal import say
from desktop.config.options import EngineOptions
from desktop.core.annotations import MAX_RATING
from desktop.core.asset import displayable
from desktop.core.errors import LibraryError
from desktop.core.filter import Filter, Range
from desktop.core.query import Query
from desktop.core.query_language import parse
from desktop.core.scripts import unread_sentence
from desktop.core.text import sentences, tr
from desktop.core.timecode import timecode


def add_to(commands: Commands) -> None:
    """``search``."""
    search = commands.add("search", _search, tr("find pictures by words, a picture, or both"))
    search.add_argument(
        "text",
        nargs="?",
        default="",
        metavar="TEXT",
        help=tr("words and conditions, such as: red shoes tag:beach rating:>=3 -is:missing"),
    )
    search.add_argument(
        "--saved", type=words, default="", metavar="NAME", help=tr("a search saved in the window")
    )
    add_examples(search)
    search.add_argument("-k", type=positive, default=10, metavar="N", help=tr("how many (10)"))
    search.add_argument("--tag", type=words, default="", metavar="TAG")
    search.add_argument("--folder", type=path, metavar="FOLDER")
    search.add_argument("--min-rating", type=int, choices=range(1, MAX_RATING + 1), metavar="N")
    search.add_argument(
        "--contact-sheet",
        type=path,
        metavar="OUT.png",
        help=tr("the result as one picture, or by the name OUT.pdf as pages"),
    )


def _search(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    wanted = Filter(
        tag=arguments.tag,
        rating=None if arguments.min_rating is None else Range(arguments.min_rating),
    )
    examples = arguments.images or ()
    query = Query(words(arguments.text), examples, arguments.k, wanted)
    folder: Path | None = arguments.folder
    sheet: Path | None = arguments.contact_sheet
    if sheet is not None and os.path.lexists(sheet):
        raise LibraryError(
            tr("{sheet} exists already.", sheet=displayable(sheet)),
            safe=tr("It was not replaced."),
            next_step=tr("Choose another name."),
        )
    with open_to_read(options) as engine:
        require_there(examples, engine.catalog)
        if not query.is_empty:
            engine.searching.prepare()  # while the library is read
        if arguments.saved:
            saved = engine.saved_searches.named(arguments.saved)
            query = replace(
                query,
                text=" ".join(part for part in (saved.text, query.text) if part),
                examples=(*saved.examples, *query.examples),
                filter=saved.filter & query.filter,
            )
            wanted = query.filter
        if folder is not None:
            known = engine.catalog.roots.known_as(Path(os.path.abspath(folder)))  # noqa: PTH100
            query = replace(query, filter=replace(wanted, folder=str(known)))
        if not query.is_empty:
            engine.searching.settle()
        result = engine.searching.search(query)
        # Conditions alone bring all.
        result = replace(result, hits=result.hits[: query.limit])
        if sheet is not None:
            engine.contact_sheets.write(result, sheet)
        is_empty = not result.hits and not engine.catalog.counts()["assets"]
    if result.notice:
        say(result.notice, to=sys.stderr)
    if result.unread_script:
        others = tr("“plantain model list” shows models and their languages.")
        told = unread_sentence(result.model, result.unread_script)
        say(sentences(told, others), to=sys.stderr)
    if not arguments.json:
        if result.hits and not result.relevant:
            say(tr("Nothing really matches {query}", query=_looked_for(result.query)))
            say(tr("Try other words, or a model that knows the language you typed."))
        for hit in result.hits:
            if hit.rank == result.relevant + 1:
                say(tr("Weaker matches:"))
            mark = tr("(offline)") if hit.asset.is_offline else ""
            mark = tr("(missing)") if hit.asset.is_missing else mark
            mark = tr("(a teammate's)") if hit.asset.is_elsewhere else mark
            at = "" if hit.position_ms is None else f" @ {timecode(hit.position_ms)}"
            line = f"{hit.rank:3}  {hit.score:6.3f}  {displayable(hit.asset.path)}{at}"
            why = " · ".join(each.detail for each in hit.why)
            say("  ".join(filter(None, (line, mark, why))))
        if is_empty:
            say(tr("The library is empty. Add pictures: plantain index FOLDER"))
        elif not result.hits:
            say(tr("Nothing found."))
        if sheet is not None:
            say(tr("Contact sheet: {sheet}", sheet=displayable(sheet)))
    return {
        "hits": [
            {
                "rank": hit.rank,
                "asset_id": hit.asset.id,
                "path": os.fspath(hit.asset.path),
                "filename": hit.asset.filename,
                "score": round(hit.score, 6),
                "is_relevant": hit.rank <= result.relevant,
                "why": [
                    {"signal": why.signal, "detail": why.detail, "score": round(why.score, 6)}
                    for why in hit.why
                ],
                **({} if hit.position_ms is None else {"position_ms": hit.position_ms}),
            }
            for hit in result.hits
        ],
        "model": result.model or None,
        "relevant": result.relevant,
        **({"has_more": True} if result.has_more else {}),
    }


def _looked_for(query: Query) -> str:
    """In words, as the window says it."""
    words = parse(query.text).words
    if words:
        return tr("“{text}”", text=words)
    return tr("this picture") if len(query.examples) == 1 else tr("these pictures")
