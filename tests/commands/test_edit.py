"""``plantain generate --edit --region`` and ``--cut-out`` against the stand-in for Gemini."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.benchmarks.edit_figures.answers import Case, case
from tests.benchmarks.edit_figures.plates import known, plate
from tests.commands.conftest import Run
from tests.fakes.gemini import GeminiServer
from tests.fakes.gemini_requests import RecordedRequest


@pytest.fixture(scope="module")
def changed() -> Case:
    return case(30, size=(320, 240))


def png(pixels: NDArray[np.uint8]) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def written(folder: Path, changed: Case) -> tuple[Path, Path]:
    base, mask = folder / "base.png", folder / "mask.png"
    base.write_bytes(png(changed.picture))
    mask.write_bytes(png(changed.region.astype(np.uint8) * 255))
    return base, mask


def test_an_edit_leaves_every_pixel_outside_of_the_region(
    run: Run, server: GeminiServer, tmp_path: Path, changed: Case
) -> None:
    base, mask = written(tmp_path, changed)
    server.paint = lambda _: png(changed.answer)
    out = tmp_path / "out.png"
    made = run("generate", "a teapot", "--edit", base, "--region", mask, "--out", out)
    with Image.open(out) as result:
        assert (np.asarray(result) == changed.picture)[~changed.region].all()
    [edit] = made["edits"]
    assert (edit["path"], made["path"]) == (str(out), str(out))
    assert [image["is_final"] for image in made["images"]] == [False, True]
    assert edit["whole_answer"] == made["images"][0]["path"]
    assert 0 < edit["changed_elsewhere"] < 0.1


def test_a_misfit_is_refused_with_its_reason_and_what_came_is_kept(
    run: Run, server: GeminiServer, tmp_path: Path, changed: Case
) -> None:
    base, mask = written(tmp_path, changed)
    server.paint = lambda _: png(case(90, size=(320, 240)).answer)
    out = tmp_path / "out.png"
    words = ("generate", "a teapot", "--edit", base, "--region", mask, "--out", out)
    error = run(*words, expect=1)["error"]
    assert error["kind"] == "answer_misfit"
    assert "another picture" in error["message"]
    assert not out.exists()
    [kept] = (tmp_path).rglob("generated/*.png")
    assert str(kept) in error["message"]


def test_a_dry_run_of_an_edit_names_both_pictures_and_sends_nothing(
    run: Run, server: GeminiServer, tmp_path: Path, changed: Case
) -> None:
    base, mask = written(tmp_path, changed)
    told = run("generate", "a teapot", "--edit", base, "--region", mask, "--dry-run")
    assert [reference["role"] for reference in told["references"]] == ["base", "marked"]
    assert told["edit"] == "region"
    assert told["prompt"].endswith("a teapot")
    assert server.requests == []
    cut = run("generate", "a teapot", "--cut-out", "--dry-run")
    plain = run("generate", "a teapot", "--dry-run")
    assert cut["cost_usd"] == pytest.approx(2 * plain["cost_usd"], rel=0.05), "two calls"


def test_a_cut_out_is_clear_where_the_thing_is_not(
    run: Run, server: GeminiServer, tmp_path: Path
) -> None:
    truth = known(3, 320, 240)

    def paint(request: RecordedRequest) -> bytes:
        if "black" in request.text:
            return png(plate(truth, 3, 2, shift=1.0))
        return png(plate(truth, 253, 1))

    server.paint = paint
    made = run("generate", "a lamp", "--cut-out", "--out", tmp_path / "lamp.png")
    with Image.open(tmp_path / "lamp.png") as result:
        alpha = np.asarray(result)[..., 3]
    assert np.abs(alpha.astype(int) - truth[..., 3]).mean() / 255 <= 0.02
    assert len(made["attempt_ids"]) == len(server.requests) == 2
    assert run("spend")["total"]["calls"] == 2


@pytest.mark.parametrize(
    "words",
    [
        ("--region", "mask.png"),
        ("--edit", "base.png"),
        ("--edit", "base.png", "--region", "mask.png", "--cut-out"),
        ("--edit", "base.png", "--region", "mask.png", "--out", "x.jpg"),
        ("--edit", "base.png", "--region", "mask.png", "--generator", "moodboard"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    run: Run,
    server: GeminiServer,
    tmp_path: Path,
    changed: Case,
    words: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written(tmp_path, changed)
    monkeypatch.chdir(tmp_path)
    assert run("generate", "a teapot", *words, expect=2)["error"]["next_step"]
    assert server.requests == []
