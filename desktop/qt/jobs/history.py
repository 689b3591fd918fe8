"""What a person changed, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count

from PySide6.QtCore import QObject, Signal

from desktop.core.annotations import Edits, Renamed
from desktop.core.cancellation import CancelToken
from desktop.core.errors import LibraryError, LibraryGone
from desktop.qt.jobs.changes import ChangeHub, Changes
from desktop.qt.jobs.lane import Lane

_UNDO_LIMIT = 200

Edit = Callable[[], Edits]
"""Changes what was said, and gives back what undoes that."""

Change = Callable[[], "Change | None"]
"""Changes something, and gives back what undoes that; None when nothing is to be undone."""

_SAID = Changes(annotations=True)


@dataclass(frozen=True)
class _Undoing:
    """A change that undoes an edit.

    Attributes:
        renamed: what the edit gave another name.
    """

    run: Change
    renamed: list[Renamed]

    def __call__(self) -> Change | None:
        return self.run()


@dataclass(eq=False)
class _Step:
    """Something that was changed. Done, undone and done again by the same means: a change gives
    back the change that undoes it.

    Attributes:
        next: what would undo it, or do it again; None while it runs, and when it failed for good.
        changes: what views are told of, either way.
        is_done: as the last change that came off has left it.
        place: among all steps, in the order in which they were first done.
        is_edit: of what was said alone, which the catalogue writes whole or not at all: when it
            fails it can be tried again.
    """

    name: str
    next: Change | None
    changes: Changes
    lane: Lane
    is_done: bool
    place: int
    is_edit: bool = False


class EditHistory(QObject):
    """Carries changes out, one after the other in their lane, and undoes them again.

    Args:
        apply: carries out what undoes an edit.
        lane: where the catalogue is written to.
        hub: is told after each change.
        index_words: makes some of the words anew that a large edit left behind; False when none
            are left.
    """

    moved = Signal()
    """Something else would be undone or done again now."""
    renamed = Signal(object)
    """list[Renamed]: tags and boards that have another name now; before anybody reads them anew."""
    failed = Signal(object)
    """The error of a change, which left everything as it was."""
    kept = Signal()
    """A change could not be saved because the library is not there; ``save_kept`` tries again."""

    def __init__(
        self,
        apply: Callable[[Edits], Edits],
        lane: Lane,
        hub: ChangeHub,
        index_words: Callable[[], bool],
    ) -> None:
        super().__init__()
        self._apply = apply
        self._lane = lane
        self._hub = hub
        self._index_words = index_words
        self._done: list[_Step] = []
        self._undone: list[_Step] = []
        self._kept: list[_Step] = []
        self._places = count()

    def do(self, name: str, edit: Edit) -> None:
        """Say something; ``name`` is what the menu calls it ("Undo rating 12 pictures")."""
        change = partial(self._edit, edit)
        self._run(self._add(name, change, _SAID, self._lane, is_done=False, is_edit=True))

    def change(self, name: str, change: Change, changes: Changes, lane: Lane | None = None) -> None:
        """Change something, in ``lane`` if it is another one than the catalogue's."""
        self._run(self._add(name, change, changes, lane or self._lane, is_done=False))

    def add_done(self, name: str, undo: Edits) -> None:
        """Something was said in another way; it can be undone as well."""
        if not undo.is_empty:
            change = partial(self._edit, partial(self._apply, undo))
            self._add(name, change, _SAID, self._lane, is_done=True, is_edit=True)
            self._index_on()

    def add_undo(self, name: str, undo: Change, changes: Changes, lane: Lane | None = None) -> None:
        """Something was changed in another way; ``undo`` takes it back."""
        self._add(name, undo, changes, lane or self._lane, is_done=True)
        self._index_on()

    @property
    def can_undo(self) -> bool:
        return bool(self._done) and not self._kept

    @property
    def can_redo(self) -> bool:
        return bool(self._undone) and not self._kept

    @property
    def kept_count(self) -> int:
        """How many changes wait for the library to be there again."""
        return len(self._kept)

    def save_kept(self) -> None:
        """Try those again, in the order in which they were entered."""
        steps, self._kept = self._kept, []
        for step in steps:
            self._run(step)

    def undo_name(self) -> str:
        """What would be undone; empty for nothing."""
        return self._done[-1].name if self._done else ""

    def redo_name(self) -> str:
        """What would be done again; empty for nothing."""
        return self._undone[-1].name if self._undone else ""

    def undo(self) -> None:
        if self.can_undo:
            self._move(self._done, self._undone)

    def redo(self) -> None:
        if self.can_redo:
            self._move(self._undone, self._done)

    # ------------------------------------------------------------------ inside

    def _edit(self, edit: Edit) -> Change | None:
        undo = edit()
        if undo.is_empty:
            return None
        renamed = [Renamed(each.field, each.new, each.old) for each in undo.renamed]
        return _Undoing(partial(self._edit, partial(self._apply, undo)), renamed)

    def _add(
        self,
        name: str,
        change: Change,
        changes: Changes,
        lane: Lane,
        *,
        is_done: bool,
        is_edit: bool = False,
    ) -> _Step:
        step = _Step(name, change, changes, lane, is_done, next(self._places), is_edit)
        self._undone.clear()
        self._done.append(step)
        del self._done[:-_UNDO_LIMIT]
        self.moved.emit()
        return step

    def _move(self, source: list[_Step], target: list[_Step]) -> None:
        step = source.pop()
        target.append(step)
        self.moved.emit()
        self._run(step, source)

    def _run(self, step: _Step, source: list[_Step] | None = None) -> None:
        """``source``: where the step was before it was undone or done again."""
        is_wanted = step not in self._undone  # the oldest are in neither

        def work(_: CancelToken) -> tuple[bool, list[Renamed]]:
            # Asked here, not before: the lane does one change after the other, and what undoes
            # this one is known when it was done. It may be as it is wanted: where it could not be
            # done, there is nothing to undo.
            if step.next is not None and step.is_done is not is_wanted:
                change, step.next = step.next, None
                try:
                    step.next = change()
                except LibraryError:
                    step.next = change
                    raise
                step.is_done = is_wanted
                if isinstance(step.next, _Undoing):
                    return True, step.next.renamed
            return step.next is not None, []

        handle = step.lane.submit(work)
        handle.finished.connect(lambda done: self._on_finished(step, *done))
        handle.failed.connect(lambda error: self._on_failed(step, error, source))

    def _on_finished(self, step: _Step, is_undoable: bool, renamed: list[Renamed]) -> None:
        if not is_undoable:
            self._forget(step)
        if renamed:
            self.renamed.emit(renamed)
        self._hub.tell(step.changes)
        self._index_on()

    def _on_failed(self, step: _Step, error: object, source: list[_Step] | None) -> None:
        if isinstance(error, LibraryGone):
            self._kept.append(step)
            self.kept.emit()
            self.moved.emit()
            return
        if source is not None and step.is_edit and isinstance(error, LibraryError):
            self._put_back(step, source)
        else:
            self._forget(step)
        self.failed.emit(error)
        self._hub.tell(step.changes)

    def _forget(self, step: _Step) -> None:
        for steps in (self._done, self._undone):
            if step in steps:
                steps.remove(step)
        self.moved.emit()

    def _put_back(self, step: _Step, source: list[_Step]) -> None:
        """It is as it was before somebody tried; but what was undone is not done again once
        something else was done."""
        self._forget(step)
        is_done = source is self._done
        if is_done or all(other.place < step.place for other in self._done):
            source.append(step)
            source.sort(key=lambda each: each.place, reverse=not is_done)
        self.moved.emit()

    def _index_on(self) -> None:
        """A batch at a time, so that a click in the sidebar comes between."""
        handle = self._lane.submit(lambda _: self._index_words())
        handle.finished.connect(lambda is_more: self._index_on() if is_more else None)
