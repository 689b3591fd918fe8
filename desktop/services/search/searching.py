"""Step 5: words, a picture, or both, to ranked assets; and references for a prompt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from desktop.core.annotations import Flag
from desktop.core.asset import Kind
from desktop.core.cancellation import CancelToken
from desktop.core.colour_words import colours_said, is_colours_alone
from desktop.core.errors import UsageError
from desktop.core.filter import Filter, Near
from desktop.core.generation_record import Reference
from desktop.core.prompt_things import things_in
from desktop.core.query import MOST_RELEVANT, Query, Reason, SearchHit, SearchResult, Signal, Why
from desktop.core.query_language import colours_asked, parse
from desktop.core.scripts import unread_script
from desktop.core.text import marked, ngettext, sentences, tr
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.word_search import Words
from desktop.media.thumbnails import ThumbnailCache
from desktop.services.current_model import ModelSwitch
from desktop.services.search.approved import ApprovedVersions
from desktop.services.search.fusion import Weights
from desktop.services.search.proposals import Proposals, for_thing
from desktop.services.search.query_vectors import Direction, QueryVectors
from desktop.services.search.ranking import MUCH, Found, colour_why, conditions_why, ranked
from desktop.services.search.relevance import NOTHING_PASSES, Bar
from desktop.services.search.word_matches import WordMatch, WordMatcher
from desktop.services.vectors.vector_index import VectorIndex

_BY_NAME = marked(
    "So names and folders alone were searched. Download or "
    "import a model, or try the demo model, to search by meaning."
)
_CANDIDATES = 100
"""Of each signal: so many are put into one order, and all that are relevant by it."""
_REFERENCES = Filter(
    is_missing=False,
    is_offline=False,
    is_elsewhere=False,
    is_readable=True,
    is_private=False,
    is_expired=False,
    none_of=(Filter(kinds=(Kind.VIDEO,)), Filter(flag=Flag.REJECTED)),
)
"""What can go with a prompt: pictures on disk, none that may not be sent, and none that a person
rejected. What Plantain made counts less (``proposals``), so that results feed little on results."""


class Searching:
    """Finds assets.

    Args:
        model_switch: knows the encoder that answers, if there is a model.
        weights: how much each signal counts, at the time of a search.
        thumbnails: by which near-duplicates are told.
    """

    def __init__(
        self,
        catalog: Catalog,
        vectors: VectorIndex,
        model_switch: ModelSwitch,
        query_vectors: QueryVectors,
        weights: Callable[[], Weights],
        thumbnails: ThumbnailCache,
    ) -> None:
        self._catalog = catalog
        self._vectors = vectors
        self._model_switch = model_switch
        self._query_vectors = query_vectors
        self._weights = weights
        self._thumbnails = thumbnails

    def prepare(self) -> None:
        """Begin to load the model that answers, so that the first search finds it ready; waits for
        nothing, and does nothing where there is no model.

        Raises:
            ModelError: as ``search``.
        """
        encoder = self._model_switch.encoder().encoder
        if encoder is not None:
            encoder.prepare()

    def settle(self) -> None:
        """Wait until everything that is encoded can be found; for a program that searches in the
        thread in which it writes.

        Raises:
            ModelError, StoreError: as ``search``.
        """
        encoder = self._model_switch.encoder().encoder
        if encoder is not None:
            self._vectors.make_findable(encoder.info.identity)

    def search(
        self,
        query: Query,
        *,
        at_once: bool = False,
        weaker: int | None = None,
        cancel: CancelToken | None = None,
    ) -> SearchResult:
        """The best ``query.limit`` assets among those that its filter and its conditions mean.

        They are ranked by what a model sees, by words of what they are called and of what was said
        about them, and by colours that are named, fused (``fusion``); without a model, by the
        latter two. What is called exactly so is first. Without words and a picture, all that are
        meant come: those that have most of the colours among the conditions, and the newest first.
        Vectors are read alone: what the store has not been sent yet is found by its words.

        Args:
            at_once: rather a preliminary answer than one that takes seconds: of what is relevant
                it has the best.
            weaker: at most so many of the hits have little to do with the query; None: as many as
                its limit lets in.

        Raises:
            QueryError: a condition in the text means nothing.
            UsageError: the query is empty, or by picture while there is no model.
            FileError: the query's picture cannot be read.
            StoreError: the vector store fails.
            Cancelled: as ``cancel`` says.
        """
        if query.is_empty:
            raise UsageError(
                tr("There is nothing to search for."), next_step=tr("Give words or a picture.")
            )
        parsed = parse(query.text)
        plain = replace(query, text=parsed.words, filter=query.filter & parsed.filter)
        found = (
            self._by_conditions(plain, colours_asked(query.text))
            if plain.is_empty
            else self._ranked(
                plain,
                most=_CANDIDATES if at_once else MOST_RELEVANT,
                weaker=weaker,
                at_once=at_once,
                cancel=cancel,
            )
        )
        return replace(found, query=query)

    def _ranked(
        self,
        query: Query,
        *,
        most: int,
        weaker: int | None = None,
        at_once: bool = False,
        cancel: CancelToken | None = None,
    ) -> SearchResult:
        """By words that are only words, or a picture; up to ``most`` relevant hits are counted."""
        cancel = cancel or CancelToken()
        answer = self._model_switch.encoder()
        encoder = answer.encoder
        if encoder is None and answer.notice and not query.text.strip():
            raise UsageError(answer.notice, next_step=tr("Search by this picture in a moment."))
        if encoder is None and not query.text.strip():
            raise UsageError(
                tr("Searching by picture needs a model, and there is none yet."),
                next_step=tr(
                    "Get one first: “Models…” in the window's menu, or “plantain model download "
                    "ViT-B-32” or “plantain model import FILE”; or try the demo model."
                ),
            )
        weaker = query.limit if weaker is None else min(weaker, query.limit)
        word_scores = self._catalog.words.find(query.text, _CANDIDATES, query.filter, most=most + 1)
        alike: dict[int, SearchHit] = {}
        bar, is_preliminary = NOTHING_PASSES, False
        if encoder is not None:
            if not at_once:
                self._query_vectors.calibrate(query, encoder, cancel)
            direction = self._query_vectors.direction(query, encoder)
            bar, is_preliminary = direction.bar, direction.is_preliminary
            alike = self._alike(
                query,
                encoder.info.identity,
                direction,
                max(weaker, _CANDIDATES) + 1,
                most + 1,
                [*word_scores],
            )
        found = self._with_words(query, alike, bar, word_scores, most + 1, cancel)
        order = ranked(found, self._weights())
        relevant = sum(map(found.is_relevant, order))  # those are its first
        has_more = relevant > most
        brought = most if has_more else relevant + weaker
        ids = order[: min(brought, query.limit)]
        assets = self._catalog.assets_by_id([i for i in ids if i not in alike])
        assets |= {i: hit.asset for i, hit in alike.items()}
        kept = [i for i in ids if i in assets]  # one may have just been removed
        hits = tuple(
            replace(alike[i], rank=rank, why=found.why(i))
            if i in alike
            else SearchHit(rank, assets[i], found.share(i), Reason.WORDS, why=found.why(i))
            for rank, i in enumerate(kept, start=1)
        )
        relevant = min(relevant, most)
        relevant -= sum(found.is_relevant(i) for i in ids if i not in assets)
        if encoder is None:
            notice = answer.notice or sentences(self._model_switch.problem(), tr(_BY_NAME))
            return SearchResult(
                query, hits, relevant, has_more, notice=notice, is_preliminary=at_once and has_more
            )
        notice = answer.notice or ("" if hits else self._nothing_found())
        return SearchResult(
            query,
            hits,
            relevant,
            has_more,
            model=encoder.info.name,
            notice=notice,
            unread_script=unread_script(query.text, encoder.info.languages) or "",
            is_preliminary=is_preliminary or (at_once and has_more),
        )

    def _alike(
        self,
        query: Query,
        identity: str,
        direction: Direction,
        limit: int,
        most: int,
        also: list[int],
    ) -> dict[int, SearchHit]:
        """The ``limit`` nearest by their vectors, up to ``most`` where so many are relevant, and
        those of ``also`` that have a vector."""
        vector = direction.vector
        hits = self._vectors.search(identity, vector, limit, query.filter)
        is_cut = len(hits) == limit < most
        if is_cut and hits[-1].score >= direction.bar.relevant_from(hits[0].score):
            limit = most
            hits = self._vectors.search(identity, vector, limit, query.filter)
        alike = {hit.asset.id: hit for hit in hits}
        missed = tuple(i for i in also if i not in alike) if len(hits) == limit else ()
        if missed:
            among = Filter(ids=missed)
            hits += self._vectors.search(identity, vector, len(missed), among)
        return {hit.asset.id: hit for hit in hits}

    def _with_words(
        self,
        query: Query,
        alike: Mapping[int, SearchHit],
        bar: Bar,
        word_scores: Mapping[int, float],
        most: int,
        cancel: CancelToken,
    ) -> Found:
        matcher = WordMatcher(query.text)

        def match(said: Words) -> WordMatch:
            cancel.raise_if_cancelled()
            return matcher.match(said)

        words = self._catalog.words.words_of([*word_scores])
        named = colours_said(query.text)
        codes = [*named.values()]
        is_colour_alone = is_colours_alone(query.text)
        colours: dict[int, float] = {}
        if is_colour_alone:
            shares = self._catalog.colours.find(codes, most, query.filter).items()
            colours = {i: s for n, (i, s) in enumerate(shares) if n < _CANDIDATES or s >= MUCH}
        if named:
            colours |= self._catalog.colours.shares([*alike, *words], codes)
        likeness = {i: hit.score for i, hit in alike.items()}
        best = max(likeness.values(), default=0.0)
        return Found(
            likeness=likeness,
            sureness={i: bar.sureness(score, best) for i, score in likeness.items()},
            relevant_from=bar.relevant_from(best),
            likeness_is=Signal.MEANING if query.text.strip() else Signal.PICTURE,
            words={i: match(said) for i, said in words.items()},
            word_scores=word_scores,
            colours=colours,
            colour_names=[*named],
            is_colour_alone=is_colour_alone,
        )

    def _nothing_found(self) -> str:
        waiting = self._model_switch.pending_count()
        if not waiting:
            return ""
        return ngettext(
            "{count} picture has not been indexed with this model yet: index it first.",
            "{count} pictures have not been indexed with this model yet: index them first.",
            waiting,
        )

    def propose(self, prompt: str, count: int) -> tuple[Reference, ...]:
        """At most ``count`` references for a generation: the best of each thing that the prompt
        names, then the second best of each. Nothing for what the library lacks.

        Empty for an empty prompt.
        """
        return self.propose_each(prompt, count).best(count)

    def propose_each(self, prompt: str, count: int) -> Proposals:
        """For each thing that the prompt names up to ``count`` pictures of it, in its order."""
        things = things_in(prompt) if count > 0 else ()
        approved = ApprovedVersions(self._catalog, self._thumbnails, _REFERENCES)

        def find(words: str) -> Sequence[SearchHit]:
            """What has to do with the words, and can go with a prompt."""
            found = self._ranked(Query(text=words, filter=_REFERENCES), most=_CANDIDATES)
            return approved.of(found.hits[: found.relevant])

        return Proposals(tuple(for_thing(each, count, find, self._vectors_of) for each in things))

    def _vectors_of(self, asset_ids: Sequence[int]) -> Mapping[int, NDArray[np.float32]]:
        encoder = self._model_switch.encoder().encoder
        return {} if encoder is None else self._vectors.of(encoder.info.identity, asset_ids)

    def _by_conditions(self, query: Query, colours: Mapping[str, Near]) -> SearchResult:
        assets = self._catalog.newest(query.filter)
        same = conditions_why(query.filter)
        whys: dict[int, tuple[Why, ...]] = {}
        if colours:
            shares = self._catalog.palettes.shares([*colours.values()])
            assets = sorted(assets, key=lambda asset: -shares.get(asset.id, 0))
            why_of = {n: (*same, colour_why(n / 100, colours)) for n in {*shares.values()}}
            whys = {asset_id: why_of[share] for asset_id, share in shares.items()}
        hits = tuple(
            SearchHit(rank, asset, 1.0, Reason.CONDITIONS, why=whys.get(asset.id, same))
            for rank, asset in enumerate(assets, start=1)
        )
        return SearchResult(query, hits, len(hits))
