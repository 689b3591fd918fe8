"""Near-duplicates stand behind their best one, which opens with a key."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.qt.browse.asset_painter import GAP
from desktop.qt.browse.stacks import NO_STACKS, Stacks
from desktop.qt.jobs.job_list import JobState, progress_text
from tests.qt.curating import Window


def same(number: int) -> int:
    return number


class TestCollapsing:
    stacks = Stacks.of([[3, 1], [7, 5, 6], [6, 9], [4]])

    def test_the_best_stands_at_the_place_of_the_first(self) -> None:
        shown, counts = self.stacks.collapsed([1, 2, 3, 4, 5, 6], same, frozenset())
        assert shown == [3, 2, 4, 5]
        assert counts == {3: 2, 5: 2}

    def test_an_opened_one_shows_all_together(self) -> None:
        number = self.stacks.stack_of[5]
        shown, counts = self.stacks.collapsed([1, 5, 2, 6, 7, 9], same, frozenset({number}))
        assert shown == [1, 7, 5, 6, 2, 9]
        assert counts == {7: 3}

    def test_without_stacks_all_stays(self) -> None:
        assert NO_STACKS.collapsed([2, 1], same, frozenset()) == ([2, 1], {})


def add_smaller_copy(window: Window, asset: Asset) -> None:
    smaller = Path(asset.folder, "a smaller copy.png")
    with Image.open(asset.path) as picture:
        picture.resize((picture.width // 2, picture.height // 2)).save(smaller)
    finish(window.engine.indexing.run([smaller], CancelToken()))
    window.session.controllers.library.refresh()
    window.until(lambda: window.grid.assets.rowCount() == 5)


def test_they_are_stacked_and_opened_with_a_key(window: Window) -> None:
    grid, first = window.grid, window.grid.assets.asset(0)
    add_smaller_copy(window, first)
    actions = window.session.window.action_list
    actions["browse.stacks"].trigger()
    window.until(lambda: grid.assets.rowCount() == 4)
    assert grid.assets.row_of(first.id) is not None  # the larger one
    grid.select_asset(first.id)
    grid.setFocus()
    QTest.keyClick(grid, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert grid.assets.rowCount() == 5
    assert [asset.id for asset in grid.selected_assets()] == [first.id]
    QTest.keyClick(grid, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert grid.assets.rowCount() == 4
    actions["browse.stacks"].trigger()
    assert grid.assets.rowCount() == 5


def test_the_number_on_a_tile_opens_the_stack(window: Window) -> None:
    grid, first = window.grid, window.grid.assets.asset(1)
    add_smaller_copy(window, first)
    window.session.window.action_list["browse.stacks"].trigger()
    window.until(lambda: grid.assets.rowCount() == 4)

    def number() -> QPoint:
        row = grid.assets.row_of(first.id)
        assert row is not None
        return grid.cell_of(row).topLeft() + QPoint(GAP + 20, GAP + 16)

    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=number())
    assert grid.assets.rowCount() == 5
    assert [asset.id for asset in grid.selected_assets()] == [first.id]
    window.session.controllers.stacks._look()  # pictures have come, say
    window.until(lambda: not window.session.controllers.stacks._is_looking)
    assert grid.assets.rowCount() == 5, "what was opened stays so"
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=number())
    assert grid.assets.rowCount() == 4
    alone = next(row for row in range(4) if grid.assets.asset(row).id != first.id)
    other = grid.cell_of(alone).topLeft() + QPoint(GAP + 20, GAP + 16)
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=other)
    assert grid.assets.rowCount() == 4, "a picture that stands for itself is selected"


def test_looking_for_them_is_seen_and_stopped(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, duplicates = threading.Event(), window.engine.curation.duplicates
    find = duplicates.exact
    monkeypatch.setattr(duplicates, "exact", lambda: find() if gate.wait() else [])
    jobs = window.session.window.jobs
    window.session.window.action_list["browse.stacks"].trigger()
    [row] = [job for job in jobs.jobs() if job.is_live]
    window.until(lambda: row.state is JobState.RUNNING)
    assert progress_text(row) == ""
    jobs.stop(row.id)
    gate.set()
    window.until(lambda: row.state is JobState.STOPPED)
