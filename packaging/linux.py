"""Linux: desktop entry, metadata for software centres, and the tree that packages install."""

from __future__ import annotations

import gzip
import re
import shutil
from pathlib import Path
from xml.sax.saxutils import escape

import icons
import manual
from product import (
    BUNDLE_ID,
    CATEGORIES,
    DESCRIPTION,
    KEYWORDS,
    LICENCE,
    MIME_TYPES,
    NAME,
    PROGRAM,
    PUBLISHER,
    ROOT,
    SUMMARY,
    VERSION,
)

from desktop.cli import whole_parser
from desktop.commands.completion import completion_script

ENTRY = ROOT / "packaging" / "linux" / "plantain.desktop"
_PROGRAMS = {(PROGRAM, PROGRAM), ("bin", "torch_shm_manager")}
"""Folder and name; a library need not be executable."""
_COMPLETIONS = {
    "bash": f"bash-completion/completions/{PROGRAM}",
    "zsh": f"zsh/vendor-completions/_{PROGRAM}",
    "fish": f"fish/vendor_completions.d/{PROGRAM}.fish",
}
"""Where each shell of Debian looks, below /usr/share."""
CHANGES = ROOT / ".github" / "CHANGELOG.md"


def desktop_entry() -> str:
    """What menus and "open with" know of the program."""
    lists = {"Categories": CATEGORIES, "Keywords": KEYWORDS, "MimeType": MIME_TYPES}
    return ENTRY.read_text("utf-8") + "".join(
        f"{name}={';'.join(values)};\n" for name, values in lists.items()
    )


def metainfo(date: str) -> str:
    """What software centres show (AppStream).

    Args:
        date: of the release, "2026-11-29".
    """
    paragraphs = "".join(f"    <p>{escape(text)}</p>\n" for text in DESCRIPTION)
    kinds = "".join(f"    <mediatype>{kind}</mediatype>\n" for kind in MIME_TYPES)
    categories = "".join(f"    <category>{name}</category>\n" for name in CATEGORIES)
    words = "".join(f"    <keyword>{escape(word)}</keyword>\n" for word in KEYWORDS)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<component type="desktop-application">
  <id>{BUNDLE_ID}</id>
  <metadata_license>CC0-1.0</metadata_license>
  <project_license>{LICENCE}</project_license>
  <name>{NAME}</name>
  <summary>{escape(SUMMARY)}</summary>
  <developer id="io.github.plantain"><name>{escape(PUBLISHER)}</name></developer>
  <description>
{paragraphs}  </description>
  <launchable type="desktop-id">{ENTRY.name}</launchable>
  <icon type="stock">{PROGRAM}</icon>
  <categories>
{categories}  </categories>
  <provides>
    <binary>{PROGRAM}</binary>
{kinds}  </provides>
  <keywords>
{words}  </keywords>
  <content_rating type="oars-1.1"/>
  <supports>
    <control>pointing</control>
    <control>keyboard</control>
  </supports>
  <requires>
    <display_length compare="ge">768</display_length>
  </requires>
  <releases>
    <release version="{VERSION}" date="{date}"/>
  </releases>
</component>
"""


def install(program: Path, root: Path, date: str, licences: Path) -> None:
    """The tree below ``root``, a new folder, as it lies on a machine.

    Args:
        program: the folder that PyInstaller has made.
        date: of the release, "2026-11-29".
        licences: what ``licences.write`` has written.
    """
    shutil.copytree(program, root / "usr/lib" / PROGRAM, symlinks=True)
    share = root / "usr/share"
    for folder in ("bin", "share/applications", "share/metainfo", f"share/doc/{PROGRAM}"):
        (root / "usr" / folder).mkdir(parents=True)
    (root / "usr/bin" / PROGRAM).symlink_to(f"../lib/{PROGRAM}/{PROGRAM}")
    (share / "applications" / ENTRY.name).write_text(desktop_entry(), "utf-8")
    (share / "metainfo" / f"{BUNDLE_ID}.metainfo.xml").write_text(metainfo(date), "utf-8")
    icons.write_linux(share / "icons" / "hicolor")
    page = share / "man/man1" / f"{PROGRAM}.1.gz"
    page.parent.mkdir(parents=True)
    page.write_bytes(packed(manual.page(date)))
    for shell, place in _COMPLETIONS.items():
        file = share / place
        file.parent.mkdir(parents=True)
        file.write_text(completion_script(whole_parser(), shell), "utf-8")
    shutil.copytree(licences, share / "doc" / PROGRAM, dirs_exist_ok=True)
    allow_reading(root)


def allow_reading(root: Path) -> None:
    """Folders and programs 755, other files 644, whatever the builder's umask was."""
    for path in [root, *root.rglob("*")]:
        if not path.is_symlink():
            is_program = (path.parent.name, path.name) in _PROGRAMS
            path.chmod(0o755 if path.is_dir() or is_program else 0o644)


def packed(text: str) -> bytes:
    """As .gz, the same for the same text."""
    return gzip.compress(text.encode(), 9, mtime=0)


def changes() -> str:
    """The part of the changelog that tells of this version, or of what is not released yet."""
    told = CHANGES.read_text("utf-8")
    for heading in (rf"## \[?{re.escape(VERSION)}\]?.*", r"## Unreleased"):
        if found := re.search(rf"^{heading}\n(.*?)(?=^## |\Z)", told, re.M | re.S):
            return found[1].strip()
    return ""
