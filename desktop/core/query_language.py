"""What a person types to search: words, and conditions on what may be found.

::

    query     = { term } ;
    term      = [ "-" ] ( condition | phrase | word ) ;
    condition = field ":" value ;
    phrase    = '"' characters '"' ;      as it stands in a name, tag, note, prompt or picture
    value     = '"' characters '"' | characters without space ;

    tag:NAME  board:NAME  folder:NAME     a folder by its name or its whole path, those below too
    text:WORDS                            written in the picture: a label, a poster
    type:jpeg                             a format, or still, animation, document, video
    rating:4  rating:>=3  rating:1..3     stars; 0: not rated
    date:2025  date:2025-03..  date:..2025-03-14    when it was taken, as the file says; where it
                                          does not, when the file was changed
    modified:2025-03                      when the file was changed
    added:2025-03                         when the library first saw it
    size:>2MB  size:100kB..2MB            of the file; 1 kB is 1000 bytes
    pixels:>12MP                          width times height, in millions
    ratio:16:9  ratio:1.5..               width by height, within 2 %
    shape:landscape                       or portrait, square
    color:#ff8800  color:navy  color:米色  one of its main colours is about this one; a vivid one by
                                          its name stands for its family
    color:red~  color:red~12              also what is less like it; 12 hundredths in Oklab at most,
                                          of which an eye can just tell 2
    color:red>30%  color:red~12>30%       so much of what it shows before its ground is
    camera:"canon r5"  lens:85mm          words of what the camera wrote into the file
    copyright:doe                         words of the notice in the file
    keyword:harbour                       that another program wrote into the file
    prompt:"red cape"  model:banana       words of the prompt that it was made with, of the model
    from:aurora.png                       made from a reference with this in its name or folder
    kit:"Spring 2027"                     made with this brand kit
    is:generated                          or missing, offline, duplicate, tagged, untagged,
                                          unrated, favourite, kept, rejected, readable,
                                          unreadable, teammates, private (never leaves this
                                          machine), expired (its licence is over),
                                          made-from-expired

All terms hold together. ``-`` turns a term round; before a word it leaves out what has that word.
A word that merely contains a colon ("12:30", a web address) is a word.

What a condition means is in ``core.query_fields``; ``core.query_writing`` is the way back.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo

from desktop.core.errors import UsageError
from desktop.core.filter import EVERYTHING, Filter, Near
from desktop.core.query_fields import FIELDS
from desktop.core.query_values import WrongValue
from desktop.core.text import tr

_TERM = re.compile(
    r"""(?P<minus>-?)(?:(?P<field>[A-Za-z]+):(?P<value>"[^"]*"?|\S*)|"(?P<phrase>[^"]*)"?"""
    r"""|(?P<word>\S+))"""
)


class QueryError(UsageError):
    """A condition means nothing; the message says which, and what could have been meant.

    Attributes:
        start, end: where it stands in the text.
        instead: what could stand there.
    """

    def __init__(self, message: str, next_step: str, start: int, end: int, instead: str) -> None:
        super().__init__(message, next_step=next_step)
        self.start = start
        self.end = end
        self.instead = instead


@dataclass(frozen=True, slots=True)
class Term:
    """A word, a phrase or a condition, as it was typed.

    Attributes:
        start, end: where it stands in the text.
        filter: what it means; None for a word that is looked for by meaning.
    """

    text: str
    start: int
    end: int
    filter: Filter | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """What was typed, taken apart.

    Attributes:
        words: what is looked for by meaning, in their order, without conditions and phrases.
        filter: among what.
    """

    words: str
    filter: Filter = EVERYTHING


def parse(text: str, zone: tzinfo | None = None) -> Parsed:
    """Take apart what was typed.

    Args:
        zone: in which days begin and end; the computer's when None.

    Raises:
        QueryError: a condition means nothing.
    """
    found = [*terms(text, zone)]
    parts = [term.filter for term in found if term.filter is not None]
    return Parsed(
        " ".join(term.text for term in found if term.filter is None),
        _joined([part for part in parts if part != EVERYTHING]),
    )


def terms(text: str, zone: tzinfo | None = None) -> Iterator[Term]:
    """What was typed, one by one in its order; for arguments and errors see ``parse``."""
    for match in _TERM.finditer(text):
        part = _meaning(match, zone)
        if part is not None and part != EVERYTHING and match["minus"]:
            part = ~part
        yield Term(match.group(), *match.span(), part)


def colours_asked(text: str) -> dict[str, Near]:
    """The colours that must be there, each by its name as it was typed: "color:navy~>30%" ->
    {"navy": …}. Raises: QueryError."""
    return {
        re.split("[~>]", term.text.partition(":")[2])[0].strip(' "'): term.filter.near
        for term in terms(text)
        if term.filter is not None and term.filter.near is not None
    }


@dataclass(frozen=True, slots=True)
class Typing:
    """The term in which the cursor is.

    Attributes:
        start, end: where it stands in the text.
        field: what is before its colon; empty for none.
        value: what is behind it, without quotes, or the word.
        is_condition: it is more than a word, and means something only when it is whole.
    """

    start: int
    end: int
    field: str
    value: str
    is_condition: bool


def typing_at(text: str, cursor: int) -> Typing | None:
    """What is being typed; None between two terms."""
    for match in _TERM.finditer(text):
        if match.start() <= cursor <= match.end():
            name = (match["field"] or "").casefold()
            value = match["value"] if name else match["phrase"] or match["word"] or ""
            is_condition = bool(name or match["minus"] or match["phrase"] is not None)
            return Typing(*match.span(), name, value.strip('"'), is_condition)
    return None


def _joined(parts: list[Filter]) -> Filter:
    if len(parts) < 2:
        return parts[0] if parts else EVERYTHING
    return Filter(every=tuple(parts))


def _meaning(match: re.Match[str], zone: tzinfo | None) -> Filter | None:
    """None for a plain word."""
    if match["phrase"] is not None:
        return Filter(phrase=match["phrase"].strip()) if match["phrase"].strip() else EVERYTHING
    if match["field"] is None:
        is_left_out = match["minus"] and match["word"].strip("-")
        return Filter(phrase=match["word"]) if is_left_out else None
    name, value = match["field"].casefold(), match["value"].strip('"').strip()
    field = FIELDS.get("color" if name == "colour" else name)
    start, end = match.span()
    if field is None:
        near = difflib.get_close_matches(name, FIELDS, 1, cutoff=0.6)
        if not near:
            return Filter(phrase=match.group()[1:]) if match["minus"] else None
        raise QueryError(
            tr("There is no condition “{name}:”.", name=match["field"]),
            tr("Did you mean “{name}:”?", name=near[0]),
            start,
            end,
            f"{match['minus']}{near[0]}:{match['value']}",
        )
    try:
        return field(value, zone)
    except WrongValue as wrong:
        raise QueryError(
            tr("“{condition}” means nothing.", condition=match.group()),
            wrong.takes,
            start,
            end,
            f"{match['minus']}{match['field']}:{wrong.instead}",
        ) from None
