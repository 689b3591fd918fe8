"""The Milvus server and the team: chosen in a dialog, worked with in lanes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

from desktop.core.cancellation import CancelToken
from desktop.core.progress import ProgressSteps
from desktop.qt.controllers.context import Context
from desktop.qt.models.job_list import JobState

if TYPE_CHECKING:
    from desktop.index.examination import Examination
    from desktop.qt.dialogs.server import ServerDialog, ServerEntry
    from desktop.services.places import PlacesState
    from desktop.services.team import TeamReport


class SharingController(QObject):
    """Answers the dialog “Server and team”, and refreshes from the team."""

    library_changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._window = context.window
        self._dialog: ServerDialog | None = None
        self.server_action = QAction("Server and team…", self._window)
        self.server_action.triggered.connect(lambda: self.ask())
        self.refresh_action = QAction("Refresh from the team", self._window)
        self.refresh_action.setShortcut("Ctrl+F5")
        self.refresh_action.triggered.connect(lambda: self.refresh())
        self._window.addAction(self.refresh_action)

    def ask(self) -> None:
        """Open the dialog once it is known what holds now."""
        places = self._context.engine.places
        # The models' lane: the key store may open a window of its own and wait.
        handle = self._context.lanes.models.submit(lambda _: places.state())
        handle.finished.connect(self._show)
        handle.failed.connect(self._context.notice)

    def refresh(self) -> None:
        """Take in what the team has sent, and send what it does not know."""
        team = self._context.engine.team
        job_id, handle = self._context.follow(
            self._context.lanes.index, "Refresh from the team", team.sync
        )

        def done(report: TeamReport) -> None:
            words = f"{report.received:,} taken in, {report.sent + report.told:,} sent"
            self._window.jobs.end(job_id, JobState.DONE, words)
            self._say(f"The team was asked: {words}.")
            self.library_changed.emit()
            self._show_state_again()

        handle.finished.connect(done)
        handle.failed.connect(self._fail)
        handle.cancelled.connect(self.library_changed.emit)

    def test(self, entry: ServerEntry) -> None:
        """Ask the server who it is."""
        engine = self._context.engine

        def ask(_: CancelToken) -> Examination:
            _keep_token(engine.places.save_token, entry)
            return engine.places.test(entry.uri, entry.certificate)

        def answered(found: Examination) -> None:
            self._say(f"It answers in {found.milliseconds:.0f} ms: Milvus {found.version}.")
            self._show_state_again()

        self._say("Asking the server…")
        handle = self._context.lanes.models.submit(ask)
        handle.finished.connect(answered)
        handle.failed.connect(self._fail)

    def use(self, entry: ServerEntry) -> None:
        """Keep the vectors there, and send them all."""
        engine = self._context.engine

        def move(cancel: CancelToken) -> ProgressSteps[int]:
            _keep_token(engine.places.save_token, entry)
            engine.places.keep_at(entry.uri, entry.certificate)
            return (yield from engine.moving.run(cancel))

        job_id, handle = self._context.follow(
            self._context.lanes.index,
            "Move the vectors",
            move,
            stopped="Stopped; the rest goes with the next search",
        )

        def moved(count: int) -> None:
            where = entry.uri or "a file on this computer"
            self._window.jobs.end(job_id, JobState.DONE, f"{count:,} vectors sent")
            self._say(f"The vectors are kept in {where} from now on; {count:,} were sent.")
            self._show_state_again()

        self._say("Trying the server, and then sending…")
        handle.finished.connect(moved)
        handle.failed.connect(self._fail)

    def join(self, team: str, entry: ServerEntry) -> None:
        """Be in this team from now on."""
        engine = self._context.engine

        def join() -> None:
            _keep_token(engine.places.save_token, entry)
            engine.places.join(team, entry.uri, entry.certificate)

        self._change(join, f"You are in the team “{team}”. Share a folder, then refresh.")

    def leave(self) -> None:
        """Be in no team."""
        self._change(self._context.engine.places.leave, "You are in no team.")

    def share(self, name: str, folder: Path) -> None:
        """Let the team see this folder from the next refresh on."""
        team = self._context.engine.team
        self._change(
            lambda: team.share(name, folder),
            f"“{name}” is shared from the next refresh on, once its pictures are indexed.",
        )

    def _change(self, change: Callable[[], object], words: str) -> None:
        def changed(_: object) -> None:
            self._say(words)
            self._show_state_again()

        handle = self._context.lanes.models.submit(lambda _: change())
        handle.finished.connect(changed)
        handle.failed.connect(self._fail)

    def _show(self, state: PlacesState) -> None:
        from desktop.qt.dialogs.server import ServerDialog  # not before it is asked for

        if self._dialog is not None:
            self._dialog.show_state(state)
            return
        self._dialog = dialog = ServerDialog(state, self._window)
        dialog.test_requested.connect(self.test)
        dialog.use_requested.connect(self.use)
        dialog.join_requested.connect(self.join)
        dialog.leave_requested.connect(self.leave)
        dialog.share_requested.connect(self.share)
        dialog.refresh_requested.connect(self.refresh)
        dialog.finished.connect(self._forget_dialog)
        dialog.open()

    def _show_state_again(self) -> None:
        if self._dialog is not None:
            self.ask()

    def _say(self, words: str) -> None:
        if self._dialog is not None:
            self._dialog.say(words)

    def _fail(self, error: object) -> None:
        if self._dialog is None:
            self._context.notice(error)
        else:
            self._dialog.say(self._context.known(error).sentence(), is_failure=True)

    def _forget_dialog(self) -> None:
        self._dialog = None


def _keep_token(save: Callable[[str], None], entry: ServerEntry) -> None:
    if entry.token:
        save(entry.token)
