"""Files that take a decoder hours, gigabytes or over, and what is no file when it is read."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.media.sandbox.pool import Sandbox
from desktop.services.indexing.reading import PictureReader, Read
from tests import attempts
from tests.media import endless
from tests.media.sandbox import sandboxed
from tests.reliability.attacks import Attack
from tests.reliability.attacks_files import put
from tests.reliability.mutations import KNOWN
from tests.reliability.world import World


def _sparse(size: int, world: World) -> None:
    path = world.originals / "film.mp4"
    path.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(4096))
    os.truncate(path, size)
    with world.open() as engine:
        report = finish(engine.indexing.run([world.originals], CancelToken()))
        assert len(report.failed) == 1, report.failed
    path.unlink()


def _swapped(into: str, world: World) -> None:
    """What the scan saw as a picture is something else when it is read."""
    path = world.originals / "swapped.png"
    KNOWN.save(path)
    real = PictureReader.read

    def swap(self: PictureReader, asset: Asset, cancel: CancelToken | None = None) -> Read:
        path.unlink(missing_ok=True)
        if into == "a pipe":
            os.mkfifo(path)
        else:
            path.symlink_to(into)
        return real(self, asset, cancel)

    PictureReader.read = swap
    try:
        with world.open() as engine:
            report = finish(engine.indexing.run([world.originals], CancelToken()))
            assert len(report.failed) == 1, report.failed
    finally:
        PictureReader.read = real
    path.unlink()


def _taken_over(world: World) -> None:
    os.environ.update(attempts.KEYS)
    folder = attempts.prepare(world.folder / "private")
    sandbox = Sandbox(sandboxed.prepare, size=1)
    try:
        reached = sandbox.run(sandboxed.attempt, b"", Path("picture.png"), str(folder))
    finally:
        sandbox.close()
        for name in attempts.KEYS:
            del os.environ[name]
    assert not reached, reached


MEMBERS: dict[str, Attack] = {
    name: partial(put, f"endless{number}.png", make)
    for number, (name, make) in enumerate(endless.MEMBERS.items())
}
if sys.platform == "linux":
    MEMBERS.update(
        {
            "a film of 8 TB that is a hole": partial(_sparse, 8 << 40),
            "a film of 40 GB that is a hole": partial(_sparse, 40 << 30),
            "a picture that becomes a pipe": partial(_swapped, "a pipe"),
            "a picture that becomes endless": partial(_swapped, "/dev/zero"),
            "a picture that becomes a folder": partial(_swapped, "/proc"),
            "a decoder that was taken over": _taken_over,
        }
    )
