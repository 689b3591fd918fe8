"""The library's folder says which version it has."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from desktop.core.errors import LibraryError
from desktop.library.catalog.assets import Catalog
from desktop.library.folders.scan import FoundFile
from desktop.library.layout import check_layout, write_layout
from desktop.library.opening import OpenLibrary
from desktop.library.paths import LibraryPaths

_V1 = Path(__file__).parents[1] / "data" / "library-v1.json"


def test_it_is_written_once_and_read_again(tmp_path: Path) -> None:
    marker = tmp_path / "library.json"
    check_layout(marker)
    write_layout(marker)
    assert marker.read_bytes() == _V1.read_bytes()
    before = marker.stat().st_mtime_ns
    write_layout(marker)
    check_layout(marker)
    assert marker.stat().st_mtime_ns == before


def test_version_1_is_accepted_and_a_newer_one_refused(tmp_path: Path) -> None:
    marker = Path(shutil.copy(_V1, tmp_path / "library.json"))
    check_layout(marker)
    marker.write_text(json.dumps({"format": "plantain-library", "version": 2}))
    with pytest.raises(LibraryError, match="newer Plantain"):
        check_layout(marker)


def test_one_that_says_nothing_is_written_anew(tmp_path: Path) -> None:
    marker = tmp_path / "library.json"
    marker.write_bytes(b"\x00garbage")
    check_layout(marker)
    write_layout(marker)
    assert marker.read_bytes() == _V1.read_bytes()


def test_words_that_were_cut_by_older_rules_are_renewed_once(tmp_path: Path) -> None:
    paths = LibraryPaths(tmp_path / "library")
    library = OpenLibrary(paths)
    catalog = Catalog(library.database)
    [asset_id] = catalog.add_files(
        catalog.roots.add(tmp_path), [FoundFile("แม่น้ำ🌊.png".encode(), 1, 1)]
    )
    with library.database.transaction() as connection:
        connection.execute("UPDATE words SET text = 'of before'")
        connection.execute("PRAGMA application_id = 0")
    library.close()
    library = OpenLibrary(paths)
    catalog = Catalog(library.database)
    for typed in ("น้ำ", "🌊"):
        assert [*catalog.words.find(typed, 5)] == [asset_id]
    with library.database.transaction() as connection:
        connection.execute("UPDATE words SET text = 'kept'")
    library.close()
    library = OpenLibrary(paths)
    assert [*Catalog(library.database).words.find("kept", 5)] == [asset_id]
    library.close()
