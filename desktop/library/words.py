"""Words of any script, in a form that SQLite's full-text index can match.

FTS5's ``unicode61`` tokeniser splits at spaces and punctuation, so a run of Chinese would be one
token that only the whole run finds. Every CJK character therefore becomes a token of its own,
and a CJK query becomes a phrase of such tokens: any substring matches, as people expect.
"""

from __future__ import annotations

import re
import unicodedata

_CJK_CHARACTERS = (
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_CJK = re.compile(f"([{_CJK_CHARACTERS}])")
_RUN = re.compile(f"[{_CJK_CHARACTERS}]+|[^{_CJK_CHARACTERS}]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
_WORD = re.compile(r"[^\W_]+")


def searchable(text: str) -> str:
    """Text as it is put into the index: "goldWatch_红色01.png" -> "gold Watch 红 色 01 png …".

    Names glued together are found both by their parts and whole.
    """
    normal = unicodedata.normalize("NFKC", text)
    parts = " ".join(_WORD.findall(_CAMEL.sub(" ", normal)))
    whole = " ".join(_WORD.findall(normal))
    joined = parts if parts == whole else f"{parts} {whole}"
    return _CJK.sub(r" \1 ", joined)


def match_expression(query: str) -> str:
    """A person's words as an FTS5 expression: every word must occur, Latin ones as prefixes.

    Returns an empty string when the query holds no word at all.
    """
    phrases: list[str] = []
    for word in _WORD.findall(unicodedata.normalize("NFKC", query)):
        for piece in _RUN.findall(word):
            if _CJK.match(piece):
                phrases.append('"' + " ".join(piece) + '"')
            else:
                phrases.append(f'"{piece}"*')
    return " AND ".join(phrases)
