"""The AppImage: its folder, and the command that closes it.

The folder is complete and can be tried (``AppDir/AppRun --self-test``). What joins it with a
runtime, ``appimagetool``, is in no registry of packages: whoever releases brings it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import linux
from product import BUNDLE_ID, PROGRAM, VERSION

RUN = f"""#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
exec "$here/usr/lib/{PROGRAM}/{PROGRAM}" "$@"
"""


def folder(program: Path, licences: Path, work: Path, date: str) -> Path:
    """Make the AppDir at ``work``, which is not there yet."""
    linux.install(program, work, date, licences)
    run = work / "AppRun"
    run.write_text(RUN, "utf-8")
    run.chmod(0o755)
    shutil.copy(work / "usr/share/applications" / linux.ENTRY.name, work)
    icon = work / f"usr/share/icons/hicolor/256x256/apps/{PROGRAM}.png"
    shutil.copy(icon, work / f"{PROGRAM}.png")
    (work / ".DirIcon").symlink_to(f"{PROGRAM}.png")
    metainfo = work / "usr/share/metainfo"  # appimagetool looks for this name
    (metainfo / f"{BUNDLE_ID}.metainfo.xml").rename(metainfo / f"{BUNDLE_ID}.appdata.xml")
    return work


def command(appdir: Path, out: Path, tool: str, runtime: str = "") -> list[str]:
    """What closes it.

    Args:
        tool: path of appimagetool.
        runtime: of the type-2 runtime, where the tool shall not fetch it.
    """
    brought = ["--runtime-file", runtime] if runtime else []
    target = out / f"{PROGRAM}-{VERSION}-x86_64.AppImage"
    return [tool, "--comp", "zstd", *brought, str(appdir), str(target)]
