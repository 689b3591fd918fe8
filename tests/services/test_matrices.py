"""A matrix of pictures: every row with every column, through the queue, onto one sheet."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from desktop.config.options import EngineOptions
from desktop.core.attempt import AttemptState
from desktop.core.cancellation import CancelToken
from desktop.core.errors import UsageError
from desktop.core.generation_record import GenerationRequest, Reference
from desktop.core.matrix import Entry, Matrix
from desktop.core.progress import finish
from desktop.services.engine import Engine
from desktop.services.generation.matrices import MatrixView
from desktop.wiring.engine import open_engine
from tests import pictures
from tests.fakes.gemini import GeminiServer
from tests.fakes.gemini_replies import Failure


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    with GeminiServer() as running:
        yield running


@pytest.fixture
def engine(tmp_path: Path, server: GeminiServer) -> Iterator[Engine]:
    pictures.fill(tmp_path / "pictures", 3)
    options = EngineOptions(profile_dir=tmp_path / "profile", gemini_base_url=server.base_url)
    with open_engine(options, {"GEMINI_API_KEY": "AIza-test"}) as opened:
        yield opened


def begin(engine: Engine, tmp_path: Path) -> None:
    """A model picture, worn with a cape in words and with what a picture shows, in two places."""
    folder = tmp_path / "pictures"
    base = GenerationRequest("Photo of her with {row}", (Reference(folder / "0000.png"),), "gemini")
    rows = (Entry("a red cape"), Entry("0001.png", folder / "0001.png"))
    engine.generation.matrices.begin(Matrix(base, rows, (Entry("On a beach"), Entry("In snow"))))


def work(engine: Engine) -> None:
    while not finish(engine.generation.queue.run_next(CancelToken())).is_over:
        pass


def view(engine: Engine) -> MatrixView:
    return engine.generation.matrices.view(engine.generation.matrices.latest()[0])


def test_every_row_is_asked_for_with_every_column(
    engine: Engine, server: GeminiServer, tmp_path: Path
) -> None:
    begin(engine, tmp_path)
    assert server.requests == []
    assert {cell.state for row in view(engine).cells for cell in row} == {AttemptState.QUEUED}
    work(engine)
    assert [(request.text, len(request.references)) for request in server.requests] == [
        ("Photo of her with a red cape On a beach.", 1),
        ("Photo of her with a red cape In snow.", 1),
        ("Photo of her with what picture 2 shows On a beach.", 2),
        ("Photo of her with what picture 2 shows In snow.", 2),
    ]
    made = view(engine)
    assert made.done == 4
    prompts = [
        engine.browsing.details(cell.asset.id).lineage
        for row in made.cells
        for cell in row
        if cell.asset is not None
    ]
    sent = [request.text for request in server.requests]
    assert [lineage.request.prompt for lineage in prompts if lineage] == sent


def test_a_cell_that_was_asked_for_again_shows_what_came_of_that(
    engine: Engine, server: GeminiServer, tmp_path: Path
) -> None:
    begin(engine, tmp_path)
    server.fail_with(Failure.QUOTA, count=1)
    work(engine)
    assert view(engine).done == 0
    engine.generation.queue.resume()
    server.fail_with(Failure.DROP_BEFORE_REPLY, count=1)
    work(engine)
    [lost] = [cell for row in view(engine).cells for cell in row if cell.asset is None]
    assert lost.state is AttemptState.UNKNOWN
    [unknown] = [a for a in engine.generation.attempts.latest(9) if a.state is AttemptState.UNKNOWN]
    engine.generation.queue.retry(unknown.key)
    work(engine)
    assert view(engine).done == 4


def test_the_sheet_has_every_picture_in_its_place(engine: Engine, tmp_path: Path) -> None:
    begin(engine, tmp_path)
    for _ in range(3):
        finish(engine.generation.queue.run_next(CancelToken()))
    engine.generation.matrices.write_sheet(view(engine), tmp_path / "sheet.png")
    with Image.open(io.BytesIO((tmp_path / "sheet.png").read_bytes())) as sheet:
        assert sheet.format == "PNG"
        pixels = sheet.convert("RGB")
    left, top, step = 56 + 200 + 140, pixels.height - 56 - 2 * 296 + 140, 296
    cells = [pixels.getpixel((left + c * step, top + r * step)) for r in (0, 1) for c in (0, 1)]
    assert cells[3] == (228, 228, 226), "not made yet"
    assert (228, 228, 226) not in cells[:3]


def test_a_matrix_without_cells_or_with_too_many_is_refused(engine: Engine) -> None:
    base = GenerationRequest("x", (), "gemini")
    for count in (0, 201):
        rows = tuple(Entry(str(n)) for n in range(count))
        with pytest.raises(UsageError):
            engine.generation.matrices.begin(Matrix(base, rows, (Entry(""),)))
    assert engine.generation.queue.view().waiting == ()
