"""What a person is looking at is read before what they are not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice


class ShownFirst:
    """Told by the window, asked by whoever works off a list of assets; any thread may do both."""

    def __init__(self) -> None:
        self._shown: tuple[int, ...] = ()

    def show(self, asset_ids: Iterable[int]) -> None:
        """These are in view now, instead of those before."""
        self._shown = tuple(asset_ids)

    def parts(self, waiting: Sequence[int], size: int) -> Iterator[list[int]]:
        """All that wait, each once, in parts of up to ``size``: those first that are in view when
        the part is asked for, and then as they come."""
        rest, in_order = set(waiting), iter(waiting)
        while rest:
            part = [asset_id for asset_id in self._shown if asset_id in rest][:size]
            rest.difference_update(part)
            following = list(islice((i for i in in_order if i in rest), size - len(part)))
            rest.difference_update(following)
            yield part + following
