"""Small pictures on disk, named by the content they show, so that renames and copies keep them."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from desktop.core.errors import LibraryError

_HASH = re.compile(r"[0-9a-f]{8,128}")
_QUALITY = 88


class ThumbnailCache:
    """A folder of JPEG files, sharded by the first two digits of their content's hash.

    It can be deleted at any time; what is missing is made when its picture is next read. Several
    threads and processes may write at once, the same entry included: an entry appears whole or not
    at all.

    Args:
        folder: made at the first write.
        side: the longer side of a thumbnail, pixels; smaller pictures are not enlarged.
    """

    def __init__(self, folder: Path, side: int = 512) -> None:
        self._folder = folder
        self._side = side

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def side(self) -> int:
        return self._side

    def path_for(self, content_hash: str) -> Path:
        """Where the thumbnail of this content is or would be; touches no disk.

        Raises:
            ValueError: not a hex digest.
        """
        if not _HASH.fullmatch(content_hash):
            raise ValueError(f"not a content hash: {content_hash!r}")
        return self._folder / content_hash[:2] / f"{content_hash}.jpg"

    def exists(self, content_hash: str) -> bool:
        """True when the thumbnail is there."""
        try:
            return self.path_for(content_hash).stat().st_size > 0
        except OSError:
            return False

    def missing(self, content_hashes: Iterable[str]) -> list[str]:
        """Those without a thumbnail, in the order given, each once."""
        return [digest for digest in dict.fromkeys(content_hashes) if not self.exists(digest)]

    def write(self, content_hash: str, image: Image.Image) -> Path:
        """Keep a thumbnail, replacing one that is there.

        Args:
            image: upright, sRGB, any size; made to fit, see ``fitted``.

        Raises:
            LibraryError: the disk is full, or the folder cannot be written.
        """
        path = self.path_for(content_hash)
        data = self._encode(image)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(
                prefix=f"{content_hash}.", suffix=".tmp", dir=path.parent
            )
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                self._replace(temporary, path)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise _explain(error, self._folder) from error
        return path

    def total_bytes(self) -> int:
        """What the cache takes on disk; files that vanish while counting count as nothing."""
        total = 0
        try:
            shards = [entry.path for entry in os.scandir(self._folder) if entry.is_dir()]
        except OSError:
            return 0
        for shard in shards:
            try:
                with os.scandir(shard) as entries:
                    total += sum(entry.stat().st_size for entry in entries)
            except OSError:
                continue
        return total

    def _encode(self, image: Image.Image) -> bytes:
        small = fitted(image if image.mode == "RGB" else image.convert("RGB"), self._side)
        out = io.BytesIO()
        # 4:4:4: halved colour smears red type and thin lines, which designers look at.
        small.save(out, "JPEG", quality=_QUALITY, subsampling=0)
        return out.getvalue()

    @staticmethod
    def _replace(temporary: str, path: Path) -> None:
        try:
            os.replace(temporary, path)  # noqa: PTH105 - the temporary name is a plain string
        except PermissionError:
            # Windows refuses to replace a file that another thread has open: it holds the same
            # content, so ours is not needed.
            if not path.exists():
                raise
            Path(temporary).unlink(missing_ok=True)


def frame_key(content_hash: str, position_ms: int) -> str:
    """Instead of the content hash of a video, the key of one of its frames: 32 hex digits."""
    return hashlib.blake2b(f"{content_hash} {position_ms}".encode(), digest_size=16).hexdigest()


def fitted(image: Image.Image, side: int) -> Image.Image:
    """The picture scaled down so that its longer side is ``side``; itself where it is smaller."""
    if max(image.size) <= side:
        return image
    scale = side / max(image.size)
    width, height = (max(1, round(length * scale)) for length in image.size)
    # Hamming is as sharp as bicubic on the way down and takes half as long as Lanczos.
    return image.resize((width, height), Image.Resampling.HAMMING, reducing_gap=3.0)


def _explain(error: OSError, folder: Path) -> LibraryError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return LibraryError(
            "The disk is full, so no more previews can be kept.",
            safe="Your pictures were not changed.",
            next_step="Free some space, then index the folder again.",
        )
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return LibraryError(
            f"Previews cannot be written to {folder}.",
            safe="Your pictures were not changed.",
            next_step="Give yourself permission to write to that folder.",
        )
    return LibraryError(
        f"A preview could not be written to {folder} ({error.strerror or error}).",
        safe="Your pictures were not changed.",
        next_step="Check that the folder's drive is connected.",
    )
