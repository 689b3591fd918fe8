"""The command line's contract: JSON on stdout, words on stderr, exit codes 0, 1 and 2."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keyring
import pytest
from PIL import Image

from desktop.cli import _parse, main
from desktop.core.errors import UsageError
from tests import pictures
from tests.embedding import tiny
from tests.movies import make_movie

Json = dict[str, Any]
Run = Callable[..., Json]


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny.save_with_sidecar(tmp_path_factory.mktemp("tiny")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pictures.fill(tmp_path / "pictures", 4)
    return tmp_path / "pictures"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], model: str) -> Run:
    """Run a command with ``--json`` and the tiny model; returns what it printed."""

    def run_it(*words: object, expect: int = 0, use_model: str = model) -> Json:
        arguments = [str(word) for word in words]
        code = main([*(["--model", use_model] if use_model else []), *arguments, "--json"])
        printed = capsys.readouterr()
        assert code == expect, printed
        assert len(printed.out.splitlines()) == 1
        return json.loads(printed.out)

    return run_it


def test_index_reports_exactly_what_it_did(run: Run, folder: Path) -> None:
    (folder / "zero.png").write_bytes(b"")
    first = run("index", folder)
    assert list(first) == [
        *("found", "added", "updated", "unchanged", "missing", "failed", "seconds"),
        "passed_over",
    ]
    assert (first["found"], first["added"], first["unchanged"]) == (5, 4, 0)
    [failed] = first["failed"]
    assert failed["path"] == str(folder / "zero.png")
    assert "empty" in failed["reason"]
    again = run("index", folder)
    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, 4)
    assert again["failed"] == first["failed"]


def test_what_is_passed_over_is_counted(run: Run, folder: Path) -> None:
    for name in ("a.c4d", "b.C4D", "notes.txt", "readme", ".hidden.c4d", "a.xmp"):
        (folder / name).write_bytes(b"words")
    counts = {".c4d": 2, ".txt": 1, "": 1}
    assert run("index", folder)["passed_over"] == counts
    assert run("index")["passed_over"] == counts, "in every look, so that it never is silent"
    assert run("doctor")["passed_over"] == counts
    (folder / "a.c4d").unlink()
    run("index", folder)
    assert run("doctor")["passed_over"] == {**counts, ".c4d": 1}


def test_search_gives_ranked_hits(run: Run, folder: Path) -> None:
    run("index", folder)
    found = run("search", "a watch", "-k", 3)
    assert list(found) == ["hits", "model", "relevant"]
    assert [hit["rank"] for hit in found["hits"]] == [1, 2, 3]
    for hit in found["hits"]:
        keys = ["rank", "asset_id", "path", "filename", "score", "is_relevant", "why"]
        assert list(hit) == keys
        assert hit["is_relevant"] == (hit["rank"] <= found["relevant"])
        [why] = hit["why"]
        assert (why["signal"], why["score"]) == ("meaning", hit["score"])
        assert Path(hit["path"]).name == hit["filename"]
    scores = [hit["score"] for hit in found["hits"]]
    assert scores == sorted(scores, reverse=True)
    by_picture = run("search", "--image", folder / "0002.png")
    assert by_picture["hits"][0]["path"] == str(folder / "0002.png")
    assert run("search", "a watch", "--image", folder / "0002.png")["hits"]


def test_search_sends_what_the_store_has_lost_and_finds_it(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    run("index", folder)
    expected = run("search", "a watch")["hits"]
    shutil.rmtree(tmp_path / "profile" / "library" / "vectors.db")
    assert run("search", "a watch")["hits"] == expected


def test_search_looks_among_what_is_asked_for(run: Run, folder: Path) -> None:
    run("index", folder)
    inner = folder / "inner"
    pictures.fill(inner, 2)
    run("index", folder)
    one, two = folder / "0001.png", inner / "0001.png"
    run("tag", "add", "Gold", one, two)
    run("rate", 4, two)

    def found(*among: object) -> set[str]:
        return {hit["path"] for hit in run("search", "a watch", *among)["hits"]}

    assert found("--tag", "gold") == {str(one), str(two)}
    assert found("--folder", inner) == {str(inner / "0000.png"), str(two)}
    assert found("--min-rating", 4) == {str(two)}
    assert found("--folder", inner, "--tag", "gold", "--min-rating", 5) == set()


def test_conditions_stand_among_the_words(run: Run, folder: Path) -> None:
    run("index", folder)
    some = sorted(folder.iterdir())[:2]
    run("tag", "add", "Hero shot", *some)
    run("rate", "4", some[0])

    def names(text: str) -> list[str]:
        return sorted(hit["filename"] for hit in run("search", text, "-k", 9)["hits"])

    both = [path.name for path in some]
    assert names('a watch tag:"hero shot"') == both
    assert names('tag:"hero shot" rating:>=3') == both[:1]
    assert names("type:png -is:tagged") == [path.name for path in sorted(folder.iterdir())[2:]]
    assert names(f"type:png folder:{folder.name}") == sorted(path.name for path in folder.iterdir())
    assert len(run("search", "type:png", "-k", 3)["hits"]) == 3
    assert run("search", "ratting:3 shoes", expect=2)["error"]["next_step"].endswith("“rating:”?")


def test_search_draws_a_contact_sheet_and_replaces_nothing(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    run("index", folder)
    sheet = tmp_path / "sheet.png"
    run("search", "红色披风", "--contact-sheet", sheet)
    with Image.open(sheet) as drawn:
        assert drawn.format == "PNG"
        assert drawn.width > 300
    before = sheet.read_bytes()
    error = run("search", "红色披风", "--contact-sheet", sheet, expect=1)["error"]
    assert "exists already" in error["message"]
    assert sheet.read_bytes() == before


def test_a_contact_sheet_is_what_its_name_says(run: Run, folder: Path, tmp_path: Path) -> None:
    run("index", folder)
    run("search", "type:png", "--contact-sheet", tmp_path / "sheet.PDF")
    assert (tmp_path / "sheet.PDF").read_bytes().startswith(b"%PDF")
    run("board", "create", "Mood")
    for words in (("search", "type:png", "--contact-sheet"), ("board", "sheet", "Mood")):
        error = run(*words, tmp_path / "sheet.jpg", expect=2)["error"]
        assert "sheet.jpg" in error["message"]
        assert not (tmp_path / "sheet.jpg").exists()


def test_several_pictures_each_with_its_weight_and_its_part(run: Run, folder: Path) -> None:
    run("index", folder)
    one, two = folder / "0001.png", folder / "0002.png"

    def first(*words: object) -> str:
        return run("search", *words)["hits"][0]["path"]

    assert first("--image", one, "--image", two, "--image-weight", 0.1) == str(one)
    assert first("--image", one, "--image-weight", 0.1, "--image", two) == str(two)
    unlike = run("search", "--image", two, "--image-weight", -1)["hits"]
    assert unlike[-1]["path"] == str(two)
    whole = run("search", "--image", one)["hits"][0]["score"]
    part = run("search", "--image", one, "--image-part", "50,0,50,100")["hits"]
    assert max(hit["score"] for hit in part if hit["path"] == str(one)) < whole
    for wrong in (
        ("--image-weight", 1, "--image", one),
        ("--image", one, "--image-weight", 0),
        ("--image", one, "--image-part", "50,0,60,100"),
        ("--image", one, "--image-part", "50,0,nan,100"),
        ("--image-page", 2, "--image", one),
        ("--image", one, "--image-page", 0),
        ("--image", one, "--image-at", "soon"),
    ):
        with pytest.raises(SystemExit, match="2"):
            run("search", *wrong)


def test_a_page_a_moment_and_a_file_that_is_gone(run: Run, folder: Path, tmp_path: Path) -> None:
    run("index", folder)
    one, two = folder / "0001.png", folder / "0002.png"
    pages, film = tmp_path / "pages.tif", tmp_path / "x.mp4"
    first, second = Image.open(one).convert("RGB"), Image.open(two).convert("RGB")
    first.save(pages, save_all=True, append_images=[second])
    make_movie(film, [(first, 1), (second, 1)], size=first.size)
    for words in (("--image", pages, "--image-page", 2), ("--image", film, "--image-at", "0:01.5")):
        assert run("search", *words)["hits"][0]["path"] == str(two)
    two.unlink()
    assert run("search", "--image", two)["hits"][0]["path"] == str(two)


def test_all_that_is_relevant_is_counted_and_says_why(run: Run, folder: Path) -> None:
    run("index", folder)
    run("tag", "add", "Gold", *sorted(folder.iterdir())[:3])
    found = run("search", "gold", "-k", 2)
    assert (len(found["hits"]), found["relevant"]) == (2, 3)
    for words, why in (("tag:gold", "tag gold"), ('"gold"', "“gold”")):
        for hit in run("search", words)["hits"]:
            assert [each["detail"] for each in hit["why"]] == [why]


def test_where_nothing_really_matches_it_is_said(
    run: Run, folder: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run("index", folder)
    assert run("search", "xyzzy qwerty")["relevant"] == 0
    assert main(["search", "xyzzy qwerty", "--model", model]) == 0
    first, advice, divider, best, *_ = capsys.readouterr().out.splitlines()
    assert first == "Nothing really matches “xyzzy qwerty”"
    assert advice.startswith("Try other words")
    assert divider == "Weaker matches:"
    assert "looks like it" in best


def test_a_generated_mood_board_is_imported(run: Run, folder: Path, tmp_path: Path) -> None:
    run("index", folder)
    out = tmp_path / "board.png"
    made = run(
        *("generate", "0001 and 0002", "--ref", folder / "0000.png", "--auto-ref", 2),
        *("--generator", "moodboard", "--out", out),
    )
    assert list(made) == [
        *("path", "asset_id", "text", "generator", "model", "references", "usage"),
        *("images", "cost_usd", "attempt_id", "attempt_ids"),
    ]
    assert (made["path"], made["generator"]) == (str(out), "moodboard")
    chosen, *proposed = made["references"]
    assert chosen == {"path": str(folder / "0000.png"), "score": None, "reason": "chosen by you"}
    assert [r["reason"] for r in proposed] == ["matches the prompt"] * 2
    assert all(isinstance(r["score"], float) for r in proposed)
    best = run("search", "--image", out, "-k", 1)["hits"][0]
    assert best["asset_id"] == made["asset_id"]


def test_doctor_tells_what_is_there_and_no_secrets(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring.set_password("Plantain", "gemini-api-key", "AIzaSecretInTheKeyring")
    monkeypatch.setenv("PLANTAIN_STORE_TOKEN", "user:very-secret")
    run("index", folder)
    report = run("doctor")
    assert report["assets"] == 4
    assert (report["pending"], report["missing"]) == (0, 0)
    assert report["store"]["vectors"] == 4
    assert report["store"]["uri"].endswith("vectors.db")
    assert report["device"] in {"cpu", "cuda", "mps"}
    assert report["encoder"]["precision"] in {"float32", "float16", "bfloat16", "int8"}
    assert report["encoder"]["runtime"].split()[0] in {"OpenVINO", "PyTorch"}
    assert report["encoder"]["why"].endswith(".")
    assert {"plantain", "python", "torch", "pymilvus"} <= set(report["versions"])
    assert report["gemini"] == {"has_key": True}
    assert "Secret" not in json.dumps(report)
    assert "very-secret" not in json.dumps(report)


def test_doctor_works_on_a_bare_profile_and_names_what_is_missing(run: Run, tmp_path: Path) -> None:
    report = run("doctor", "--profile-dir", tmp_path / "new", use_model="")
    assert (report["assets"], report["model"]) == (0, None)
    assert "no model" in report["problems"][0]


def test_a_model_is_imported_listed_and_used(run: Run, model: str, folder: Path) -> None:
    run("model", "import", model, "--name", "mine", use_model="")
    models = {m["name"]: m for m in run("model", "list", use_model="")["models"]}
    assert models["mine"]["is_installed"]
    assert models["demo"]["is_installed"]
    assert not models["ViT-B-32"]["is_installed"]
    assert run("model", "use", "mine", use_model="") == {"model": "mine", "change": None}
    assert run("model", "list", use_model="")["in_use"] == "mine"
    run("index", folder, use_model="")
    assert run("search", "a watch", use_model="")["model"] == "mine"


def test_using_a_model_that_is_not_there_changes_nothing(run: Run) -> None:
    error = run("model", "use", "nowhere", expect=1, use_model="")["error"]
    assert error["kind"] == "model_missing"
    assert run("model", "list", use_model="")["in_use"] is None


def test_a_download_that_fails_names_the_mirror_that_was_asked_and_the_commands(run: Run) -> None:
    words = ("model", "download", "ViT-B-32", "--mirror", "http://127.0.0.1:9")
    error = run(*words, expect=1, use_model="")["error"]
    assert error["kind"] == "download_failed"
    assert "http://127.0.0.1:9 cannot be reached" in error["message"]
    assert "plantain model download ViT-B-32" in error["next_step"]
    assert "plantain model import FILE" in error["next_step"]


def test_each_thing_of_a_prompt_is_proposed_for_and_what_is_lacking_is_said(
    run: Run, folder: Path, capsys: pytest.CaptureFixture[str], model: str
) -> None:
    run("index", folder)
    things = run("propose", "0001 on a violin", "-k", 2)["things"]
    assert [(t["words"], t["missing"]) for t in things] == [("0001", False), ("violin", True)]
    [reference] = things[0]["references"]
    assert reference["path"] == str(folder / "0001.png")
    assert reference["reason"] == "matches the prompt"
    assert isinstance(reference["score"], float)
    assert things[1]["references"] == []
    assert main(["propose", "0001 on a violin", "--model", model]) == 0
    assert "“violin”: your library has nothing of the kind" in capsys.readouterr().out
    assert "empty" in run("propose", " ", expect=2)["error"]["message"]


def test_no_reference_goes_along_twice(run: Run, folder: Path) -> None:
    run("index", folder)
    one = folder / "0000.png"
    words = ("generate", "0000, 0001, 0002, 0003", "--ref", one, "--ref", one, "--auto-ref", 3)
    made = run(*words, "--generator", "moodboard")
    paths = [reference["path"] for reference in made["references"]]
    assert len(paths) == len(set(paths)) == 4


class TestFailures:
    def test_a_path_where_nothing_is(self, run: Run, tmp_path: Path) -> None:
        error = run("index", tmp_path / "nowhere", expect=1)["error"]
        assert "nowhere" in error["message"]

    def test_a_damaged_catalogue_is_said_so_by_every_command(
        self, run: Run, folder: Path, tmp_path: Path
    ) -> None:
        run("index", folder)
        catalog = tmp_path / "profile" / "library" / "catalog.sqlite"
        data = catalog.read_bytes()
        catalog.write_bytes(data[:4096] + b"\xaa" * (len(data) - 4096))
        for words in (("index",), ("search", "x")):
            assert "damaged" in run(*words, expect=1)["error"]["message"]
        assert "damaged" in run("doctor")["problems"][0]

    def test_have_a_kind_a_message_and_a_next_step(
        self, run: Run, capsys: pytest.CaptureFixture[str]
    ) -> None:
        answer = run("search", "x", expect=1, use_model="nowhere")
        assert list(answer) == ["error"]
        assert list(answer["error"]) == ["kind", "message", "next_step"]
        assert answer["error"]["kind"] == "model_missing"
        assert "plantain model" in answer["error"]["next_step"]
        assert main(["--model", "nowhere", "search", "x"]) == 1
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err.startswith("plantain: ")

    def test_a_file_that_fails_is_named(self, run: Run, folder: Path) -> None:
        run("index", folder)
        error = run("search", "--image", folder / "nowhere.png", expect=1)["error"]
        assert "nowhere.png" in error["message"]

    def test_gemini_without_a_key_sends_nothing_and_says_what_to_do(self, run: Run) -> None:
        error = run("generate", "a cape", "--generator", "gemini", expect=1)["error"]
        assert error["kind"] == "key_missing"
        assert "GEMINI_API_KEY" in error["next_step"]

    def test_a_command_line_without_sense_is_exit_code_2(self, run: Run) -> None:
        assert run("search", expect=2)["error"]["kind"] == "usage"
        assert run("generate", expect=2)["error"]["kind"] == "usage"
        for words in (["nonsense"], ["search", "x", "-k", "0"], ["model"]):
            with pytest.raises(SystemExit) as stopped:
                main(words)
            assert stopped.value.code == 2

    def test_files_alone_are_what_the_window_is_to_add(self, folder: Path) -> None:
        files = sorted(folder.iterdir())[:2]
        assert _parse([*map(str, files)]).add == files
        assert _parse([str(folder)]).add == [folder]
        assert _parse(["--add", *map(str, files)]).add == files
        with pytest.raises(UsageError):
            _parse([str(folder / "nowhere.png")])

    def test_what_belongs_to_a_command_is_not_taken_for_the_windows(self, run: Run) -> None:
        with pytest.raises(SystemExit) as stopped:
            main(["search", "--version"])
        assert stopped.value.code == 2
        # Short for --set, and for the window's --self-test.
        assert "template" in run("generate", "x", "--se=a=b", expect=2)["error"]["message"]

    def test_a_library_in_use_is_said_so(self, run: Run, folder: Path, tmp_path: Path) -> None:
        script = (
            "import sys\n"
            "from pathlib import Path\n"
            "from desktop.config.options import EngineOptions\n"
            "from desktop.wiring.engine import open_engine\n"
            f"profile = Path({str(tmp_path / 'profile')!r})\n"
            "engine = open_engine(EngineOptions(profile_dir=profile))\n"
            "print('open', flush=True)\n"
            "sys.stdin.read()\n"
            "engine.close()\n"
        )
        with subprocess.Popen(
            [sys.executable, "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == "open\n"
            error = run("index", folder, expect=1)["error"]
            assert error["kind"] == "library_in_use"
            assert "--library" in error["next_step"]
            assert run("doctor")["assets"] == 0
            other.communicate("")
        assert run("index", folder)["added"] == 4


def test_the_library_can_be_anywhere(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("index", folder, "--library", tmp_path / "one")
    monkeypatch.setenv("PLANTAIN_LIBRARY", str(tmp_path / "two"))
    assert run("index", folder)["added"] == 4
    assert run("index", folder, "--library", tmp_path / "one")["unchanged"] == 4
    assert (tmp_path / "two" / "catalog.sqlite").exists()


def test_names_that_are_not_text_survive_json(run: Run, folder: Path) -> None:
    (folder / "0000.png").rename(folder / "caf\udce9\n.png")
    run("index", folder)
    paths = {hit["path"] for hit in run("search", "x")["hits"]}
    assert str(folder / "caf\udce9\n.png") in paths


def test_a_reader_who_has_seen_enough_gets_no_traceback(run: Run, folder: Path, model: str) -> None:
    run("index", folder)
    command = [sys.executable, "-m", "desktop", "--model", model, "search", "x"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_the_human_output_says_nothing_to_do(
    folder: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for expected in ("4 added", "Nothing to do"):
        assert main(["index", str(folder), "--model", model]) == 0
        printed = capsys.readouterr()
        assert expected in printed.out
        assert printed.err == ""
