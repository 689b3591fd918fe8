"""A library of any size, filled without reading pictures, with thumbnails for every asset."""

from __future__ import annotations

import hashlib
import os
import random
from pathlib import Path

from PIL import Image

from desktop.config.paths import ProfilePaths
from desktop.library.catalog.assets import Catalog, ReadFile
from desktop.library.catalog.database import Database
from desktop.library.catalog.full_text import renew_words
from desktop.library.folders.scan import FoundFile
from desktop.library.paths import LibraryPaths
from desktop.media.thumbnails import ThumbnailCache
from tests import pictures

FOLDERS = 300
DRAWN = 60
"""Different thumbnails; the assets share their files, not their names."""

_WORDS = ("harbour", "look", "IMG", "fabric", "poster", "chair", "DSC", "swatch", "海报", "Study")
_SAME = "added_at, checked_ns, state, width, height, format, palette_version, metadata_version"


def make_library(profile: Path, count: int, seed: int = 3) -> None:
    """Fill the default library of a profile with ``count`` assets in ``FOLDERS`` folders.

    One by one as a scan does it, a million would take minutes; SQLite multiplies the first. Their
    colours and metadata are not there: nothing that browsing shows needs them.
    """
    rng = random.Random(seed)
    library = LibraryPaths(ProfilePaths(profile).library)
    library.folder.mkdir(parents=True)
    thumbnails = ThumbnailCache(library.thumbnails)
    drawn = [thumbnails.write(_digest(f"drawn {n}"), _picture(n, rng)) for n in range(DRAWN)]
    root = profile / "pictures"
    root.mkdir()
    database = Database(library.catalog)
    try:
        catalog = Catalog(database)
        [first] = catalog.add_files(
            catalog.roots.add(root), [FoundFile(os.fsencode("first.jpg"), 1, 10**18)]
        )
        catalog.record_read([ReadFile(first, 4000, 3000, "JPEG", _digest(f"content {first}"))])
        rest = range(2, count + 1)
        with database.transaction() as connection:
            connection.executemany(
                "INSERT INTO assets (root_id, relative_path, size, modified_ns, content_hash,"
                f" {_SAME}) SELECT root_id, ?, ?, ?, ?, {_SAME} FROM assets WHERE id = {first}",
                (
                    (
                        os.fsencode(
                            f"project {n % FOLDERS}/{rng.choice(_WORDS)} {n * 7919 % count}.jpg"
                        ),
                        rng.randint(50_000, 9_000_000),
                        rng.randint(10**18, 17 * 10**17),
                        _digest(f"content {n}"),
                    )
                    for n in rest
                ),
            )
        renew_words(database)  # or the first opening would, which takes a minute
        hashes = database.read("SELECT id, content_hash FROM assets")
    finally:
        database.close()
    for asset_id, content in hashes:
        path = thumbnails.path_for(content)
        path.parent.mkdir(exist_ok=True)
        path.hardlink_to(drawn[asset_id % DRAWN])


def make_cold(path: Path) -> None:
    """Give a thumbnail a file of its own and have the system forget what it has read of it."""
    data = path.read_bytes()
    path.unlink()
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
        if hasattr(os, "posix_fadvise"):  # elsewhere the system's cache stays warm
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _picture(number: int, rng: random.Random) -> Image.Image:
    """Detail like that of a photograph, so that decoding costs what it costs in life."""
    noise = Image.frombytes("RGB", (128, 128), rng.randbytes(128 * 128 * 3))
    flat = pictures.draw(number).resize((512, 512))
    mixed = Image.blend(flat, noise.resize((512, 512), Image.Resampling.BICUBIC), 0.25)
    return mixed.resize((512, rng.randint(300, 512)))
