"""The identity of a file's content is the same whoever works it out."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from desktop.media.fingerprint import content_hash
from desktop.media.views import load_views
from tests import pictures

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><path d="M0 0h8v8z"/></svg>'


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "gif", "tiff", "ico", "tga", "jp2"])
def test_it_is_that_of_the_decoder(tmp_path: Path, suffix: str) -> None:
    path = pictures.save(tmp_path / f"a.{suffix}", seed=1)
    assert content_hash(path) == load_views(path, 64, None).picture.content_hash


@pytest.mark.parametrize("suffix", ["svg", "svgz"])
def test_of_what_is_unpacked_first_too(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(gzip.compress(SVG) if suffix == "svgz" else SVG)
    assert content_hash(path) == load_views(path, 64, None).picture.content_hash
