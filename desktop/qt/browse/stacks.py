"""Near-duplicates as one tile: the best of them stands for all until it is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True)
class Stacks:
    """Which pictures look the same.

    Attributes:
        members: number of the stack -> ids, the best first.
        stack_of: id -> number of its stack.
    """

    members: Mapping[int, Sequence[int]] = field(default_factory=dict[int, Sequence[int]])
    stack_of: Mapping[int, int] = field(default_factory=dict[int, int])

    @classmethod
    def of(cls, groups: Iterable[Sequence[int]]) -> Stacks:
        """Each group with its best first; a picture belongs to the first that names it."""
        members: dict[int, list[int]] = {}
        stack_of: dict[int, int] = {}
        for number, ids in enumerate(groups):
            own = [asset_id for asset_id in ids if asset_id not in stack_of]
            if len(own) > 1:
                members[number] = own
                stack_of.update(dict.fromkeys(own, number))
        return cls(members, stack_of)

    def ids_in(self, numbers: Iterable[int]) -> frozenset[int]:
        """All that is in these stacks."""
        return frozenset(asset_id for each in numbers for asset_id in self.members.get(each, ()))

    def those_with(self, ids: Iterable[int]) -> frozenset[int]:
        """Numbers of the stacks that hold one of these."""
        return frozenset(self.stack_of[asset_id] for asset_id in ids if asset_id in self.stack_of)

    def collapsed(
        self, shown: Sequence[Shown], id_of: Callable[[Shown], int], opened: frozenset[int]
    ) -> tuple[list[Shown], dict[int, int]]:
        """What stands for all that is shown, in the same order: of a stack its best one, at the
        place of the first of them; and id -> how many it stands for.

        Args:
            opened: numbers of stacks all of whose pictures are shown, behind the best one.
        """
        there: dict[int, dict[int, Shown]] = {}
        for each in shown:
            number = self.stack_of.get(id_of(each))
            if number is not None:
                there.setdefault(number, {})[id_of(each)] = each
        left: list[Shown] = []
        counts: dict[int, int] = {}
        for each in shown:
            number = self.stack_of.get(id_of(each))
            if number is None:
                left.append(each)
                continue
            stack = there.pop(number, None)  # None: it stands where the first of it was
            if stack is not None:
                ordered = [
                    stack[asset_id] for asset_id in self.members[number] if asset_id in stack
                ]
                left += ordered if number in opened else ordered[:1]
                if len(ordered) > 1:
                    counts[id_of(ordered[0])] = len(ordered)
        return left, counts


NO_STACKS = Stacks()
