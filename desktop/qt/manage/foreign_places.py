"""The folders and ignore rules of an export, which a person adds or leaves out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMessageBox, QWidget

from desktop.core.asset import displayable
from desktop.core.text import tr
from desktop.qt.widgets.question import question

if TYPE_CHECKING:
    from desktop.library.exchange.exchange import ForeignFolder, ForeignPlaces

_SHOWN = 8
"""Folders, and rules; the rest is behind a button."""


def ask_about_places(
    parent: QWidget, places: ForeignPlaces, answer: Callable[[bool], object]
) -> None:
    """Show them, and ask.

    Args:
        answer: is told whether they are to be added; of Cancel it is told nothing.
    """
    folders = [_folder(each) for each in places.folders]
    rules = [displayable(rule) for rule in places.rules]
    parts: list[str] = []
    if folders:
        parts += [_some(folders), tr("Plantain would look through these folders from now on.")]
        if any(each.name for each in places.folders):
            parts.append(tr("Shared ones would be sent to your team, if you have one."))
    if rules:
        parts += [tr("Its ignore rules, which would hide pictures:"), _some(rules)]
    box = question(
        parent,
        tr("Import tags, ratings, notes and boards"),
        tr("The file names folders that your library does not have. Add them?")
        if folders
        else tr("The file has ignore rules that your library does not have. Add them?"),
        "\n\n".join(parts),
    )
    if len(folders) > _SHOWN or len(rules) > _SHOWN:
        box.setDetailedText("\n".join((*folders, *rules)))
    add = tr("Add these folders") if folders else tr("Add these rules")
    for name, is_wanted in ((add, True), (tr("Leave them out"), False)):
        button = box.addButton(name, QMessageBox.ButtonRole.AcceptRole)
        button.clicked.connect(lambda _=False, is_wanted=is_wanted: answer(is_wanted))
    box.open()


def _folder(folder: ForeignFolder) -> str:
    told = displayable(folder.path)
    if folder.name:
        told = tr("{folder} (shared as “{name}”)", folder=told, name=folder.name)
    return told if folder.is_there else tr("{folder}: not on this computer", folder=told)


def _some(lines: list[str]) -> str:
    more = len(lines) - _SHOWN
    shown = lines if more <= 0 else [*lines[:_SHOWN], tr("{count} more", count=more)]
    return "\n".join(shown)
