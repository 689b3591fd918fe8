"""One road for errors that nobody foresaw, whichever thread they come from."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal, Slot

_log = logging.getLogger(__name__)


class ErrorHook(QObject):
    """Takes ``sys.excepthook`` and ``threading.excepthook`` over while installed.

    ``raised(details)`` comes on the GUI thread; the log has it in any case.
    """

    raised = Signal(str)
    _caught = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._before = (sys.excepthook, threading.excepthook)
        # Queued even within the GUI thread: a dialog must not open inside a paint event.
        self._caught.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._on_error
        threading.excepthook = self._on_thread_error

    def remove(self) -> None:
        sys.excepthook, threading.excepthook = self._before

    def _on_error(
        self,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error, trace)
            return
        _log.critical("unforeseen error", exc_info=(kind, error, trace))
        self._caught.emit("".join(traceback.format_exception(kind, error, trace)))

    def _on_thread_error(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._on_error(args.exc_type, args.exc_value, args.exc_traceback)

    @Slot(str)
    def _tell(self, details: str) -> None:
        self.raised.emit(details)
