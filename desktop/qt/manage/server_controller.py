"""The Milvus server and the team: chosen in a dialog, worked with in lanes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox

from desktop.core.cancellation import CancelToken
from desktop.core.errors import PlantainError, StoreTaken
from desktop.core.progress import ProgressSteps
from desktop.core.text import listed, ngettext, number, sentences, tr
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context, Offer
from desktop.qt.jobs.job_list import Outcome
from desktop.qt.widgets.question import question

if TYPE_CHECKING:
    from desktop.index.server_probe import ServerAnswer
    from desktop.qt.manage.server_dialog import ServerDialog, ServerEntry
    from desktop.services.team.sync import TeamReport
    from desktop.services.vectors.endpoints import EndpointsState


class ServerController(QObject):
    """Answers the dialog “Server and team”, and refreshes from the team."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._dialog: ServerDialog | None = None
        context.offers[StoreTaken] = Offer(lambda: tr("Choose…"), self.choose_writer)

    def show(self) -> None:
        """Open the dialog once it is known what holds now."""
        places = self._context.engine.endpoints
        # The models' lane: the key store may open a window of its own and wait.
        handle = self._context.lanes.models.submit(lambda _: places.state())
        handle.finished.connect(self._open)
        handle.failed.connect(self._context.notice)

    def refresh(self) -> None:
        """Take in what the team has sent, and send what it does not know."""
        team = self._context.engine.team

        def outcome(report: TeamReport) -> Outcome:
            sent = report.sent + report.told
            text = tr("{received} received, {sent} sent", received=report.received, sent=sent)
            done = tr("Refreshed from the team: {result}.", result=text)
            left = _left_out(report)
            if left and self._dialog is None:
                self._context.notices.say(sentences(done, *left))
            self._say(sentences(done, *left))
            self._show_state_again()
            return Outcome(text)

        self._context.follow(
            self._context.lanes.index,
            tr("Refresh from the team"),
            team.sync,
            outcome,
            changes=Changes(assets=True, annotations=True),
        ).failed.connect(self._fail)

    def test(self, entry: ServerEntry) -> None:
        """Ask the server who it is."""
        engine = self._context.engine

        def ask(_: CancelToken) -> ServerAnswer:
            _keep_token(engine.endpoints.token.save, entry)
            return engine.endpoints.test(entry.uri, entry.certificate)

        def answered(found: ServerAnswer) -> None:
            said = tr(
                "It answers in {milliseconds} ms: Milvus {version}.",
                milliseconds=number(found.milliseconds),
                version=found.version,
            )
            self._say(sentences(said, found.other_copy) if found.other_copy else said)
            self._show_state_again()

        self._say(tr("Asking the server…"))
        handle = self._context.lanes.models.submit(ask)
        handle.finished.connect(answered)
        handle.failed.connect(self._fail)

    def use(self, entry: ServerEntry) -> None:
        """Keep the vectors there, and send them all."""
        engine = self._context.engine

        def choose(_: CancelToken) -> None:
            _keep_token(engine.endpoints.token.save, entry)
            engine.endpoints.keep_at(entry.uri, entry.certificate)

        where = entry.uri or tr("a file on this computer")
        self._say(tr("Trying the server, and then sending…"))
        self._move(choose, tr("The vectors are kept in {where} from now on.", where=where))

    def choose_writer(self, error: PlantainError) -> None:
        """Ask what is to become of two copies of the library on one server."""
        if not isinstance(error, StoreTaken):
            return
        copies, endpoints = self._context.engine.copies, self._context.engine.endpoints

        def take_over(cancel: CancelToken) -> ProgressSteps[None]:
            yield from copies.take_over(cancel, error.store, error.certificate)
            if (error.store, error.certificate) != (endpoints.uri, endpoints.certificate):
                endpoints.keep_at(error.store, error.certificate)

        box = question(
            self._dialog or self._context.dialog_parent,
            tr("Two copies of one library"),
            tr("Which copy writes its vectors on {store}?", store=error.store),
            "\n\n".join(
                (
                    error.message,
                    tr(
                        "If this is another library by now, give it a place of its own: both go on "
                        "side by side."
                    ),
                    tr(
                        "If you have moved here for good, take over: the other copy is told when "
                        "it writes next, and can choose as well."
                    ),
                    tr("Either way this copy's vectors are sent anew; no picture is read again."),
                )
            ),
        )
        accept = QMessageBox.ButtonRole.AcceptRole
        own = box.addButton(tr("A place of its own"), accept)
        own.clicked.connect(
            lambda: self._move(
                lambda _: copies.separate(), tr("This copy is a library of its own now.")
            )
        )
        over = box.addButton(tr("Take over"), QMessageBox.ButtonRole.DestructiveRole)
        over.clicked.connect(
            lambda: self._move(take_over, tr("This copy writes on {store} now.", store=error.store))
        )
        box.open()

    def tell(self, error: PlantainError) -> None:
        """A search failed: say above the grid what can be done about it."""
        if isinstance(error, StoreTaken):
            self._context.notice(error)

    def _move(self, choose: Callable[[CancelToken], ProgressSteps[None] | None], done: str) -> None:
        """``choose`` where the vectors are kept, in steps if it takes long, and send them there."""
        engine = self._context.engine

        def move(cancel: CancelToken) -> ProgressSteps[int]:
            if (steps := choose(cancel)) is not None:
                yield from steps
            return (yield from engine.store_migration.run(cancel))

        def outcome(count: int) -> Outcome:
            told = ngettext("{count} vector was sent.", "{count} vectors were sent.", count)
            self._say(sentences(done, told))
            self._show_state_again()
            return Outcome(ngettext("{count} vector sent", "{count} vectors sent", count))

        self._context.follow(
            self._context.lanes.index,
            tr("Move the vectors"),
            move,
            outcome,
            changes=Changes(vectors=True),
            stopped=tr("Stopped; the rest goes with the next search"),
        ).failed.connect(self._fail)

    def join(self, team: str, entry: ServerEntry) -> None:
        """Be in this team from now on."""
        engine = self._context.engine

        def join() -> None:
            _keep_token(engine.endpoints.token.save, entry)
            engine.endpoints.join(team, entry.uri, entry.certificate)

        self._change(
            join, tr("You are in the team “{team}”. Share a folder, then refresh.", team=team)
        )

    def leave(self) -> None:
        """Be in no team."""
        self._change(self._context.engine.endpoints.leave, tr("You are in no team."))

    def share(self, name: str, folder: Path) -> None:
        """Let the team see this folder from the next refresh on."""
        team = self._context.engine.team
        self._change(
            lambda: team.share(name, folder),
            tr(
                "“{name}” is shared from the next refresh on, once its pictures are indexed.",
                name=name,
            ),
        )

    def _change(self, change: Callable[[], object], message: str) -> None:
        def changed(_: object) -> None:
            self._say(message)
            self._show_state_again()

        handle = self._context.lanes.models.submit(lambda _: change())
        handle.finished.connect(changed)
        handle.failed.connect(self._fail)

    def _open(self, state: EndpointsState) -> None:
        from desktop.qt.manage.server_dialog import ServerDialog  # not before it is asked for

        if self._dialog is not None:
            self._dialog.show_state(state)
            return
        self._dialog = dialog = ServerDialog(state, self._context.dialog_parent)
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
            self.show()

    def _say(self, message: str) -> None:
        if self._dialog is not None:
            self._dialog.say(message)

    def _fail(self, error: object) -> None:
        if self._dialog is None:
            self._context.notice(error)
            return
        self._dialog.say(self._context.known(error).sentence(), is_failure=True)
        if isinstance(error, StoreTaken):
            self.choose_writer(error)

    def _forget_dialog(self) -> None:
        self._dialog = None


def _left_out(report: TeamReport) -> list[str]:
    """What was not exchanged, and why."""
    told: list[str] = []
    if names := listed(report.left_out):
        told.append(tr("Left out, because what was sent is no picture: {names}.", names=names))
    if names := listed(report.outside):
        told.append(tr("Not sent, because it leads out of its folder: {names}.", names=names))
    if names := listed(report.too_long):
        told.append(
            tr("Not sent, because too much is said of it: {names}. Shorten its note.", names=names)
        )
    return told


def _keep_token(save: Callable[[str], None], entry: ServerEntry) -> None:
    if entry.token:
        save(entry.token)
