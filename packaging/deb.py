"""The Debian package."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import textwrap
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import formatdate
from pathlib import Path

import bundle
import linux
from product import CONTACT, DESCRIPTION, LICENCE, NAME, PROGRAM, PUBLISHER, SLIM, SUMMARY, VERSION

OVERRIDES = """\
# The program brings its own Python and libraries, built by PyInstaller from wheels.
plantain: embedded-library
plantain: custom-library-search-path
plantain: library-not-linked-against-libc
plantain: shared-library-is-executable
plantain: unstripped-binary-or-object
plantain: shared-library-lacks-prerequisites
plantain: hardening-no-relro
plantain: hardening-no-pie
plantain: elf-error
plantain: sharedobject-in-library-directory-missing-soname
plantain: no-code-sections
plantain: package-contains-documentation-outside-usr-share-doc
plantain: package-contains-vcs-control-file
plantain: extra-license-file
plantain: font-in-non-font-package
plantain: duplicate-font-file
plantain: wrong-path-for-interpreter
plantain: missing-depends-on-sensible-utils
# It is built outside of Debian, where no report has been filed for it.
plantain: initial-upload-closes-no-bugs
"""
_NEVER = {"libc6", "libgcc-s1", "libstdc++6"}
_ALWAYS = ("libegl1", "libgl1", "libfontconfig1", "libdbus-1-3", "libxkbcommon0", "libglib2.0-0")
"""Qt opens them by name."""


def build(
    program: Path,
    licences: Path,
    work: Path,
    out: Path,
    date: str,
    is_quick: bool = False,
    is_slim: bool = False,
) -> Path:
    """Make ``out``/plantain_VERSION_ARCH.deb.

    Args:
        work: an empty folder for the tree.
        date: of the release, "2026-11-29".
        is_quick: pack for a trial, in a tenth of the time and a third larger.
        is_slim: the program is the slim edition, which the description says.
    """
    linux.install(program, work, date, licences)
    doc = work / "usr/share/doc" / PROGRAM
    (doc / "changelog.gz").write_bytes(linux.packed(changelog(date)))
    (doc / "copyright").write_text(copyright_file(), "utf-8")
    overrides = work / "usr/share/lintian/overrides" / PROGRAM
    overrides.parent.mkdir(parents=True)
    overrides.write_text(OVERRIDES, "utf-8")
    size = bundle.size(work)
    control = work / "DEBIAN"
    control.mkdir()
    asked = ["dpkg", "--print-architecture"]
    machine = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    (control / "control").write_text(control_file(machine, size, needed(program), is_slim), "utf-8")
    (control / "md5sums").write_text(sums(work), "utf-8")
    linux.allow_reading(work)
    made = out / f"{PROGRAM}_{VERSION}_{machine}.deb"
    packing = ["-Zzstd", "-z3"] if is_quick else ["-Zxz", "-z6"]
    command = ["dpkg-deb", "--root-owner-group", *packing, "--build", str(work), str(made)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return made


def control_file(machine: str, size: int, depends: Iterable[str], is_slim: bool = False) -> str:
    """Args: size: bytes installed."""
    lines = (
        textwrap.fill(each, 78, initial_indent=" ", subsequent_indent=" ")
        for each in (*DESCRIPTION, *((SLIM,) if is_slim else ()))
    )
    text = "\n .\n".join(lines)
    return (
        f"Package: {PROGRAM}\nVersion: {VERSION}\nArchitecture: {machine}\n"
        f"Maintainer: {CONTACT}\nInstalled-Size: {-(-size // 1024)}\n"
        f"Depends: {', '.join(sorted(depends))}\n"
        "Recommends: fonts-wqy-microhei | fonts-noto-cjk, gnome-keyring | kwalletmanager\n"
        f"Section: graphics\nPriority: optional\nDescription: {SUMMARY[0].lower()}{SUMMARY[1:]}\n"
        f"{text}\n"
    )


def needed(program: Path) -> list[str]:
    """Packages of the libraries that the program's own ask for and it does not bring."""
    brought = {path.name for path in program.rglob("*.so*")}
    asked: set[str] = set()
    for path in program.rglob("*"):
        if path.is_file() and not path.is_symlink() and _is_elf(path):
            told = subprocess.run(["objdump", "-p", str(path)], capture_output=True, text=True)
            asked.update(re.findall(r"^\s+NEEDED\s+(\S+)", told.stdout, re.M))
    found: set[str] = {*_ALWAYS}
    for name in sorted(asked - brought):
        told = subprocess.run(["dpkg-query", "-S", f"*/{name}"], capture_output=True, text=True)
        found.update(line.partition(":")[0] for line in told.stdout.splitlines()[:1])
    version = os.confstr("CS_GNU_LIBC_VERSION") or ""
    return [f"libc6 (>= {version.rpartition(' ')[2]})", *(found - _NEVER)]


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def sums(tree: Path) -> str:
    """The file ``md5sums``, by which damage is found."""
    lines: list[str] = []
    for path in sorted(tree.rglob("*")):
        place = path.relative_to(tree)
        if path.is_file() and not path.is_symlink() and place.parts[0] != "DEBIAN":
            with path.open("rb") as file:
                lines.append(f"{hashlib.file_digest(file, 'md5').hexdigest()}  {place}\n")
    return "".join(lines)


def changelog(date: str) -> str:
    """In Debian's form; what changed is told whole in the program's own changelog."""
    moment = formatdate(_seconds(date), usegmt=False, localtime=False)
    lines = [f"  {line}" if line else "" for line in linux.changes().splitlines()]
    told = "\n".join(lines) or "  See the release notes."
    head = f"{PROGRAM} ({VERSION}) stable; urgency=medium\n\n  * {NAME} {VERSION}.\n\n"
    return f"{head}{told}\n\n -- {CONTACT}  {moment}\n"


def _seconds(date: str) -> float:
    return datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp()


def copyright_file() -> str:
    """In the machine-readable form; those of others are beside it, collected when it was built."""
    return (
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
        f"Upstream-Name: {NAME}\n\n"
        f"Files: *\nCopyright: 2026 {PUBLISHER}\nLicense: {LICENCE}\n"
        "Comment: The program contains works of others. Their licences are in the folder\n"
        " licences beside this file, and listed in sbom.cdx.json.\n\n"
        f"License: {LICENCE}\n On Debian systems, the text is in\n"
        " /usr/share/common-licenses/Apache-2.0.\n"
    )


def is_possible() -> bool:
    """True where the tools are."""
    return all(shutil.which(tool) for tool in ("dpkg-deb", "dpkg-query", "objdump"))
