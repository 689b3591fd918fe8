"""The main job from one end to the other, on sample pictures; for the demo and the self-test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from desktop.commands.terminal import follow
from desktop.core.asset import displayable
from desktop.core.cancellation import CancelToken
from desktop.core.generation_record import GenerationRequest
from desktop.core.query import Query
from desktop.core.text import duration, tr
from desktop.services.engine import Engine

_QUERIES = ("a golden watch", "红色披风")
_PROMPT = "a red silk cape with gold trim"
_REFERENCES = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done: what, how it went, and what came out."""

    name: str
    is_ok: bool
    lines: tuple[str, ...]


def walk_through(engine: Engine, samples: Path) -> Iterator[Step]:
    """Index ``samples``, search, propose references, make a mood board, find it again.

    Raises:
        PlantainError: a step could not be taken at all.
    """
    cancel = CancelToken()
    report = follow(engine.indexing.run([samples], cancel))
    yield Step(
        tr("index"),
        report.added + report.unchanged > 0 and not report.failed,
        (
            tr(
                "{found} pictures found, {added} added in {time}",
                found=report.found,
                added=report.added,
                time=duration(report.seconds),
            ),
        ),
    )
    for text in _QUERIES:
        hits = engine.searching.search(Query(text=text, limit=5)).hits
        yield Step(
            tr("search “{text}”", text=text),
            len(hits) == 5,
            tuple(f"{hit.score:6.3f}  {displayable(hit.asset.path)}" for hit in hits),
        )
    references = engine.searching.propose(_PROMPT, _REFERENCES)
    yield Step(
        tr("references for “{prompt}”", prompt=_PROMPT),
        len(references) == _REFERENCES,
        tuple(f"{r.score or 0:6.3f}  {displayable(r.path)}" for r in references),
    )
    request = GenerationRequest(prompt=_PROMPT, references=references, generator="moodboard")
    made = follow(engine.generation.generating.run(request, cancel))
    is_searchable = follow(engine.indexing.make_searchable(made.asset_ids, cancel))
    yield Step(
        tr("make a {generator}", generator=made.generator),
        is_searchable,
        (displayable(made.asset.path),),
    )
    everything = engine.catalog.counts()["assets"]
    again = engine.searching.search(Query.like(made.asset.path, limit=everything)).hits
    ranks = [hit.rank for hit in again if hit.asset.id == made.asset.id]
    yield Step(
        tr("find it again"),
        ranks == [1],
        (tr("rank {rank} of {all}", rank=ranks[0], all=everything) if ranks else tr("not found"),),
    )
    lineage = engine.browsing.details(made.asset.id).lineage
    yield Step(
        tr("its lineage"),
        lineage is not None
        and lineage.request.prompt == _PROMPT
        and len(lineage.request.references) == _REFERENCES,
        (
            tr(
                "{count} references recorded",
                count=len(lineage.request.references) if lineage else 0,
            ),
        ),
    )
