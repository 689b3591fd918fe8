"""The library's folder says which version it has."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from desktop.core.errors import LibraryError
from desktop.library.layout import check_layout, write_layout

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
