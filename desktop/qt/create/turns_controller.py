"""Going on from a picture that was made: a next turn, more like it, a base; or discarding it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject

from desktop.core.asset import Asset
from desktop.core.generation_record import BASE, CHOSEN, GenerationRequest, Reference
from desktop.qt.create.panel import GenerationPanel
from desktop.qt.jobs.context import Context
from desktop.services.reports import GeneratedPicture


class TurnsController(QObject):
    """Answers what is wanted of a picture that the panel shows.

    Args:
        discard: moves pictures to the trash, after asking; how they were made stays written down.
    """

    def __init__(
        self,
        context: Context,
        panel: GenerationPanel,
        discard: Callable[[Sequence[Asset]], object],
    ) -> None:
        super().__init__()
        self._context = context
        self._panel = panel
        card = panel.result_card
        card.turns.refine_requested.connect(self.refine)
        card.base_wanted.connect(self.use_as_base)
        card.more_wanted.connect(self.more_like)
        card.discard_wanted.connect(lambda picture: discard([picture.asset]))
        panel.base_wanted.connect(self.ask_from_base)
        panel.turn.tokens_wanted.connect(self._count)

    def begin(self, asset_id: int) -> None:
        """Show a picture of the library where its next turn is asked for, with its talk."""
        browsing = self._context.engine.browsing

        def show(talk: list[GeneratedPicture]) -> None:
            shown = next((each for each in talk if each.asset.id == asset_id), None)
            if shown is not None:
                self._panel.look_at(shown, talk)

        handle = self._context.lanes.browse.submit(lambda _: browsing.talk(asset_id))
        handle.finished.connect(show)
        handle.failed.connect(self._context.notice)

    def refine(self, picture: GeneratedPicture, words: str) -> None:
        """Ask for a next turn on it."""
        if self._panel.is_running:
            return
        refining = self._context.engine.generation.refining
        handle = self._context.lanes.browse.submit(
            lambda _: refining.next_turn(picture.asset, picture.record, words)
        )
        handle.finished.connect(lambda request: self._begin(picture, request))
        handle.failed.connect(lambda error: self._panel.show_failure(self._context.known(error)))

    def use_as_base(self, picture: GeneratedPicture) -> None:
        """It goes along with whatever is asked for next."""
        self._panel.tray.add([_reference(picture, BASE)])
        self._panel.prompt.setFocus()

    def ask_from_base(self, request: GenerationRequest) -> None:
        """The talk cannot be gone on with: the same words are made ready to be asked of the picture
        itself."""
        refining = self._context.engine.generation.refining
        handle = self._context.lanes.browse.submit(lambda _: refining.from_base(request))
        handle.finished.connect(self._panel.use_request)
        handle.failed.connect(lambda error: self._panel.show_failure(self._context.known(error)))

    def _count(self, request: GenerationRequest) -> None:
        """How much the talk before a request adds to it."""
        refining = self._context.engine.generation.refining
        handle = self._context.lanes.browse.submit(lambda _: refining.tokens_before(request))
        handle.finished.connect(lambda tokens: self._panel.turn.know_tokens(request, tokens))

    def more_like(self, picture: GeneratedPicture) -> None:
        """What asked for it, with the picture itself beside it, is ready to be asked again."""
        request = picture.record.request
        more = replace(
            request,
            parent="",
            parent_attempt="",
            references=(*request.references, _reference(picture, "style")),
        )
        self._panel.use_request(more)

    def _begin(self, picture: GeneratedPicture, request: GenerationRequest) -> None:
        self._panel.result_card.turns.note_source(request.parent, picture)
        self._panel.go_on(request)


def _reference(picture: GeneratedPicture, role: str) -> Reference:
    return Reference(picture.asset.path, picture.asset.id, reason=CHOSEN, role=role)
