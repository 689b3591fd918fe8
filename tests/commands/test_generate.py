"""``plantain generate``, ``spend`` and ``queue`` against the stand-in for Gemini."""

from __future__ import annotations

import os
from pathlib import Path

import keyring
import pytest
from PIL import Image

from desktop.cli import main
from desktop.config.options import EngineOptions
from desktop.config.secrets import GEMINI_KEY, at_endpoint
from desktop.config.settings import Settings, save_settings
from desktop.core.filter import Filter
from desktop.core.generation_record import GenerationRequest, Reference
from desktop.services.credential import origin
from desktop.wiring.engine import open_engine
from tests import pictures
from tests.commands.conftest import Run
from tests.fakes.gemini import GeminiServer
from tests.fakes.gemini_replies import Failure
from tests.generation.failure_table import TABLE
from tests.movies import BLUE, RED, make_movie


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "pictures"
    path.mkdir()
    pictures.fill(path, 1)
    return path


def test_a_dry_run_says_what_would_be_sent_and_sends_nothing(
    run: Run, folder: Path, server: GeminiServer
) -> None:
    told = run(
        *("generate", "a red cape", "--ref", folder / "0000.png", "--dry-run"),
        *("--ratio", "auto", "--size", "2K", "--thinking", "high", "--count", 3),
    )
    assert server.requests == []
    assert told["endpoint"] == server.base_url
    assert (told["aspect_ratio"], told["image_size"], told["thinking"]) == ("auto", "2K", "high")
    [reference] = told["references"]
    assert reference["mime_type"] == "image/jpeg"
    assert reference["bytes"] > 100
    assert told["cost_usd"] == pytest.approx(3 * 0.0554, abs=0.003)
    assert run("spend")["total"]["calls"] == 0


def test_images_cost_and_attempt_are_told(
    run: Run, folder: Path, server: GeminiServer, tmp_path: Path
) -> None:
    server.drafts = 1
    made = run("generate", "a cape", "--out", tmp_path / "x.png", "--count", 2)
    assert [image["is_final"] for image in made["images"]] == [False, True, False, True]
    assert made["path"] == str(tmp_path / "x.png")
    assert made["images"][3]["path"] == str(tmp_path / "x-2.png")
    with Image.open(tmp_path / "x.png") as opened:
        assert opened.format == "PNG"
    assert made["cost_usd"] == pytest.approx(2 * 0.034368)
    assert len(made["attempt_ids"]) == 2
    assert made["attempt_id"] == made["attempt_ids"][0]
    assert len(server.requests) == 2
    spent = run("spend")
    assert spent["month"]["usd"] == pytest.approx(made["cost_usd"])
    assert spent["month"]["calls"] == 2
    listed = run("queue", "list")["attempts"]
    assert [attempt["state"] for attempt in listed] == ["done", "done"]
    run("generate", "a hat", "--ref", folder / "0000.png")
    total = run("spend")["total"]
    assert (total["text_tokens_sent"], total["image_tokens_sent"]) == (3 * 7, 258)
    assert total["audio_tokens_sent"] == 0


def test_where_one_of_the_files_exists_none_is_asked_for_now_or_later(
    run: Run, server: GeminiServer, tmp_path: Path
) -> None:
    (tmp_path / "x-2.png").touch()
    run("generate", "a cape", "--out", tmp_path / "x.png", "--count", 2, expect=2)
    assert run("queue", "resume")["images"] == []
    assert server.requests == []


def test_by_which_interface_is_asked_may_be_settled_for_all(run: Run, server: GeminiServer) -> None:
    settings = EngineOptions.from_environment(os.environ).profile.settings
    asked: list[str] = []
    for api in ("interactions", "generate-content"):
        save_settings(settings, Settings(gemini_api=api))
        run("generate", "x")
        asked.append(server.requests[-1].api)
    assert asked == ["interactions", "generate-content"]
    run("generate", "x", "--api", "interactions")
    assert server.requests[-1].api == "interactions", "what is named goes before"


def test_what_was_named_is_what_is_asked(run: Run, server: GeminiServer) -> None:
    run(
        *("generate", "x", "--api", "interactions", "--image-model", "gemini-3-pro-image"),
        *("--aspect-ratio", "21:9", "--size", "4K"),
    )
    [sent] = server.requests
    assert (sent.api, sent.model) == ("interactions", "gemini-3-pro-image")
    assert (sent.aspect_ratio, sent.image_size) == ("21:9", "4K")


def test_the_limit_stops_before_the_request(run: Run, server: GeminiServer, tmp_path: Path) -> None:
    run("generate", "x")
    settings = EngineOptions.from_environment(os.environ).profile.settings
    save_settings(settings, Settings(spending_limit_usd=0.05))
    error = run("generate", "x", expect=1)["error"]
    assert error["kind"] == "spending_limit"
    assert len(server.requests) == 1
    run("generate", "x", "--generator", "moodboard")
    assert run("spend")["limit_usd"] == 0.05


def test_what_nobody_knows_the_price_of_keeps_to_no_limit(run: Run, server: GeminiServer) -> None:
    settings = EngineOptions.from_environment(os.environ).profile.settings
    save_settings(settings, Settings(spending_limit_usd=5))
    error = run("generate", "x", "--image-model", "gemini-9-image", expect=1)["error"]
    assert error["kind"] == "spending_limit"
    assert "whose price is known" in error["next_step"]
    assert server.requests == []


def test_a_request_without_an_answer_is_listed_and_retried_by_a_person_alone(
    run: Run, server: GeminiServer
) -> None:
    server.fail_with(Failure.DROP_BEFORE_REPLY, count=1)
    run("generate", "x", "--count", 2, expect=1)
    states = [attempt["state"] for attempt in run("queue", "list")["attempts"]]
    assert states == ["stopped", "unknown"]
    assert run("queue", "resume")["images"] == []
    assert len(server.requests) == 1
    assert run("spend")["total"]["unknown"] == 1
    key = run("queue", "list")["attempts"][1]["attempt_id"]
    assert len(run("queue", "retry", key[:10])["images"]) == 1
    assert len(server.requests) == 2


def test_a_paused_queue_says_why_it_waits_and_goes_on_when_a_person_says_so(
    run: Run, server: GeminiServer
) -> None:
    with open_engine(EngineOptions.from_environment(os.environ), os.environ) as engine:
        wishes = [GenerationRequest(f"cape {n}", (), "gemini") for n in range(3)]
        first, second, third = engine.generation.queue.add(wishes)
    assert run("queue", "pause")["wait"]["reason"] == "person"
    assert run("queue", "list")["waiting"] == [first, second, third]
    assert run("queue", "cancel", second[:10])["cancelled"] == [second]
    server.fail_with(Failure.QUOTA, count=1)
    told = run("queue", "resume")
    assert told["wait"]["reason"] == "quota"
    assert told["wait"]["until"] > 0
    assert len(told["waiting"]) == 2, "what was refused is asked for again"
    assert [image["is_final"] for image in run("queue", "resume")["images"]] == [True, True]
    assert [request.text for request in server.requests] == ["cape 0", "cape 0", "cape 2"]
    assert run("queue", "list")["wait"] is None


def test_more_variants_than_are_made_at_a_time_are_refused_in_words(
    run: Run, server: GeminiServer
) -> None:
    error = run("generate", "x", "--count", 51, expect=2)["error"]
    assert "50" in error["message"]
    assert server.requests == []


def test_a_product_goes_along_as_one_and_is_compared_with_what_came(
    run: Run, folder: Path, server: GeminiServer, tmp_path: Path
) -> None:
    product, style = folder / "0000.png", folder / "0001.png"
    pictures.fill(folder, 2)
    made = run(
        *("generate", "a cape", "--product", product, "--ref", style, "--ref", product),
        *("--out", tmp_path / "x.png"),
    )
    assert [Path(each["path"]) for each in made["references"]] == [product, style]
    [told] = run("truth", made["path"])["results"]
    assert told["asset_id"] == made["asset_id"]
    [compared] = told["products"]
    assert Path(compared["path"]) == product
    assert 0 <= compared["score"] <= 1


def test_what_is_said_of_a_reference_is_about_the_one_before(
    run: Run, folder: Path, server: GeminiServer
) -> None:
    first, second = pictures.fill(folder, 2)
    film = make_movie(folder.parent / "film.mp4", [(RED, 1), (BLUE, 1)])
    words = (
        *("generate", "a cape", "--ref", first, "--role", "style", "--weight", "less"),
        *("--product", second, "--part", "50,0,50,50%", "--ref", film, "--at", "0:01.5"),
    )
    told = run(*words, "--dry-run")["references"]
    assert [each["caption"] for each in told] == [
        "Reference picture 1: the product, to be shown exactly as it is.",
        "Reference picture 2: for its style alone, counts less than the others.",
        "Reference picture 3.",
    ]
    run(*words)
    with open_engine(EngineOptions.from_environment(os.environ), os.environ) as engine:
        [made] = engine.catalog.newest(Filter(is_generated=True))
        record = engine.lineage.of(made.id)
    assert record is not None
    used = record.request.references
    assert [(each.crop, each.moment_ms) for each in used] == [
        *(((0.5, 0, 1, 0.5), None), (None, None), (None, 1500))
    ]
    assert [each.sent_hash for each in used] == [each["sent_hash"] for each in told]
    assert len({each.sent_hash for each in used}) == 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--role", "style"), "--role: it is about the --ref or --product before it"),
        (("--ref", "x.png", "--weight", "heavy"), "“heavy” is none of less, same, more"),
        (("--ref", "x.png", "--part", "50,0,60,100"), "must be four numbers within 0 to 100"),
        (("--ref", "x.mp4", "--at", "noon"), "“noon” is no time"),
    ],
)
def test_what_makes_no_sense_of_a_reference_is_refused_in_words(
    server: GeminiServer,
    words: tuple[str, ...],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["generate", "a cape", *words])
    assert ended.value.code == 2
    assert message in capsys.readouterr().err
    assert server.requests == []


def test_pictures_that_have_changed_since_are_sent_where_a_person_says_so(
    run: Run, server: GeminiServer, tmp_path: Path
) -> None:
    hat = pictures.save(tmp_path / "hat.png", 1)
    with open_engine(EngineOptions.from_environment(os.environ), os.environ) as engine:
        engine.generation.queue.add([GenerationRequest("one", (Reference(hat),), "gemini")])
    pictures.save(hat, 2)
    told = run("queue", "resume")
    assert (told["images"], told["wait"]["reason"]) == ([], "changed")
    assert "hat.png" in told["wait"]["said"]
    assert len(run("queue", "resume", "--as-they-are")["images"]) == 1
    key = run("queue", "list")["attempts"][0]["attempt_id"]
    pictures.save(hat, 3)
    assert run("queue", "retry", key, expect=1)["error"]["kind"] == "pictures_changed"
    assert len(server.requests) == 1
    assert len(run("queue", "retry", key, "--as-they-are")["images"]) == 1


def test_no_picture_is_no_number_of_pictures(
    server: GeminiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["generate", "x", "--count", "0", "--json"])
    assert "must be 1 to" in capsys.readouterr().out
    assert server.requests == []


def test_where_one_variant_fails_those_before_it_are_told(
    run: Run, server: GeminiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([None, Failure.BLOCK_SAFETY])
    monkeypatch.setattr(server, "next_failure", lambda: next(failures))
    told = run("generate", "a cape", "--count", 3, expect=1)
    [image] = told["images"]
    assert Path(image["path"]).exists()
    assert told["path"] == image["path"]
    assert told["cost_usd"] == pytest.approx(0.034368)
    assert len(told["attempt_ids"]) == 1
    assert told["error"]["kind"] == "prompt_blocked"
    states = [attempt["state"] for attempt in run("queue", "list")["attempts"]]
    assert states == ["stopped", "declined", "done"]


def test_what_failed_is_listed_with_why_and_what_to_do(
    run: Run, server: GeminiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.fail_with(Failure.BAD_REQUEST)
    run("generate", "a cape", expect=1)
    [failed] = run("queue", "list")["attempts"]
    row = TABLE["generate-content", "bad-request"]
    assert failed["error"] in row.english
    assert (failed["failure"]["kind"], failed["failure"]["action"]) == (row.kind, row.action)
    assert failed["failure"]["next_step"] in row.english
    assert "HTTP 400" in failed["failure"]["details"]
    assert main(["queue", "list"]) == 0
    told = capsys.readouterr().out
    assert row.english in told
    assert "HTTP 400\n" not in told
    assert main(["queue", "list", "--details"]) == 0
    assert "HTTP 400\n" in capsys.readouterr().out


def test_a_key_in_the_environment_goes_before_the_one_in_the_key_store(
    run: Run, server: GeminiServer
) -> None:
    keyring.set_password("Plantain", at_endpoint(GEMINI_KEY, origin(server.base_url)), "a bad key")
    server.api_key = "AIza-test"
    run("generate", "a cape")
    assert len(server.requests) == 1
