"""About, what is new, and whether there is a newer version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from desktop import __version__
from desktop.config.preferences import Preferences
from desktop.config.release_notes import Release, changelog, notes_since
from desktop.config.window_memory import WindowMemory
from desktop.core.errors import PlantainError
from desktop.core.text import sentences, tr
from desktop.qt.jobs.lanes import Lanes
from desktop.qt.manage.about_dialog import AboutDialog
from desktop.qt.manage.news_dialog import NewsDialog
from desktop.qt.widgets.notice_bar import NoticeBar

if TYPE_CHECKING:
    from desktop.services.newer_version import NewestVersion


class HealthController(QObject):
    """Everything about Plantain itself; works without a library.

    Args:
        preferences: None where they cannot be read.
        memory: remembers whose news were told; None keeps nothing and tells none by itself.
    """

    def __init__(
        self,
        preferences: Preferences | None,
        memory: WindowMemory | None,
        lanes: Lanes,
        notices: NoticeBar,
        window: QWidget,
    ) -> None:
        super().__init__()
        self._preferences = preferences
        self._memory = memory
        self._lanes = lanes
        self._notices = notices
        self._window = window

    def show_about(self) -> None:
        """Open the dialog; the licences come when they have been read."""
        from desktop.config.third_party import works
        from desktop.config.versions import versions

        dialog = AboutDialog(versions(), self._window)
        reading = self._lanes.browse.submit(lambda _: works())
        reading.finished.connect(dialog.show_works)
        dialog.open()

    def show_news(self) -> None:
        """What this version brought."""
        self._read_news("")

    def tell_news_once(self) -> None:
        """After an upgrade, what has come since the version that was used before."""
        memory = self._memory
        if memory is None:
            return
        asking = self._lanes.browse.submit(lambda _: memory.news_of(__version__))
        asking.finished.connect(self._on_upgrade)
        asking.failed.connect(lambda _: None)  # what cannot be remembered is not told

    def check(self) -> None:
        """Ask whether there is a newer version."""
        from desktop.services.newer_version import ask_for_newest

        preferences = self._preferences
        if preferences is None:
            return
        settings = preferences.settings
        self._notices.say(tr("Asking for a newer version…"))
        handle = self._lanes.network.submit(
            lambda cancel: ask_for_newest(
                settings.update_address, __version__, cancel, is_offline=settings.works_offline
            )
        )
        handle.finished.connect(self._on_checked)
        handle.failed.connect(self._on_failed)

    def _on_upgrade(self, seen: str | None) -> None:
        if seen is not None:
            self._read_news(seen)

    def _read_news(self, seen: str) -> None:
        reading = self._lanes.browse.submit(lambda _: notes_since(changelog(), __version__, seen))
        reading.finished.connect(self._show_news)

    def _show_news(self, releases: tuple[Release, ...]) -> None:
        if releases:
            NewsDialog(releases, __version__, self._window).open()

    def _on_checked(self, found: NewestVersion) -> None:
        if not found.is_newer:
            self._notices.say(tr("This is the newest version, {version}.", version=found.current))
            return
        said = tr("Version {version} is there.", version=found.newest)
        if found.page:
            page = QUrl(found.page)
            self._notices.say(
                said,
                action=tr("Open its page…"),
                chosen=lambda: QDesktopServices.openUrl(page),
            )
        else:
            self._notices.say(said)

    def _on_failed(self, error: object) -> None:
        told = error.sentence() if isinstance(error, PlantainError) else str(error)
        self._notices.say(sentences(told), is_failure=True)
