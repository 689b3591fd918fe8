"""What the tray of references holds, and in which order: no widgets.

The pictures that a person chose come first, then a row for each thing that the prompt names with
those that were proposed for it. What is behind those is kept, so that the next best can take a
picture's place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from operator import itemgetter

from desktop.core.brand_kit import is_from_kit
from desktop.core.generation_record import CHOSEN, Reference
from desktop.services.search.proposals import ThingProposals

SHOWN = 4
"""So many are proposed, or one of each thing where the prompt names more."""


@dataclass(frozen=True, slots=True)
class TrayItem:
    """A reference, and whether it stays when new ones are proposed."""

    reference: Reference
    is_pinned: bool

    @property
    def identity(self) -> object:
        """Two parts of a picture, or two moments of a video, are two references."""
        return _identity(self.reference)


class Empty(Enum):
    """Why nothing goes along for a thing."""

    MISSING = auto()
    """The library has nothing of the kind."""
    SHOWN_ELSEWHERE = auto()
    """All that there is goes along for another thing, or as the person's own choice."""
    LEFT_OUT = auto()
    """The person took it out, or the tray is full."""


@dataclass(frozen=True, slots=True)
class TrayRow:
    """One thing that the prompt names, or the pictures that stand for none.

    Attributes:
        words: of the prompt; empty for the pictures that stand for none.
        places: of its pictures, among all.
        empty: why it has none; None where it has.
    """

    words: str
    places: tuple[int, ...]
    empty: Empty | None = None


class TrayItems:
    """The references, pinned or proposed.

    Attributes:
        items: in the order in which they reach the model; replaced, never changed.
        limit: the most that the generator takes.
    """

    def __init__(self) -> None:
        self.items: tuple[TrayItem, ...] = ()
        self.limit = 0
        self._things: tuple[ThingProposals, ...] = ()
        self._refused: set[object] = set()
        self._passed: set[object] = set()
        """Swapped for the next best; they come again when there is none."""
        self._left_out: set[str] = set()
        """Things of which the person took the last picture out."""

    def rows(self) -> tuple[TrayRow, ...]:
        """Those without a thing first, then one for each thing, in the prompt's order."""
        of_row: dict[int, list[int]] = {}
        for place, item in enumerate(self.items):
            of_row.setdefault(self._row_of(item), []).append(place)
        others = (TrayRow("", tuple(of_row[-1])),) if -1 in of_row else ()
        return others + tuple(
            TrayRow(
                thing.words,
                tuple(of_row.get(number, ())),
                None if number in of_row else self._why_empty(thing),
            )
            for number, thing in enumerate(self._things)
        )

    def can_swap(self, place: int) -> bool:
        """There is another picture of its thing."""
        thing = self._thing_of(self.items[place])
        return thing is not None and bool(self._free(thing, self.items))

    # ------------------------------------------------------------------ changes

    def propose(self, things: Sequence[ThingProposals]) -> None:
        """Replace what was proposed before; what a person chose, pinned or refused stays so."""
        self._things = tuple(things)
        self._left_out &= {thing.words for thing in things}
        items = [item for item in self.items if item.is_pinned]
        shown = Counter(item.reference.words for item in items if self._row_of(item) >= 0)
        for _ in range(max(SHOWN, len(things)) - shown.total()):
            possible = [
                (shown[thing.words], number, free[0])
                for number, thing in enumerate(things)
                if thing.words not in self._left_out and (free := self._free(thing, items))
            ]
            if not possible or len(items) >= self.limit:
                break
            # The best of each thing, then the second best of each.
            _, _, best = min(possible, key=itemgetter(0, 1))
            items.append(TrayItem(best, is_pinned=False))
            shown[best.words] += 1
        self._keep(items)

    def add(self, references: Sequence[Reference]) -> int:
        """A person chose these; proposals give way when the tray is full.

        Returns:
            How many were left out, because there is no room.
        """
        items = list(self.items)
        left_out = 0
        for reference in references:
            if not is_from_kit(reference):
                reference = replace(reference, reason=CHOSEN)
            item = TrayItem(reference, is_pinned=True)
            self._refused.discard(item.identity)
            same = [at for at, old in enumerate(items) if old.identity == item.identity]
            if same:
                items[same[0]] = TrayItem(
                    _joined(items[same[0]].reference, reference), is_pinned=True
                )
                continue
            if len(items) >= self.limit:
                proposed = [at for at, old in enumerate(items) if not old.is_pinned]
                if not proposed:
                    left_out += 1
                    continue
                del items[proposed[-1]]
            items.insert(sum(old.is_pinned for old in items), item)
        self._keep(items)
        return left_out

    def replace_all(self, references: Sequence[Reference]) -> None:
        """Exactly these, pinned."""
        self._refused.clear()
        self._keep([TrayItem(reference, is_pinned=True) for reference in references])

    def exchange(self, old: Sequence[Reference], new: Sequence[Reference]) -> int:
        """``new`` takes the place of ``old``; returns as ``add``."""
        gone = {_identity(each) for each in old} - {_identity(each) for each in new}
        self._keep([item for item in self.items if item.identity not in gone])
        return self.add(new)

    def set_limit(self, limit: int) -> None:
        """Proposals beyond it go, what a person chose stays."""
        self.limit = limit
        items = list(self.items)
        while len(items) > limit and (
            proposed := [at for at, item in enumerate(items) if not item.is_pinned]
        ):
            del items[proposed[-1]]
        self._keep(items)

    def change(self, place: int, reference: Reference) -> None:
        """A person says something of one; from then on it stays."""
        self._put(place, TrayItem(reference, is_pinned=True))

    def toggle_pin(self, place: int) -> None:
        """Keep it when the prompt changes, or let it go."""
        item = self.items[place]
        self._put(place, replace(item, is_pinned=not item.is_pinned))

    def remove(self, place: int) -> None:
        """Take one out; it is not proposed again for this prompt. Where it was the last of its
        thing, nothing is proposed for that until ``fill``."""
        item = self.items[place]
        self._refused.add(item.identity)
        self._keep([each for at, each in enumerate(self.items) if at != place])
        thing = self._thing_of(item)
        if thing is not None and not any(self._thing_of(each) == thing for each in self.items):
            self._left_out.add(thing.words)

    def swap(self, place: int) -> None:
        """The next best picture of its thing takes its place, for the same use; after the last one
        the first comes again."""
        item = self.items[place]
        thing = self._thing_of(item)
        if thing is None or not (free := self._free(thing, self.items)):
            return
        if _identity(free[0]) in self._passed:
            self._passed -= {_identity(each) for each in thing.references}
        self._passed.add(item.identity)
        told = replace(free[0], role=item.reference.role, weight=item.reference.weight)
        self._put(place, replace(item, reference=told))

    def fill(self, words: str) -> bool:
        """The best picture of this thing that is left goes along after all.

        Returns:
            Whether there was room for one.
        """
        [thing] = [each for each in self._things if each.words == words]
        self._left_out.discard(words)
        free = self._free(thing, self.items)
        if not free:  # all were taken out: they may come again
            self._refused -= {_identity(each) for each in thing.references}
            free = self._free(thing, self.items)
        if len(self.items) >= self.limit:
            return False
        self._keep([*self.items, *(TrayItem(each, is_pinned=False) for each in free[:1])])
        return True

    def forget_refused(self) -> None:
        """A new prompt: what was taken out or passed over may be proposed again."""
        self._refused.clear()
        self._passed.clear()
        self._left_out.clear()

    # ------------------------------------------------------------------ inside

    def _put(self, place: int, item: TrayItem) -> None:
        self._keep([item if at == place else old for at, old in enumerate(self.items)])

    def _keep(self, items: Sequence[TrayItem]) -> None:
        self.items = tuple(sorted(items, key=self._row_of))

    def _row_of(self, item: TrayItem) -> int:
        """Number of its thing; -1 where it stands for none."""
        words = item.reference.words
        return next(
            (number for number, thing in enumerate(self._things) if thing.words == words), -1
        )

    def _thing_of(self, item: TrayItem) -> ThingProposals | None:
        row = self._row_of(item)
        return None if row < 0 else self._things[row]

    def _free(self, thing: ThingProposals, items: Sequence[TrayItem]) -> list[Reference]:
        """Its pictures that are not there yet, the best first, and behind them those that were
        passed over."""
        taken = {item.identity for item in items} | self._refused
        free = [each for each in thing.references if _identity(each) not in taken]
        return sorted(free, key=lambda each: _identity(each) in self._passed)

    def _why_empty(self, thing: ThingProposals) -> Empty:
        if thing.is_missing:
            return Empty.MISSING
        if thing.words in self._left_out or self._free(thing, self.items):
            return Empty.LEFT_OUT
        return Empty.SHOWN_ELSEWHERE


def _identity(reference: Reference) -> object:
    name = reference.path if reference.asset_id is None else reference.asset_id
    return name, reference.crop, reference.moment_ms


def _joined(held: Reference, added: Reference) -> Reference:
    """One picture that is there already: what it is for now, and otherwise what it was."""
    if is_from_kit(added):
        return added
    return replace(held, role=added.role or held.role, label=added.label or held.label)
