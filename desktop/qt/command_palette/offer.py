"""What the palette and the sheet of shortcuts list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be done, or gone to.

    Attributes:
        text: its name, as it is shown; looked for in English as well.
        place: under which heading it belongs.
        menu: the menu that has it too; empty for none.
        keys: shortcuts as this system writes them, the first one first.
        why_not: why it cannot be done now; empty when it can.
        is_goal: something to go to, listed only when it is looked for.
    """

    text: str
    run: Callable[[], object]
    place: str = ""
    menu: str = ""
    keys: tuple[str, ...] = ()
    why_not: str = ""
    icon: str = ""
    is_goal: bool = False
