"""However Gemini fails, the library says it in plain words and is as it was before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from desktop.config.options import EngineOptions
from desktop.config.settings import Settings, save_settings
from desktop.core.cancellation import CancelToken
from desktop.core.errors import PlantainError
from desktop.core.generation_record import GenerationRequest, Reference
from desktop.core.progress import finish
from desktop.services.engine import Engine
from desktop.wiring.engine import open_engine
from tests import pictures
from tests.fakes.gemini import GeminiServer
from tests.fakes.gemini_replies import Failure
from tests.generation.failure_table import TABLE

KEY = "AIzaSyTestKeyThatMustNeverBeSeenAnywhere"

OTHERS = {
    Failure.HANG: "did not answer",
    Failure.TRICKLE: "did not answer",
    Failure.NOT_A_PICTURE: "cannot be opened",
}


@dataclass
class Studio:
    """A library of one picture, with Gemini answering on loopback."""

    engine: Engine
    server: GeminiServer
    request: GenerationRequest


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    folder = tmp_path_factory.mktemp("studio")
    save_settings(folder / "profile" / "settings.json", Settings(gemini_timeout_s=5))
    [reference] = pictures.fill(folder / "pictures", 1)
    with GeminiServer() as server:
        options = EngineOptions(profile_dir=folder / "profile", gemini_base_url=server.base_url)
        with open_engine(options, {"GEMINI_API_KEY": KEY}) as engine:
            finish(engine.indexing.run([reference.parent], CancelToken()))
            request = GenerationRequest("a red silk cape", (Reference(reference),), "gemini")
            yield Studio(engine, server, request)


def files_in(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("failure", Failure, ids=lambda failure: failure.value)
def test_a_failure_is_told_in_plain_words_and_nothing_is_saved(
    studio: Studio, failure: Failure
) -> None:
    engine, library = studio.engine, studio.engine.library.paths
    before = (engine.browsing.all(), files_in(library.generated), files_in(library.thumbnails))
    # Of a model that is gone, the other API is asked as well.
    studio.server.fail_with(failure, count=2 if failure is Failure.MODEL_GONE else 1)
    with pytest.raises(PlantainError) as caught:
        finish(engine.generation.generating.run(studio.request, CancelToken()))
    told = caught.value.sentence()
    row = TABLE.get(("generate-content", failure.value))
    if row:
        assert told == row.english
    else:
        assert OTHERS[failure] in told
    assert "Traceback" not in told
    assert KEY not in told
    after = (engine.browsing.all(), files_in(library.generated), files_in(library.thumbnails))
    assert after == before


def test_after_all_that_a_picture_is_still_made(studio: Studio) -> None:
    made = finish(studio.engine.generation.generating.run(studio.request, CancelToken()))
    assert made.asset in studio.engine.browsing.all()
