"""How the suite uses the machine: which processes, in which order, and where its files lie.

A plugin of pytest, which ``tests/conftest.py`` names.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

_MEMORY = Path("/dev/shm")
_ROOM_BYTES = 4 << 30
_LONGEST_FIRST = ("e2e", "reliability", "services", "embedding")
"""Rooms whose files take minutes; begun last, one of them would keep a single core busy alone."""


def pytest_configure(config: pytest.Config) -> None:
    """Files of tests lie in memory where there is room: no commit waits for a disk. And no test of
    properties fails because the machine is busy."""
    settings.register_profile(
        "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("any machine")
    if "TMPDIR" in os.environ or not _MEMORY.is_dir():
        return
    if shutil.disk_usage(_MEMORY).free >= _ROOM_BYTES:
        os.environ["TMPDIR"] = str(_MEMORY)  # of the processes that tests start, too
        tempfile.tempdir = None  # looked up again


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """One process for chosen files, whose start would take longer than their tests; for all of
    them one more than there are processors, for tests wait as often as they compute."""
    if config.args_source is pytest.Config.ArgsSource.ARGS:
        return 0
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Among several processes the long files come first; the order within a file stays."""
    if not _is_one_of_several(config):
        return
    root = Path(__file__).parent

    def rank(item: pytest.Item) -> int:
        room = item.path.relative_to(root).parts[0]
        return _LONGEST_FIRST.index(room) if room in _LONGEST_FIRST else len(_LONGEST_FIRST)

    items.sort(key=rank)


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    """Names of files that are not text, told in a log or an assertion, reach the main process."""
    return _printable((yield))


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {name: _printable(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_printable(one) for one in value]
    if isinstance(value, tuple):  # why a test was skipped has to stay one
        return tuple(_printable(one) for one in value)
    return value


def _is_one_of_several(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")
