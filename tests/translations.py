"""The catalogues in ``resources/translations``, made from what the code says::

    python -m tests.translations update   # plantain.pot, each plantain.po, each plantain.mo
    python -m tests.translations          # what is not translated yet, by language

``update`` keeps what is translated already. Translate what follows ``msgstr`` in plantain.po, then
run it again: it compiles.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from desktop import __version__
from desktop.core.text import DOMAIN

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "resources" / "translations"
TEMPLATE = FOLDER / f"{DOMAIN}.pot"
LANGUAGES = ("zh_CN",)
_KEYWORDS = {"tr": None, "marked": None, "ngettext": (1, 2), "_pattern": ((1, "c"), 2)}
_HEADER = f"""\
# Plantain: {{what}}.
# Made by "python -m tests.translations update"; which words are used for what says README.md in
# resources/translations. Translate what follows msgstr; names in braces stay as they are.
# {DOMAIN}.mo is compiled from this by the same command."""
_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""In the place of now, so that a file changes with its sentences alone."""
_PLACE = re.compile(r"\{\w*\}|%(?:\(\w+\))?[sdr]")


def extract() -> Catalog:
    """What the code of today says, with the files that say it."""
    found = Catalog(fuzzy=False)
    with redirect_stderr(io.StringIO()):  # told that f-strings among the values are no sentences
        for name, _, message, comments, context in extract_from_dir(
            ROOT / "desktop",
            [("**.py", "python")],
            keywords=_KEYWORDS,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
        ):
            place = (f"desktop/{name}", 0)  # without the line, which changes with every edit
            found.add(message, None, [place], auto_comments=comments, context=context)
    return found


def read(path: Path, locale: str | None = None) -> Catalog:
    """A .po or .pot file."""
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def translated(language: str) -> Path:
    """The file that people translate."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def compiled(catalog: Catalog) -> bytes:
    """What the program loads."""
    catalog.creation_date = catalog.revision_date = _DAY
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def update() -> None:
    """Bring all files up to what the code says."""
    found = extract()
    _write(TEMPLATE, found, "all that is to be translated")
    for language in LANGUAGES:
        path = translated(language)
        catalog = read(path, language) if path.exists() else Catalog(language)
        # Not guessed from what sounds alike: a wrong sentence is worse than an English one.
        catalog.update(found, no_fuzzy_matching=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, catalog, language)
        path.with_suffix(".mo").write_bytes(compiled(read(path, language)))


def messages(catalog: Catalog) -> Iterator[Message]:
    """Its sentences, without the header."""
    return (message for message in catalog if message.id)


def problems(catalog: Catalog) -> Iterator[str]:
    """Sentences that are missing, to be looked at again, or whose places are not those in
    English."""
    for message in messages(catalog):
        english, forms = _forms(message.id), _forms(message.string)
        if message.fuzzy or not all(forms):
            yield f"not translated: {english[-1]}"
        # One form for all numbers has the number, the one for one thing alone need not.
        elif any(_places(form) != _places(english[-1]) for form in forms):
            yield f"other places: {english[-1]} -> {forms[-1]}"


def _places(text: str) -> set[str]:
    return {match[0] for match in _PLACE.finditer(text)}


def _forms(text: object) -> list[str]:
    return [str(form) for form in text] if isinstance(text, tuple | list) else [str(text)]


def _write(path: Path, catalog: Catalog, what: str) -> None:
    catalog.project, catalog.version, catalog.fuzzy = "Plantain", __version__, False
    catalog.header_comment = _HEADER.format(what=what)
    catalog.creation_date = catalog.revision_date = _DAY
    file = io.BytesIO()
    write_po(
        file,
        catalog,
        width=100,
        sort_by_file=True,
        ignore_obsolete=True,
        include_lineno=False,
    )
    # Of nobody in particular, and of any version of the tool.
    empty = rb'"(?:Report-Msgid-Bugs-To|Last-Translator|Language-Team|Generated-By): .*\n'
    path.write_bytes(re.sub(empty, b"", file.getvalue()))


if __name__ == "__main__":
    if sys.argv[1:] == ["update"]:
        update()
    for name in LANGUAGES:
        left = list(problems(read(translated(name), name)))
        print(f"{name}: {len(left)} sentences to look at", *left, sep="\n  ")
