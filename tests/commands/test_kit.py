"""``plantain kit``, and ``generate --kit`` against the stand-in for Gemini."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.commands.conftest import Run
from tests.fakes.gemini import GeminiServer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "pictures"
    path.mkdir()
    for name, colour in {"logo": "#000080", "look": "#008080", "other": "#FF0000"}.items():
        Image.new("RGB", (320, 200), colour).save(path / f"{name}.png")
    return path


def save(run: Run, folder: Path) -> None:
    run(
        *("kit", "save", "Aurora", "--colour", "navy", "--colour", "#008080"),
        *("--logo", folder / "logo.png", "--style", folder / "look.png"),
        *("--text", "Calm, wide, matte.", "--avoid", "plastic", "--avoid", "smiling models"),
    )


def test_a_kits_pictures_and_words_go_along_and_are_recorded(
    run: Run, folder: Path, server: GeminiServer
) -> None:
    save(run, folder)
    made = run("generate", "a cape", "--kit", "aurora", "--ref", folder / "other.png")
    [sent] = server.requests
    assert sent.text == (
        "a cape\n\nBrand palette, to be kept to: navy (#000080), teal (#008080).\n"
        "Brand style: Calm, wide, matte.\n"
        "Reference picture 2: the brand's logo. Where it appears, reproduce it exactly: never"
        " redrawn, distorted or recoloured.\n"
        "Reference picture 3: the look of the brand. Follow its light, tones and textures, not the"
        " things it shows.\n"
        "Never show: plastic; smiling models."
    )
    assert len(sent.references) == 3
    assert (made["kit"], made["kit_version"]) == ("Aurora", "1")
    [measured] = made["closeness"]
    assert measured["asset_id"] == made["asset_id"]
    assert run("template", "history")["prompts"][0]["prompt"] == "a cape", "without the kit's words"
    assert run("template", "history")["prompts"][0]["kit"] == "Aurora"


def test_a_dry_run_shows_the_very_words_in_the_language_of_the_prompt(
    run: Run, folder: Path, server: GeminiServer
) -> None:
    save(run, folder)
    told = run("generate", "一件斗篷", "--kit", "Aurora", "--dry-run")
    assert told["prompt"].startswith("一件斗篷\n\n品牌配色，以此为主：藏青色（#000080）、")
    assert "第 1 张参考图是品牌标志" in told["prompt"]
    assert [reference["role"] for reference in told["references"]] == ["logo", "style"]
    assert server.requests == []


def test_the_default_goes_along_until_it_is_told_not_to(
    run: Run, folder: Path, server: GeminiServer
) -> None:
    save(run, folder)
    assert run("generate", "a cape", "--dry-run")["kit"] == ""
    run("kit", "default", "aurora")
    assert run("generate", "a cape", "--dry-run")["kit"] == "Aurora"
    assert run("generate", "a cape", "--kit", "", "--dry-run")["kit"] == ""
    run("kit", "default")
    assert run("generate", "a cape", "--dry-run")["kit"] == ""


def test_a_picture_that_is_changed_or_cut_out_stays_as_it_is_otherwise(
    run: Run, folder: Path, server: GeminiServer
) -> None:
    save(run, folder)
    run("kit", "default", "aurora")
    Image.new("L", (320, 200), 0).save(folder / "mask.png")
    with Image.open(folder / "mask.png") as mask:
        mask.paste(255, (100, 50, 200, 150))
        mask.save(folder / "mask.png")
    edit = ("generate", "a bow", "--edit", folder / "other.png", "--region", folder / "mask.png")
    assert run(*edit, "--dry-run")["kit"] == ""
    assert run(*edit, "--kit", "aurora", "--dry-run")["kit"] == "Aurora"
    cut_out = ("generate", "--cut-out", "--edit", folder / "other.png", "--dry-run")
    told = run(*cut_out)
    assert told["kit"] == ""
    assert "palette" not in told["prompt"]
    assert "stays as it is" in run(*cut_out, "--kit", "aurora", expect=2)["error"]["message"]


def test_a_change_is_a_new_version_and_the_old_one_stays(run: Run, folder: Path) -> None:
    save(run, folder)
    save(run, folder)
    assert run("kit", "show", "Aurora")["version"] == 1, "the same is no new version"
    changed = run("kit", "save", "aurora", "--avoid", "neon")
    assert changed["version"] == 2
    assert changed["palette"] == ["#000080", "#008080"], "what is not named stays"
    assert run("kit", "show", "Aurora", "--version", 1)["do_nots"] == ["plastic", "smiling models"]
    assert [each["version"] for each in run("kit", "show", "Aurora")["versions"]] == [2, 1]
    run("kit", "delete", "Aurora")
    assert run("kit", "list")["kits"] == []
    assert run("kit", "show", "Aurora", "--version", 2)["do_nots"] == ["neon"]
    run("kit", "show", "Aurora", expect=2)
    save(run, folder)
    assert run("kit", "show", "Aurora")["version"] == 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("save", "x"), "needs a colour, a picture or words"),
        (("save", " ", "--avoid", "x"), "name cannot be empty"),
        (("save", "x", "--colour", "loud"), "“LOUD” is no colour"),
        (("save", "x", "--logo", "/nowhere.png"), "is no file"),
        (("save", "x", "--avoid", "y" * 201), "200 characters"),
        (("show", "x"), "no brand kit “x”"),
        (("default", "x"), "no brand kit “x”"),
    ],
)
def test_what_is_no_kit_is_refused(run: Run, words: tuple[str, ...], message: str) -> None:
    assert message in run("kit", *words, expect=2)["error"]["message"]
    assert run("kit", "list")["kits"] == []


def test_pictures_are_measured_the_closest_first_with_the_reason(run: Run, folder: Path) -> None:
    run("index", folder)
    save(run, folder)
    files = [folder / f"{name}.png" for name in ("other", "look")]
    told = run("kit", "score", "Aurora", *files)
    first, last = told["closeness"]
    assert told["paths"][str(first["asset_id"])] == str(folder / "look.png")
    assert first["score"] == 1.0
    assert last["score"] == 0.0
    assert "Foreign to it: #FF" in last["reason"]
