"""Shoot once, reuse for ever: a matrix of pictures through the queue, and its contact sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.core.asset import Asset
from desktop.core.attempt import UNFINISHED, AttemptState
from desktop.core.errors import UsageError
from desktop.core.failure import Failure
from desktop.core.generation_record import GenerationRequest
from desktop.core.matrix import Matrix
from desktop.core.text import tr
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.attempts import AttemptTable
from desktop.library.catalog.matrices import MatrixRow, MatrixTable
from desktop.library.import_picture import save_picture_as
from desktop.media.drawing.contact_matrix import render_contact_matrix
from desktop.media.sandbox.pool import Sandbox
from desktop.services.generation.queueing import GenerationQueue

MOST_CELLS = 200


@dataclass(frozen=True, slots=True)
class Cell:
    """What became of one cell.

    Attributes:
        asset: the picture; None while there is none.
        attempt: key of the newest call for it.
        failure: why there is no picture.
    """

    state: AttemptState
    asset: Asset | None = None
    attempt: str = ""
    failure: Failure | None = None

    @property
    def has_failed(self) -> bool:
        """It is over without a picture, and can be asked for again."""
        is_over = self.state not in UNFINISHED
        return is_over and self.asset is None and bool(self.attempt)


@dataclass(frozen=True, slots=True)
class MatrixView:
    """A matrix as it is now. Attributes: cells: row by row."""

    matrix: MatrixRow
    cells: tuple[tuple[Cell, ...], ...]

    @property
    def done(self) -> int:
        """How many pictures there are."""
        return sum(cell.asset is not None for row in self.cells for cell in row)


class Matrices:
    """Queues them, and shows what came of them."""

    def __init__(
        self,
        queue: GenerationQueue,
        attempts: AttemptTable,
        table: MatrixTable,
        catalog: Catalog,
        sandbox: Sandbox | None = None,
    ) -> None:
        self._queue = queue
        self._attempts = attempts
        self._table = table
        self._catalog = catalog
        self._sandbox = sandbox

    def begin(self, matrix: Matrix) -> int:
        """All cells at the end of the queue, or none; returns the matrix's id.

        Raises:
            UsageError: it has no cells, or too many.
        """
        wishes = list(matrix.requests())
        self.check([request for _, _, request in wishes])
        with self._catalog.all_or_nothing():
            keys = self._queue.add([request for _, _, request in wishes])
            return self._table.add(
                matrix.base.prompt,
                [entry.words for entry in matrix.rows],
                [entry.words for entry in matrix.columns],
                [(row, column, key) for (row, column, _), key in zip(wishes, keys, strict=True)],
            )

    def check(self, requests: Sequence[GenerationRequest]) -> None:
        """Raises: UsageError: there are none, or too many."""
        if not 0 < len(requests) <= MOST_CELLS:
            raise UsageError(
                tr("A matrix has between 1 and {most} pictures.", most=MOST_CELLS),
                safe=tr("Nothing was sent."),
            )

    def of(self, matrix_id: int) -> MatrixRow | None:
        """The matrix of that id."""
        return self._table.of(matrix_id)

    def retry(self, view: MatrixView) -> int:
        """Ask again for every cell that cost nothing and has no picture, at the end of the queue;
        returns how many. What was declined, or may have been billed, a person asks for singly."""
        free = {AttemptState.FAILED, AttemptState.STOPPED}
        cells = (cell for row in view.cells for cell in row)
        keys = [cell.attempt for cell in cells if cell.has_failed and cell.state in free]
        for key in keys:
            self._queue.retry(key)
        return len(keys)

    def latest(self) -> list[MatrixRow]:
        """The newest first."""
        return self._table.latest()

    def view(self, matrix: MatrixRow) -> MatrixView:
        """What there is of it."""
        cells = self._table.cells(matrix.id)
        found = self._catalog.assets_by_id([i for _, i in cells.values() if i is not None])

        def cell(row: int, column: int) -> Cell:
            key, asset_id = cells.get((row, column), ("", None))
            attempt = self._attempts.of(key)
            state = attempt.state if attempt is not None else AttemptState.STOPPED
            asset = found.get(asset_id) if asset_id is not None else None
            return Cell(state, asset, key, attempt.failure if attempt is not None else None)

        return MatrixView(
            matrix,
            tuple(
                tuple(cell(row, column) for column in range(len(matrix.columns)))
                for row in range(len(matrix.rows))
            ),
        )

    def write_sheet(self, view: MatrixView, path: Path) -> None:
        """The contact matrix, as a PNG.

        Raises:
            LibraryError: ``path`` exists already or cannot be written.
        """
        pictures = [
            [cell.asset.path if cell.asset is not None else None for cell in row]
            for row in view.cells
        ]
        matrix = view.matrix
        data = render_contact_matrix(
            matrix.title, matrix.rows, matrix.columns, pictures, sandbox=self._sandbox
        )
        save_picture_as(path.absolute(), data)
