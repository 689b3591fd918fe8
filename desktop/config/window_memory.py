"""What a window looked like and showed, and which libraries there were: forgotten without harm."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, cast

from msgspec import Meta

from desktop.files.atomic import write_file
from desktop.files.checked_json import MalformedJson, checked, parse_json
from desktop.files.regular_file import read_guarded

MOST_LIBRARIES = 12
_Pixels = Annotated[int, Meta(ge=-100_000, le=100_000)]
_Number = Annotated[int, Meta(ge=0)]


@dataclass(frozen=True, slots=True)
class WindowState:
    """Where the window was, and its panels; pixels of the screen, without the frame.

    Attributes:
        left, top, width, height: when it was not maximised. A width of 0: none is remembered.
        sidebar, right: widths of the panels, 0 for what is usual.
        right_tab: the panel's place among the tabs of the right panel.
    """

    left: _Pixels = 0
    top: _Pixels = 0
    width: _Pixels = 0
    height: _Pixels = 0
    is_maximized: bool = False
    sidebar: _Pixels = 0
    right: _Pixels = 0
    is_right_shown: bool = True
    right_tab: _Number = 0


@dataclass(frozen=True, slots=True)
class GridPlace:
    """How far a grid was scrolled, by what was at its top.

    Attributes:
        asset_id: the first picture in view; 0 for the very top.
        beyond: pixels of its line that had gone by.
    """

    asset_id: _Number = 0
    beyond: _Pixels = 0


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """What the window showed of one library.

    Attributes:
        query: the text of the search bar, its conditions included.
        order, hit_order: how pictures and results were sorted; empty for what is usual.
        browsed, found: how far down it was scrolled, while browsing and in the results.
        closed_folders: those of the sidebar whose inner folders are not listed.
        turned: the orders that were the other way round.
        is_stacked: near-duplicates stood behind their best one.
        opened: pictures (their ids) whose stack was open all the same.
    """

    query: str = ""
    order: str = ""
    hit_order: str = ""
    browsed: GridPlace = field(default_factory=GridPlace)
    found: GridPlace = field(default_factory=GridPlace)
    closed_folders: tuple[str, ...] = ()
    turned: tuple[str, ...] = ()
    is_stacked: bool = False
    opened: tuple[_Number, ...] = ()


@dataclass(frozen=True, slots=True)
class Memory:
    """All of it.

    Attributes:
        libraries: folders of the libraries that were open, the last one first.
        places: what was shown, by the library's folder.
        seen_version: of Plantain, whose news were told; empty before the first start.
    """

    window: WindowState = field(default_factory=WindowState)
    libraries: tuple[str, ...] = ()
    places: dict[str, ShownPlace] = field(default_factory=dict[str, ShownPlace])
    seen_version: str = ""


def load_memory(path: Path) -> Memory:
    """What was kept; whatever of it cannot be read is forgotten."""
    try:
        raw = parse_json(read_guarded(path))
    except (OSError, MalformedJson):
        return Memory()
    if not isinstance(raw, dict):
        return Memory()
    values = cast("dict[str, Any]", raw)
    found = Memory()
    kinds = (("window", WindowState), ("libraries", tuple[str, ...]), ("seen_version", str))
    for name, kind in kinds:
        with contextlib.suppress(MalformedJson):
            found = replace(found, **{name: checked(values.get(name), kind)})
    places = values.get("places")
    if isinstance(places, dict):
        for library, told in cast("dict[str, Any]", places).items():
            with contextlib.suppress(MalformedJson):
                found.places[library] = checked(told, ShownPlace)
    return found


def save_memory(path: Path, memory: Memory) -> None:
    """Keep it. Raises: OSError."""
    libraries = memory.libraries[:MOST_LIBRARIES]
    places = {name: place for name, place in memory.places.items() if name in libraries}
    kept = replace(memory, libraries=libraries, places=places)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(kept), indent=1, ensure_ascii=True)
    write_file(path, text.encode(), replace=True, mode=0o600)  # it says what was searched for


class WindowMemory:
    """The memory of a window on one library.

    Args:
        path: of the file; read now, for the window is shown by it.
        library: folder of the library.
    """

    def __init__(self, path: Path, library: Path) -> None:
        self._path = path
        self._library = str(library)
        self._memory = load_memory(path)

    @property
    def window(self) -> WindowState:
        return self._memory.window

    @property
    def place(self) -> ShownPlace:
        return self._memory.places.get(self._library, ShownPlace())

    @property
    def libraries(self) -> tuple[Path, ...]:
        """Those that were open, the last one first; this one is not among them."""
        return tuple(Path(each) for each in self._memory.libraries if each != self._library)

    def news_of(self, version: str) -> str | None:
        """The version whose news a person has seen before this one, which is remembered as seen;
        None where there is no news: at the first start of all, or of this version.

        Raises:
            OSError: it could not be remembered; the news is not told, or it would be each time.
        """
        now = load_memory(self._path)
        if now.seen_version == version:
            return None
        save_memory(self._path, replace(now, seen_version=version))
        is_first = not now.seen_version and not now.libraries
        return None if is_first else now.seen_version

    def keep(self, window: WindowState, place: ShownPlace | None) -> None:
        """Remember these. Another window may have kept its own since.

        Args:
            place: None where nothing was shown, or is to be forgotten.

        Raises:
            OSError: they could not be saved.
        """
        now = load_memory(self._path)
        places = {name: each for name, each in now.places.items() if name != self._library}
        if place is not None:
            places[self._library] = place
        others = tuple(each for each in now.libraries if each != self._library)
        self._memory = Memory(window, (self._library, *others), places, now.seen_version)
        save_memory(self._path, self._memory)
