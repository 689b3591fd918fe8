"""The samples are laid out whole or not at all, and once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from desktop.core.errors import LibraryError
from desktop.library.demo_pictures import lay_out


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    (tmp_path / "samples" / "Bags").mkdir(parents=True)
    (tmp_path / "samples" / "Bags" / "red.png").write_bytes(b"red")
    return tmp_path / "samples"


def test_they_are_copied_once(samples: Path, tmp_path: Path) -> None:
    target = tmp_path / "demo" / "pictures"
    lay_out(samples, target)
    assert (target / "Bags" / "red.png").read_bytes() == b"red"
    (target / "Bags" / "red.png").write_bytes(b"changed by the person")
    lay_out(samples, target)
    assert (target / "Bags" / "red.png").read_bytes() == b"changed by the person"


def test_a_full_disk_leaves_nothing(
    samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        target.mkdir()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copytree", full)
    with pytest.raises(LibraryError, match="No space left"):
        lay_out(samples, tmp_path / "demo" / "pictures")
    assert list((tmp_path / "demo").iterdir()) == []
