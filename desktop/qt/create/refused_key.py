"""A key that its service did not accept gives way to another one, if there is any."""

from __future__ import annotations

from collections.abc import Callable

from desktop.core.errors import KeyRefused
from desktop.qt.jobs.context import Context


def give_way(
    context: Context, service: str, error: object, then: Callable[[], object] = lambda: None
) -> None:
    """Another source's key comes first from now on: that of the environment may be good.

    Args:
        service: name of the one that was asked.
        error: why it made nothing; does nothing where the key is not why.
        then: called where there is another key.
    """
    asked = context.engine.generation.image_services.get(service)
    if isinstance(error, KeyRefused) and asked is not None:
        refusing = context.lanes.browse.submit(lambda _: asked.key.refuse())
        refusing.finished.connect(lambda has_other: has_other and then())
