"""What the centre of the window says when it has no pictures to show; decided in one place."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.core.query import Query
from desktop.qt.models.sections import ALL, Section
from desktop.qt.views.empty_state import StateAction, StateText

ADD_FOLDER = "add_folder"
GET_MODEL = "get_model"
CLEAR_SEARCH = "clear_search"
CREATE = "create"
OPEN_AGAIN = "open_again"
LOOK_ON = "look_on"
OPEN_OTHER = "open_other"
REPAIR = "repair"
QUIT = "quit"
SHOW_ALL = "show_all"


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that decides what the centre shows.

    Attributes:
        is_open: the library is open.
        problem: why it could not be opened; empty otherwise.
        remedies: what else can be done then than to try again.
        assets: how many the library holds; None until they were read once.
        shown: how many of them the grid would show.
        section: the part of the library that is browsed.
        query: what is searched for; None while browsing.
        is_answered: the search has its answer.
        search_problem: why there is none.
        has_model: pictures can be found by meaning.
        is_indexing: pictures are on their way in.
    """

    is_open: bool = False
    problem: str = ""
    remedies: tuple[StateAction, ...] = ()
    assets: int | None = None
    shown: int = 0
    section: Section = ALL
    query: Query | None = None
    is_answered: bool = False
    search_problem: str = ""
    has_model: bool = True
    is_indexing: bool = False


def looked_for(query: Query) -> str:
    """A query in words, for titles."""
    words = f"“{query.text}”" if query.text else ""
    picture = "" if query.image is None else "this picture"
    return " with ".join(part for part in (picture, words) if part)


def state_for(now: Situation) -> StateText | None:
    """The words to show, or None: there are pictures to show."""
    if now.problem:
        return StateText(
            "triangle-alert",
            "Your library could not be opened",
            now.problem,
            (
                *now.remedies,
                StateAction(
                    OPEN_AGAIN, "Try again", is_next=not any(r.is_next for r in now.remedies)
                ),
                StateAction(QUIT, "Quit"),
            ),
        )
    if not now.is_open or now.assets is None:
        return StateText("images", "Opening your library…", is_busy=True)
    if now.query is not None:
        return _searching(now)
    if now.shown:
        return None
    if now.assets == 0:
        return _empty_library(now)
    return _empty_section(now)


def _searching(now: Situation) -> StateText | None:
    assert now.query is not None
    clear = StateAction(CLEAR_SEARCH, "Back to browsing")
    get_model = StateAction(GET_MODEL, "Get a model…", is_next=True)
    if now.search_problem:
        needs_model = not now.has_model
        return StateText(
            "scan-search",
            "This search did not work",
            now.search_problem,
            (get_model, clear) if needs_model else (clear,),
        )
    if now.shown:
        return None
    if not now.is_answered:
        return StateText("search", "Searching…", is_busy=True)
    if not now.has_model:
        return StateText(
            "search",
            f"No file name matches {looked_for(now.query)}",
            "Without a model, Plantain looks for your words in names and folders only. "
            "With one it finds pictures by what they show.",
            (get_model, clear),
        )
    if now.is_indexing:
        body = "Pictures are still being added; what they show can be found in a moment."
    else:
        body = "Try other words, or drop a picture into the search bar to look for similar ones."
    return StateText("search", f"Nothing found for {looked_for(now.query)}", body, (clear,))


def _empty_library(now: Situation) -> StateText:
    if now.is_indexing:
        return StateText(
            "images",
            "Reading your pictures…",
            "They appear here as they are read. You can keep working meanwhile.",
            is_busy=True,
        )
    return StateText(
        "folder-plus",
        "Drop folders or pictures here",
        "Plantain shows and searches your pictures where they are. "
        "It never moves, copies or changes them.",
        (StateAction(ADD_FOLDER, "Add folder…", is_next=True),),
    )


def _empty_section(now: Situation) -> StateText:
    show_all = StateAction(SHOW_ALL, "Show all pictures")
    if now.section.kind == "generated":
        return StateText(
            "sparkles",
            "Nothing created yet",
            "Pictures that you create from your own appear here, with the prompt and the "
            "references that they were made from.",
            (StateAction(CREATE, "Create a picture", is_next=True), show_all),
        )
    if now.section.kind == "missing":
        return StateText("circle-check", "Nothing is missing", "", (show_all,))
    if now.section.kind == "board":
        return StateText(
            "layout-dashboard",
            "This board is empty",
            "Drag pictures onto its name at the left, or name it in their details.",
            (show_all,),
        )
    return StateText("folder", "No pictures in this folder", "", (show_all,))
