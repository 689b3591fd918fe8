"""What people read, in their language; what the log says, in English.

A sentence is written in English where it is used, whole, with named places for what is filled in,
and looked up in the compiled catalogue of the language at the time of the call::

    tr("{file} cannot be read: {reason}.", file=file, reason=reason)
    ngettext("one picture", "{count} pictures", count)
    _TITLES = {"all": marked("All pictures")}  # found for the catalogue; tr(_TITLES["all"]) at use

A translation that is missing or broken costs its own sentence at most: that one is then English.
"""

from __future__ import annotations

import gettext
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

DOMAIN = "plantain"
ENGLISH = "en"


Source = tuple[str, tuple[object, ...], Mapping[str, str]]
"""Name of the function of this module that made a text, what it got, and what filled its places."""


class Text(str):
    """A sentence as it is shown, which also knows itself in English, for the log, and how it was
    put together, so that ``core.retelling`` can say it again in another language.

    Anything done with it as with a ``str`` gives a plain ``str``; what puts sentences together is
    ``tr`` and ``sentences``.
    """

    __slots__ = ("english", "source")
    english: str
    source: Source | None

    def __new__(cls, shown: str, english: str, source: Source | None = None) -> Text:
        text = super().__new__(cls, shown)
        text.english = str(english)
        text.source = source
        return text

    def __reduce__(self) -> tuple[type[Text], tuple[str, str, Source | None]]:
        return Text, (str(self), self.english, self.source)


def english(text: str) -> str:
    """The same in English; a plain ``str``, also of text that never was translated."""
    return text.english if isinstance(text, Text) else text


# -- the language of this process ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Language:
    """A language and the folder with its catalogue, as one process hands them to another.

    Attributes:
        code: "en", "zh_CN", …
        folder: holds ``<code>/LC_MESSAGES/plantain.mo``; None for English, which needs none.
    """

    code: str = ENGLISH
    folder: Path | None = None


# One of each a process, like the language that its person reads; set once, by its entry point.
_language = Language()
_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def speak(language: Language) -> None:
    """Show everything in this language from now on. A catalogue that is missing or cannot be read
    leaves English."""
    global _language, _catalogue
    catalogue = gettext.NullTranslations()
    if language.code != ENGLISH and language.folder is not None:
        try:
            catalogue = gettext.translation(DOMAIN, language.folder, [language.code])
        except (OSError, ValueError, LookupError):
            language = Language()
    _language, _catalogue = language, catalogue


def language() -> Language:
    """The one that is spoken, for a process that is started by this one."""
    return _language


def translations() -> gettext.NullTranslations:
    """The catalogue in use, for a library that looks its own words up (argparse)."""
    return _catalogue


# -- sentences -----------------------------------------------------------------------------------


def marked(message: str) -> str:
    """The message itself; marks a constant for the catalogue, to be given to ``tr`` at its use."""
    return message


def tr(message: str, /, **values: object) -> Text:
    """The message in the language of this process, with its places filled in.

    Args:
        message: in English; the key of the catalogue, so always a literal or a ``marked`` one.
        values: what goes into ``{name}``. Whole numbers are written as ``number`` writes them;
            what is a name that looks like a number (a port, a year) comes as ``str``.
    """
    if isinstance(message, Text):
        return message  # translated already
    shown = {name: _shown(value) for name, value in values.items()}
    pattern = _catalogue.gettext(message) if message else ""
    return _filled(pattern, message, shown, ("tr", (message,), shown))


def ngettext(one: str, many: str, count: int, /, **values: object) -> Text:
    """The form that fits ``count``, which fills ``{count}`` in. English has two, others differ."""
    source = one if count == 1 else many
    shown = {name: _shown(value) for name, value in values.items()}
    pattern = _catalogue.ngettext(one, many, count)
    made = ("ngettext", (one, many, count), shown)
    return _filled(pattern, source, {"count": number(count), **shown}, made)


def sentences(*parts: str) -> Text:
    """Whole sentences one after the other, the empty ones left out."""
    first, *rest = [part for part in parts if part] or [""]
    text = first if isinstance(first, Text) else Text(first, first)
    for part in rest:
        text = tr("{first} {second}", first=text, second=part)
    return text


def listed(names: Iterable[str]) -> Text:
    """Names one after the other, as in "a, b, c"."""
    return _joined("listed", names, _pattern("between names", ", "), ", ")


def clauses(parts: Iterable[str]) -> Text:
    """Parts of one sentence, as in "two are missing; one is damaged"."""
    return _joined("clauses", parts, _pattern("between clauses", "; "), "; ")


def _joined(way: str, parts: Iterable[str], mark: str, english_mark: str) -> Text:
    known = tuple(parts)
    in_english = english_mark.join(english(part) for part in known)
    return Text(mark.join(known), in_english, (way, known, {}))


def _filled(pattern: str, source: str, shown: Mapping[str, str], made: Source) -> Text:
    if not shown:
        return Text(pattern, source, made)
    plain = {name: english(value) for name, value in shown.items()}
    in_english = _placed(source, plain, source)
    return Text(_placed(pattern, shown, in_english), in_english, made)


def _placed(pattern: str, values: Mapping[str, str], otherwise: str) -> str:
    try:
        return pattern.format_map(values)
    except (LookupError, ValueError, AttributeError, TypeError):
        return otherwise


def _shown(value: object) -> str:
    if isinstance(value, BaseException) and value.args and isinstance(value.args[0], Text):
        return value.args[0]  # its own ``str`` has lost one of the two sides
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return number(value)
    return str(value)


# -- numbers and times ---------------------------------------------------------------------------


def number(value: float, digits: int = 0) -> Text:
    """A number with so many digits behind the mark: "12,345.7"."""
    # Not as a float where none is asked for: the largest whole numbers are none.
    plain = f"{value:,.{digits}f}" if digits or isinstance(value, float) else f"{value:,}"
    marks = {",": _pattern("thousands", ","), ".": _pattern("decimal mark", ".")}
    shown = "".join(marks.get(letter, letter) for letter in plain)
    return Text(shown, plain, ("number", (value, digits), {}))


def size(count: int) -> Text:
    """Bytes as people count them, in powers of 1,000 as disks are sold: "4.2 MB"."""
    if count < 1000:
        return ngettext("{count} byte", "{count} bytes", count)
    if count < 1000**2:
        return tr("{value} kB", value=_rounded(count / 1000))
    if count < 1000**3:
        return tr("{value} MB", value=_rounded(count / 1000**2))
    return tr("{value} GB", value=_rounded(count / 1000**3))


def duration(seconds: float) -> Text:
    """A span of time in its largest unit: "4.2 s", "3 min", "1.5 h"."""
    if seconds < 60:
        return tr("{value} s", value=_rounded(seconds, least=10))
    if seconds < 3600:
        return tr("{value} min", value=number(seconds / 60))
    return tr("{value} h", value=number(seconds / 3600, 1))


def date(timestamp: float) -> Text:
    """A day, of seconds since the epoch, where this computer is: "2026-11-29"."""
    at = _local(timestamp)
    if at is None:
        return tr("an unknown day")
    values = {
        "year": str(at.tm_year),
        "month": f"{at.tm_mon:02}",
        "day": f"{at.tm_mday:02}",
    }
    form = "{year}-{month}-{day}"
    return _filled(_pattern("date", form), form, values, ("date", (timestamp,), {}))


def moment(timestamp: float) -> Text:
    """A day and a time, as ``date``: "2026-11-29 14:05"."""
    at = _local(timestamp)
    if at is None:
        return tr("an unknown day")
    return tr("{date} {time}", date=date(timestamp), time=f"{at.tm_hour:02}:{at.tm_min:02}")


def _local(timestamp: float) -> time.struct_time | None:
    """None for a time that no calendar here has, which a file or a server may well state."""
    try:
        return time.localtime(timestamp)
    except (OverflowError, ValueError, OSError):
        return None


def _rounded(value: float, least: float = 100) -> Text:
    """One digit behind the mark where it tells something."""
    return number(value, 0 if value >= least else 1)


def _pattern(context: str, message: str) -> str:
    return _catalogue.pgettext(context, message)
