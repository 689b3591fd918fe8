"""The built program: PyInstaller's folder, without what it does not need."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import icons
import sharing
import trimming
import windows
from product import NAME, PROGRAM, ROOT

_MISSING = re.compile(r"WARNING: Library not found: could not resolve '(?P<name>[^']+)'.*", re.M)
_NEEDED = re.compile(r"libxcb|libxkb|libEGL|libGL|libfontconfig|libdbus")


class BuildFailed(Exception):
    """The text says what to do."""


def build(folder: Path, *, is_slim: bool = False) -> Path:
    """Make the program below ``folder``; returns the folder that holds it whole.

    Args:
        is_slim: without PyTorch, for models that were converted elsewhere.

    Raises:
        BuildFailed: PyInstaller did, or a library was left out that the window needs.
    """
    assets = folder / "assets"
    assets.mkdir(parents=True, exist_ok=True)
    icons.write_windows(assets / "plantain.ico")
    icons.write_macos(assets / "plantain.icns")
    (assets / "version-info.txt").write_text(windows.version_information(), "utf-8")
    dist, log = folder / "dist", folder / "pyinstaller.log"
    command = [
        *(sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean"),
        *("--distpath", str(dist), "--workpath", str(folder / "work")),
        str(ROOT / "packaging" / "plantain.spec"),
    ]
    environment = {
        **os.environ,
        "PLANTAIN_BUILD_ASSETS": str(assets),
        "PLANTAIN_BUILD_EDITION": "slim" if is_slim else "full",
        "PYTHONHASHSEED": "1",
    }
    with log.open("wb") as output:
        done = subprocess.run(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    told = log.read_text("utf-8", "replace")
    if done.returncode:
        raise BuildFailed(f"PyInstaller failed; the end of {log}:\n{told[-3000:]}")
    require_libraries(told)
    names = {"darwin": f"{NAME}.app"}
    program = dist / names.get(sys.platform, PROGRAM)
    drop_dead_links(program)
    if sys.platform == "linux":
        strip(program)
        sharing.share(program)
        drop_dead_links(program)
    return program


def drop_dead_links(program: Path) -> None:
    """PyInstaller links to libraries of packages from its top; some of those were left out."""
    for path in sorted(program.rglob("*")):
        if path.is_symlink() and not path.exists():
            path.unlink()


def require_libraries(log: str) -> None:
    """PyInstaller leaves out a library of the system that this machine does not have, and the
    window then does not open elsewhere.

    Raises:
        BuildFailed: it did.
    """
    missing = sorted(
        {found["name"] for found in _MISSING.finditer(log) if _NEEDED.match(found["name"])}
    )
    if missing:
        raise BuildFailed(
            f"not on this machine: {', '.join(missing)}. Install what packaging/README.md lists."
        )


def strip(program: Path) -> None:
    """Take the symbols out of the libraries that bear it."""
    if shutil.which("strip") is None:
        raise BuildFailed("strip is not on this machine; install binutils")
    for path in sorted(program.rglob("*")):
        place = path.relative_to(program).as_posix()
        if path.is_file() and not path.is_symlink() and trimming.is_stripped(place):
            subprocess.run(["strip", "--strip-unneeded", str(path)], check=True)


def size(folder: Path) -> int:
    """Bytes of all files below, each counted once."""
    return sum(
        path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    )
