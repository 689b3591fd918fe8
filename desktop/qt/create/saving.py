"""Saving what a dialog holds, in a lane: once, and also where the dialog is gone by then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QDialog
from shiboken6 import isValid

from desktop.qt.jobs.context import Context


def save_from(
    dialog: QDialog,
    tell: Callable[[str], None],
    context: Context,
    save: Callable[[], Any],
    saved: Callable[[Any], object],
) -> None:
    """Nothing can be changed in ``dialog`` meanwhile; it is accepted when all is kept.

    Args:
        tell: says in the dialog why it could not be kept; what was entered stays.
        saved: is given what ``save`` has returned.
    """
    focused = dialog.focusWidget()
    dialog.setEnabled(False)
    handle = context.lanes.browse.submit(lambda _: save())

    def on_saved(value: object) -> None:
        if isValid(dialog):  # a window manager closes what is disabled, too
            dialog.accept()
        saved(value)

    def on_failed(error: object) -> None:
        if not isValid(dialog):
            context.notice(error)
            return
        dialog.setEnabled(True)
        if focused is not None:
            focused.setFocus()
        tell(context.known(error).sentence())

    handle.finished.connect(on_saved)
    handle.failed.connect(on_failed)
