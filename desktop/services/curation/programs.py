"""Other programs: which can open a file, and starting one on it.

freedesktop's systems list theirs in files (Desktop Entry Specification 1.5); Windows has a dialog
of its own for the choice; elsewhere a person names the program.
"""

from __future__ import annotations

import configparser
import mimetypes
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.core.errors import FileError, UsageError
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.files.regular_file import read_guarded

_TYPES = {
    **{".psd": "image/vnd.adobe.photoshop", ".psb": "image/vnd.adobe.photoshop"},
    **{".ai": "application/illustrator", ".heic": "image/heif", ".avif": "image/avif"},
    **{
        ".webp": "image/webp",
        ".jxl": "image/jxl",
        ".exr": "image/x-exr",
        ".hdr": "image/vnd.radiance",
    },
    **{".kra": "application/x-krita", ".blend": "application/x-blender", ".svgz": "image/svg+xml"},
}
"""Those that Python does not know."""
_ENTRY = "Desktop Entry"
_MOST_BYTES = 200_000
"""Of a desktop entry; those with every language in the world have 50,000."""
_PATIENCE_S = 10.0
"""For a file manager to answer; one that has to be started takes seconds."""


@dataclass(frozen=True, slots=True)
class Program:
    """Something that opens files.

    Attributes:
        name: as people know it.
        command: its words; "%f" stands for a file, "%F" for all of them.
    """

    name: str
    command: tuple[str, ...]


def programs_for(path: Path, environment: Mapping[str, str] | None = None) -> list[Program]:
    """What the system lists for files of this kind, in alphabetical order; reads the disk."""
    if sys.platform in ("win32", "darwin"):
        return []
    kind = _TYPES.get(path.suffix.lower()) or mimetypes.guess_type(path.name)[0]
    if kind is None:
        return []
    given = os.environ if environment is None else environment
    found: dict[str, Program] = {}
    seen: set[str] = set()
    for entry in _entries(given):
        if entry.name in seen:  # a person's own entry stands for the system's
            continue
        seen.add(entry.name)
        program = _program(entry, kind, given.get("LANG", "").partition(".")[0])
        if program is not None:
            found.setdefault(program.name, program)
    return sorted(found.values(), key=lambda program: program.name.casefold())


def chosen_program(path: Path) -> Program:
    """The program that a person chose in a dialog for files."""
    if sys.platform == "darwin" and path.suffix == ".app":
        return Program(path.stem, ("open", "-a", str(path), "%F"))
    return Program(path.stem, (str(path), "%F"))


def start(program: Program, paths: Sequence[Path]) -> None:
    """Open these files in it; does not wait for it.

    Raises:
        UsageError: it cannot be started.
    """
    takes_one = "%f" in program.command or "%u" in program.command
    for part in [[path] for path in paths] if takes_one else [list(paths)]:
        words = list(_filled(program.command, part))
        try:
            subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env=_environment(),
            )
        except OSError as error:
            raise UsageError(
                tr(
                    "{program} could not be started: {reason}.",
                    program=program.name,
                    reason=system_reason(error),
                ),
                safe=tr("The picture was not changed."),
                next_step=tr("Choose another program."),
            ) from error


def ask_windows(path: Path) -> None:
    """Windows' own dialog for the choice of a program."""
    try:
        subprocess.Popen(["rundll32", "shell32.dll,OpenAs_RunDLL", str(path)])
    except OSError as error:
        reason = system_reason(error)
        raise FileError(path, tr("It could not be opened: {reason}.", reason=reason)) from error


def _filled(command: Sequence[str], paths: Sequence[Path]) -> Iterator[str]:
    for word in command:
        if word in ("%F", "%U", "%f", "%u"):
            yield from map(str, paths)
        else:
            yield word


def _environment() -> dict[str, str]:
    """A built Plantain has libraries of its own, which another program must not get."""
    environment = dict(os.environ)
    for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"):
        if (before := environment.pop(f"{name}_ORIG", None)) is not None:
            environment[name] = before
        elif getattr(sys, "frozen", False):
            environment.pop(name, None)
    return environment


def _entries(environment: Mapping[str, str]) -> Iterator[Path]:
    own = environment.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    shared = environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    for folder in (own, *shared.split(":")):
        try:
            yield from sorted(Path(folder, "applications").glob("*.desktop"))
        except OSError:
            continue


def _program(entry: Path, kind: str, language: str) -> Program | None:
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # pyright: ignore[reportAttributeAccessIssue]
    try:
        parser.read_string(read_guarded(entry, max_bytes=_MOST_BYTES).decode("utf-8", "replace"))
        said = parser[_ENTRY]
        kinds = said.get("MimeType", "").split(";")
        if kind not in kinds or "true" in (said.get("Hidden"), said.get("Terminal")):
            return None
        command = tuple(
            word for word in shlex.split(said["Exec"]) if word not in ("%i", "%c", "%k", "--")
        )
    except (OSError, configparser.Error, KeyError, ValueError):
        return None  # one that is damaged is none
    if not command or shutil.which(command[0]) is None:
        return None
    if not {"%f", "%F", "%u", "%U"} & {*command}:
        command = (*command, "%F")
    name = said.get(f"Name[{language}]") or said.get(f"Name[{language[:2]}]") or said.get("Name")
    return Program(name or entry.stem, command)


def show_in_folder(paths: Sequence[Path]) -> bool:
    """Open the system's file manager with these files marked; False where it cannot mark them."""
    if sys.platform == "win32":
        command = ["explorer", f"/select,{paths[0]}"]
    elif sys.platform == "darwin":
        command = ["open", "-R", *map(str, paths)]
    elif shutil.which("dbus-send") and os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        # freedesktop's file manager interface; a comma would end an element of the list.
        uris = ",".join(path.absolute().as_uri().replace(",", "%2C") for path in paths)
        service = "org.freedesktop.FileManager1"
        command = ["dbus-send", "--session", "--print-reply", f"--dest={service}"]
        command += ["--type=method_call", "/org/freedesktop/FileManager1", f"{service}.ShowItems"]
        command += [f"array:string:{uris}", "string:"]
    else:
        return False
    try:
        done = subprocess.run(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE_S,
            env=_environment(),
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 or sys.platform == "win32"  # Explorer says 1 when it has done it
