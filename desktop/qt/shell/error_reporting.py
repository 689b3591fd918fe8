"""Errors that nobody foresaw: told once, in one dialog, with a report for whoever helps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QProcess, Signal
from PySide6.QtWidgets import QWidget

from desktop.core.text import sentences, tr
from desktop.files.checked_json import MalformedJson, decode_json

if TYPE_CHECKING:
    from desktop.qt.shell.report_dialog import ReportDialog

_SIGNATURE_LINES = 3
_ENDED = QProcess.ProcessState.NotRunning


class ErrorReporting(QObject):
    """Shows the dialog; reports are written by a process of their own.

    That process is the command line's: it loads libraries that do not get on with the window's,
    and it works when every lane of the window hangs.

    Args:
        report_command: writes a report to the path that is put behind it; empty for none.
    """

    came_again = Signal()
    """An error of which the person was told before, and went on; the log has it."""

    def __init__(self, window: QWidget, report_command: Sequence[str] = ()) -> None:
        super().__init__()
        self._window = window
        self._command = tuple(report_command)
        self._dialog: ReportDialog | None = None
        self._writers: list[tuple[QProcess, Path]] = []
        self._told: set[str] = set()
        self._is_closed = False

    def tell(self, details: str) -> None:
        """Open the dialog, or add to the open one.

        Args:
            details: a formatted traceback.
        """
        if self._is_closed:
            return
        signature = "\n".join(details.strip().splitlines()[-_SIGNATURE_LINES:])
        if self._dialog is not None:
            self._dialog.add(details)
        elif signature in self._told:
            # A paint that fails would otherwise bring the dialog back as soon as it is closed.
            self.came_again.emit()
        else:
            self._open(details)
        self._told.add(signature)

    def tell_crash(self, stacks: str) -> None:
        """The run before this one crashed; these are the stacks of its threads."""
        if not self._is_closed and self._dialog is None:
            self._open(stacks, is_after_crash=True)

    def close(self) -> None:
        """Tell nothing more; a report that is being written is given up."""
        self._is_closed = True
        if self._dialog is not None:
            self._dialog.close()
        writers, self._writers = self._writers, []
        for writer, _ in writers:
            writer.kill()
            writer.waitForFinished(2_000)
            writer.deleteLater()

    def _open(self, details: str, *, is_after_crash: bool = False) -> None:
        from desktop.qt.shell.report_dialog import ReportDialog  # hopefully never needed

        self._dialog = ReportDialog(
            details, self._window, can_save=bool(self._command), is_after_crash=is_after_crash
        )
        self._dialog.finished.connect(self._forget)
        self._dialog.save_requested.connect(self._save)
        self._dialog.quit_requested.connect(self._quit)
        self._dialog.open()

    def _forget(self) -> None:
        self._dialog = None

    def _quit(self) -> None:
        if self._dialog is not None:
            self._dialog.accept()
        self._window.close()

    def _save(self, path: Path, with_paths: bool) -> None:
        if self._dialog is None:
            return
        self._dialog.show_saving()
        writer = QProcess(self)
        program, *arguments = self._command
        options = ["--with-paths"] if with_paths else []
        writer.setProgram(program)
        writer.setArguments([*arguments, str(path), *options])
        # No function that holds this object: the writer, which it holds, would hold it, and the one
        # that Python lets go of last would be deleted while it is being deleted.
        writer.finished.connect(self._on_end)
        writer.errorOccurred.connect(self._on_end)
        self._writers.append((writer, path))
        writer.start()

    def _on_end(self, *_: object) -> None:
        over = [each for each in self._writers if each[0].state() == _ENDED]
        for writer, path in over:
            self._writers.remove((writer, path))
            self._on_written(writer, path)

    def _on_written(self, writer: QProcess, path: Path) -> None:
        said = bytes(writer.readAllStandardOutput().data()).decode("utf-8", "replace")
        has_worked = writer.error() is QProcess.ProcessError.UnknownError and writer.exitCode() == 0
        writer.deleteLater()
        if self._dialog is None:
            return
        if has_worked:
            self._dialog.show_saved(path)
        else:
            self._dialog.show_failure(_reason(said))


def _reason(said: str) -> str:
    """What the command answered, for people."""
    try:
        error = decode_json(said, dict[str, dict[str, Any]])["error"]
        return sentences(error["message"], error["next_step"])
    except (MalformedJson, KeyError):
        return tr("The report could not be written. Try: plantain doctor --report FILE.zip")
