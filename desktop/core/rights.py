"""What may be done with a picture: whether it may leave this machine, how long, by which licence.

People say it of a picture, of a board or of a folder; a picture has what is said of it, of every
board it is on, of every folder around it, and of whatever it was made from. The strictest counts:
private where anything says so, until the earliest of the days.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from desktop.core.errors import UsageError
from desktop.core.text import tr

MAX_LICENCE = 200
"""Characters."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What is said of one picture, board or folder.

    Attributes:
        is_private: it never leaves this machine.
        licence: the person's own words for it; empty for none.
        expires: last day on which it may be used, as "2026-12-31"; empty for no end.
    """

    is_private: bool = False
    licence: str = ""
    expires: str = ""

    def has_expired(self, today: date | None = None) -> bool:
        """Its last day is over.

        Args:
            today: of the calendar of this computer when None.
        """
        return bool(self.expires) and self.expires < (today or date.today()).isoformat()

    def forbid_sending(self, today: date | None = None) -> bool:
        """It may not be sent to a service."""
        return self.is_private or self.has_expired(today)


NO_RIGHTS = Rights()


class Origin(StrEnum):
    """Of what something was said."""

    PICTURE = "picture"
    BOARD = "board"
    FOLDER = "folder"
    COPY = "copy"
    """Another file in the library with the same bytes."""
    SOURCE = "source"
    """A picture that this one was made from."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One of the things that bind a picture.

    Attributes:
        name: of the board, the folder (its path) or the picture (its file's name) that says it.
    """

    origin: Origin
    name: str
    rights: Rights

    def reason(self, today: date | None = None) -> str:
        """Why the picture may not be sent, for the person; empty where this does not forbid it."""
        rights, name = self.rights, self.name
        if rights.is_private:
            match self.origin:
                case Origin.PICTURE:
                    return tr("It is marked “never leaves this machine”.")
                case Origin.BOARD:
                    return tr(
                        "Its board “{name}” is marked “never leaves this machine”.", name=name
                    )
                case Origin.FOLDER:
                    return tr("Its folder {name} is marked “never leaves this machine”.", name=name)
                case Origin.COPY:
                    return tr(
                        "It is the same as {name}, which is marked “never leaves this machine”.",
                        name=name,
                    )
                case Origin.SOURCE:
                    return tr(
                        "It was made from {name}, which is marked “never leaves this machine”.",
                        name=name,
                    )
        if not rights.has_expired(today):
            return ""
        day = rights.expires
        match self.origin:
            case Origin.PICTURE:
                return tr("Its licence ended on {day}.", day=day)
            case Origin.BOARD:
                return tr("The licence of its board “{name}” ended on {day}.", name=name, day=day)
            case Origin.FOLDER:
                return tr("The licence of its folder {name} ended on {day}.", name=name, day=day)
            case Origin.COPY:
                return tr(
                    "It is the same as {name}, whose licence ended on {day}.", name=name, day=day
                )
            case Origin.SOURCE:
                return tr(
                    "It was made from {name}, whose licence ended on {day}.", name=name, day=day
                )


def strictest(rights: Iterable[Rights]) -> Rights:
    """What all of them say together."""
    said = [*rights]
    licences = dict.fromkeys(each.licence for each in said if each.licence)
    return Rights(
        any(each.is_private for each in said),
        "; ".join(licences),
        min((each.expires for each in said if each.expires), default=""),
    )


def clean_licence(typed: str) -> str:
    """A licence as it is kept: one line, trimmed.

    Raises:
        UsageError: it is too long, or holds what cannot be shown.
    """
    licence = " ".join(unicodedata.normalize("NFC", typed).split())
    if len(licence) > MAX_LICENCE:
        raise UsageError(tr("A licence can have {most} characters at most.", most=MAX_LICENCE))
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in licence):
        raise UsageError(
            tr("A licence cannot hold control characters."), safe=tr("Nothing was changed.")
        )
    return licence


def clean_day(typed: str) -> str:
    """A day as it is kept; empty for none.

    Raises:
        UsageError: it is no day.
    """
    text = typed.strip()
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError as error:
        raise UsageError(
            tr("“{day}” is no day.", day=text),
            safe=tr("Nothing was changed."),
            next_step=tr("Write it as in “2026-12-31”."),
        ) from error


def clean_rights(rights: Rights) -> Rights:
    """As it may be kept, wherever it comes from. Raises: UsageError."""
    return Rights(bool(rights.is_private), clean_licence(rights.licence), clean_day(rights.expires))
