"""Every screen and dialog of the window, for people to look at and for tests to go through.

``SCREENS`` lists them. Each is shown on a ``Stage`` of its own, so any of them can be shown alone::

    stage = Stage(theme, thumbnails)
    widget = screen.show(stage)
    ...
    stage.clear()
"""

from tests.gallery import (
    browsing,
    creating,
    editing,
    getting_a_model,
    looking,
    managing,
    opening,
    preferring,
    queueing,
)
from tests.gallery.stage import Screen, Stage, write_thumbnails

_SCREENS = (
    *opening.SCREENS,
    *browsing.SCREENS,
    *looking.SCREENS,
    *creating.SCREENS,
    *queueing.SCREENS,
    *editing.SCREENS,
    *managing.SCREENS,
    *getting_a_model.SCREENS,
    *preferring.SCREENS,
)
SCREENS: tuple[Screen, ...] = tuple(sorted(_SCREENS, key=lambda screen: screen.name))
"""In the order of their numbers."""

__all__ = ["SCREENS", "Screen", "Stage", "write_thumbnails"]
