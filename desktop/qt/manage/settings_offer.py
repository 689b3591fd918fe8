"""The settings of a backup that was restored, offered to a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QMessageBox, QWidget

from desktop.config.restored_settings import ADDRESSES, shown
from desktop.core.text import tr
from desktop.qt.widgets.question import question


def offer_settings(
    parent: QWidget, found: Mapping[str, object], take: Callable[[Mapping[str, object]], object]
) -> None:
    """Show what the settings of a backup would change, and ask.

    Args:
        found: see ``restored_settings.changes``; at least one.
        take: is told of those that a person wants.
    """
    plain = {name: value for name, value in found.items() if name not in ADDRESSES}
    addresses = [shown(name, value) for name, value in found.items() if name in ADDRESSES]
    parts = ["\n".join(shown(name, value) for name, value in plain.items())] if plain else []
    if addresses:
        parts += [
            tr("Its addresses, to which pictures, keys and tokens would be sent:"),
            "\n".join(addresses),
        ]
    box = question(
        parent,
        tr("Settings of the backup"),
        tr("The backup has other settings than you. Use them here?"),
        "\n\n".join(parts),
    )
    accept = QMessageBox.ButtonRole.AcceptRole
    if plain:
        box.addButton(tr("Use its settings"), accept).clicked.connect(lambda: take(plain))
    if addresses:
        name = tr("Use them and its addresses") if plain else tr("Use its addresses")
        button = box.addButton(name, QMessageBox.ButtonRole.DestructiveRole)
        button.clicked.connect(lambda: take(found))
    box.open()
