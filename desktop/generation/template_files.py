"""The templates that are there: shipped ones, and a folder of the person's own, a file each.

A file that is not as it should be costs itself alone, and is named.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

from desktop.core.annotations import clean_name, name_key
from desktop.core.asset import displayable
from desktop.core.errors import SettingsError, UsageError
from desktop.core.file_names import FORBIDDEN
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.files.atomic import write_file
from desktop.files.checked_json import MalformedJson, decode_json
from desktop.files.regular_file import read_guarded
from desktop.generation.template import CATEGORIES, PromptTemplate, check_template

_MOST_BYTES = 256 * 1024
"""Of one file; the largest that can be written has some 60 kB."""
_MOST_FILES = 2000
_SCHEMA = ".schema.json"


@dataclass(frozen=True, slots=True)
class BadTemplate:
    """A file that cannot be used, and a sentence that says why."""

    path: Path
    sentence: str


@dataclass(frozen=True, slots=True)
class Templates:
    """All that can be used, by category and then as shipped; and what cannot."""

    usable: tuple[PromptTemplate, ...] = ()
    bad: tuple[BadTemplate, ...] = ()

    def named(self, name: str) -> PromptTemplate:
        """By its name or what people read.

        Raises:
            UsageError: there is none, or it is one that cannot be used.
        """
        key = name_key(name)
        for template in self.usable:
            if key in map(name_key, (template.name, template.title.en, template.title.zh)):
                return template
        for bad in self.bad:
            if name_key(bad.path.stem) == key:
                raise UsageError(bad.sentence, next_step=tr("Correct the file, or import it anew."))
        raise UsageError(
            tr("There is no template “{name}”.", name=name),
            next_step=tr("See: {command}", command="plantain template list"),
        )


class TemplateFiles:
    """Reads and writes templates. Any thread may call it.

    Args:
        shipped: folder of those that come with Plantain; never written to.
        own: folder of the person's own, made when the first one is saved. One that has the name of
            a shipped one takes its place.
    """

    def __init__(self, shipped: Path, own: Path) -> None:
        self._shipped = shipped
        self._own = own

    def all(self) -> Templates:
        """Read anew."""
        usable: dict[str, PromptTemplate] = {}
        bad: list[BadTemplate] = []
        for path in (*_files(self._shipped), *_files(self._own)):
            try:
                template = read_template(path)
            except SettingsError as error:
                bad.append(BadTemplate(path, error.message))
            else:
                usable[name_key(template.name)] = template
        order = list(CATEGORIES)
        by_category = sorted(usable.values(), key=lambda each: order.index(each.category))
        return Templates(tuple(by_category), tuple(bad))

    def save(self, template: PromptTemplate, *, replaces: bool = False) -> None:
        """Keep it among the person's own.

        Args:
            replaces: another one of this name may go.

        Raises:
            UsageError: there is one of this name, or it is none that could be used.
            SettingsError: the file cannot be written.
        """
        template = replace(template, name=clean_name(template.name))
        try:
            check_template(template)
        except MalformedJson as error:
            raise UsageError(str(error), safe=tr("Nothing was saved.")) from error
        path = self._own / f"{_file_name(template.name)}.json"
        try:
            self._own.mkdir(parents=True, exist_ok=True)
            write_file(path, _written(template), replace=replaces)
        except FileExistsError as error:
            raise UsageError(
                tr("There is a template “{name}” already.", name=template.name),
                safe=tr("Nothing was saved."),
                next_step=tr("Choose another name."),
            ) from error
        except OSError as error:
            raise _unwritable(path, error) from error

    def delete(self, name: str) -> None:
        """Without this one of the person's own from now on; a shipped one of that name is back.

        Raises:
            UsageError: there is none of their own.
            SettingsError: its file cannot be removed.
        """
        for path in _files(self._own):
            try:
                is_meant = name_key(read_template(path).name) == name_key(name)
            except SettingsError:
                is_meant = name_key(path.stem) == name_key(name)
            if is_meant:
                try:
                    path.unlink()
                except OSError as error:
                    raise _unwritable(path, error) from error
                return
        raise UsageError(tr("“{name}” is no template of your own.", name=name))

    def take_in(self, path: Path, *, replaces: bool = False) -> PromptTemplate:
        """Import a file.

        Raises:
            SettingsError: it is no template; the message says where.
            UsageError: as ``save``.
        """
        template = read_template(path)
        self.save(template, replaces=replaces)
        return template

    def own_files(self) -> list[Path]:
        """The person's own, as they are on the disk."""
        return [*_files(self._own)]

    def take_over(self, folder: Path) -> list[PromptTemplate]:
        """Keep those of another folder whose names none of the person's own has; returns them. The
        others, and what cannot be used or written, stay where they are."""
        taken: list[PromptTemplate] = []
        for path in _files(folder):
            with suppress(UsageError, SettingsError):
                taken.append(self.take_in(path))
        return taken

    def hand_out(self, name: str, path: Path, *, replaces: bool = False) -> None:
        """Export one to a file.

        Raises:
            UsageError: there is no such template, or such a file already.
            SettingsError: the file cannot be written.
        """
        template = self.all().named(name)
        try:
            write_file(path, _written(template), replace=replaces)
        except FileExistsError as error:
            raise UsageError(
                tr("{path} exists already.", path=displayable(path)),
                next_step=tr("Choose another name."),
            ) from error
        except OSError as error:
            raise _unwritable(path, error) from error


def read_template(path: Path) -> PromptTemplate:
    """Of one file.

    Raises:
        SettingsError: it cannot be read, or is no template; the message says why.
    """
    try:
        template = decode_json(read_guarded(path, _MOST_BYTES), PromptTemplate)
        check_template(template)
    except MalformedJson as error:
        reason = str(error)
    except OSError as error:
        reason = system_reason(error)
    else:
        return template
    raise SettingsError(
        tr("The template {path} cannot be used: {reason}", path=displayable(path), reason=reason),
        safe=tr("Nothing was changed."),
        next_step=tr("Choose a file that “plantain template export” wrote."),
    )


def _files(folder: Path) -> Iterator[Path]:
    try:
        found = sorted(folder.glob("*.json"))[:_MOST_FILES]
    except OSError:
        return
    yield from (path for path in found if not path.name.endswith(_SCHEMA))


def _file_name(name: str) -> str:
    """One name, one file: what a file name cannot hold is written as its number."""
    key = name_key(name)
    safe = re.sub(
        f"[{re.escape(FORBIDDEN)}%.]", lambda found: f"%{ord(found[0]):02X}", " ".join(key.split())
    )
    return safe.encode()[:200].decode(errors="ignore")


def _written(template: PromptTemplate) -> bytes:
    return json.dumps(_lean(asdict(template)), ensure_ascii=False, indent=2).encode() + b"\n"


def _lean(value: Any) -> Any:
    """Without what says nothing."""
    if isinstance(value, dict):
        told = {name: _lean(each) for name, each in cast("dict[str, Any]", value).items()}
        return {name: each for name, each in told.items() if each not in ("", {}, [])}
    if isinstance(value, list | tuple):
        return [_lean(each) for each in cast("list[Any]", value)]
    return value


def _unwritable(path: Path, error: OSError) -> SettingsError:
    return SettingsError(
        tr(
            "{path} cannot be written: {reason}",
            path=displayable(path),
            reason=system_reason(error),
        ),
        safe=tr("Nothing was changed."),
        next_step=tr("Free some space or choose another folder, then try again."),
    )
