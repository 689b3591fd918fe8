"""A part of a picture is changed, or cut out, by requests to a stand-in that errs as models do."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from desktop.config.options import EngineOptions
from desktop.core.attempt import AttemptState
from desktop.core.cancellation import CancelToken
from desktop.core.errors import QuotaExhausted, ServiceUnavailable, UsageError
from desktop.core.generation_record import (
    BASE,
    MARKED,
    ON_BLACK,
    PARTLY_TAKEN,
    PLATE,
    REGION,
    WHOLE,
    GenerationRequest,
)
from desktop.core.progress import finish
from desktop.media.metadata.lineage import read_record
from desktop.services.engine import Engine
from desktop.services.generation import keeping
from desktop.services.reports import GeneratedPicture
from desktop.wiring.engine import open_engine
from tests.benchmarks.edit_figures.answers import Case, case
from tests.benchmarks.edit_figures.plates import known, plate
from tests.fakes.gemini import GeminiServer
from tests.fakes.gemini_replies import Failure
from tests.fakes.gemini_requests import RecordedRequest

WISH = GenerationRequest("make it a teapot", generator="gemini")
Pixels = NDArray[np.uint8]


def png(pixels: Pixels) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def pixels_of(path: Path) -> Pixels:
    with Image.open(path) as image:
        return np.asarray(image)


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    with GeminiServer() as running:
        yield running


class Studio:
    """A library whose Gemini is the stand-in; it can be opened again, as after a kill."""

    def __init__(self, folder: Path, server: GeminiServer) -> None:
        self.options = EngineOptions(profile_dir=folder, gemini_base_url=server.base_url)
        self.engine = self._open()

    def open_again(self) -> Engine:
        self.engine.close()
        self.engine = self._open()
        return self.engine

    def run(self, request: GenerationRequest, out: Path | None = None) -> GeneratedPicture:
        return finish(self.engine.generation.generating.run(request, CancelToken(), out=out))

    def states(self) -> list[AttemptState]:
        return [attempt.state for attempt in reversed(self.engine.generation.attempts.latest(100))]

    def stages(self) -> dict[str, Path]:
        """Of everything in the library, by stage."""
        found: dict[str, Path] = {}
        for asset_id in self.engine.browsing.all():
            details = self.engine.browsing.details(asset_id.id)
            if details.lineage is not None:
                found[details.lineage.stage] = details.asset.path
        return found

    def _open(self) -> Engine:
        return open_engine(self.options, {"GEMINI_API_KEY": "key-of-a-test"})


@pytest.fixture
def studio(tmp_path: Path, server: GeminiServer) -> Iterator[Studio]:
    made = Studio(tmp_path / "profile", server)
    yield made
    made.engine.close()


class Desk:
    """A picture on the disk, the part of it that is to change, and a model that changes it."""

    def __init__(self, folder: Path, server: GeminiServer) -> None:
        self.case: Case = case(30, size=(480, 360))
        self.base = folder / "base.png"
        self.base.write_bytes(png(self.case.picture))
        self.mask = folder / "mask.png"
        self.mask.write_bytes(png(self.case.region.astype(np.uint8) * 255))
        server.paint = lambda _: png(self.case.answer)

    def request(self, engine: Engine) -> GenerationRequest:
        return engine.generation.editing.change_part(WISH, self.base, self.mask)


@pytest.fixture
def desk(tmp_path: Path, server: GeminiServer) -> Desk:
    return Desk(tmp_path, server)


def test_only_the_part_changes_and_the_whole_answer_is_kept(studio: Studio, desk: Desk) -> None:
    made = studio.run(desk.request(studio.engine))
    result = pixels_of(made.asset.path)
    outside = ~desk.case.region
    assert (result == desk.case.picture)[outside].all()
    assert np.abs(result.astype(int) - desk.case.picture)[desk.case.region].mean() > 15
    assert made.edited is not None
    assert not made.edited.misfit
    assert np.array_equal(pixels_of(made.edited.whole.path), desk.case.answer)
    assert made.edited.changed_elsewhere == pytest.approx(np.mean(desk.case.strays), rel=0.3)
    assert set(studio.stages()) == {"", WHOLE}
    assert studio.states() == [AttemptState.DONE]


def test_the_request_carries_the_picture_the_part_and_the_words(
    studio: Studio, desk: Desk, server: GeminiServer
) -> None:
    made = studio.run(desk.request(studio.engine))
    [sent] = server.requests
    assert sent.text.endswith(WISH.prompt)
    assert "magenta" in sent.text
    assert ["change" in each for each in sent.captions] == [True, True]
    assert sent.aspect_ratio == "", "the model keeps the shape of what it is given"
    picture, marked = (np.asarray(Image.open(io.BytesIO(data))) for data in sent.references)
    apart = np.abs(picture.astype(int) - marked).max(axis=2) > 40
    assert np.mean(apart == desk.case.region) > 0.97
    request = made.record.request
    assert request.edit == REGION
    assert request.sent_text == sent.text
    assert [reference.role for reference in request.references] == [BASE, MARKED]
    assert all(reference.sent_hash for reference in request.references)
    inside = read_record(made.asset.path)
    assert inside is not None
    assert inside.request.edit == REGION
    used = studio.engine.lineage.of(made.asset.id)
    assert used is not None
    kept = pixels_of(used.request.references[1].path)
    assert np.array_equal(kept.astype(bool), desk.case.region), "what was painted is kept"


def test_another_picture_is_kept_whole_and_told_as_a_misfit(
    studio: Studio, desk: Desk, server: GeminiServer
) -> None:
    server.paint = lambda _: png(case(90, size=(480, 360)).answer)
    made = studio.run(desk.request(studio.engine))
    assert made.edited is not None
    assert "another picture" in made.edited.misfit
    assert made.asset == made.edited.whole
    [attempt] = studio.engine.generation.attempts.latest(5)
    assert attempt.state is AttemptState.DONE
    assert attempt.cost_usd
    assert "another picture" in attempt.error


def test_a_picture_that_was_changed_meanwhile_is_no_ground_for_the_answer(
    studio: Studio, desk: Desk, server: GeminiServer
) -> None:
    def paint(_: RecordedRequest) -> bytes:
        desk.base.write_bytes(png(case(60, size=(480, 360)).picture))
        return png(desk.case.answer)

    server.paint = paint
    made = studio.run(desk.request(studio.engine))
    assert made.edited is not None
    assert "another one now" in made.edited.misfit


def test_one_click_takes_the_whole_answer_and_another_the_part_again(
    studio: Studio, desk: Desk
) -> None:
    made = studio.run(desk.request(studio.engine))
    edited = studio.engine.generation.edited_pictures
    before = edited.outcome(made.asset.id)
    assert not before.is_whole_taken
    assert before.changes is not None
    assert np.mean(before.changes[desk.case.strays]) > 0.9
    whole = edited.take_whole(made.asset.id)
    assert np.array_equal(pixels_of(whole.path), desk.case.answer)
    assert studio.stages().keys() == {"", PARTLY_TAKEN}
    assert edited.outcome(whole.id).is_whole_taken
    again = edited.take_whole(whole.id, is_whole=False)
    assert again.id == made.asset.id
    assert studio.stages().keys() == {"", WHOLE}


def test_a_kill_after_the_answer_came_loses_nothing(
    studio: Studio, desk: Desk, server: GeminiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(keeping.AnswerKeeping, "take_in", _killed)
        with pytest.raises(KeyboardInterrupt):
            studio.run(desk.request(studio.engine))
    engine = studio.open_again()
    [made] = engine.generation.left_answers.finish()
    assert (pixels_of(made.asset.path) == desk.case.picture)[~desk.case.region].all()
    assert studio.stages().keys() == {"", WHOLE}
    assert len(server.requests) == 1


def test_a_part_of_another_shape_or_none_is_refused_before_anything_is_sent(
    studio: Studio, desk: Desk, server: GeminiServer, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.png"
    for mask, why in (
        (np.full((360, 200), 255, np.uint8), "200 × 360"),
        (np.zeros((360, 480), np.uint8), "No part"),
        (np.full((360, 480), 255, np.uint8), "Nearly all"),
    ):
        wrong.write_bytes(png(mask))
        with pytest.raises(UsageError, match=why):
            studio.engine.generation.editing.change_part(WISH, desk.base, wrong)
    with pytest.raises(UsageError, match="mood board"):
        studio.run(
            studio.engine.generation.editing.change_part(
                GenerationRequest("a teapot", generator="moodboard"), desk.base, desk.mask
            )
        )
    assert not server.requests


def test_what_is_clear_in_the_picture_stays_so(studio: Studio, desk: Desk, tmp_path: Path) -> None:
    clear = np.dstack([desk.case.picture, np.full((360, 480), 255, np.uint8)])
    clear[:40, :40, 3] = 0
    desk.base.write_bytes(png(clear))
    made = studio.run(desk.request(studio.engine))
    result = pixels_of(made.asset.path)
    assert (result[:40, :40, 3] == 0).all()
    assert (result[desk.case.region][:, 3] == 255).all()


# ---------------------------------------------------------------------- cut-outs


def plates(truth: Pixels, *, black_of: Pixels | None = None) -> Callable[[RecordedRequest], bytes]:
    """A model that shows what is known on the ground that it is asked for."""

    def paint(request: RecordedRequest) -> bytes:
        if "black" in request.text:
            return png(plate(truth if black_of is None else black_of, 3, 2, shift=1.0))
        return png(plate(truth, 253, 1))

    return paint


@pytest.fixture
def truth() -> Pixels:
    return known(3, 320, 240)


def cut(engine: Engine, base: Path | None = None) -> GenerationRequest:
    return engine.generation.editing.on_white(GenerationRequest("a lamp", generator="gemini"), base)


def alpha_error(path: Path, truth: Pixels) -> float:
    return float(np.abs(pixels_of(path)[..., 3].astype(int) - truth[..., 3]).mean()) / 255


def test_a_cut_out_is_two_calls_and_has_the_known_transparency(
    studio: Studio, server: GeminiServer, truth: Pixels, desk: Desk, tmp_path: Path
) -> None:
    server.paint = plates(truth)
    made = studio.run(cut(studio.engine, desk.base), tmp_path / "lamp.png")
    assert made.asset.path == tmp_path / "lamp.png"
    assert alpha_error(made.asset.path, truth) <= 0.02
    assert studio.states() == [AttemptState.DONE, AttemptState.DONE]
    assert len(made.attempt_ids) == len(server.requests) == 2
    assert made.cost_usd == pytest.approx(studio.engine.generation.spending.report().total.usd)
    white, black = server.requests
    look = studio.engine.generation.rehearsing.rehearse(
        cut(studio.engine, desk.base), CancelToken()
    )
    assert finish(look).texts == (white.text, black.text), "as it is shown before"
    assert "white" in white.text
    assert "black" not in white.text
    assert "black" in black.text
    [answer] = black.references
    sent = np.asarray(Image.open(io.BytesIO(answer)))
    assert np.abs(sent.astype(int) - plate(truth, 253, 1)).mean() < 4, "the answer goes along"
    lineage = studio.engine.lineage.of(made.asset.id)
    assert lineage is not None
    assert lineage.request.edit == ON_BLACK
    assert len(made.drafts) == 2
    assert set(studio.stages()) == {"", PLATE}


def test_plates_that_do_not_agree_are_told_and_kept(
    studio: Studio, server: GeminiServer, truth: Pixels
) -> None:
    server.paint = plates(truth, black_of=known(4, 320, 240))
    made = studio.run(cut(studio.engine))
    assert made.edited is not None
    assert "do not show the same" in made.edited.misfit
    assert studio.states() == [AttemptState.DONE, AttemptState.DONE]
    assert len(studio.engine.browsing.all()) == 2, "both plates are in the library"


def test_after_a_failure_of_the_second_call_the_first_is_not_paid_again(
    studio: Studio, server: GeminiServer, truth: Pixels
) -> None:
    paint = plates(truth)

    def failing(request: RecordedRequest) -> bytes:
        server.fail_with(Failure.OVERLOADED)
        return paint(request)

    server.paint = failing
    with pytest.raises(ServiceUnavailable):
        studio.run(cut(studio.engine))
    assert studio.states() == [AttemptState.DONE, AttemptState.FAILED]
    server.fail_with(None)
    server.paint = paint
    [failed, _] = studio.engine.generation.attempts.latest(5)
    made = studio.run(failed.record.request)
    assert alpha_error(made.asset.path, truth) <= 0.02
    assert len(server.requests) == 3


def test_a_kill_between_the_two_calls_leaves_the_second_waiting(
    studio: Studio, server: GeminiServer, truth: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.paint = plates(truth)
    with monkeypatch.context() as patch:
        patch.setattr(keeping.AnswerKeeping, "take_in", _killed)
        with pytest.raises(KeyboardInterrupt):
            studio.run(cut(studio.engine))
    engine = studio.open_again()
    assert len([*engine.generation.left_answers.finish()]) == 1
    [waiting] = engine.generation.generating.unfinished()
    made = finish(engine.generation.generating.run_queued(waiting.key, CancelToken()))
    assert alpha_error(made.asset.path, truth) <= 0.02
    assert len(server.requests) == 2
    assert [*engine.generation.left_answers.finish()] == []


def test_a_quota_that_ends_before_the_first_call_leaves_nothing_waiting(
    studio: Studio, server: GeminiServer
) -> None:
    server.fail_with(Failure.QUOTA)
    with pytest.raises(QuotaExhausted):
        studio.run(cut(studio.engine))
    assert studio.engine.generation.generating.unfinished() == []


def _killed(*_: object) -> None:
    raise KeyboardInterrupt
