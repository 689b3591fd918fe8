"""``plantain doctor --report FILE.zip``: all that helps to find an error, in one file to send.

What is written has gone through the anonymiser and, whatever was asked for, without its secrets.
"""

from __future__ import annotations

import getpass
import json
import os
import platform
import shutil
import sys
import tempfile
import traceback
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from desktop.commands.anonymiser import Anonymiser
from desktop.config.crashes import crash_files
from desktop.config.logging import log_files
from desktop.config.options import EngineOptions
from desktop.config.redaction import Redactor
from desktop.config.secrets import STORE_TOKEN, Secrets
from desktop.config.settings import Settings, load_settings
from desktop.core.addresses import user_info, without_user_info
from desktop.core.errors import PlantainError
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.files.atomic import atomic_path
from desktop.files.regular_file import read_guarded
from desktop.generation.provider import providers
from desktop.library.catalog import statistics
from desktop.library.paths import LibraryPaths

_ABOUT = """\
A report by Plantain, for whoever helps.

doctor.json    what is installed, what is in use, what is wrong
settings.json  the settings
library.json   the library in numbers
logs/          what Plantain noted, the newest in plantain.log
crashes/       where each thread was when Plantain crashed, if it did

It holds no keys, no pictures and no prompts.
"""
_WITHOUT_PATHS = """\
Names of people, computers, folders and files are replaced by words like <home> and <root 1>.
"""
_WITH_PATHS = "It was asked for with the names of folders and files.\n"
_LOCAL = frozenset({"", "localhost", "127.0.0.1", "::1", "0.0.0.0"})
_PUBLIC = (".googleapis.com", ".huggingface.co", ".zillizcloud.com")


def write_report(options: EngineOptions, target: Path, *, with_paths: bool) -> list[str]:
    """Write the report, whole or not at all; returns the names of what is in it.

    Works on a damaged library, without one, and beside an open window.

    Raises:
        PlantainError: ``target`` exists already or cannot be written.
    """
    names: list[str] = []
    try:
        with (
            atomic_path(target, replace=False, mode=0o600) as temporary,
            zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            for name, text in _members(options, with_paths=with_paths):
                archive.writestr(name, text)
                names.append(name)
    except FileExistsError as error:
        raise PlantainError(
            tr("{target} exists already.", target=target),
            safe=tr("It was not replaced."),
            next_step=tr("Choose another name."),
        ) from error
    except OSError as error:
        raise PlantainError(
            tr(
                "The report could not be written to {target}: {reason}.",
                target=target,
                reason=system_reason(error),
            ),
            next_step=tr("Choose another place."),
        ) from error
    return names


def _members(options: EngineOptions, *, with_paths: bool) -> Iterator[tuple[str, str]]:
    profile, library = options.profile, options.library
    settings, problem = _settings(profile.settings)
    redact = _redactor(
        [
            *(options.store_uri, settings.store_uri, settings.team_uri),
            settings.gemini_base_url,
        ]
    )
    clean = _anonymiser(options, settings)

    def fit(text: str) -> str:
        safe = redact(text)  # first: a part of a password may look like a path
        return safe if with_paths else redact(clean.text(safe))

    def as_json(value: Any) -> str:
        text = json.dumps(_each_text(value, fit), indent=2, ensure_ascii=False)
        return text.encode("utf-8", "backslashreplace").decode()

    yield "README.txt", _ABOUT + (_WITH_PATHS if with_paths else _WITHOUT_PATHS)
    yield "doctor.json", as_json(_guarded(lambda: _examine(options, library)))
    yield "settings.json", as_json({**asdict(settings), "problem": problem})
    yield "library.json", as_json(_guarded(lambda: statistics.statistics(library.catalog)))
    for kind, files in (("logs", log_files(profile.logs)), ("crashes", crash_files(profile.logs))):
        for file in files:
            yield f"{kind}/{file.name}", fit(read_guarded(file).decode("utf-8", "replace"))


def _examine(options: EngineOptions, library: LibraryPaths) -> dict[str, Any]:
    # Not above: where a library of the engine's does not even load, there is a report all the same.
    from desktop.commands.checkup import examine

    return {**examine(options), "computer": _computer(library.folder)}


def _guarded(look: Callable[[], Any]) -> Any:
    """A report on what is broken must not break over it."""
    try:
        return look()
    except Exception:  # noqa: BLE001 (told in the report)
        return {"problems": ["This could not be looked at.", traceback.format_exc()]}


def _each_text(value: Any, fit: Callable[[str], str]) -> Any:
    """What JSON can hold, with all its texts made fit; keys too, since errors are counted by."""
    if isinstance(value, str):
        return fit(value)
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value)
        return {fit(key): _each_text(inner, fit) for key, inner in entries.items()}
    if isinstance(value, list):
        return [_each_text(inner, fit) for inner in cast("list[Any]", value)]
    return value


def _settings(path: Path) -> tuple[Settings, str]:
    try:
        return load_settings(path), ""
    except PlantainError as error:
        return Settings(), error.sentence()


def _redactor(addresses: Iterable[str]) -> Redactor:
    redactor = Redactor()
    variables = {each.key_name: each.key_variable for each in providers()}
    secrets = Secrets(os.environ, variables)
    for name in (*variables, STORE_TOKEN):
        redactor.hide(secrets.get(name))
    for address in addresses:
        redactor.hide(user_info(address))
    return redactor


def _anonymiser(options: EngineOptions, settings: Settings) -> Anonymiser:
    profile, library = options.profile, options.library
    known = statistics.known_paths(library.catalog)
    package = Path(__file__).resolve().parents[2]
    own = [
        *((Path(folder), "<python>") for folder in {sys.prefix, sys.base_prefix, sys.exec_prefix}),
        (package, "<plantain>"),
        *((folder, "<profile>") for folder in (profile.folder, profile.folder.resolve())),
        *((folder, "<library>") for folder in (library.folder, library.folder.resolve())),
    ]
    private = [(Path.home(), "<home>"), (Path(tempfile.gettempdir()), "<temporary>")]
    for number, paths in enumerate(known.roots, start=1):
        private += [(path, f"<root {number}>") for path in paths]
    private += [(path, "<generated>") for path in (library.generated, library.generated.resolve())]
    addresses = (
        *(options.store_uri, settings.store_uri, settings.team_uri),
        settings.gemini_base_url,
    )
    words = [
        (_user(), "<user>"),
        (Path.home().name, "<user>"),
        (settings.team, "<team>"),
        (platform.node(), "<computer>"),
        (platform.node().split(".")[0], "<computer>"),
        *((host, "<server>") for host in map(_private_host, addresses)),
    ]
    return Anonymiser(own, private, known.names, words)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        return ""


def _private_host(address: str) -> str:
    """The host of an address that strangers need not know; empty for the others."""
    try:
        host = (urlsplit(without_user_info(address)).hostname or "") if "://" in address else ""
    except ValueError:  # no address at all
        return ""
    return "" if host in _LOCAL or host.endswith(_PUBLIC) else host


def _computer(folder: Path) -> dict[str, Any]:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return {
        "processors": os.cpu_count(),
        "free_bytes_at_library": shutil.disk_usage(existing).free,
        "encoding": sys.getfilesystemencoding(),
    }
