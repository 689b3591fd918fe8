"""The parts of a library that can be shown by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from desktop.core.annotations import Flag, NameCount, TagColour, name_key, tags_above
from desktop.core.asset import displayable_name
from desktop.core.filter import Filter, NamedFilter, is_same
from desktop.core.natural_order import natural
from desktop.core.saved_search import SavedSearch
from desktop.core.text import marked, tr
from desktop.services.reports import LibraryFolder

if TYPE_CHECKING:  # not needed to show the window
    from desktop.library.catalog.asset_columns import Assets

ALL = NamedFilter(marked("All pictures"))
GENERATED = NamedFilter(marked("Generated"), Filter(is_generated=True))
MISSING = NamedFilter(marked("Missing"), Filter(is_missing=True))
OFFLINE = NamedFilter(marked("Offline"), Filter(is_offline=True))
FAVOURITES = NamedFilter(marked("Favourites"), Filter(flag=Flag.FAVOURITE))
REJECTED = NamedFilter(marked("Rejected"), Filter(flag=Flag.REJECTED))
DUPLICATES = NamedFilter(marked("Duplicates"), Filter(is_duplicate=True))


class SectionKind(StrEnum):
    """What can be done with a section, and what is said of an empty one, goes by this."""

    PLAIN = "plain"
    FOLDER = "folder"
    BOARD = "board"
    TAG = "tag"
    SAVED = "saved"


@dataclass(frozen=True, slots=True)
class SavedSection(NamedFilter):
    """A saved search in the sidebar; its filter is that of its conditions.

    Attributes:
        search: all that it asks.
    """

    search: SavedSearch = field(default_factory=lambda: SavedSearch("", ""))


def title_of(section: NamedFilter) -> str:
    """Its name as it is shown; boards, tags and folders are called what people called them."""
    return tr(section.name) if kind_of(section) is SectionKind.PLAIN else section.name


def folder_section(folder: str | Path) -> NamedFilter:
    """A folder with those below it."""
    return NamedFilter(displayable_name(folder), Filter(folder=str(folder)))


def board_section(name: str) -> NamedFilter:
    """What is on a board, in its order."""
    return NamedFilter(name, Filter(board=name))


def tag_section(name: str) -> NamedFilter:
    """What has a tag."""
    return NamedFilter(name, Filter(tag=name))


def kind_of(section: NamedFilter) -> SectionKind:
    """By what it says: that and nothing else makes it a folder, a board or a tag."""
    if isinstance(section, SavedSection):
        return SectionKind.SAVED
    match [*section.filter.said()]:
        case ["folder" | "board" | "tag" as name]:
            return SectionKind(name)
        case _:
            return SectionKind.PLAIN


def joined(sections: Sequence[NamedFilter]) -> NamedFilter:
    """What all of them have; the whole library where there is none."""
    if len(sections) < 2:
        return sections[0] if sections else ALL
    name = " · ".join(title_of(section) for section in sections)
    return NamedFilter(name, Filter(every=tuple(section.filter for section in sections)))


def is_same_section(one: NamedFilter, other: NamedFilter) -> bool:
    """Both are the same of the sidebar."""
    if isinstance(one, SavedSection) or isinstance(other, SavedSection):
        return one == other
    return is_same(one.filter, other.filter)


class SectionRow(NamedTuple):
    """A section as the sidebar lists it.

    Attributes:
        icon: its name.
        pictures: how many it has.
        depth: how many listed folders lie above a folder.
        is_added: a folder that was added itself, not one inside it.
        is_offline: one whose drive or folder is away, with all that is in it.
        is_open: the folders in it are listed; None where there are none.
        colour: token of a tag's; empty for none.
    """

    section: NamedFilter
    icon: str
    pictures: int
    depth: int = 0
    is_added: bool = False
    is_offline: bool = False
    is_open: bool | None = None
    colour: str = ""


def board_rows(boards: Sequence[NameCount]) -> tuple[SectionRow, ...]:
    return tuple(SectionRow(board_section(b.name), "layout-dashboard", b.count) for b in boards)


def saved_rows(
    counted: Sequence[tuple[SavedSearch, int]],
) -> tuple[tuple[SectionRow, ...], tuple[SectionRow, ...]]:
    """Saved searches with how many pictures they find, and those that are listed as boards."""

    def row(search: SavedSearch, count: int) -> SectionRow:
        section = SavedSection(search.name, search.conditions, search)
        return SectionRow(section, "sparkles" if search.is_board else "bookmark", count)

    return (
        tuple(row(*each) for each in counted if not each[0].is_board),
        tuple(row(*each) for each in counted if each[0].is_board),
    )


def tag_rows(
    tags: Sequence[NameCount], colours: Mapping[str, TagColour] | None = None
) -> tuple[SectionRow, ...]:
    """As a tree: each indented below the one that it belongs to."""
    tokens = colour_tokens(colours or {})
    return tuple(
        SectionRow(
            tag_section(tag.name),
            "tag",
            tag.count,
            len(tags_above(tag.name)),
            colour=tokens.get(name_key(tag.name), ""),
        )
        for tag in tags
    )


def colour_tokens(colours: Mapping[str, TagColour]) -> dict[str, str]:
    """Key of a tag's name -> token of its colour."""
    return {name_key(name): f"tag_{colour}" for name, colour in colours.items()}


@dataclass(frozen=True, slots=True)
class Overview:
    """What the sidebar shows, computed off the GUI thread by ``overview``.

    Attributes:
        library: the whole of it, and what is to be known of it.
        folders: those that hold pictures, themselves or below.
        unread: nobody has tried to read so many yet; the sidebar does not show them apart.
    """

    library: tuple[SectionRow, ...] = (
        SectionRow(ALL, "layout-grid", 0),
        SectionRow(GENERATED, "sparkles", 0),
    )
    folders: tuple[SectionRow, ...] = ()
    unread: int = 0


NOTHING = Overview()
_ALWAYS = len(NOTHING.library)


def flagged(known: Overview, flags: Mapping[Flag, int]) -> Overview:
    """With the sections of what is marked, behind those that are always there.

    Args:
        flags: how many pictures have each.
    """
    others = [row for row in known.library if row.section not in (FAVOURITES, REJECTED)]
    marked_ones = (
        SectionRow(FAVOURITES, "heart", flags.get(Flag.FAVOURITE, 0)),
        SectionRow(REJECTED, "circle-x", flags.get(Flag.REJECTED, 0)),
    )
    there = (row for row in marked_ones if row.pictures)
    library = (*others[:_ALWAYS], *there, *others[_ALWAYS:])
    return known if library == known.library else replace(known, library=library)


def overview(
    assets: Assets,
    known: Overview = NOTHING,
    added: Sequence[LibraryFolder] = (),
) -> Overview:
    """Count a library by section. Linear in the assets, and in the folders times
    their depth.

    Args:
        added: the folders of the library; what lies between them and the pictures is listed too.
        known: what was counted before; what has not changed is the very same again, so that nobody
            needs to compare or show it anew.
    """
    # These are shown even when empty: they tell that such a thing exists, and where it will be.
    always = (
        SectionRow(ALL, "layout-grid", len(assets)),
        SectionRow(GENERATED, "sparkles", int(assets.has("is_generated").sum())),
    )
    missing = assets.has("is_missing")
    # What is to be connected; a teammate's drive never was one of this computer's.
    away = assets.has("is_offline") & ~(missing | assets.has("is_elsewhere"))
    if_any = (
        SectionRow(MISSING, "unlink", int(missing.sum())),
        SectionRow(DUPLICATES, "copy", assets.duplicates()),
        SectionRow(OFFLINE, "unplug", int(away.sum())),
    )
    library = (*always, *(row for row in if_any if row.pictures))
    folders = _folder_rows(assets, added)
    return Overview(
        library=known.library if library == known.library else library,
        folders=known.folders if folders == known.folders else folders,
        unread=int((~(assets.says("content_hash") | assets.says("failure") | missing)).sum()),
    )


def _folder_rows(assets: Assets, added: Sequence[LibraryFolder]) -> tuple[SectionRow, ...]:
    """The tree, each folder behind the one that it lies in."""
    # Plantain's own folder is the section "Generated".
    direct = {Path(folder): count for folder, count in assets.in_folders().items()}
    roots = {Path(folder.path): folder for folder in added}
    totals = dict.fromkeys((*roots, *direct), 0)
    for folder in direct:
        above = [folder, *folder.parents]
        top = next((at for at, each in enumerate(above) if each in roots), 0)
        totals.update((each, 0) for each in above[1:top])
    rows: list[SectionRow] = []
    depths = dict.fromkeys(totals, 0)
    away: set[Path] = set()
    for folder, count in direct.items():
        for each in (folder, *folder.parents):
            if each in totals:
                totals[each] += count
    for folder in sorted(totals, key=lambda path: [natural(part) for part in path.parts]):
        above = next((each for each in folder.parents if each in totals), None)
        depths[folder] = 0 if above is None else depths[above] + 1
        root = roots.get(folder)
        if root.is_offline if root is not None else above in away:
            away.add(folder)
        rows.append(
            SectionRow(
                folder_section(folder),
                "unplug" if folder in away and root is not None else "folder",
                totals[folder],
                depths[folder],
                is_added=root is not None,
                is_offline=folder in away,
            )
        )
    return tuple(rows)
