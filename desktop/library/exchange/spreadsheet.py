"""The rows of a CSV file, as whichever spreadsheet or editor saved it again.

Excel writes what its system's language wants: semicolons where a comma is the decimal sign, tabs
and UTF-16 as "Unicode text", a Windows code page as "CSV", a first line "sep=;" on request.
"""

from __future__ import annotations

import csv
import io
import locale
import re
from collections.abc import Collection, Iterator
from itertools import islice

_DELIMITERS = ",;\t|"
_LINE = re.compile(r"[^\r\n]+")
"""Excel for the Mac ends it as Macs did before 2001."""
_MOST_TITLES = 2
"""Lines before the names of columns: Numbers puts the name of the table there."""
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
"""Those of UTF-32 before those of UTF-16, which begin like them."""
_LOOKED_AT = 200
"""Bytes; an even number."""
_HIGH = re.compile(rb"[\x80-\xff]+")
_SEPARATOR_LINE = re.compile(r'^"?sep=(.)"?\r?\n', re.IGNORECASE)


def decoded(data: bytes) -> str:
    """The text of a file, without its mark; bytes that are no UTF-8 among others that are become
    lone surrogates."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            rest = data.removeprefix(mark)
            return rest.decode(encoding, "surrogateescape" if encoding == "utf-8" else "replace")
    for first, encoding in enumerate(("utf-16-be", "utf-16-le")):
        if _is_mostly_zero(data[:_LOOKED_AT][first::2]):
            return data.decode(encoding, "replace")
    text = data.decode("utf-8", "surrogateescape")
    escaped = sum("\udc80" <= character <= "\udcff" for character in text)
    proper = sum(character > "\x7f" for character in text) - escaped
    return text if escaped <= proper else _of_code_page(data)


def _is_mostly_zero(every_other: bytes) -> bool:
    """UTF-16 has a zero byte beside every Latin letter, as the names of columns are; elsewhere
    there is none, or one that a broken program left."""
    return 2 * every_other.count(0) > len(every_other)


def read_rows(
    text: str, columns: Collection[str], newer: Collection[str] = ()
) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, column -> cell) of every row that holds anything.

    Args:
        newer: columns that need not be there; their cells are empty then.

    Raises:
        csv.Error: the text is no table.
        KeyError: one of ``columns`` is not in the first row.
    """
    declared = _SEPARATOR_LINE.match(text)
    body = text[declared.end() :] if declared else text
    marks = declared[1] if declared else _DELIMITERS
    start, names, delimiter = _head(body, marks, columns)
    rows = csv.reader(io.StringIO(body[start:], newline=""), delimiter=delimiter, strict=True)
    next(rows)
    for row in rows:
        if any(row):
            cells = dict(zip(names, row, strict=False))
            yield rows.line_num, {name: cells.get(name, "") for name in (*columns, *newer)}


def _head(body: str, marks: str, columns: Collection[str]) -> tuple[int, list[str], str]:
    """Where the row of the names begins, these, and what is between them. Raises: KeyError."""
    for line in islice(_LINE.finditer(body), _MOST_TITLES + 1):
        for delimiter in marks:
            found = next(csv.reader([line[0]], delimiter=delimiter), list[str]())
            names = [name.strip().lower() for name in found]
            if {*columns} <= {*names}:
                return line.start(), names, delimiter
    raise KeyError("columns")


def decimal_number(cell: str) -> float:
    """As a spreadsheet of any language writes it: "4", "4,0", "1.5E+3". Raises: ValueError."""
    text = cell.strip()
    return float(text if "." in text else text.replace(",", "."))


def whole_number(cell: str) -> int:
    """As ``decimal_number``. Raises: ValueError: it is not whole, or no number of ours."""
    value = decimal_number(cell)
    if not value.is_integer() or abs(value) > 2**53:  # neither infinity nor no number is one
        raise ValueError(cell)
    return int(value)


def _of_code_page(data: bytes) -> str:
    """Text of before Unicode. Nothing tells for certain which kind it is: the system's own goes
    first, because most files are read where they were written; then Chinese, whose characters
    take two bytes each; Cyrillic, of which whole words are high bytes; and Western European."""
    own = locale.getencoding()
    runs = [len(run) for run in _HIGH.findall(data)]
    guesses = ["cp1252"] if sum(runs) < 2 * len(runs) else ["cp1251", "cp1252"]
    if not any(length % 2 for length in runs):
        guesses.insert(0, "gb18030")
    for encoding in (own, *guesses):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("latin-1")
