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
    """Takes ``sys.excepthook``, ``threading.excepthook`` and ``sys.unraisablehook`` over while
    installed.

    ``raised(details)`` comes on the GUI thread; the log has it in any case. What is raised where
    nobody can catch it, in a destructor for example, is logged only.
    """

    raised = Signal(str)
    _caught = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        # Queued even within the GUI thread: a dialog must not open inside a paint event.
        self._caught.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self._on_error
        threading.excepthook = self._on_thread_error
        sys.unraisablehook = _log_unraisable

    def remove(self) -> None:
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._before

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


def _log_unraisable(raised: sys.UnraisableHookArgs) -> None:
    error = (raised.exc_type, raised.exc_value or raised.exc_type(), raised.exc_traceback)
    _log.error(
        "%s in %r",
        raised.err_msg or "an error that nobody can catch",
        raised.object,
        exc_info=error,
    )
