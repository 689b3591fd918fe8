"""Whether an asset's file is still the one that a person saw: asked before anything is done to it
or handed on."""

from __future__ import annotations

from desktop.core.asset import Asset
from desktop.core.errors import FileError
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.files.content_hash import content_hash
from desktop.library.folders.scan import size_and_time


def is_as_known(asset: Asset) -> bool:
    """Its file is there as it was when it was read, by its size and time."""
    if asset.is_missing or asset.is_offline:
        return False
    try:
        status = asset.path.stat()
    except OSError:
        return False
    return size_and_time(status) == (asset.size, asset.modified_ns)


def require_same(asset: Asset) -> None:
    """The bytes decide where the file has another time; so what was merely copied passes.

    Raises:
        FileError: the file is not there, or holds something else now.
    """
    path, next_step = asset.path, tr("Look for changes (F5), then try again.")
    if asset.is_elsewhere:
        raise FileError(path, tr("It is in a teammate's folder, not in yours."))
    if asset.is_offline:
        raise FileError(path, tr("The drive that holds it is not connected."))
    if asset.is_missing:
        raise FileError(path, tr("It is no longer where it was."), next_step=next_step)
    try:
        known = asset.size, asset.modified_ns
        now = size_and_time(path.stat())
        is_same = now == known or (now[0] == known[0] and content_hash(path) == asset.content_hash)
    except FileNotFoundError as error:
        raise FileError(path, tr("It is no longer where it was."), next_step=next_step) from error
    except OSError as error:
        reason = system_reason(error)
        raise FileError(path, tr("It cannot be read: {reason}.", reason=reason)) from error
    if not is_same:
        raise FileError(
            path,
            tr("The file holds something else now than what Plantain shows."),
            next_step=next_step,
        )
