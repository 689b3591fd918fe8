"""Where something is to be saved: a new file, whose name says its kind."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtWidgets import QWidget


def ask_new_file(
    parent: QWidget | None, title: str, name: str, kinds: Mapping[str, str]
) -> Path | None:
    """The file that a person names; None where they think better of it. It gets the suffix of the
    chosen kind where it has none of these. Nothing is ever replaced, so nothing is asked.

    Args:
        name: what is proposed.
        kinds: suffix, as in ".csv" -> what it is called, as in "Table (*.csv)"; the first is usual.
    """
    from PySide6.QtWidgets import QFileDialog  # many enums; not before it is asked for

    chosen, called = QFileDialog.getSaveFileName(
        parent,
        title,
        name,
        ";;".join(kinds.values()),
        options=QFileDialog.Option.DontConfirmOverwrite,
    )
    if not chosen:
        return None
    path = Path(chosen)
    if any(path.name.lower().endswith(suffix) for suffix in kinds):
        return path
    usual = next(iter(kinds))
    suffix = next((each for each, label in kinds.items() if label == called), usual)
    return path.with_name(path.name + suffix)
