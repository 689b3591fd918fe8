"""Ctrl+C of ``plantain index`` is a stop that the window keeps to as well."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest

from desktop.cli import main
from desktop.commands import index
from desktop.core.errors import Cancelled
from tests import pictures


def test_it_is_kept_until_all_folders_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures.fill(tmp_path / "pictures", 2)
    profile = tmp_path / "profile"
    mark = profile / "library" / "indexing-stopped"
    arguments = ["--profile-dir", str(profile), "index"]

    def interrupted(_: object) -> NoReturn:
        raise Cancelled

    with monkeypatch.context() as patch:
        patch.setattr(index, "follow", interrupted)
        assert main([*arguments, str(tmp_path / "pictures")]) != 0
    assert mark.exists()
    assert main([*arguments, str(tmp_path / "pictures")]) == 0
    assert mark.exists()  # these alone were asked for
    assert main(arguments) == 0
    assert not mark.exists()
