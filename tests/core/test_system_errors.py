"""Why the system refused is said in the language of the person."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from desktop.config.paths import resource
from desktop.core.system_errors import system_reason
from desktop.core.text import ENGLISH, Language, english, speak


def test_what_the_system_says_is_translated(tmp_path: Path) -> None:
    speak(Language("zh_CN", resource("translations")))
    try:
        with pytest.raises(FileNotFoundError) as caught:
            (tmp_path / "none" / "a.txt").read_text()
        assert system_reason(caught.value) == "没有那个文件或文件夹"
        assert english(system_reason(caught.value)) == os.strerror(errno.ENOENT)
    finally:
        speak(Language(ENGLISH))


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), os.strerror(errno.ENOSPC)),
        (OSError(errno.ENOSPC, None), "No space left on device"),
        (OSError(errno.ENOSPC, "OS file watch limit reached"), "OS file watch limit reached"),
        (OSError(9999, "Unknown to all"), "Unknown to all"),
        (OSError("without a number"), "without a number"),
    ],
)
def test_what_a_library_says_stays(error: OSError, reason: str) -> None:
    assert system_reason(error) == reason
