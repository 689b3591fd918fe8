"""The identity of a file's content is the same whoever works it out."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest

from desktop.files.content_hash import content_hash, hashed_blocks, sha256_of
from desktop.media.renditions import load_renditions
from tests import pictures

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><path d="M0 0h8v8z"/></svg>'


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "gif", "tiff", "ico", "tga", "jp2"])
def test_it_is_that_of_the_decoder(tmp_path: Path, suffix: str) -> None:
    path = pictures.save(tmp_path / f"a.{suffix}", seed=1)
    assert content_hash(path) == load_renditions(path, 64, None).picture.content_hash


@pytest.mark.parametrize("suffix", ["svg", "svgz"])
def test_of_what_is_unpacked_first_too(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(gzip.compress(SVG) if suffix == "svgz" else SVG)
    assert content_hash(path) == load_renditions(path, 64, None).picture.content_hash


def test_it_is_the_same_of_a_name_an_open_file_and_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"data")
    expected = hashlib.blake2b(b"data", digest_size=16).hexdigest()
    with path.open("rb") as file:
        assert [content_hash(path), content_hash(file), content_hash(b"data")] == [expected] * 3


def test_a_copy_is_hashed_on_the_way(tmp_path: Path) -> None:
    data = bytes(5_000_000)
    (tmp_path / "a").write_bytes(data)
    digest = hashlib.sha256()
    with (tmp_path / "a").open("rb") as file:
        assert b"".join(hashed_blocks(file, digest)) == data
    assert digest.hexdigest() == sha256_of(tmp_path / "a") == hashlib.sha256(data).hexdigest()
