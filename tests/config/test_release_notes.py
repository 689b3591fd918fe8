"""What is new, out of the changelog; and whose works are in Plantain."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from desktop import __version__
from desktop.config.release_notes import changelog, notes_since, releases
from desktop.config.third_party import works
from desktop.config.window_memory import ShownPlace, WindowMemory, WindowState

TEXT = """# Changelog

Head.

## Unreleased

- soon

## [1.2.0] - 2026-12-01

### Added

- two

## 1.1.0

- one
"""


def test_the_changelog_is_in_its_parts():
    assert [each.version for each in releases(TEXT)] == ["Unreleased", "1.2.0", "1.1.0"]
    assert releases(TEXT)[1].notes == "### Added\n\n- two"
    assert releases("") == ()


@pytest.mark.parametrize(
    ("current", "seen", "told"),
    [
        ("1.2.0", "", ["1.2.0"]),
        ("1.2.0", "1.1.0", ["1.2.0"]),
        ("1.3.0", "1.1.0", ["Unreleased", "1.2.0"]),
        ("1.2.0", "1.2.0", []),
        ("1.1.0", "1.2.0", ["1.1.0"]),
    ],
)
def test_what_has_come_since_is_told(current: str, seen: str, told: list[str]):
    assert [each.version for each in notes_since(TEXT, current, seen)] == told


def test_our_own_changelog_tells_of_this_version():
    [release, *_] = notes_since(changelog(), __version__, "")
    assert "###" in release.notes


def test_news_are_told_once_and_not_at_the_first_start(tmp_path: Path):
    file = tmp_path / "profile" / "window.json"

    def memory() -> WindowMemory:
        return WindowMemory(file, tmp_path)

    assert memory().news_of("1.0") is None
    memory().keep(WindowState(), ShownPlace())
    assert memory().news_of("1.0") is None
    assert memory().news_of("1.1") == "1.0"
    assert memory().news_of("1.1") is None
    memory().keep(WindowState(), ShownPlace())
    assert memory().news_of("1.1") is None, "what the window keeps does not forget it"


def test_who_comes_from_before_there_was_news_is_told_too(tmp_path: Path):
    memory = WindowMemory(tmp_path / "window.json", tmp_path)
    memory.keep(WindowState(), None)
    assert memory.news_of("1.0") == ""


def test_the_works_of_others_are_named_with_their_licences():
    found = {work.name.lower(): work for work in works()}
    assert "pillow" in found
    assert found["pillow"].text
    assert found["httpx2"].version
    assert list(found) == sorted(found)


@pytest.mark.parametrize(
    ("program", "licences"),
    [
        ("Plantain/plantain-app.exe", "Plantain/licences"),
        (
            "Plantain.app/Contents/MacOS/plantain",
            "Plantain.app/Contents/Resources/notices/licences",
        ),
        ("AppDir/usr/lib/plantain/plantain", "AppDir/usr/share/doc/plantain/licences"),
    ],
)
def test_a_built_program_finds_the_licences_where_its_installer_puts_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, licences: str
):
    for place, text in ((program, ""), (f"{licences}/a.txt", "a work 1.0\nMIT\n\n\nits text")):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(text)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / program))
    [work] = works()
    assert (work.name, work.version, work.licence) == ("a work", "1.0", "MIT")
