"""Patterns as in a .gitignore, matched in a time that grows with pattern and path, not explodes.

A "*" usually becomes ".*" of a regular expression, which then tries every way to share a name out
among all of them: 20 stars in 80 characters take hours. But the first place where what follows a
star fits is as good as any later one, because the next star can take whatever lies between. So each
step is an atomic group here, which is never tried again (as ``fnmatch.translate`` does for names).
"""

from __future__ import annotations

import re

MOST_CHARACTERS = 1_000
"""Of a pattern that is worth reading; real ones have a few dozen."""

_ANY = "[^/]"
_END = r"(?:/|\Z)"
_ENDS = r"(?=/|\Z)"
_NEVER = "(?!)"
_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r" \t\n\r\f\v",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


class Glob:
    """One pattern, without the "!" before it.

    Args:
        pattern: relative to the top: "drafts/", "*.tif", "/2019/**", "a/**/b".

    Raises:
        ValueError: it means nothing: empty, a comment, too long, or a backslash at its end.
    """

    def __init__(self, pattern: str) -> None:
        words = _without_trailing_spaces(pattern)
        if not words.strip("/") or words.startswith("#") or len(words) > MOST_CHARACTERS:
            raise ValueError(pattern)
        is_folder = words.endswith("/") and not words.endswith("\\/")
        parts = words.removesuffix("/" if is_folder else "").split("/")
        if parts[0] == "":
            parts = parts[1:]
        elif len(parts) == 1:
            parts = ["**", *parts]  # a name alone is meant wherever it is
        self._matches = re.compile(_of_parts(parts, is_folder)).match

    def match(self, path: str) -> bool:
        """True for a path below the top that is meant, itself or by a folder above it; the path of
        a folder ends with "/"."""
        return self._matches(path) is not None


def _of_parts(parts: list[str], is_folder: bool) -> str:
    """Names between slashes; "**" among them stands for any number of folders."""
    made: list[str] = []
    block: list[str] = []
    is_open = False  # behind a "**", which takes as few folders as it can
    for part in [*parts, None]:
        if part is not None and (len(part) < 2 or part.strip("*")):
            block.append(_of_name(part))
            continue
        is_last = part is None
        if block:
            behind = "/" if not is_last or is_folder else _END
            words = "/".join(block) + behind
            made.append(f"(?>(?:[^/]*/)*?{words})" if is_open else f"(?>{words})")
            block = []
            is_open = False
        if is_last and is_open:
            made.append(f"{_ANY}+/" if is_folder else f"(?={_ANY})")
        is_open = is_open or not is_last
    return "".join(made)


def _of_name(name: str) -> str:
    """A pattern without slashes, for exactly one name."""
    fixed = _pieces(name)
    if fixed is None:
        return _NEVER
    first, *others = fixed
    if not others:
        return f"(?>{first}{_ENDS})"
    between = "".join(f"(?>{_ANY}*?{piece})" for piece in others[:-1] if piece)
    return f"(?>(?={_ANY}){first}{between}{_ANY}*{others[-1]}{_ENDS})"


def _pieces(name: str) -> list[str] | None:
    """What stands between the stars, one after the other; None where nothing can match."""
    pieces = [""]
    at = 0
    while at < len(name):
        letter = name[at]
        at += 1
        if letter == "*":
            pieces.append("")
        elif letter == "?":
            pieces[-1] += _ANY
        elif letter == "[":
            found = _bracket(name, at)
            if found is None:
                return None  # with git, too, an open bracket matches nothing
            chars, at = found
            pieces[-1] += chars
        else:
            if letter == "\\":
                if at == len(name):
                    raise ValueError(name)
                letter = name[at]
                at += 1
            pieces[-1] += re.escape(letter)
    return pieces


def _bracket(name: str, at: int) -> tuple[str, int] | None:
    """The characters of "[…]", whose bracket is open before ``at``, and where it goes on."""
    is_negated = name[at : at + 1] in ("!", "^")
    at += is_negated
    begin, chars = at, ""
    while at < len(name) and (name[at] != "]" or at == begin):
        if name.startswith("[:", at) and (end := name.find(":]", at)) > 0:
            chars += _POSIX.get(name[at + 2 : end], "")
            at = end + 2
            continue
        low, at = _letter(name, at)
        high = low
        if name[at : at + 1] == "-" and name[at + 1 : at + 2] not in ("", "]"):
            high, at = _letter(name, at + 1)
        if low <= high:
            chars += f"{re.escape(low)}-{re.escape(high)}"
    if at >= len(name):
        return None
    if is_negated:
        return f"[^/{chars}]", at + 1
    return (f"(?!/)[{chars}]" if chars else _NEVER), at + 1


def _letter(name: str, at: int) -> tuple[str, int]:
    if name[at] == "\\" and at + 1 < len(name):
        at += 1
    return name[at], at + 1


def _without_trailing_spaces(pattern: str) -> str:
    """ "a " means "a", and "a\\ " means "a "."""
    words = pattern.rstrip(" ")
    behind = len(pattern) - len(words)
    escapes = len(words) - len(words.rstrip("\\"))
    return words + " " * (1 if behind and escapes % 2 else 0)
