"""What ``doctor --report`` puts into a file to send, and above all what it does not."""

from __future__ import annotations

import json
import logging
import sqlite3
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keyring
import pytest

from desktop.cli import main
from desktop.commands.anonymiser import Anonymiser
from desktop.config.logging import log_to_file, stop_log
from desktop.config.options import EngineOptions
from desktop.config.settings import load_settings, save_settings
from desktop.wiring.engine import open_engine
from tests import pictures
from tests.embedding import tiny

KEY = "not-like-a-key-7731"
TOKEN = "ann:password-of-ann"
PROMPT = "a zebra on roller skates"
FILES = ("spring cape, final: v2.png", "红色披风 草稿.png", "IMG_2041.png")
SECRET_FOLDER = "Client Nobody Knows"

Report = Callable[..., dict[str, str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's home with the profile and a folder of pictures in it."""
    home = tmp_path / "home" / "annabel.fischer"
    home.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("LOGNAME", "annabel.fischer")
    monkeypatch.setattr("platform.node", lambda: "annas-macbook.local")
    monkeypatch.setenv("PLANTAIN_PROFILE_DIR", str(home / "Plantain"))
    keyring.set_password("Plantain", "gemini-api-key", KEY)
    monkeypatch.setenv("PLANTAIN_STORE_TOKEN", TOKEN)
    return home


@pytest.fixture
def library(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with an indexed library, a damaged file, and a log that tells of everything."""
    model = str(tiny.save_with_sidecar(tmp_path_factory.mktemp("tiny")))
    folder = home / "Kundenarbeit" / SECRET_FOLDER
    pictures.fill(folder, len(FILES))
    for drawn, name in zip(sorted(folder.iterdir()), FILES, strict=True):
        drawn.rename(folder / name)
    (folder / "broken one.jpg").write_bytes(b"\xff\xd8\xff no more")
    assert main(["--model", model, "index", str(folder)]) == 0
    assert main(["--model", model, "generate", PROMPT, "--generator", "moodboard"]) == 0
    handler = log_to_file(home / "Plantain" / "logs")
    log = logging.getLogger("desktop.test")
    for name in (*FILES, "broken one.jpg"):
        log.error("%s: it is cut off", folder / name)
        log.error("could not read %s", name)
    log.error("OSError: [Errno 2] No such file: %r", str(folder))
    log.error("annabel.fischer at annas-macbook said %s and %s; file://%s/x.png", KEY, TOKEN, home)
    try:
        raise FileNotFoundError(2, "No such file", str(folder / FILES[0]))
    except FileNotFoundError:
        log.exception("failed")
    stop_log(handler)
    (home / "Plantain" / "logs" / "crash-20260101-000000.txt").write_text(
        f'Fatal Python error: Segmentation fault\n  File "{home}/venv/x.py", line 3 in f\n'
    )
    return folder


@pytest.fixture
def report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Report:
    """Write a report; name -> text of all that is in it."""

    def write(*options: str) -> dict[str, str]:
        target = tmp_path / "report.zip"
        assert main(["doctor", "--report", str(target), *options, "--json"]) == 0
        answer: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
        with zipfile.ZipFile(target) as archive:
            assert archive.testzip() is None
            assert answer["files"] == archive.namelist()
            return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}

    return write


def test_nothing_in_it_names_a_person_a_computer_a_folder_or_a_file(
    library: Path, report: Report, home: Path, tmp_path: Path
) -> None:
    settings = home / "Plantain" / "settings.json"
    uri = "http://milvus.acme.example:19530"
    save_settings(settings, replace(load_settings(settings), team="Acme Fashion", team_uri=uri))
    members = report()
    assert set(members) == {
        *("README.txt", "doctor.json", "settings.json", "library.json"),
        *("logs/plantain.log", "crashes/crash-20260101-000000.txt"),
    }
    hidden = [str(home), str(tmp_path), home.name, "annas-macbook", SECRET_FOLDER, "Kundenarbeit"]
    hidden += [*FILES, "spring cape", "红色披风", "IMG_2041", "broken one", "zebra", KEY, TOKEN]
    hidden += ["acme.example", "Acme Fashion"]
    for name, text in members.items():
        for secret in hidden:
            assert secret.lower() not in text.lower(), f"{secret} in {name}"
        assert "password-of-ann" not in text
    log = members["logs/plantain.log"]
    assert "<root 1>/…: it is cut off" in log
    assert "FileNotFoundError" in log
    assert "<plantain>/" in log, "where an error is stays to be seen"
    assert "Segmentation fault" in members["crashes/crash-20260101-000000.txt"]


def test_it_tells_what_is_needed_to_find_an_error(library: Path, report: Report) -> None:
    members = report()
    doctor = json.loads(members["doctor.json"])
    assert doctor["versions"]["plantain"]
    assert doctor["gemini"] == {"has_key": True}
    assert doctor["store"]["uri"] == "<library>/vectors.db"
    numbers = json.loads(members["library.json"])
    assert numbers["assets_by_state"] == {"ready": 4, "failed": 1}
    assert numbers["assets_by_format"]["PNG"] == 4
    assert (numbers["lineages"], numbers["check"], numbers["problems"]) == (1, "ok", [])
    assert json.loads(members["settings.json"])["theme"] == "dark"


def test_paths_are_in_it_when_asked_for_and_secrets_never(library: Path, report: Report) -> None:
    members = report("--with-paths")
    assert str(library / FILES[0]) in members["logs/plantain.log"]
    for text in members.values():
        assert "zebra" not in text, "a prompt is not even logged"
        assert KEY not in text
        assert "password-of-ann" not in text


def test_a_damaged_library_is_reported_on(library: Path, report: Report, home: Path) -> None:
    catalog = home / "Plantain" / "library" / "catalog.sqlite"
    data = catalog.read_bytes()
    damaged = data[:4096] + b"\xaa" * (len(data) - 4096)
    catalog.write_bytes(damaged)
    members = report()
    assert catalog.read_bytes() == damaged
    assert "damaged" in json.loads(members["doctor.json"])["problems"][0]
    assert json.loads(members["library.json"])["problems"]
    assert home.name not in "".join(members.values())


def test_a_library_that_is_open_is_reported_on(library: Path, report: Report, home: Path) -> None:
    with open_engine(EngineOptions(profile_dir=home / "Plantain")):
        members = report()
    assert json.loads(members["doctor.json"])["is_in_use_elsewhere"]
    assert json.loads(members["library.json"])["assets_by_state"] == {"ready": 4, "failed": 1}


def test_a_report_on_nothing_makes_nothing(home: Path, report: Report) -> None:
    members = report()
    assert json.loads(members["library.json"]) == {"exists": False}
    assert "There is no library at" in " ".join(json.loads(members["doctor.json"])["problems"])
    assert [path.name for path in (home / "Plantain").iterdir()] == ["logs"]


def test_an_error_of_ours_is_in_the_report_instead_of_ending_it(
    home: Path, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("desktop.commands.checkup.examine", broken)
    assert "ZeroDivisionError" in report()["doctor.json"]


def test_a_report_replaces_no_file_and_says_where_it_cannot_be_written(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = tmp_path / "taken.zip"
    taken.write_text("mine")
    assert main(["doctor", "--report", str(taken)]) == 1
    assert "exists already" in capsys.readouterr().err
    assert taken.read_text() == "mine"
    assert main(["doctor", "--report", str(tmp_path / "no" / "where.zip")]) == 1
    assert "could not be written" in capsys.readouterr().err
    assert main(["doctor", "--with-paths"]) == 2


class TestAnonymiser:
    @pytest.fixture
    def clean(self) -> Callable[[str], str]:
        return Anonymiser(
            own=[(Path("/home/ann/.plantain"), "<profile>"), (Path("/home/ann/venv"), "<python>")],
            private=[(Path("/home/ann"), "<home>"), (Path("/mnt/shoots"), "<root 1>")],
            names={"red cape, new: 2.png"},
            words=[("ann", "<user>"), ("root", "<user>")],
        ).text

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("/mnt/shoots/a b: c.png: cut off.", "<root 1>/…: cut off."),
            ("/mnt/shoots", "<root 1>"),
            ("No such file: '/mnt/shoots/Client X'", "No such file: '<root 1>/…"),
            ('File "/home/ann/venv/lib/x.py", line 3', 'File "<python>/lib/x.py", line 3'),
            ("/home/ann/.plantain/library is busy.", "<profile>/library is busy."),
            ("/home/annabel/x y", "<path>"),
            ("/HOME/Ann/x.png", "<home>/…"),
            ("file:///home/ann/x%20y.png opened", "<home>/… opened"),
            (r"C:\Users\Someone\a b.png: bad", "<path>: bad"),
            (r"\\server\share\a.png", "<path>"),
            ("red cape, new: 2.png failed", "<file>.png failed"),
            ("IMG_7.jpg failed", "<file>.jpg failed"),
            ("ann is not annual; root 1", "<user> is not annual; root 1"),
            ("http://127.0.0.1:1/v1 3/4 and/or /usr/lib/x.so", None),
        ],
    )
    def test_hides_what_is_private_and_leaves_the_rest(
        self, clean: Callable[[str], str], text: str, expected: str | None
    ) -> None:
        assert clean(text) == (text if expected is None else expected)


def test_a_bare_profile_has_no_catalogue_after_a_check_up(home: Path) -> None:
    assert main(["doctor", "--json"]) == 0
    assert not (home / "Plantain" / "library").exists()


def test_a_command_line_without_sense_is_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["search", "x", "-k", "many", "--json"])
    assert stopped.value.code == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert list(error) == ["kind", "message", "next_step"]
    assert "whole number" in error["message"]
    assert "plantain search --help" in error["next_step"]


def test_what_nobody_foresaw_is_logged_and_told_in_words(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise sqlite3.ProgrammingError("ours")

    monkeypatch.setattr("desktop.commands.checkup.examine", broken)
    assert main(["doctor", "--json"]) == 1
    printed = capsys.readouterr()
    assert "ProgrammingError" in json.loads(printed.out)["error"]["message"]
    assert "Traceback" not in printed.err
    assert "ProgrammingError: ours" in (home / "Plantain" / "logs" / "plantain.log").read_text()


@pytest.mark.timeout(60)  # it took minutes
@pytest.mark.parametrize("piece", ["a", "a.", "/a", ".jpg", "C:/", "/home/ann/"])
def test_no_line_takes_long_to_be_made_anonymous(piece: str) -> None:
    anonymiser = Anonymiser([], [(Path("/home/ann"), "<home>")], {"a.png"}, [("ann", "<user>")])
    anonymiser.text(piece * 50_000)
