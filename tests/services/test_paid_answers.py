"""An answer that came was paid for: it becomes pictures, counted once, whatever happens."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from desktop.config.options import EngineOptions
from desktop.core.attempt import AttemptState
from desktop.core.cancellation import CancelToken
from desktop.core.errors import (
    AnswerNotKept,
    Cancelled,
    LibraryError,
    PromptBlocked,
    QuotaExhausted,
    Remedy,
    ServiceUnavailable,
)
from desktop.core.generation_record import DRAFT, GenerationRequest, Reference, Usage
from desktop.core.progress import finish
from desktop.files import atomic
from desktop.files.content_hash import content_hash
from desktop.library.spool import SpooledAnswer
from desktop.services.engine import Engine
from desktop.services.generation.keeping import AnswerKeeping
from desktop.services.reports import GeneratedPicture
from desktop.wiring.engine import open_engine
from tests import pictures
from tests.fakes.gemini import GeminiServer
from tests.fakes.gemini_replies import Failure
from tests.generation.failure_table import LANGUAGES, TABLE, spoken

KEY = "AIzaSyTestKeyThatMustNeverBeSeenAnywhere"
COST = 0.034368
"""Of the stand-in's answer without references: 7 tokens in, 96 thought, 5 of text, a picture."""


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

    def make(self, prompt: str = "a kettle", *references: Reference) -> GeneratedPicture:
        request = GenerationRequest(prompt, references, "gemini")
        return finish(self.engine.generation.generating.run(request, CancelToken()))

    def states(self) -> list[AttemptState]:
        return [attempt.state for attempt in self.engine.generation.attempts.latest(100)]

    def files(self) -> list[Path]:
        return sorted(self.engine.library.paths.generated.glob("*.*"))

    def spooled(self) -> list[Path]:
        return sorted(self.options.profile.folder.rglob("*.answer"))

    def _open(self) -> Engine:
        return open_engine(self.options, {"GEMINI_API_KEY": KEY})


@pytest.fixture
def studio(tmp_path: Path, server: GeminiServer) -> Iterator[Studio]:
    made = Studio(tmp_path / "profile", server)
    yield made
    made.engine.close()


def disk_is_full(monkeypatch: pytest.MonkeyPatch, *below: Path, but: str = "no suffix") -> None:
    """Nothing can be written there any more, ``but`` files of this suffix."""
    real = atomic.atomic_path

    def full(path: Path, **options: bool) -> object:
        if path.suffix != but and any(path.is_relative_to(folder) for folder in below):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return real(path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(atomic, "atomic_path", full)


def test_lineage_is_what_went_over_the_wire(
    studio: Studio, server: GeminiServer, tmp_path: Path
) -> None:
    logo = tmp_path / "logo.png"
    Image.new("RGBA", (40, 30), (200, 30, 30, 0)).save(logo)
    photo = pictures.save(tmp_path / "photo.png", 3)
    made = studio.make("both", Reference(logo), Reference(photo))
    [sent] = server.requests
    wire = tmp_path / "wire"
    hashes: list[str] = []
    for data in sent.references:
        wire.write_bytes(data)
        hashes.append(content_hash(wire))
    lineage = studio.engine.browsing.details(made.asset.id).lineage
    assert lineage is not None
    assert [reference.sent_hash for reference in lineage.request.references] == hashes
    assert [reference.path for reference in lineage.request.references] == [logo, photo]
    assert sent.mime_types == ("image/png", "image/jpeg"), "a clear logo stays clear"


def test_usage_and_cost_are_counted_once_for_a_call(studio: Studio, server: GeminiServer) -> None:
    server.drafts = 2
    made = studio.make()
    assert len(made.drafts) == 2
    assert made.cost_usd == pytest.approx(COST, abs=1e-6)
    everything = sorted(asset.id for asset in studio.engine.browsing.all())
    lineages = [studio.engine.browsing.details(asset_id).lineage for asset_id in everything]
    of_attempt = [
        asset_id
        for asset_id, lineage in zip(everything, lineages, strict=True)
        if lineage is not None and lineage.attempt == made.record.attempt
    ]
    records = [studio.engine.browsing.details(asset.id).lineage for asset in made.assets]
    assert [record.stage for record in records if record] == [DRAFT, DRAFT, ""]
    assert [record.usage for record in records if record][:2] == [Usage(), Usage()]
    spent = studio.engine.generation.attempts.spent()
    assert (spent.calls, spent.unpriced) == (1, 0)
    assert spent.usd == pytest.approx(made.cost_usd)
    assert of_attempt == list(made.asset_ids)


def test_a_declined_answer_costs_too(studio: Studio, server: GeminiServer) -> None:
    server.fail_with(Failure.FINISH_IMAGE_SAFETY, count=1)
    with pytest.raises(PromptBlocked):
        studio.make()
    [attempt] = studio.engine.generation.attempts.latest(5)
    assert attempt.state is AttemptState.DECLINED
    assert attempt.record.usage.total_tokens > 0
    assert attempt.cost_usd
    assert studio.spooled() == []


@pytest.mark.parametrize("failure", [Failure.HANG, Failure.DROP_BEFORE_REPLY])
def test_sent_without_an_answer_is_unknown_and_never_sent_again(
    studio: Studio, server: GeminiServer, failure: Failure
) -> None:
    server.fail_with(failure, count=1)
    cancel = CancelToken()
    steps = studio.engine.generation.generating.run(GenerationRequest("x", (), "gemini"), cancel)
    if failure is Failure.HANG:
        import threading

        def stop() -> None:
            server.request_arrived.wait(10)
            cancel.cancel()

        stopping = threading.Thread(target=stop)
        stopping.start()
        with pytest.raises(Cancelled):
            finish(steps)
        stopping.join()
    else:
        with pytest.raises(ServiceUnavailable):
            finish(steps)
    assert studio.states() == [AttemptState.UNKNOWN]
    engine = studio.open_again()
    assert list(engine.generation.left_answers.finish()) == []
    assert engine.generation.generating.unfinished() == []
    assert engine.generation.attempts.spent().unknown == 1
    assert len(server.requests) == 1


def test_a_refusal_is_not_billed(studio: Studio, server: GeminiServer) -> None:
    server.fail_with(Failure.QUOTA, count=1)
    with pytest.raises(QuotaExhausted):
        studio.make()
    [attempt] = studio.engine.generation.attempts.latest(5)
    assert attempt.state is AttemptState.FAILED
    assert KEY not in attempt.error


def test_on_a_full_disk_the_answer_goes_elsewhere_and_comes_back(
    studio: Studio, server: GeminiServer
) -> None:
    library = studio.engine.library.paths.folder
    with pytest.MonkeyPatch.context() as patch:
        disk_is_full(patch, library)
        with pytest.raises(LibraryError) as caught:
            studio.make()
    assert "kept" in caught.value.safe
    assert len(studio.spooled()) == 1
    assert not studio.spooled()[0].is_relative_to(library)
    [made] = studio.open_again().generation.left_answers.finish()
    assert made.asset.path.exists()
    assert studio.states() == [AttemptState.DONE]
    assert studio.spooled() == []
    assert len(server.requests) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_no_room_anywhere_it_is_in_memory_and_a_person_is_asked(
    studio: Studio, server: GeminiServer, tmp_path: Path, language: str
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        disk_is_full(patch, studio.options.profile.folder)
        row, folder = TABLE["disk", "full"], studio.engine.library.paths.generated
        with spoken(language):
            with pytest.raises(AnswerNotKept) as caught:
                studio.make()
            assert caught.value.sentence() == row.said_in(language).format(folder=folder)
        assert (caught.value.kind, caught.value.remedy) == (row.kind, Remedy(row.action))
        stick = tmp_path / "stick"
        stick.mkdir()
        assert studio.engine.generation.left_answers.save_elsewhere(caught.value.key, stick)
        assert len(list(stick.iterdir())) == 1
    [made] = studio.engine.generation.left_answers.finish()
    assert made.asset.path.exists()
    assert list(stick.iterdir()) == []
    assert len(server.requests) == 1


@pytest.mark.parametrize("place", ["mark_answered", "queue-import", "end"])
def test_a_kill_after_the_answer_loses_and_doubles_nothing(
    studio: Studio, server: GeminiServer, place: str
) -> None:
    server.drafts = 1

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    engine = studio.engine
    target = {
        "mark_answered": (engine.generation.attempts, "mark_answered"),
        "queue-import": (engine.catalog, "add_files"),
        "end": (engine.generation.attempts, "end"),
    }[place]
    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(*target, killed)
        studio.make()
    assert len(studio.spooled()) == 1
    engine = studio.open_again()
    finish(engine.indexing.run([], CancelToken()))  # a scan may come first
    [made] = engine.generation.left_answers.finish()
    assert len(made.drafts) == 1
    assert len(studio.files()) == 2
    assert len(engine.browsing.all()) == 2
    assert studio.states() == [AttemptState.DONE]
    assert engine.generation.attempts.spent().calls == 1
    assert len(server.requests) == 1


def test_what_was_decided_and_not_sent_waits_for_the_next_start(
    studio: Studio, server: GeminiServer
) -> None:
    key = studio.engine.generation.generating.queue(GenerationRequest("later", (), "gemini"))
    engine = studio.open_again()
    assert [attempt.key for attempt in engine.generation.generating.unfinished()] == [key]
    made = finish(engine.generation.generating.run_queued(key, CancelToken()))
    assert made.record.request.prompt == "later"
    assert engine.generation.generating.unfinished() == []
    other = engine.generation.generating.queue(GenerationRequest("never", (), "gemini"))
    engine.generation.generating.forget(other)
    assert engine.generation.generating.unfinished() == []
    assert len(server.requests) == 1


def test_a_picture_of_another_library_keeps_its_lineage_and_comes_behind_originals(
    studio: Studio, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    [reference] = pictures.fill(folder, 1)
    made = studio.make("a red cape", Reference(reference))
    moved = tmp_path / "elsewhere" / made.asset.path.name
    moved.parent.mkdir()
    moved.write_bytes(made.asset.path.read_bytes())
    pictures.save(original := moved.parent / "z red cape.png", 7)

    other = EngineOptions(profile_dir=tmp_path / "other")
    with open_engine(other, {}) as engine:
        finish(engine.indexing.run([moved.parent], CancelToken()))
        [asset] = (each for each in engine.browsing.all() if each.path == moved)
        assert asset.is_generated
        proposed = [each.path for each in engine.searching.propose("red cape", 3)]
        assert proposed == [original, moved]
        # Its reference comes into this library later, and is known by its content.
        finish(engine.indexing.run([folder], CancelToken()))
        details = engine.browsing.details(asset.id)
        assert details.lineage is not None
        [used] = details.lineage.request.references
        assert used.path == reference
        assert used.asset_id is not None
        assert [a.id for a in engine.browsing.details(used.asset_id).used_in] == [asset.id]


def killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def leave_answers(studio: Studio, *prompts: str) -> None:
    """Each in the spool, as by a kill before its picture was saved."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AnswerKeeping, "take_in", killed)
        for prompt in prompts:
            with pytest.raises(KeyboardInterrupt):
                studio.make(prompt)


def test_a_kill_behind_the_named_file_makes_no_second_picture(
    studio: Studio, tmp_path: Path
) -> None:
    out = tmp_path / "poster.webp"
    request = GenerationRequest("a poster", (), "gemini")
    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(studio.engine.generation.attempts, "end", killed)
        finish(studio.engine.generation.generating.run(request, CancelToken(), out=out))
    [made] = studio.open_again().generation.left_answers.finish()
    assert made.asset.path == out
    assert studio.files() == []


def test_a_picture_that_the_named_format_cannot_hold_is_saved_as_it_came(
    studio: Studio, server: GeminiServer, tmp_path: Path
) -> None:
    banner = io.BytesIO()
    Image.new("RGB", (16_400, 4), "red").save(banner, "PNG")
    server.paint = lambda _: banner.getvalue()
    request = GenerationRequest("a long banner", (), "gemini")
    out = tmp_path / "banner.webp"
    made = finish(studio.engine.generation.generating.run(request, CancelToken(), out=out))
    assert made.asset.path == studio.files()[0]
    assert not out.exists()
    assert studio.states() == [AttemptState.DONE]


def test_an_answer_that_cannot_be_taken_in_is_in_no_other_ones_way(studio: Studio) -> None:
    leave_answers(studio, "bad", "good")
    engine, real = studio.open_again(), AnswerKeeping.take_in

    def take_in(keeping: AnswerKeeping, answer: SpooledAnswer) -> GeneratedPicture:
        if answer.record.request.prompt == "bad":
            raise ZeroDivisionError
        return real(keeping, answer)

    made: list[GeneratedPicture] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AnswerKeeping, "take_in", take_in)
        with pytest.raises(ZeroDivisionError):
            made.extend(engine.generation.left_answers.finish())
    assert len(studio.files()) == 1
    [kept] = engine.library.paths.spool.iterdir()
    assert b'"bad"' in kept.read_bytes()


@pytest.mark.parametrize("change", ["DELETE FROM attempts", "UPDATE attempts SET state = 'queued'"])
def test_what_an_older_catalogue_does_not_know_to_be_answered_is_not_asked_for_again(
    studio: Studio, server: GeminiServer, change: str
) -> None:
    leave_answers(studio, "paid for")
    with studio.engine.library.database.transaction() as connection:
        connection.execute(change)
    engine = studio.open_again()
    with pytest.MonkeyPatch.context() as patch:
        disk_is_full(patch, engine.library.paths.generated)
        with pytest.raises(LibraryError):
            list(engine.generation.left_answers.finish())
        assert finish(engine.generation.queue.run_next(CancelToken())).is_over
    assert studio.states() == [AttemptState.ANSWERED]
    assert len(server.requests) == 1


def test_an_answer_in_a_folder_that_a_person_named_is_found_after_the_next_start(
    studio: Studio, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    answers = studio.engine.generation.left_answers
    with pytest.MonkeyPatch.context() as patch:
        disk_is_full(patch, studio.options.profile.folder, but=".place")  # a few bytes fit
        with pytest.raises(AnswerNotKept) as caught:
            studio.make()
        assert answers.is_at_risk
        assert answers.save_elsewhere(caught.value.key, stick)
        assert not answers.is_at_risk
    [made] = studio.open_again().generation.left_answers.finish()
    assert made.asset.path.exists()
    assert [*stick.iterdir(), *studio.spooled()] == []
    assert not list(studio.options.profile.folder.rglob("*.place"))


def test_it_stays_at_risk_where_nothing_can_lead_to_that_folder(
    studio: Studio, tmp_path: Path
) -> None:
    answers = studio.engine.generation.left_answers
    with pytest.MonkeyPatch.context() as patch:
        disk_is_full(patch, studio.options.profile.folder)
        with pytest.raises(AnswerNotKept) as caught:
            studio.make()
        assert answers.save_elsewhere(caught.value.key, tmp_path)
    assert answers.is_at_risk
    assert len([*answers.finish()]) == 1
    assert not answers.is_at_risk
    assert not list(tmp_path.glob("*.answer"))
