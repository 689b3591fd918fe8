"""Names taken out of reports: of people, computers, folders and files.

Errs on the side of hiding. A path is hidden as a whole when it lies where people keep things, and
because names may hold anything, up to the last known file name suffix of its line, or else up to
the line's end. Plantain's and Python's own files keep their names: they say where an error is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from pathlib import Path

_SUFFIX = (
    r"\.(?:jpe?g|jpe|jfif|png|apng|webp|gif|bmp|tiff?|heic|heif|hif|avif|psd|psb|svgz?|pdf|ai|eps"
    r"|jp2|j2k|jpf|jpx|jxl|ico|tga|cr2|cr3|nef|arw|dng|raf|orf|rw2|pef|srw|raw"
    r"|mp4|m4v|mov|webm|mkv|avi|xmp|txt|csv|json|zip|safetensors|pt|pth|bin)(?!\w)"
)
_END = r"(?![\w\-]|\.\w)"
"""Behind a path: "/home/ann" is not the beginning of "/home/annabel" or "/home/ann.old"."""
_PRIVATE_REST = re.compile(rf"(?:[/\\].*{_SUFFIX}|[/\\].*)?", re.IGNORECASE)
_OWN_REST = re.compile(r"(?:[/\\]+[\w.@+\-]+)*")
_SYSTEM = r"(?:usr|lib|lib64|bin|sbin|proc|sys|etc|dev|System|Library/Frameworks)/"
_ANY_PATH = re.compile(
    rf"(?:file:/+|(?<![\w/\\:.<>~\-])(?:~[/\\]|/(?!{_SYSTEM})(?=[^\s/])|[A-Za-z]:[/\\](?!Windows\b)"
    rf"|\\\\(?=\w)))(?:.*{_SUFFIX}|.*)",
    re.IGNORECASE,
)
_FILE_NAME = re.compile(rf"""[^\s<>/\\"'“”‘’…:=(\[]{{1,255}}(?P<suffix>{_SUFFIX})""", re.IGNORECASE)
_ANY_SUFFIX = re.compile(_SUFFIX, re.IGNORECASE)
_LONGEST_NAME = 255
_LONGEST_LINE = 4_000
"""Characters of a line that are told: every place in it is looked at as the beginning of a path."""
_NOBODY = frozenset({"", "root", "user", "admin", "administrator", "home", "localhost", "desktop"})
"""Names that tell nothing of anybody, and that are words of logs besides."""


class Anonymiser:
    """Makes text fit for strangers.

    Args:
        own: folders of the program (Python's, Plantain's) -> what to call them; what lies below
            them keeps its name.
        private: folders of the person -> what to call them; all below them is hidden.
        names: of files that must not be told even without their folder.
        words: names of people and computers -> what to call them.
    """

    def __init__(
        self,
        own: Iterable[tuple[Path, str]],
        private: Iterable[tuple[Path, str]],
        names: Collection[str],
        words: Iterable[tuple[str, str]],
    ) -> None:
        self._labels: dict[str, tuple[str, bool]] = {}
        for folders, is_private in ((private, True), (own, False)):
            for folder, label in folders:
                for spelled in _spellings(folder):
                    self._labels[spelled] = (label, is_private)
        # The longest first: a library inside the home folder is a library.
        places = sorted(self._labels, key=len, reverse=True)
        self._place = re.compile(
            f"(?:file://)?(?P<place>{'|'.join(map(re.escape, places)) or '(?!)'}){_END}",
            re.IGNORECASE,
        )
        self._names = {unicodedata.normalize("NFC", name) for name in names}
        self._words = {word.lower(): label for word, label in words if _tells(word)}
        spelled = sorted(map(re.escape, self._words), key=len, reverse=True)
        self._word = re.compile(rf"(?<!\w)(?:{'|'.join(spelled) or '(?!)'})(?!\w)", re.IGNORECASE)

    def text(self, text: str) -> str:
        """Any text, line by line."""
        normal = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
        return "\n".join(map(self._line, normal.split("\n")))

    def _line(self, line: str) -> str:
        if len(line) > _LONGEST_LINE:
            line = line[:_LONGEST_LINE] + "…"
        done = ""
        while match := self._place.search(line):
            label, is_private = self._labels[match["place"].lower()]
            done += self._without_paths(line[: match.start()]) + label
            line = line[match.end() :]
            rest = (_PRIVATE_REST if is_private else _OWN_REST).match(line)
            assert rest is not None  # it may be empty
            if rest[0]:
                done += "/…" if is_private else rest[0].replace("\\", "/")
            line = line[rest.end() :]
        line = done + self._without_paths(line)
        return self._word.sub(lambda found: self._words[found[0].lower()], line)

    def _without_paths(self, text: str) -> str:
        text = _ANY_PATH.sub("<path>", text)
        return _FILE_NAME.sub(r"<file>\g<suffix>", self._without_names(text))

    def _without_names(self, text: str) -> str:
        """Known names may hold spaces, so every beginning before a suffix is tried."""
        at = 0
        while match := _ANY_SUFFIX.search(text, at):
            at = match.end()
            for start in range(max(0, at - _LONGEST_NAME), match.start() + 1):
                if text[start:at] in self._names:
                    shown = f"<file>{match[0]}"
                    text = text[:start] + shown + text[at:]
                    at = start + len(shown)
                    break
        return text


def _spellings(folder: Path) -> set[str]:
    """As logs, tracebacks and addresses write it."""
    plain = unicodedata.normalize("NFC", str(folder).encode("utf-8", "replace").decode())
    forms = {plain, plain.replace("\\", "\\\\"), plain.replace("\\", "/")}
    if folder.is_absolute():
        forms.add(folder.as_uri().removeprefix("file://"))
    # The file system's top is in every path and tells nothing.
    return {form.lower() for form in forms if len(form.strip("/\\")) > 2}


def _tells(word: str) -> bool:
    return len(word) > 2 and word.lower() not in _NOBODY
