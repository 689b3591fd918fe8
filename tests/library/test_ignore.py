"""Ignore rules hide what git hides, pattern by pattern; of several, the last that matches decides.

That is simpler than with git, where "!" shows nothing again inside a hidden folder, and where a
folder that is shown again keeps its hidden files.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from desktop.core.errors import UsageError
from desktop.library.folders.ignore import IgnoreRules, is_ignored, require_pattern

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is the reference")

parts = st.sampled_from(("a", "b", "drafts", "a b", "x.png", "y.tif", ".x", "a.b"))
paths = st.lists(parts, min_size=1, max_size=4).map("/".join)
words = ("a", "drafts", "x", ".png", ".tif", "b", "*", "?", "[ab]", "[!a]", "[^x-z]", "[[:alpha:]]")
pieces = st.sampled_from((*words, " ", "**", "/", "/**/", "\\a", "\\*", "[]a]"))


def _pattern(negated: str, start: str, middle: list[str], last: str, end: str) -> str:
    return negated + start + "".join(middle) + last + end


# Left out: “?” for what is not ASCII, which stands for one byte with git, a bracket that is closed
# behind a slash only, which with git may stand for the slash, and "a**/": by git's manual two stars
# inside a name are plain ones, but git compares the words before the first star by themselves and
# then takes what is left, "**/", for any number of folders.
STARS_BEHIND_WORDS = re.compile(r"!?[^*?\[\\]*[^*?\[\\/!]\*\*+/")
patterns = st.builds(
    _pattern,
    st.sampled_from(("", "", "!")),
    st.sampled_from(("", "/")),
    st.lists(pieces, max_size=4),
    st.sampled_from(words),
    st.sampled_from(("", "", "/", "/**", "/**/", "/*")),
).filter(lambda pattern: STARS_BEHIND_WORDS.match(pattern) is None)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("git")
    subprocess.run(["git", "init", "-q", folder], check=True)
    return folder


def hidden_by_git(repository: Path, rule: str, files: Sequence[str]) -> set[str]:
    (repository / ".gitignore").write_text(f"{rule}\n", "utf-8")
    done = subprocess.run(
        ["git", "-c", "core.excludesFile=", "check-ignore", "--no-index", "--stdin", "-z"],
        cwd=repository,
        input="\0".join(files).encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return set(filter(None, done.stdout.decode().split("\0")))


def hidden_by_model(repository: Path, rules: Sequence[str], files: Sequence[str]) -> set[str]:
    hidden: set[str] = set()
    for rule in rules:
        matched = hidden_by_git(repository, rule.removeprefix("!"), files)
        hidden = hidden - matched if rule.startswith("!") else hidden | matched
    return hidden


@needs_git
@given(rules=st.lists(patterns, max_size=3), files=st.lists(paths, min_size=8, max_size=24))
@example(["drafts/", "!drafts/x.png"], ["drafts/x.png", "drafts/a/x.png"])
@example(["*.tif", "!/keep/"], ["a/y.tif", "keep/y.tif"])
@example(["红/", "*披风*"], ["红/x.png", "a/红色披风.png", "红.png"])
@example(["a/**/b"], ["a/b", "a/x/b", "a/x/y/b"])
@settings(max_examples=50)
def test_what_git_ignores_is_hidden_and_nothing_else(
    repository: Path, rules: list[str], files: list[str]
) -> None:
    ignore = IgnoreRules(rules)
    hidden = {file for file in files if ignore.hide(os.fsencode(file))}
    assert hidden == hidden_by_model(repository, rules, files)
    for file in files:
        above = [os.fsencode(str(folder)) for folder in Path(file).parents][:-1]
        if any(map(ignore.hide_folder, above)):
            assert file in hidden, "a scan does not look into the folder"


@pytest.mark.parametrize(
    "pattern",
    [
        "*a" * 40,
        "*a" * 499 + "b",
        "a*" * 40 + "/",
        "**/" * 200 + "b",
        "**/a/" * 100 + "b",
        "*a*/**/" * 60 + "b",
        "?*" * 300 + "b",
        "[ab]*" * 150 + "c",
        "[!b]*" * 150 + "b/**/" + "*[a-z]" * 20 + "!",
        "/**/*a**a/" * 50 + "b",
        "\\a*" * 300 + "b",
    ],
)
@pytest.mark.timeout(60)  # a backtracking matcher needs hours
@pytest.mark.parametrize("path", ["a" * 255, "a/" * 2_000 + "a", "ab" * 127 + "/" + "a" * 3_000])
def test_no_pattern_takes_longer_than_its_length(pattern: str, path: str) -> None:
    ignore = IgnoreRules([pattern])
    ignore.hide(path.encode())
    ignore.hide_folder(path.encode())


@pytest.mark.parametrize("pattern", ["", " ", "/", "//", "# drafts", "a\\", "a" * 1_001, "!"])
def test_what_means_nothing_is_no_rule(pattern: str) -> None:
    with pytest.raises(UsageError, match="not a pattern") as caught:
        require_pattern(pattern)
    assert len(str(caught.value)) < 200
    # In a library that holds it all the same, it hides nothing and spoils no other rule.
    rules = IgnoreRules(["*.tif", pattern])
    assert rules.hide(b"a/x.tif")
    assert not rules.hide(b"a/x.png")
    assert rules.patterns == ("*.tif", pattern)


@given(st.lists(st.text(max_size=12), max_size=4), st.binary(min_size=1, max_size=40))
def test_any_text_is_a_rule_or_said_to_be_none(rules: list[str], path: bytes) -> None:
    for rule in rules:
        with suppress(UsageError):
            require_pattern(rule)
    ignore = IgnoreRules(rules)
    assert ignore.hide(path) in (True, False)
    assert ignore.hide_folder(path) in (True, False)


@given(paths)
def test_no_rules_hide_nothing(path: str) -> None:
    assert not IgnoreRules().hide(os.fsencode(path))


@given(st.text(max_size=20))
def test_hidden_and_system_names_are_passed_over(name: str) -> None:
    assert is_ignored(f".{name}")
    assert is_ignored("__MACOSX")


@pytest.mark.parametrize(
    "name",
    [
        *("$RECYCLE.BIN", "$Recycle.Bin", "$recycle.bin", "RECYCLER", "Recycled", "FOUND.000"),
        *("System Volume Information", "SYSTEM VOLUME INFORMATION", "$WinREAgent", "FileHistory"),
        *("__MACOSX", "Network Trash Folder", "Backups.backupdb", "Mac.sparsebundle"),
        *("2026-11-29-101500.previous", "Temporary Items", ".Trashes", ".MobileBackups"),
        *("lost+found", "LOST+FOUND", ".Trash-1000", ".snapshots", ".zfs", "@snapshots"),
        *("#recycle", "#Recycle", "#snapshot", "@eaDir", "@EADIR", "@tmp", "@SynoDrive"),
        *("@Recycle", "@Recently-Snapshot", ".@__thumb", "trashbox", "Network Recycle Bin 1"),
        *("_NAS_Recycle_RAID", "Recycle Bin - Volume_1", "~snapshot", "@GMT-2026.11.29-10.15.00"),
        *("files_trashbin", "files_versions", ".dropbox.cache", ".stversions", "LOST.DIR"),
    ],
)
def test_bins_and_snapshots_of_every_kind_are_passed_over(name: str) -> None:
    assert is_ignored(name)


@pytest.mark.parametrize(
    "name",
    [
        *("recycling", "Recycled paper", "#moodboard", "@client", "snapshot", "Snapshots", "Trash"),
        *("$100 bill.png", "found.footage", "lost+found.png", "2026-11-29", "_old", "Temporary"),
        *("红色", "Bin", "recycle", "cache", "backup", "Found.0001"),
    ],
)
def test_what_a_person_may_call_a_folder_is_looked_into(name: str) -> None:
    assert not is_ignored(name)
