"""What the centre of the window says when it has no pictures to show; decided in one place."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.core.filter import EVERYTHING, NamedFilter
from desktop.core.query import Query
from desktop.core.query_language import parse, terms
from desktop.core.text import ngettext, tr
from desktop.qt.browse.sections import ALL, GENERATED, MISSING, SectionKind, kind_of, title_of
from desktop.qt.search.chip_text import chip_text
from desktop.qt.widgets.empty_state import StateAction, StateText, StateWay

# Ids of actions.
ADD_FOLDER = "library.add_folder"
TRY_DEMO = "library.demo"
OPEN_OTHER = "library.open_other"
RESTORE = "backup.restore"
GET_MODEL = "models.show"
CLEAR_SEARCH = "search.clear_all"
CREATE = "create.show"
OPEN_AGAIN = "library.open_again"
QUIT = "window.quit"
SHOW_ALL = "browse.show_all"
SHOW_WEAKER = "search.show_weaker"
SEARCH_EVERYWHERE = "search.everywhere"


@dataclass(frozen=True, slots=True)
class CentreState:
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
        weaker: how many more it found that have little to do with the query.
        search_problem: why there is none.
        has_model: pictures can be found by meaning.
        is_indexing: pictures are on their way in.
    """

    is_open: bool = False
    problem: str = ""
    remedies: tuple[StateAction, ...] = ()
    assets: int | None = None
    shown: int = 0
    section: NamedFilter = ALL
    query: Query | None = None
    is_answered: bool = False
    weaker: int = 0
    search_problem: str = ""
    has_model: bool = True
    is_indexing: bool = False


def looked_for(query: Query) -> str:
    """A query in words, for titles; what narrows words and pictures is to be read on its chips."""
    meant = parse(query.text).words
    words = tr("“{text}”", text=meant) if meant else ""
    if not query.examples:
        return words or " · ".join(
            chip_text(term.filter, term.text).words for term in terms(query.text) if term.filter
        )
    pictures = tr("this picture") if len(query.examples) == 1 else tr("these pictures")
    return tr("{pictures} with {words}", pictures=pictures, words=words) if words else pictures


def state_for(now: CentreState) -> StateText | None:
    """The words to show, or None: there are pictures to show."""
    if now.problem:
        return StateText(
            "triangle-alert",
            tr("Your library could not be opened"),
            now.problem,
            (
                *now.remedies,
                StateAction(
                    OPEN_AGAIN, tr("Try again"), is_next=not any(r.is_next for r in now.remedies)
                ),
                StateAction(QUIT, tr("Quit")),
            ),
        )
    if not now.is_open or now.assets is None:
        return StateText("images", tr("Opening your library…"), is_busy=True)
    if now.query is not None:
        return _searching(now)
    if now.shown:
        return None
    if now.assets == 0:
        return _empty_library(now)
    return _empty_section(now)


def _searching(now: CentreState) -> StateText | None:
    assert now.query is not None
    clear = StateAction(CLEAR_SEARCH, tr("Back to browsing"))
    get_model = StateAction(GET_MODEL, tr("Get a model…"), is_next=True)
    if now.search_problem:
        needs_model = not now.has_model
        return StateText(
            "scan-search",
            tr("The search failed"),
            now.search_problem,
            (get_model, clear) if needs_model else (clear,),
        )
    if now.shown:
        return None
    if not now.is_answered:
        return StateText("search", tr("Searching…"), is_busy=True)
    if not (now.query.examples or parse(now.query.text).words):
        return _empty_section(now)
    if not now.has_model:
        return StateText(
            "search",
            tr("No file name matches {query}", query=looked_for(now.query)),
            tr(
                "Without a model, Plantain looks for your words in names and "
                "folders only. With one it finds pictures by what they show."
            ),
            (get_model, clear),
        )
    if now.weaker:
        more = ngettext("Show {count} weaker match", "Show {count} weaker matches", now.weaker)
        other = StateAction(GET_MODEL, tr("Other models…"))
        actions = [StateAction(SHOW_WEAKER, more), clear, other]
        if now.section.filter != EVERYTHING:
            actions.append(StateAction(SEARCH_EVERYWHERE, tr("Search the whole library")))
        return StateText(
            "search",
            tr("Nothing really matches {query}", query=looked_for(now.query)),
            tr("Try other words, or a model that knows the language you typed."),
            tuple(actions),
        )
    if now.is_indexing:
        body = tr("Pictures are still being added; what they show can be found in a moment.")
    else:
        body = tr(
            "Try other words, or drop a picture into the search bar to look for similar ones."
        )
    return StateText(
        "search",
        tr("Nothing found for {query}", query=looked_for(now.query)),
        body,
        (clear,),
    )


def _empty_library(now: CentreState) -> StateText:
    if now.is_indexing:
        return StateText(
            "images",
            tr("Reading your pictures…"),
            tr("They appear here as they are read. You can keep working meanwhile."),
            is_busy=True,
        )
    return StateText(
        "images",
        tr("Welcome to Plantain"),
        tr("Find your pictures by what they show, and create from what you find."),
        ways=(
            StateWay(
                "folder-plus",
                tr("Your own pictures"),
                tr(
                    "Add a folder, or drop folders and pictures here. Plantain never moves, copies "
                    "or changes them."
                ),
                (StateAction(ADD_FOLDER, tr("Add folder…"), is_next=True),),
            ),
            StateWay(
                "sparkles",
                tr("The demo"),
                tr("300 pictures with a model of their own. It works at once, without a network."),
                (StateAction(TRY_DEMO, tr("Try the demo")),),
            ),
            StateWay(
                "folder-open",
                tr("A library you have"),
                tr("Open one from another place, or make one of a backup."),
                (
                    StateAction(OPEN_OTHER, tr("Open…")),
                    StateAction(RESTORE, tr("Restore…")),
                ),
            ),
        ),
    )


def _empty_section(now: CentreState) -> StateText:
    show_all = StateAction(SHOW_ALL, tr("Show all pictures"))
    if now.section.filter == GENERATED.filter:
        return StateText(
            "sparkles",
            tr("Nothing created yet"),
            tr(
                "Pictures that you create from your own appear here, with "
                "the prompt and the references that they were made from."
            ),
            (StateAction(CREATE, tr("Create a picture"), is_next=True), show_all),
        )
    if now.section.filter == MISSING.filter:
        return StateText("circle-check", tr("Nothing is missing"), "", (show_all,))
    if kind_of(now.section) is SectionKind.BOARD:
        return StateText(
            "layout-dashboard",
            tr("This board is empty"),
            tr("Drag pictures onto its name at the left, or name it in their details."),
            (show_all,),
        )
    if kind_of(now.section) is SectionKind.FOLDER:
        return StateText("folder", tr("No pictures in this folder"), "", (show_all,))
    return StateText(
        "search",
        tr("No picture is all of this: {conditions}", conditions=title_of(now.section)),
        tr("Take a condition off in the search bar."),
        (show_all,),
    )
