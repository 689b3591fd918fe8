"""Finds what looks the same, for the grid to stack."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject

from desktop.core.cancellation import CancelToken
from desktop.core.text import ngettext, tr
from desktop.qt.browse.centre import Centre
from desktop.qt.browse.stacks import NO_STACKS, Stacks
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.job_list import Outcome


class StacksController(QObject):
    """Looked for when stacks are switched on, and again after pictures have come or gone."""

    def __init__(self, context: Context, centre: Centre) -> None:
        super().__init__()
        self._context = context
        self._centre = centre
        self.is_on = False
        self._is_looking = False
        context.hub.changed.connect(self._on_changes)

    def come_back(self, opened: Iterable[int]) -> None:
        """As they were when the window was closed: on, and these pictures' stacks open."""
        self._centre.reopen_stacks(opened)
        if not self.is_on:
            self.toggle()

    def toggle(self) -> None:
        """Stack near-duplicates from now on, or no longer."""
        self.is_on = not self.is_on
        if self.is_on:
            self._look()
        else:
            self._centre.show_stacks(NO_STACKS)

    # ------------------------------------------------------------------ inside

    def _on_changes(self, changes: Changes) -> None:
        if self.is_on and changes.assets and not changes.is_partial:
            self._look()

    def _look(self) -> None:
        if self._is_looking:
            return
        self._is_looking = True
        engine = self._context.engine

        def look(token: CancelToken) -> Stacks:
            exact = engine.curation.duplicates.exact()
            token.raise_if_cancelled()
            groups = [*engine.curation.duplicates.near(cancel=token), *exact]
            return Stacks.of([[asset.id for asset in group.assets] for group in groups])

        # Minutes in a very large library, which no click may wait for.
        handle = self._context.follow(
            self._context.lanes.models,
            tr("Looking for near-duplicates"),
            look,
            lambda stacks: Outcome(
                ngettext("{count} stack", "{count} stacks", len(stacks.members))
            ),
            over=self._end,
        )
        handle.finished.connect(self._show)
        handle.failed.connect(self._context.notice)

    def _end(self) -> None:
        self._is_looking = False

    def _show(self, stacks: Stacks) -> None:
        if self.is_on:
            self._centre.show_stacks(stacks)
