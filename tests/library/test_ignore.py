"""Ignore rules hide what git hides, pattern by pattern; of several, the last that matches decides.

That is simpler than with git, where "!" shows nothing again inside a hidden folder, and where a
folder that is shown again keeps its hidden files.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from desktop.core.errors import UsageError
from desktop.library.disk.ignore import IgnoreRules, is_ignored

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is the reference")

parts = st.sampled_from(("a", "b", "drafts", "a b", "x.png", "y.tif", ".x", "a.b"))
paths = st.lists(parts, min_size=1, max_size=4).map("/".join)
words = ("a", "drafts", "x", ".png", ".tif", "b", "*", "?", "[ab]")
pieces = st.sampled_from((*words, " ", "**", "/", "/**/"))


def _pattern(negated: str, start: str, middle: list[str], last: str, end: str) -> str:
    return negated + start + "".join(middle) + last + end


# Left out, since pathspec and git differ: “a/**/”, which hides the files of a with pathspec;
# “[!a]”, which stands for a slash, too, with pathspec; “?”, which stands for one byte with git.
patterns = st.builds(
    _pattern,
    st.sampled_from(("", "", "!")),
    st.sampled_from(("", "/")),
    st.lists(pieces, max_size=4),
    st.sampled_from(words),
    st.sampled_from(("", "", "/")),
)


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
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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


@given(st.lists(st.text(max_size=12), max_size=4), st.binary(min_size=1, max_size=40))
def test_any_text_is_a_rule_or_said_to_be_none(rules: list[str], path: bytes) -> None:
    with suppress(UsageError):
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
    if not name.startswith((".", "_", "$", "S", "@")):
        assert not is_ignored(name)
