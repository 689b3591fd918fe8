"""What ``plantain doctor --fix`` puts right by itself.

Nothing is deleted that a person may want: a file that cannot be used is put beside its place under
another name, and the catalogue is copied before anything in the library is touched. What would lose
something (a catalogue without a backup) is left to ``plantain repair``, which asks.
"""

from __future__ import annotations

import stat
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from desktop.commands.opening import open_library
from desktop.commands.terminal import error_sentence
from desktop.config.options import EngineOptions
from desktop.config.paths import ProfilePaths
from desktop.config.settings import load_settings
from desktop.core.asset import displayable
from desktop.core.cancellation import CancelToken
from desktop.core.errors import LibraryDamaged, LibraryError, PlantainError, SettingsError
from desktop.core.progress import finish
from desktop.core.system_errors import system_reason
from desktop.core.text import ngettext, tr
from desktop.files.atomic import leftovers, remove
from desktop.files.checked_json import MalformedJson, parse_json
from desktop.files.regular_file import read_guarded
from desktop.generation.capabilities import ModelTable, load_models
from desktop.generation.provider import providers

_STAMP = "%Y%m%d-%H%M%S"
_JUST_NOW_S = 60.0


def mend(options: EngineOptions) -> tuple[list[str], list[str]]:
    """Put right what can be; returns what was done, and what is left with what can be done."""
    done: list[str] = []
    left: list[str] = []
    for step in (_profile, _library):
        try:
            done += step(options)
        except PlantainError as error:
            left.append(error_sentence(error))
        except OSError as error:
            left.append(
                tr(
                    "{file} cannot be changed: {reason}.",
                    file=displayable(Path(error.filename or options.profile.folder)),
                    reason=system_reason(error),
                )
            )
    return done, left


# -- the profile ---------------------------------------------------------------------------------


def _profile(options: EngineOptions) -> Iterator[str]:
    profile = options.profile
    yield from _settings(profile.settings)
    yield from _forgettable(profile.window, tr("Where the window was"))
    for provider in providers():
        listed = profile.listed_models(provider.name)
        yield from _forgettable(listed, tr("What {service} listed", service=provider.service))
        yield from _own_models(profile, provider.name)
    behind = leftovers(profile.folder)
    for path in behind:
        remove(path)
    if behind:
        yield ngettext(
            "{count} unfinished file of a run that was killed is removed.",
            "{count} unfinished files of a run that was killed are removed.",
            len(behind),
        )


def _settings(file: Path) -> Iterator[str]:
    # Whoever reads damaged settings puts them aside, and the command line has read them before.
    for kept in file.parent.glob(f"{file.name}.damaged-*"):
        stamp = kept.name.rpartition("damaged-")[2]
        with suppress(ValueError):
            if time.time() - time.mktime(time.strptime(stamp, _STAMP)) < _JUST_NOW_S:
                yield tr(
                    "The settings were damaged: they are kept as {file}, and are as at first.",
                    file=displayable(kept),
                )
    if not file.exists():
        return
    load_settings(file)  # refuses those of a newer Plantain
    if sys.platform != "win32" and file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
        file.chmod(0o600)  # addresses may hold passwords
        yield tr("Only you can read {file} now.", file=displayable(file))


def _forgettable(file: Path, what: str) -> Iterator[str]:
    """Of what is only remembered: put aside when it cannot be read."""
    if not file.exists():
        return
    try:
        parse_json(read_guarded(file))
    except MalformedJson:
        yield tr(
            "{what} could not be read; it is kept as {file}.",
            what=what,
            file=displayable(_put_aside(file)),
        )


def _own_models(profile: ProfilePaths, name: str) -> Iterator[str]:
    """A person's own table of image models keeps the library from opening when it is wrong."""
    own = profile.image_models(name)
    try:
        load_models(ModelTable("2026-01-01", "none", ()), own)
    except SettingsError as error:
        yield tr(
            "{problem} It is kept as {file}.",
            problem=error.headline,
            file=displayable(_put_aside(own)),
        )


def _put_aside(file: Path) -> Path:
    kept = file.with_name(f"{file.name}.damaged-{time.strftime(_STAMP)}")
    file.rename(kept)
    return kept


# -- the library ---------------------------------------------------------------------------------


def _library(options: EngineOptions) -> list[str]:
    if not options.library.catalog.exists():
        return []
    try:
        return _open_and_mend(options)
    except LibraryDamaged:
        return [*_restore(options), *_open_and_mend(options)]


def _restore(options: EngineOptions) -> list[str]:
    from desktop.library.opening import plan_repair, repair

    plan = plan_repair(options.library)
    if plan.backup is None:
        raise LibraryError(
            tr("The catalogue is damaged, and there is no intact backup of it."),
            safe=tr("Nothing was changed."),
            next_step=tr("“plantain repair” makes a new one, and says first what is lost."),
        )
    sentence = plan.sentence()
    aside = repair(options.library, plan)
    done = [sentence, tr("Your last backup is restored.")]
    if aside:
        done.append(tr("The damaged catalogue is kept as {aside}.", aside=aside))
    return done


def _open_and_mend(options: EngineOptions) -> list[str]:
    done: list[str] = []
    with open_library(options) as engine:
        found = engine.library.damage()
        if found:
            raise LibraryDamaged(
                tr("The catalogue has faults: {found}.", found=found),
                safe=tr("Your pictures are untouched."),
            )
        copy = engine.daily_backups.copy_now("before-mending")
        made = [*engine.generation.left_answers.finish()]
        if made:
            done.append(
                ngettext(
                    "{count} picture that was paid for and not saved is saved now.",
                    "{count} pictures that were paid for and not saved are saved now.",
                    len(made),
                )
            )
            ids = [asset.id for one in made for asset in one.assets]
            finish(engine.indexing.make_searchable(ids, CancelToken()))
        repaired = engine.index_check.repair()
        if repaired:
            done.append(
                ngettext(
                    "{count} row of the vector store did not fit the catalogue, and does now.",
                    "{count} rows of the vector store did not fit the catalogue, and do now.",
                    repaired,
                )
            )
        if done:
            done.insert(0, tr("The catalogue was copied first, to {file}.", file=displayable(copy)))
        else:
            copy.unlink(missing_ok=True)
    return done
