"""The settings of one profile while the program runs: read once, changed by name."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

from desktop.config.settings import Settings, load_settings, save_settings
from desktop.files.atomic import leftovers, remove


class Preferences:
    """What the person prefers now.

    Args:
        path: of the settings file; it need not be there.

    Raises:
        SettingsError: the file is from a newer Plantain, or cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._settings = load_settings(path)
        # The window and what works behind it change different ones.
        self._changing = threading.Lock()

    @property
    def settings(self) -> Settings:
        return self._settings

    def change(self, **settings: object) -> None:
        """Keep these settings, by their names.

        Raises:
            SettingsError: they could not be saved; nothing changes.
        """
        with self._changing:
            changed = replace(self._settings, **settings)  # pyright: ignore[reportArgumentType]
            save_settings(self._path, changed)
            self._settings = changed

    def remove_left_behind(self) -> None:
        """Remove what a program killed while it saved has left beside the file. Raises: OSError."""
        for path in leftovers(self._path.parent):
            remove(path)
