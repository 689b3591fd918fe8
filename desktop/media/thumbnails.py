"""Small pictures on disk, named by the hash of their content, so that renamed files keep them."""

from __future__ import annotations

import errno
import hashlib
import io
import re
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from desktop.core.errors import LibraryError
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.files.atomic import write_file
from desktop.files.regular_file import open_guarded, read_guarded, read_up_to
from desktop.media.colour import flattened

_HASH = re.compile(r"[0-9a-f]{8,128}")
_QUALITY = 88
_MOST_LOSSLESS = 64 * 1024
"""Bytes up to which one with transparency keeps every pixel: drawings and logos do, in less time
than the lossy kind takes; a photograph that was cut out would take hundreds of kilobytes."""
_RECEIVED = b"received from a team"
"""A comment near the beginning of the file."""
_HEAD = 256


class ThumbnailCache:
    """A folder of JPEG files, of WebP files where something is clear, sharded by the first two
    digits of their content's hash.

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

    def path_for(
        self, content_hash: str, position_ms: int | None = None, *, has_alpha: bool = False
    ) -> Path:
        """Where the thumbnail of this content, or of a frame of this video, is or would be;
        touches no disk.

        Args:
            has_alpha: the one that keeps what is clear.

        Raises:
            ValueError: not a hex digest.
        """
        if position_ms is not None:
            content_hash = frame_key(content_hash, position_ms)
        if not _HASH.fullmatch(content_hash):
            raise ValueError(f"not a content hash: {content_hash!r}")
        suffix = "webp" if has_alpha else "jpg"
        return self._folder / content_hash[:2] / f"{content_hash}.{suffix}"

    def find(self, content_hash: str, position_ms: int | None = None) -> Path | None:
        """The thumbnail that is there; of two, the one that keeps what is clear."""
        paths = (
            self.path_for(content_hash, position_ms, has_alpha=has_alpha)
            for has_alpha in (True, False)
        )
        return next(filter(_has_content, paths), None)

    def exists(self, content_hash: str) -> bool:
        """True when a thumbnail is there."""
        return self.find(content_hash) is not None

    def find_own(self, content_hash: str) -> Path | None:
        """As ``find``; None too for one that was not made here from the content itself."""
        path = self.find(content_hash)
        try:
            return path if path and _RECEIVED not in _head_of(path) else None
        except OSError:
            return None

    def is_own(self, content_hash: str) -> bool:
        """True when it is there, and was made here from the content itself."""
        return self.find_own(content_hash) is not None

    def read(self, content_hash: str) -> Image.Image | None:
        """Mode RGB, what is clear laid on mid-grey; None where there is none that can be read."""
        try:
            path = self.find(content_hash)
            if path is None:
                return None
            data = io.BytesIO(read_guarded(path))
            with Image.open(data, formats=("JPEG", "WEBP")) as image:
                return flattened(image if image.mode == "RGBA" else image.convert("RGB"))
        except (OSError, ValueError):
            return None

    def missing(self, content_hashes: Iterable[str]) -> list[str]:
        """Those without a thumbnail, in the order given, each once."""
        return [digest for digest in dict.fromkeys(content_hashes) if not self.exists(digest)]

    def write(self, content_hash: str, image: Image.Image, *, is_received: bool = False) -> Path:
        """Keep a thumbnail, replacing one that is there.

        Args:
            image: upright, sRGB, any size; made to fit, see ``fitted``; mode RGBA where some pixel
                is not opaque.
            is_received: somebody else says that the content looks so; nobody here has seen it.

        Raises:
            LibraryError: the disk is full, or the folder cannot be written.
        """
        path = self.path_for(content_hash, has_alpha=image.mode == "RGBA")
        data = self._encode(image, _RECEIVED if is_received else b"")
        try:
            # Not the library's folder above: one that was moved away must not be begun anew.
            self._folder.mkdir(exist_ok=True)
            path.parent.mkdir(exist_ok=True)
            # Not synchronised with the disk, which would take longer than making it.
            write_file(path, data, replace=True, sync=False, mode=0o600)
        except OSError as error:
            # Windows refuses to replace a file that another thread has open: it holds the same
            # content, so ours is not needed.
            if not (isinstance(error, PermissionError) and _has_content(path)):
                raise _explain(error, self._folder) from error
        return path

    def _encode(self, image: Image.Image, comment: bytes) -> bytes:
        small = fitted(image if image.mode in {"RGB", "RGBA"} else image.convert("RGB"), self._side)
        out = io.BytesIO()
        if small.mode == "RGBA":
            small.save(out, "WEBP", lossless=True, quality=0, method=0)
            if out.tell() > _MOST_LOSSLESS:
                out = io.BytesIO()
                small.save(out, "WEBP", quality=_QUALITY, method=0)
            return out.getvalue()
        # 4:4:4: halved colour smears red type and thin lines, which designers look at.
        small.save(out, "JPEG", quality=_QUALITY, subsampling=0, comment=comment)
        return out.getvalue()


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


def _head_of(path: Path) -> bytes:
    with open_guarded(path) as file:
        return read_up_to(file, _HEAD)


def _has_content(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def _explain(error: OSError, folder: Path) -> LibraryError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return LibraryError(
            tr("The disk is full, so no more previews can be kept."),
            safe=tr("Your pictures were not changed."),
            next_step=tr("Free some space, then index the folder again."),
        )
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return LibraryError(
            tr("Previews cannot be written to {folder}.", folder=folder),
            safe=tr("Your pictures were not changed."),
            next_step=tr("Give yourself permission to write to that folder."),
        )
    return LibraryError(
        tr(
            "A preview could not be written to {folder} ({reason}).",
            folder=folder,
            reason=system_reason(error),
        ),
        safe=tr("Your pictures were not changed."),
        next_step=tr("Check that the folder's drive is connected."),
    )
