"""``plantain template``, and ``generate --template`` against the stand-in for Gemini."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop.cli import main
from tests import pictures
from tests.commands.conftest import Run
from tests.fakes.gemini import GeminiServer


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    pictures.fill(folder, 1)
    return folder / "0000.png"


def test_each_variant_is_sent_with_its_own_value_and_recorded_with_it(
    run: Run, server: GeminiServer, picture: Path
) -> None:
    made = run(
        *("generate", "Winter sale.", "--template", "podium-colour", "--count", 2),
        *("--set", f"product={picture}", "--set", "colour=teal", "--set", "season=fog | rain"),
    )
    first, second = server.requests
    assert first.text.startswith("The product from its reference picture")
    assert "teal (#008080)" in first.text
    assert ", fog, " in first.text
    assert ", rain, " in second.text
    assert first.text.endswith("Winter sale.")
    assert first.aspect_ratio == "16:9", "as the template says"
    assert len(first.references) == 1
    assert len(made["images"]) == 2
    newest, oldest = run("template", "history")["prompts"]
    assert oldest["prompt"] == first.text
    assert newest["template"] == "podium-colour"
    assert newest["slots"] == {
        "product": "0000.png",
        "colour": "teal (#008080)",
        "season": "rain",
    }


def test_a_dry_run_shows_every_prompt_and_sends_none(run: Run, server: GeminiServer) -> None:
    told = run(
        "generate", "--template", "weapon-icons", "--count", 3, "--ratio", "4:5", "--dry-run"
    )
    assert len(set(told["prompts"])) == 3
    assert told["template"] == "weapon-icons"
    assert told["aspect_ratio"] == "4:5"
    assert server.requests == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--template", "nothing"), "no template “nothing”"),
        (("--template", "key-art", "--set", "colour"), "which slot"),
        (("--template", "key-art", "--set", "x=1"), "no slot “x”"),
        (("--template", "key-art", "--set", "character=/nowhere.png"), "is no file"),
        (("a cape", "--set", "x=1"), "needs a template"),
        ((), "prompt is empty"),
    ],
)
def test_what_cannot_be_filled_is_refused_before_anything_is_sent(
    run: Run, server: GeminiServer, words: tuple[str, ...], message: str
) -> None:
    told = run("generate", *words, expect=2)
    assert message in told["error"]["message"]
    assert server.requests == []


def test_templates_are_listed_shown_exported_and_imported(run: Run, tmp_path: Path) -> None:
    names = [template["name"] for template in run("template", "list")["templates"]]
    assert names[:1] == ["avatar-dress-up"]
    assert "figure-on-desk" in names
    shown = run("template", "show", "1/7 figure on a desk")
    assert shown["name"] == "figure-on-desk"
    assert [slot["kind"] for slot in shown["slots"]] == ["asset", "choice", "choice"]
    file = tmp_path / "own.json"
    run("template", "export", "key-art", file)
    told = json.loads(file.read_text())
    told |= {"name": "mine", "category": "own"}
    file.write_text(json.dumps(told))
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    taken = run("template", "import", file, broken, expect=1)
    assert taken["imported"] == ["mine"]
    assert str(broken) in taken["failed"][0]["reason"]
    assert run("template", "list")["templates"][-1]["name"] == "mine"
    run("template", "import", file, expect=2)
    run("template", "import", file, "--replace")
    run("template", "delete", "mine")
    run("template", "show", "mine", expect=2)


def test_people_are_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template", "show", "enamel-pin"]) == 0
    told = capsys.readouterr().out
    assert "Enamel pin" in told
    assert "--set colour=…" in told
    assert main(["template", "list"]) == 0
    assert "Collectibles:" in capsys.readouterr().out
