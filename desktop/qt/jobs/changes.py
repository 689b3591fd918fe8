"""What has changed, told once to every view that shows it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal


@dataclass(frozen=True, slots=True)
class Changes:
    """What an operation may have changed. A view looks at what it shows and reads that anew.

    Attributes:
        assets: which pictures there are, or what is known of their files.
        annotations: tags, stars, boards or notes.
        ignored_less: pictures that were ignored until now may be in the known folders.
        model: another model finds pictures by meaning.
        vectors: a search finds pictures by meaning that it did not find a moment ago.
        is_partial: there is more of it to come soon, so a view may wait.
    """

    assets: bool = False
    annotations: bool = False
    ignored_less: bool = False
    model: bool = False
    vectors: bool = False
    is_partial: bool = False


class ChangeHub(QObject):
    """Operations tell it what they changed; views listen to it, and to no operation."""

    changed = Signal(object)
    """Changes."""

    def tell(self, changes: Changes) -> None:
        """Tell every view."""
        if changes != Changes():
            self.changed.emit(changes)
