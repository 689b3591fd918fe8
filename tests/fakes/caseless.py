"""A drive that takes a name in any letter case and composition, as those of macOS and Windows do,
and lists it as it was made: a real mount (FUSE) over a folder.

``python -m tests.fakes.caseless FOLDER MOUNT_POINT`` until it is unmounted.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import unicodedata
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_STATUS = (
    *("st_mode", "st_ino", "st_nlink", "st_uid", "st_gid", "st_size"),
    *("st_atime_ns", "st_mtime_ns", "st_ctime_ns"),
)


def _letters(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


@contextmanager
def caseless_drive(folder: Path) -> Generator[Path | None]:
    """Mount such a drive in ``folder``; None where that is not possible."""
    kept, drive = folder / "kept", folder / "drive"
    kept.mkdir()
    drive.mkdir()
    if not Path("/dev/fuse").exists() or shutil.which("fusermount3") is None:
        yield None
        return
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, str(kept), str(drive)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 10
    while not os.path.ismount(drive):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            yield None
            return
        time.sleep(0.01)
    try:
        yield drive
    finally:
        subprocess.run(["fusermount3", "-uz", str(drive)], check=True)
        process.wait(10)


def _serve(kept: str, mount_point: str) -> None:
    import mfusepy

    class Caseless(mfusepy.Operations):  # type: ignore[misc, name-defined]
        use_ns = True

        def _real(self, path: str) -> str:
            here = kept
            for part in filter(None, path.split("/")):
                try:
                    names = os.listdir(here)  # noqa: PTH208
                except OSError:
                    names = []
                alike = [name for name in names if _letters(name) == _letters(part)]
                here = os.path.join(here, alike[0] if alike else part)  # noqa: PTH118
            return here

        def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
            status = os.lstat(self._real(path))
            return {key.removesuffix("_ns"): getattr(status, key) for key in _STATUS}

        def readdir(self, path: str, fh: int) -> list[tuple[str, dict[str, Any], int]]:
            with os.scandir(self._real(path)) as listing:
                found = [(entry.name, entry.stat(follow_symlinks=False)) for entry in listing]
            return [(n, {"st_mode": s.st_mode, "st_ino": s.st_ino}, 0) for n, s in found]

        def readlink(self, path: str) -> str:
            return os.readlink(self._real(path))  # noqa: PTH115

        def open(self, path: str, flags: int) -> int:
            return os.open(self._real(path), flags)

        def create(self, path: str, mode: int, fi: object = None) -> int:
            return os.open(self._real(path), os.O_RDWR | os.O_CREAT, mode)

        def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
            return os.pread(fh, size, offset)

        def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
            return os.pwrite(fh, data, offset)

        def release(self, path: str, fh: int) -> int:
            os.close(fh)
            return 0

        def truncate(self, path: str, length: int, fh: int | None = None) -> int:
            os.truncate(self._real(path), length)
            return 0

        def mkdir(self, path: str, mode: int) -> int:
            os.mkdir(self._real(path), mode)  # noqa: PTH102
            return 0

        def chmod(self, path: str, mode: int) -> int:
            os.chmod(self._real(path), mode)  # noqa: PTH101
            return 0

        def rmdir(self, path: str) -> int:
            os.rmdir(self._real(path))  # noqa: PTH106
            return 0

        def unlink(self, path: str) -> int:
            os.unlink(self._real(path))  # noqa: PTH108
            return 0

        def utimens(self, path: str, times: tuple[int, int] | None = None) -> int:
            os.utime(self._real(path), ns=times or (time.time_ns(), time.time_ns()))
            return 0

        def rename(self, old: str, new: str) -> int:
            folder, name = os.path.split(new)
            os.rename(self._real(old), os.path.join(self._real(folder), name))  # noqa: PTH104, PTH118
            return 0

    mfusepy.FUSE(
        Caseless(),
        mount_point,
        foreground=True,
        use_ino=True,
        attr_timeout=0,
        entry_timeout=0,
        nothreads=True,
    )


if __name__ == "__main__":
    _serve(*sys.argv[1:])
