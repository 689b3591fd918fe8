"""Testing, replacing and removing the keys of the services that make pictures."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from desktop.core.errors import GenerationError, ServiceUnavailable, WorkingOffline
from desktop.core.text import ngettext, tr
from desktop.qt.create.keys_dialog import KeysDialog, KeyState
from desktop.qt.jobs.context import Context
from desktop.qt.theme import Theme
from desktop.services.generation.image_services import ImageService


class KeysController(QObject):
    """Opens the dialog and does what it asks for, in the lane for what may wait."""

    changed = Signal(str, bool)
    """Name of a service, and whether it has a key now."""

    def __init__(self, context: Context, theme: Theme) -> None:
        super().__init__()
        self._context = context
        self._theme = theme
        self._dialog: KeysDialog | None = None

    def show(self) -> None:
        """Ask the key store, which may wait for a person, and open the dialog."""
        services = self._context.engine.generation.image_services.values()
        asking = self._context.lanes.network.submit(lambda _: [_state(each) for each in services])
        asking.finished.connect(self._open)

    def _open(self, states: list[KeyState]) -> None:
        if self._dialog is not None:
            self._dialog.raise_()
            return
        dialog = KeysDialog(states, self._theme, self._context.dialog_parent)
        self._dialog = dialog
        dialog.test_wanted.connect(self._test)
        dialog.removal_wanted.connect(self._remove)
        dialog.key_entered.connect(self._keep)
        dialog.link_opened.connect(lambda page: QDesktopServices.openUrl(QUrl(page)))
        dialog.finished.connect(self._on_closed)
        dialog.open()

    def _test(self, name: str) -> None:
        service = self._service(name)

        def test() -> str:
            count = len(service.refresh())
            return ngettext(
                "The key is accepted; it may use {count} model.",
                "The key is accepted; it may use {count} models.",
                count,
            )

        self._do(service, test)

    def _remove(self, name: str) -> None:
        service = self._service(name)

        def remove() -> str:
            service.key.forget()
            return tr("The key is removed.")

        self._do(service, remove)

    def _keep(self, name: str, key: str, is_for_session: bool) -> None:
        service = self._service(name)

        def keep() -> str:
            # A good key can be entered without a network.
            with suppress(ServiceUnavailable, WorkingOffline):
                service.key.check(key)
            if is_for_session:
                service.key.use_now(key)
                return tr("The key is used until you close Plantain.")
            service.key.save(key)
            return tr("The key is saved.")

        self._do(service, keep)

    def _do(self, service: ImageService, work: Callable[[], str]) -> None:
        handle = self._context.lanes.network.submit(lambda _: (work(), _state(service)))
        handle.finished.connect(self._on_done)
        handle.failed.connect(lambda error: self._on_failed(service.provider.name, error))

    def _on_done(self, done: tuple[str, KeyState]) -> None:
        said, state = done
        self.changed.emit(state.provider.name, bool(state.source))
        if self._dialog is not None:
            self._dialog.show_state(state, said)

    def _on_failed(self, name: str, error: object) -> None:
        known = self._context.known(error)
        if self._dialog is not None:
            details = known.details if isinstance(known, GenerationError) else ""
            self._dialog.show_problem(name, known.sentence(), details)

    def _on_closed(self) -> None:
        self._dialog = None

    def _service(self, name: str) -> ImageService:
        return self._context.engine.generation.image_services[name]


def _state(service: ImageService) -> KeyState:
    label = tr(service.generator.label)
    return KeyState(service.provider, label, service.base_url, service.key.source())
