"""``doctor --fix`` says what it mended, keeps what it replaced, leaves the rest to people."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from desktop.config.options import EngineOptions
from desktop.config.paths import ProfilePaths
from tests import pictures
from tests.commands.conftest import Run
from tests.embedding import tiny


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProfilePaths:
    folder = tmp_path / "profile"
    monkeypatch.setenv("PLANTAIN_PROFILE_DIR", str(folder))
    folder.mkdir()
    return ProfilePaths(folder)


def test_where_nothing_is_wrong_nothing_is_done(run: Run, profile: ProfilePaths) -> None:
    before = {path: path.read_bytes() for path in profile.folder.rglob("*.json")}
    assert run("doctor", "--fix") == {"fixed": [], "left": [], "exit_code": 0}
    assert {path: path.read_bytes() for path in profile.folder.rglob("*.json")} == before


def test_files_that_cannot_be_used_are_put_aside(run: Run, profile: ProfilePaths) -> None:
    broken = {
        profile.settings: b"{ half",
        profile.window: b"no json",
        profile.image_models(): b'{"models": 7}',
        profile.listed_models("vertex"): b"[",
    }
    for file, content in broken.items():
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
    told = run("doctor", "--fix")
    assert len(told["fixed"]) == 4
    assert told["left"] == []
    for file, content in broken.items():
        [kept] = file.parent.glob(f"{file.name}.damaged-*")
        assert kept.read_bytes() == content
        assert any(str(kept) in line for line in told["fixed"])
    assert len(run("doctor", "--fix")["fixed"]) <= 1, "but for what was put aside just now"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_settings_that_others_can_read_are_closed(run: Run, profile: ProfilePaths) -> None:
    profile.settings.write_text("{}")
    profile.settings.chmod(0o644)
    [line] = run("doctor", "--fix")["fixed"]
    assert "Only you" in line
    assert profile.settings.stat().st_mode & 0o077 == 0


def _library(run: Run, profile: ProfilePaths, tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    pictures.fill(folder, 2)
    run("index", folder)
    run("tag", "add", "kept", folder / "0000.png")
    return EngineOptions(profile_dir=profile.folder).library.catalog


def test_a_damaged_catalogue_comes_back_from_its_backup(
    run: Run, profile: ProfilePaths, tmp_path: Path
) -> None:
    catalogue = _library(run, profile, tmp_path)
    for copy in (catalogue.parent / "backups").glob("*daily*"):
        copy.unlink()
    run("spend")  # another day: today's copy is made
    damaged = b"this is no catalogue" * 500
    catalogue.write_bytes(damaged)
    told = run("doctor", "--fix")
    assert told["left"] == []
    assert any("restored" in line for line in told["fixed"])
    kept = [path for path in catalogue.parent.iterdir() if path.is_file()]
    assert any(path.read_bytes() == damaged for path in kept), "the damaged one is kept"
    assert run("search", "tag:kept")["hits"]


def test_without_a_backup_it_is_left_to_a_person(
    run: Run, profile: ProfilePaths, tmp_path: Path
) -> None:
    catalogue = _library(run, profile, tmp_path)
    for copy in (catalogue.parent / "backups").glob("*"):
        copy.unlink()
    catalogue.write_bytes(b"this is no catalogue" * 500)
    told = run("doctor", "--fix", expect=1)
    assert told["fixed"] == []
    assert "plantain repair" in told["left"][0]
    assert catalogue.read_bytes().startswith(b"this is no catalogue")


def test_a_vector_store_that_is_gone_is_filled_again(
    run: Run, profile: ProfilePaths, tmp_path: Path
) -> None:
    model = ("--model", tiny.save_with_sidecar(tmp_path / "tiny"))
    folder = tmp_path / "pictures"
    pictures.fill(folder, 2)
    run(*model, "index", folder)
    shutil.rmtree(EngineOptions(profile_dir=profile.folder).library.vectors)
    told = run(*model, "doctor", "--fix")
    assert told["left"] == []
    found = run(*model, "doctor")
    assert (found["store"]["vectors"], found["pending"]) == (2, 0)
    assert found["problems"] == []


def test_it_does_not_go_with_a_report(run: Run, profile: ProfilePaths, tmp_path: Path) -> None:
    told = run("doctor", "--fix", "--report", tmp_path / "r.zip", expect=2)
    assert told["error"]["kind"] == "usage"
    assert not (tmp_path / "r.zip").exists()
