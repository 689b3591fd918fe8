"""``plantain matrix`` against the stand-in for Gemini."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests import pictures
from tests.commands.conftest import Run
from tests.fakes.gemini import GeminiServer
from tests.fakes.gemini_replies import Failure


def test_count_and_cost_come_before_and_nothing_is_sent(
    run: Run, server: GeminiServer, tmp_path: Path
) -> None:
    [picture] = pictures.fill(tmp_path, 1)
    told = run(
        *("matrix", "create", "A photo of {row}", "--row", "a cape", "--row-picture", picture),
        *("--column", "On a beach", "--column", "In snow", "--column", "At night", "--dry-run"),
    )
    assert server.requests == []
    assert told["count"] == 6
    assert told["cost_usd"] == pytest.approx(6 * 0.037, abs=0.01)
    assert told["prompts"][0] == "A photo of a cape On a beach."
    assert told["prompts"][3] == "A photo of what picture 1 shows On a beach."
    assert run("matrix", "list")["matrices"] == []


def test_what_the_pictures_of_an_axis_are_for_is_said_to_the_model(
    run: Run, server: GeminiServer, tmp_path: Path
) -> None:
    [picture] = pictures.fill(tmp_path, 1)
    run(
        *("matrix", "create", "A photo of {row}", "--row-picture", picture),
        *("--rows-role", "product"),
    )
    [sent] = server.requests
    assert "product" in sent.captions[0].lower()


def test_the_price_is_that_of_each_picture(run: Run, server: GeminiServer, tmp_path: Path) -> None:
    shown = pictures.fill(tmp_path, 1)

    def price(*more: object) -> float:
        words = ("matrix", "create", "A photo of {row}", "--row", "a cape")
        return run(*words, *more, "--dry-run")["cost_usd"]

    alone = price()
    with_picture = price("--ref", shown[0])
    assert with_picture > alone
    both = price("--row-picture", shown[0])
    assert both == pytest.approx(alone + with_picture, abs=2e-5)


def test_all_are_made_and_laid_onto_one_sheet(
    run: Run, server: GeminiServer, tmp_path: Path
) -> None:
    made = run(
        *("matrix", "create", "A photo of {row}", "--row", "a cape", "--row", "a hat"),
        *("--column", "On a beach", "--sheet", tmp_path / "sheet.png"),
    )
    assert (made["count"], made["done"], made["failed"]) == (2, 2, [])
    assert [Path(image["path"]).is_file() for image in made["images"]] == [True, True]
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.format == "PNG"
    [listed] = run("matrix", "list")["matrices"]
    assert listed["cells"] == run("matrix", "show", made["matrix"])["cells"] == made["cells"]
    assert "no matrix" in run("matrix", "show", 99, expect=2)["error"]["message"]


def test_what_failed_at_no_cost_is_asked_for_again_when_it_is_resumed(
    run: Run, server: GeminiServer
) -> None:
    server.fail_with(Failure.BAD_REQUEST, count=1)
    made = run("matrix", "create", "A photo of {row}", "--row", "a cape", "--row", "a hat")
    assert [cell["state"] for cell in made["cells"]] == ["failed", "done"]
    resumed = run("matrix", "resume", made["matrix"])
    assert [cell["state"] for cell in resumed["cells"]] == ["done", "done"]
    assert [request.text for request in server.requests] == [
        *("A photo of a cape", "A photo of a hat", "A photo of a cape")
    ]


def test_what_may_have_been_billed_is_not_asked_for_again_by_itself(
    run: Run, server: GeminiServer
) -> None:
    server.fail_with(Failure.FINISH_IMAGE_SAFETY, count=1)
    made = run("matrix", "create", "A photo of {row}", "--row", "a cape")
    assert [cell["state"] for cell in made["cells"]] == ["declined"]
    assert run("matrix", "resume", made["matrix"])["done"] == 0
    assert len(server.requests) == 1


def test_what_a_slot_of_the_template_offers_is_an_axis(run: Run, server: GeminiServer) -> None:
    names = [each["name"] for each in run("template", "list")["templates"]]
    template = next(
        shown
        for shown in (run("template", "show", name) for name in names)
        if {"choice", "text"} <= {slot["kind"] for slot in shown["slots"]}
    )
    choice = next(slot for slot in template["slots"] if slot["kind"] == "choice")
    words = next(slot for slot in template["slots"] if slot["kind"] == "text")
    told = run(
        *("matrix", "create", "--template", template["name"], "--columns-fill", choice["name"]),
        *("--rows-fill", words["name"], "--row", "a teapot", "--row", "a lamp", "--dry-run"),
    )
    assert told["count"] == 2 * len(told["columns"])
    assert len(told["columns"]) > 1
    for slots, prompt in zip(told["slots"], told["prompts"], strict=True):
        assert slots[words["name"]] in prompt.lower()
        assert slots[choice["name"]].lower() in prompt.lower()
    assert {slots[words["name"]] for slots in told["slots"]} == {"a teapot", "a lamp"}
    assert [slots[choice["name"]] for slots in told["slots"]][: len(told["columns"])] == (
        told["columns"]
    )


def test_an_axis_without_a_template_or_a_table_without_axes_is_refused(run: Run) -> None:
    refused = run("matrix", "create", "x", "--rows-fill", "light", "--row", "a", expect=2)
    assert "no template" in refused["error"]["message"]
    assert "rows or columns" in run("matrix", "create", "x", expect=2)["error"]["message"]
