"""What a shell completes is what the parser knows."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from desktop.commands.completion import SHELLS
from tests.commands.conftest import Run


def completed(script: Path, words: str, last: str) -> list[str]:
    """What bash offers for the last of these words."""
    asked = (
        f'source "{script}"; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); '
        f'_shtab_plantain plantain "{last}" x; printf "%s\\n" "${{COMPREPLY[@]}}"'
    )
    done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash on this system")
def test_bash_completes_commands_options_and_choices(run: Run, tmp_path: Path) -> None:
    script = tmp_path / "plantain.bash"
    script.write_text(run("completion", "bash")["script"])
    assert completed(script, "plantain sea", "sea") == ["search"]
    assert "--image-model" in completed(script, "plantain generate --", "--")
    assert set(completed(script, "plantain completion ''", "")) >= set(SHELLS)


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_is_told_of_each_command(run: Run, shell: str) -> None:
    script = run("completion", shell)["script"]
    for word in ("search", "generate", "image-models", "doctor", "--thinking", "profile-dir"):
        assert word.removeprefix("--") in script, word
