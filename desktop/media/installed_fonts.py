"""The fonts of this computer: what they are called, which characters they have, and their bytes.

A decoder process opens no file, so the fonts are mapped into its memory beforehand, which takes
none of it until they are read. Tables as in the OpenType specification, version 1.9.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import re
import struct
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from desktop.files.regular_file import open_guarded

_SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")
_MOST_FILES = 4000
_COLLECTION = b"ttcf"
_NAMES = frozenset({1, 4, 6, 16})
"""Family, full name, PostScript's name, and the family as typographers see it."""
_FAMILIES = frozenset({1, 16})
_NO_GLYPH = 0


def font_folders() -> list[Path]:
    """Where fonts lie on this system; folders that are not there are included."""
    home = Path.home()
    if sys.platform == "win32":
        windows = Path(os.environ.get("WINDIR", r"C:\Windows"))
        local = Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local"))
        return [windows / "Fonts", local / "Microsoft" / "Windows" / "Fonts"]
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library" / "Fonts"]
    return [
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        home / ".local" / "share" / "fonts",
        home / ".fonts",
        Path("/run/host/fonts"),  # inside Flatpak
    ]


@dataclass(frozen=True, eq=False)
class InstalledFont:
    """One face of a font file.

    Attributes:
        file: the whole file.
        start: where the face's table of contents begins; 0 but in a collection.
        path: of the file.
    """

    file: memoryview
    start: int = 0
    path: Path = Path()

    @property
    def is_in_collection(self) -> bool:
        return bytes(self.file[:4]) == _COLLECTION

    @cached_property
    def names(self) -> frozenset[str]:
        """All that it is called, as ``plain_name`` writes names."""
        return frozenset({plain_name(name) for _, name in self._stated_names} - {""})

    @cached_property
    def families(self) -> tuple[str, ...]:
        """What its family is called in each language, as the font writes it."""
        return tuple(dict.fromkeys(name for kind, name in self._stated_names if kind in _FAMILIES))

    @cached_property
    def _stated_names(self) -> list[tuple[int, str]]:
        """Kinds and names."""
        table = self.table(b"name")
        try:
            _, count, strings = struct.unpack_from(">HHH", table)
            records = [struct.unpack_from(">6H", table, 6 + 12 * n) for n in range(count)]
        except struct.error:
            return []
        found: list[tuple[int, str]] = []
        for platform, _, _, kind, length, offset in records:
            if kind in _NAMES:
                raw = bytes(table[strings + offset : strings + offset + length])
                text = raw.decode("mac_roman" if platform == 1 else "utf-16-be", "replace")
                found.append((kind, text))
        return found

    @cached_property
    def weight(self) -> int:
        """100 to 900; 400 is regular, 700 bold."""
        table = self.table(b"OS/2")
        return struct.unpack_from(">H", table, 4)[0] if len(table) >= 6 else 400

    @cached_property
    def is_italic(self) -> bool:
        table = self.table(b"OS/2")
        return len(table) >= 64 and bool(struct.unpack_from(">H", table, 62)[0] & 0x201)

    @cached_property
    def is_serif(self) -> bool:
        """By its PANOSE number: a text font whose serifs are none of the kinds of sans."""
        table = self.table(b"OS/2")
        return len(table) >= 34 and table[32] == 2 and 2 <= table[33] <= 10

    @cached_property
    def is_monospaced(self) -> bool:
        table = self.table(b"post")
        return len(table) >= 16 and struct.unpack_from(">I", table, 12)[0] != 0

    def has(self, characters: str) -> bool:
        """True when it has a glyph for each of these."""
        try:
            return all(self._glyph(ord(character)) != _NO_GLYPH for character in characters)
        except (struct.error, IndexError):
            return False

    def table(self, tag: bytes) -> memoryview:
        """One of its tables; empty when it has none of that name."""
        offset, length = self._tables.get(tag, (0, 0))
        return self.file[offset : offset + length]

    @cached_property
    def _tables(self) -> dict[bytes, tuple[int, int]]:
        try:
            (count,) = struct.unpack_from(">H", self.file, self.start + 4)
            entries = [
                struct.unpack_from(">4sIII", self.file, self.start + 12 + 16 * n)
                for n in range(min(count, 256))
            ]
        except struct.error:
            return {}
        return {tag: (offset, length) for tag, _, offset, length in entries}

    @cached_property
    def _character_map(self) -> tuple[int, memoryview]:
        """Format and bytes of its largest table of Unicode characters; 0 for none."""
        table = self.table(b"cmap")
        best: tuple[int, memoryview] = (0, table[:0])
        try:
            (count,) = struct.unpack_from(">H", table, 2)
            for n in range(min(count, 64)):
                platform, encoding, offset = struct.unpack_from(">HHI", table, 4 + 8 * n)
                (form,) = struct.unpack_from(">H", table, offset)
                is_unicode = platform == 0 or (platform == 3 and encoding in {1, 10})
                if is_unicode and form in {4, 12} and form > best[0]:
                    best = form, table[offset:]
        except struct.error:
            pass
        return best

    def _glyph(self, code: int) -> int:
        form, table = self._character_map
        if form == 12:
            (groups,) = struct.unpack_from(">I", table, 12)
            low, high = 0, groups
            while low < high:
                middle = (low + high) // 2
                first, last, glyph = struct.unpack_from(">III", table, 16 + 12 * middle)
                if code > last:
                    low = middle + 1
                elif code < first:
                    high = middle
                else:
                    return glyph + code - first
        elif form == 4 and code <= 0xFFFF:
            segments = struct.unpack_from(">H", table, 6)[0] // 2
            ends = struct.unpack_from(f">{segments}H", table, 14)
            which = next((n for n, end in enumerate(ends) if end >= code), segments)
            if which < segments:
                return self._glyph_in_segment(code, which, segments, table)
        return _NO_GLYPH

    @staticmethod
    def _glyph_in_segment(code: int, which: int, segments: int, table: memoryview) -> int:
        at = 16 + 2 * segments + 2 * which
        (first,) = struct.unpack_from(">H", table, at)
        (delta,) = struct.unpack_from(">H", table, at + 2 * segments)
        place = at + 4 * segments
        (offset,) = struct.unpack_from(">H", table, place)
        if code < first:
            return _NO_GLYPH
        if offset == 0:
            return (code + delta) & 0xFFFF
        (glyph,) = struct.unpack_from(">H", table, place + offset + 2 * (code - first))
        return (glyph + delta) & 0xFFFF if glyph else _NO_GLYPH


def plain_name(name: str) -> str:
    """A font's name as names are compared: letters and digits of any script, in lower case."""
    return re.sub(r"[\W_]+", "", name).casefold()


@lru_cache(maxsize=1)
def installed_fonts() -> tuple[InstalledFont, ...]:
    """The fonts of this computer. Call it before opening files is given up; then it is known."""
    return fonts_in(font_folders())


def fonts_in(folders: Sequence[Path]) -> tuple[InstalledFont, ...]:
    """The fonts in these folders and below; what cannot be read is left out."""
    fonts: list[InstalledFont] = []
    for path in _files(folders):
        try:
            file = _mapped(path)
        except (OSError, ValueError):
            continue
        fonts.extend(InstalledFont(file, start, path) for start in _faces(file))
    return tuple(fonts)


def _files(folders: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for folder in folders:
        for here, _, names in os.walk(folder):
            found += (
                Path(here, name) for name in sorted(names) if name.lower().endswith(_SUFFIXES)
            )
            if len(found) > _MOST_FILES:
                return found[:_MOST_FILES]
    return found


def _faces(file: memoryview) -> Iterator[int]:
    if bytes(file[:4]) != _COLLECTION:
        yield 0
        return
    try:
        (count,) = struct.unpack_from(">I", file, 8)
        yield from struct.unpack_from(f">{min(count, 64)}I", file, 12)
    except struct.error:
        return


def _mapped(path: Path) -> memoryview:
    """A file as memory, without keeping it open.

    Raises:
        OSError: it cannot be opened or mapped.
        ValueError: it is empty.
    """
    with open_guarded(path) as file:
        if sys.platform == "win32":
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        size = os.fstat(file.fileno()).st_size
        if size < 12:
            raise ValueError("no font")
        # Python's own mapping keeps a duplicate of the descriptor until version 3.13.
        library = ctypes.CDLL(None, use_errno=True)
        library.mmap.restype = ctypes.c_void_p
        library.mmap.argtypes = (
            *(ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int),
            ctypes.c_long,
        )
        place = library.mmap(None, size, mmap.PROT_READ, mmap.MAP_PRIVATE, file.fileno(), 0)
    if place is None or place == ctypes.c_void_p(-1).value:
        raise OSError(ctypes.get_errno(), "cannot be mapped")
    return memoryview((ctypes.c_ubyte * size).from_address(place)).cast("B").toreadonly()
