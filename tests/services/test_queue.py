"""The queue: one after the other, one reason to wait, and nothing sent twice by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.config.options import EngineOptions
from desktop.config.settings import Settings, save_settings
from desktop.core.attempt import AttemptState
from desktop.core.cancellation import CancelToken
from desktop.core.errors import AnswerNotKept, Cancelled, PicturesChanged, Remedy, UsageError
from desktop.core.generation_queue import WaitReason
from desktop.core.generation_record import GenerationRecord, GenerationRequest, Reference
from desktop.core.progress import finish
from desktop.files.content_hash import content_hash
from desktop.services.engine import Engine
from desktop.services.generation.editing import second_half
from desktop.services.generation.queueing import GenerationQueue, QueueStep
from desktop.wiring.engine import open_engine
from tests import pictures
from tests.fakes.gemini import GeminiServer
from tests.fakes.gemini_replies import Failure
from tests.generation.failure_table import TABLE, spoken
from tests.services.test_paid_answers import disk_is_full


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    with GeminiServer() as running:
        yield running


@pytest.fixture
def options(tmp_path: Path, server: GeminiServer) -> EngineOptions:
    return EngineOptions(profile_dir=tmp_path / "profile", gemini_base_url=server.base_url)


@pytest.fixture
def engine(options: EngineOptions) -> Iterator[Engine]:
    with open_engine(options, {"GEMINI_API_KEY": "AIza-test"}) as opened:
        yield opened


def add(engine: Engine, *prompts: str) -> list[str]:
    return engine.generation.queue.add(
        [GenerationRequest(prompt, (), "gemini") for prompt in prompts]
    )


def step(engine: Engine) -> QueueStep:
    return finish(engine.generation.queue.run_next(CancelToken()))


def prompts(engine: Engine) -> list[str]:
    return [attempt.record.request.prompt for attempt in engine.generation.queue.view().waiting]


def reason(engine: Engine) -> WaitReason | None:
    wait = engine.generation.queue.view().wait
    return wait.reason if wait else None


def test_they_are_asked_for_in_the_order_that_a_person_chose(
    engine: Engine, server: GeminiServer
) -> None:
    one, two, three = add(engine, "one", "two", "three")
    engine.generation.queue.order([three, one])
    assert prompts(engine) == ["three", "one", "two"]
    engine.generation.queue.cancel([one])
    while not step(engine).is_over:
        pass
    assert [request.text for request in server.requests] == ["three", "two"]
    states = {a.record.request.prompt: a.state for a in engine.generation.queue.view().others}
    assert states["one"] is AttemptState.STOPPED
    assert states["two"] is AttemptState.DONE
    assert two


def test_a_paused_queue_asks_for_nothing_also_after_a_restart(
    options: EngineOptions, server: GeminiServer
) -> None:
    with open_engine(options, {"GEMINI_API_KEY": "AIza-test"}) as engine:
        add(engine, "one")
        engine.generation.queue.pause()
    with open_engine(options, {"GEMINI_API_KEY": "AIza-test"}) as engine:
        assert step(engine) == QueueStep(is_over=True)
        assert server.requests == []
        assert (prompts(engine), reason(engine)) == (["one"], WaitReason.PERSON)
        engine.generation.queue.resume()
        assert step(engine).picture is not None
        assert reason(engine) is None


def test_a_limit_of_the_service_is_waited_for_and_the_same_asked_for_again(
    engine: Engine, server: GeminiServer
) -> None:
    now = 1_000.0
    queue = GenerationQueue(
        engine.generation.generating,
        engine.generation.left_answers,
        engine.generation.attempts,
        engine.generation.queue._table,
        lambda: now,
    )
    add(engine, "one", "two")
    server.fail_with(Failure.QUOTA, count=1)
    refused = finish(queue.run_next(CancelToken()))
    assert refused.is_over
    wait = queue.view().wait
    assert wait is not None
    assert wait.reason is WaitReason.QUOTA
    assert wait.until == pytest.approx(now + 38, abs=1)
    assert wait.said
    assert prompts(engine) == ["one", "two"], "in its old place"
    now = wait.until - 1
    assert finish(queue.run_next(CancelToken())) == QueueStep(is_over=True)
    assert len(server.requests) == 1, "not before its time"
    now = wait.until
    assert finish(queue.run_next(CancelToken())).picture is not None
    assert queue.view().wait is None
    assert prompts(engine) == ["two"]
    assert (
        len(server.requests)
        == 2
        == sum(a.sent_at > 0 for a in engine.generation.attempts.latest(9))
    )


def test_waits_for_a_service_that_is_away_grow(engine: Engine, server: GeminiServer) -> None:
    now = 1_000.0
    queue = GenerationQueue(
        engine.generation.generating,
        engine.generation.left_answers,
        engine.generation.attempts,
        engine.generation.queue._table,
        lambda: now,
    )
    add(engine, "one")
    server.fail_with(Failure.OVERLOADED)
    waits: list[float] = []
    for _ in range(3):
        finish(queue.run_next(CancelToken()))
        wait = queue.view().wait
        assert wait is not None
        assert wait.reason is WaitReason.OFFLINE
        waits.append(wait.until - now)
        now = wait.until
    assert waits[0] < waits[1] < waits[2]


def test_without_an_answer_it_is_unknown_and_sent_again_by_a_person_alone(
    engine: Engine, server: GeminiServer
) -> None:
    [key, _] = add(engine, "one", "two")
    server.fail_with(Failure.DROP_BEFORE_REPLY, count=1)
    lost = step(engine)
    assert lost.error is not None
    assert not lost.is_over, "the others are not to blame"
    assert step(engine).picture is not None
    assert step(engine).is_over
    assert [request.text for request in server.requests] == ["one", "two"]
    states = {a.key: a.state for a in engine.generation.queue.view().others}
    assert states[key] is AttemptState.UNKNOWN
    again = engine.generation.queue.retry(key)
    assert again != key
    assert step(engine).picture is not None
    assert states[key] is AttemptState.UNKNOWN
    with pytest.raises(UsageError):
        engine.generation.queue.retry(engine.generation.queue.add([GenerationRequest("three")])[0])


def test_a_refused_key_waits_for_a_person_and_loses_none(
    engine: Engine, server: GeminiServer
) -> None:
    add(engine, "one", "two")
    server.fail_with(Failure.BAD_KEY, count=1)
    assert step(engine).is_over
    assert (reason(engine), prompts(engine)) == (WaitReason.PERSON, ["one", "two"])
    engine.generation.queue.resume()
    assert step(engine).picture is not None


def test_the_months_limit_is_waited_for_with_nothing_sent(
    options: EngineOptions, engine: Engine, server: GeminiServer
) -> None:
    add(engine, "one")
    engine.close()
    save_settings(options.profile.settings, Settings(spending_limit_usd=0.001))
    with open_engine(options, {"GEMINI_API_KEY": "AIza-test"}) as poor:
        assert step(poor).is_over
        assert (reason(poor), prompts(poor)) == (WaitReason.BUDGET, ["one"])
        assert len(poor.generation.attempts.latest(9)) == 1, (
            "what was not sent is no attempt of its own"
        )
    assert server.requests == []


def test_a_declined_one_does_not_stop_the_others(engine: Engine, server: GeminiServer) -> None:
    add(engine, "one", "two")
    server.fail_with(Failure.FINISH_IMAGE_SAFETY, count=1)
    declined = step(engine)
    assert declined.error is not None
    assert not declined.is_over
    assert step(engine).picture is not None


def test_the_one_at_work_can_be_given_up_alone(engine: Engine, server: GeminiServer) -> None:
    [key, _] = add(engine, "one", "two")
    server.fail_with(Failure.HANG, count=1)
    cancel = CancelToken()
    ended: list[QueueStep] = []
    at_work = threading.Thread(
        target=lambda: ended.append(finish(engine.generation.queue.run_next(cancel)))
    )
    at_work.start()
    assert server.request_arrived.wait(20)
    assert engine.generation.queue.cancel([key]), "its run has to be stopped"
    cancel.cancel()
    at_work.join(20)
    assert isinstance(ended[0].error, Cancelled)
    assert not ended[0].is_over
    assert reason(engine) is None
    assert {a.key: a.state for a in engine.generation.attempts.latest(9)}[
        key
    ] is AttemptState.UNKNOWN
    assert step(engine).picture is not None


def test_stopping_before_anything_was_sent_keeps_it(engine: Engine, server: GeminiServer) -> None:
    add(engine, "one")
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        finish(engine.generation.queue.run_next(cancel))
    assert (reason(engine), prompts(engine)) == (WaitReason.PERSON, ["one"])
    assert server.requests == []


def add_with(engine: Engine, *paths: Path) -> list[str]:
    """One request a picture."""
    return engine.generation.queue.add(
        [GenerationRequest(path.stem, (Reference(path),), "gemini") for path in paths]
    )


def agree_to_the_first(engine: Engine) -> str:
    """As a person who has looked; the hash of the bytes that were shown."""
    attempt = engine.generation.queue.view().waiting[0]
    seen = finish(
        engine.generation.rehearsing.rehearse_all((attempt.record.request,), CancelToken())
    )
    engine.generation.queue.agree(attempt.key, seen.request)
    [picture] = seen.pictures
    return picture.sent_hash


def test_a_picture_that_has_changed_since_is_not_sent_until_it_was_looked_at(
    engine: Engine, server: GeminiServer, tmp_path: Path
) -> None:
    hat, cape = (pictures.save(tmp_path / f"{name}.png", n) for n, name in enumerate("ab"))
    add_with(engine, hat, cape)
    pictures.save(hat, 77)
    refused = step(engine)
    assert refused.is_over
    assert isinstance(refused.error, PicturesChanged)
    assert (reason(engine), prompts(engine)) == (WaitReason.CHANGED, ["a", "b"])
    wait = engine.generation.queue.view().wait
    assert wait is not None
    assert "a.png" in wait.said
    assert "b.png" not in wait.said
    engine.generation.queue.resume()
    assert step(engine).is_over, "going on alone is no look at it"
    assert server.requests == []
    shown = agree_to_the_first(engine)
    assert step(engine).picture is not None
    assert step(engine).picture is not None
    assert content_hash(server.requests[0].references[0]) == shown
    assert [request.text for request in server.requests] == ["a", "b"]


def test_what_was_agreed_to_binds_as_well(
    engine: Engine, server: GeminiServer, tmp_path: Path
) -> None:
    hat = pictures.save(tmp_path / "hat.png", 1)
    add_with(engine, hat)
    agree_to_the_first(engine)
    pictures.save(hat, 2)
    assert step(engine).is_over
    assert (reason(engine), server.requests) == (WaitReason.CHANGED, [])


def test_a_picture_of_the_library_is_bound_as_the_library_shows_it(
    engine: Engine, server: GeminiServer, tmp_path: Path
) -> None:
    hat = pictures.save(tmp_path / "pictures" / "hat.png", 1)
    finish(engine.indexing.run([tmp_path / "pictures"], CancelToken()))
    pictures.save(hat, 2)  # before it was added, and unseen by the library
    add_with(engine, hat)
    assert step(engine).is_over
    assert (reason(engine), server.requests) == (WaitReason.CHANGED, [])
    pictures.save(hat, 1)
    engine.generation.queue.resume()
    assert step(engine).picture is not None, "it is again what was seen"


def test_other_metadata_are_no_other_picture_once_the_bytes_were_seen(
    engine: Engine, server: GeminiServer, tmp_path: Path
) -> None:
    hat = pictures.save(tmp_path / "hat.png", 1)
    add_with(engine, hat)
    shown = agree_to_the_first(engine)
    hat.write_bytes(hat.read_bytes() + b"written behind it")
    assert step(engine).picture is not None
    assert content_hash(server.requests[0].references[0]) == shown


@pytest.mark.parametrize("by", ["giving it up", "putting it behind"])
def test_a_changed_picture_keeps_the_others_only_while_it_is_next(
    engine: Engine, server: GeminiServer, tmp_path: Path, by: str
) -> None:
    hat, cape = (pictures.save(tmp_path / f"{name}.png", n) for n, name in enumerate("ab"))
    first, second = add_with(engine, hat, cape)
    pictures.save(hat, 77)
    step(engine)
    if by == "giving it up":
        engine.generation.queue.cancel([first])
    else:
        engine.generation.queue.order([second, first])
    assert reason(engine) is None
    assert step(engine).picture is not None
    assert [request.text for request in server.requests] == ["b"]


def test_asked_again_in_its_place_it_is_held_to_the_bytes_that_were_sent(
    engine: Engine, server: GeminiServer, tmp_path: Path
) -> None:
    hat = pictures.save(tmp_path / "hat.png", 1)
    add_with(engine, hat)
    server.fail_with(Failure.QUOTA, count=1)
    step(engine)
    pictures.save(hat, 2)
    engine.generation.queue.resume()
    step(engine)
    assert (reason(engine), len(server.requests)) == (WaitReason.CHANGED, 1)


def test_a_talk_that_is_another_now_is_looked_at_first(
    engine: Engine, server: GeminiServer, tmp_path: Path
) -> None:
    hat = pictures.save(tmp_path / "hat.png", 1)
    [key] = add_with(engine, hat)
    made = step(engine).picture
    assert made is not None
    turn = engine.generation.refining.next_turn(made.asset, made.record, "make it night")
    assert turn.parent_attempt == key
    engine.generation.queue.add([turn, turn])
    pictures.save(hat, 2)  # it went along before, and goes along again
    step(engine)
    assert (reason(engine), len(server.requests)) == (WaitReason.CHANGED, 1)
    [first, _] = engine.generation.queue.view().waiting
    seen = finish(engine.generation.rehearsing.rehearse_all((turn,), CancelToken()))
    engine.generation.queue.agree(first.key, seen.request)
    assert step(engine).picture is not None
    assert step(engine).is_over, "the other one was not looked at"
    assert len(server.requests) == 2
    pictures.save(hat, 1)
    engine.generation.queue.resume()
    assert step(engine).picture is not None


def test_created_at_once_it_is_made_of_what_is_there(
    engine: Engine, server: GeminiServer, tmp_path: Path
) -> None:
    hat = pictures.save(tmp_path / "hat.png", 1)
    request = GenerationRequest("a hat", (Reference(hat),), "gemini")
    made = finish(engine.generation.generating.run(request, CancelToken()))
    pictures.save(hat, 2)
    finish(engine.generation.generating.run(made.record.request, CancelToken()))
    assert len(server.requests) == 2


def while_sent(engine: Engine, monkeypatch: pytest.MonkeyPatch, do: Callable[[], object]) -> None:
    """At the next moment in which a request leaves."""
    attempts = engine.generation.attempts
    real = attempts.mark_sent

    def sent(key: str, record: GenerationRecord) -> None:
        real(key, record)
        monkeypatch.setattr(attempts, "mark_sent", real)
        do()

    monkeypatch.setattr(attempts, "mark_sent", sent)


def test_one_that_is_given_up_while_the_service_refuses_it_does_not_wait_again(
    engine: Engine, server: GeminiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    unwanted, _ = add(engine, "unwanted", "wanted")
    server.fail_with(Failure.QUOTA, count=1)
    while_sent(engine, monkeypatch, lambda: engine.generation.queue.cancel([unwanted]))
    assert step(engine).is_over
    assert reason(engine) is WaitReason.QUOTA
    assert prompts(engine) == ["wanted"]


def test_the_second_half_of_a_cut_out_can_be_given_up_as_well(
    engine: Engine, server: GeminiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = engine.generation.queue
    [first] = queue.add([engine.generation.editing.on_white(GenerationRequest("a", (), "gemini"))])
    asked: list[bool] = []

    def give_up() -> None:
        while_sent(engine, monkeypatch, lambda: asked.append(queue.cancel([second_half(first)])))

    while_sent(engine, monkeypatch, give_up)
    step(engine)
    assert asked == [True], "it is at work, and has to be stopped"
    assert server.requests


def test_what_found_no_room_is_saved_before_another_one_is_asked_for(
    engine: Engine, server: GeminiServer
) -> None:
    add(engine, "one", "two")
    with pytest.MonkeyPatch.context() as patch:
        disk_is_full(patch, engine.library.paths.folder.parent)
        assert isinstance(step(engine).error, AnswerNotKept)
        engine.generation.queue.resume()
        assert step(engine).is_over, "there is no room still"
        assert len(server.requests) == 1
    engine.generation.queue.resume()
    saved = step(engine).picture
    assert saved is not None
    assert saved.record.request.prompt == "one"
    assert not engine.generation.left_answers.is_at_risk
    assert len(server.requests) == 1
    assert step(engine).picture is not None
    assert [request.text for request in server.requests] == ["one", "two"]


def test_why_one_failed_is_kept_with_its_remedy_for_whoever_looks_later(
    engine: Engine, server: GeminiServer
) -> None:
    add(engine, "one", "two")
    for failure in (Failure.BLOCK_SAFETY, Failure.BAD_REQUEST):
        server.fail_with(failure, count=1)
        assert step(engine).picture is None
    with spoken("zh_CN"):
        failures = [attempt.failure for attempt in engine.generation.queue.view().others]
        for failure, reason in zip(failures, ("bad-request", "block-safety"), strict=True):
            row = TABLE["generate-content", reason]
            assert failure is not None
            assert failure.kind == row.kind
            assert failure.sentence() == row.chinese
            assert failure.remedy is Remedy(row.action)
            assert "AIza" not in failure.details
    assert failures[0] is not None
    assert "HTTP 400" in failures[0].details


def test_why_the_queue_waits_is_told_in_the_language_of_whoever_looks(
    engine: Engine, server: GeminiServer
) -> None:
    server.fail_with(Failure.BAD_KEY)
    add(engine, "one")
    assert step(engine).is_over
    with spoken("zh_CN"):
        wait = engine.generation.queue.view().wait
        assert wait is not None
        assert wait.failure is not None
        assert wait.failure.sentence() == TABLE["generate-content", "bad-key"].chinese
    assert wait.failure.remedy is Remedy.ENTER_KEY


def test_the_language_of_the_words_is_in_the_record(engine: Engine) -> None:
    add(engine, "a red cape", "红色披风")
    waiting = engine.generation.queue.view().waiting
    assert [attempt.record.request.language for attempt in waiting] == ["en", "zh"]
