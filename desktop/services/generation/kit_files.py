"""A brand kit as one file, and back: all its versions, with their pictures.

The file is a ZIP with ``manifest.json`` and the pictures, each under the hash of its content. It
may come from anywhere: only what the manifest names is taken, and only where it is what it is
called.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from msgspec import Meta

from desktop.core.asset import displayable
from desktop.core.brand_kit import MOST_PICTURES, BrandKit, KitPicture, checked_kit
from desktop.core.errors import FileError, LibraryError, UsageError
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.files.atomic import write_file
from desktop.files.checked_json import MalformedJson, decode_json
from desktop.files.content_hash import content_hash
from desktop.files.new_file import new_file
from desktop.files.regular_file import open_guarded, read_regular_file
from desktop.files.zip_errors import ZIP_ERRORS, zip_reason
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.kits import KitTable

SUFFIX = ".plantain-kit"
_FORMAT, _VERSION, _MANIFEST = "plantain-kit", 1, "manifest.json"
_MOST_BYTES = 256 << 20
"""Of one picture."""
_MOST_MANIFEST = 4 << 20
_MOST_VERSIONS = 500
_HIGHEST_VERSION = 1_000_000
"""So that the next one has a number as well."""

_Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{16,128}$")]
_Suffix = Annotated[str, Meta(pattern=r"^(\.[A-Za-z0-9]{1,8})?$")]


@dataclass(frozen=True, slots=True)
class _Picture:
    content_hash: _Hash
    suffix: _Suffix
    role: Literal["logo", "style"]

    @property
    def member(self) -> str:
        return f"pictures/{self.content_hash}{self.suffix}"


@dataclass(frozen=True, slots=True)
class _KitVersion:
    """``version`` and ``made_at`` (seconds since the epoch) as in the library it is from."""

    version: Annotated[int, Meta(ge=1, le=_HIGHEST_VERSION)]
    made_at: float = 0.0
    palette: tuple[str, ...] = ()
    style_text: str = ""
    do_nots: tuple[str, ...] = ()
    pictures: Annotated[tuple[_Picture, ...], Meta(max_length=MOST_PICTURES)] = ()


@dataclass(frozen=True, slots=True)
class _Manifest:
    format: str
    version: int
    name: str = ""
    versions: Annotated[tuple[_KitVersion, ...], Meta(max_length=_MOST_VERSIONS)] = ()


class KitFiles:
    """Exports and imports kits.

    Args:
        folder: of the library, where pictures of kits are kept that are nowhere else in it.
    """

    def __init__(self, kits: KitTable, catalog: Catalog, folder: Path) -> None:
        self._kits = kits
        self._catalog = catalog
        self._folder = folder

    def hand_out(self, name: str, target: Path) -> int:
        """Write a kit into a file; returns how many versions are in it. An older version whose
        pictures are not there any more is left out.

        Raises:
            UsageError: there is no such kit.
            FileError: a picture of its newest version cannot be read.
            LibraryError: ``target`` exists, or cannot be written.
        """
        history = self._kits.history(name)
        pictures: dict[str, bytes] = {}
        versions: list[Mapping[str, Any]] = []
        for kit, made_at in history:
            try:
                read = [_read(each) for each in kit.pictures]
            except FileError:
                if kit is history[-1][0]:
                    raise
                continue
            pictures |= {picture.member: data for picture, data in read}
            versions.append(_told(kit, made_at, [picture for picture, _ in read]))
        manifest = {
            "format": _FORMAT,
            "version": _VERSION,
            "name": history[-1][0].name,
            "versions": versions,
        }
        with new_file(target, tr("The brand kit")) as file, zipfile.ZipFile(file, "w") as archive:
            archive.writestr(zipfile.ZipInfo(_MANIFEST), json.dumps(manifest, indent=1))
            for member, data in pictures.items():
                archive.writestr(zipfile.ZipInfo(member), data)
        return len(versions)

    def take_in(self, source: Path) -> BrandKit:
        """Take a kit from a file, and offer it. Where there is none of its name, all versions come
        with their numbers; otherwise the newest becomes a new version, unless it is the same.

        Raises:
            UsageError: it is no kit that can be used; nothing was changed.
            LibraryError: a picture cannot be kept.
        """
        try:
            with open_guarded(source) as opened, zipfile.ZipFile(opened) as archive:
                manifest = _manifest(archive)
                taken = [
                    (self._kit(manifest.name, each, archive), each.made_at)
                    for each in sorted(manifest.versions, key=lambda each: each.version)
                ]
        except (MalformedJson, KeyError, *ZIP_ERRORS) as error:
            raise _unusable(source, zip_reason(error)) from error
        except OSError as error:
            raise _unusable(source, system_reason(error)) from error
        if not taken:
            raise _unusable(source, tr("it holds no kit"))
        newest, _ = taken[-1]
        known = self._kits.find(newest.name)
        if known is not None and _same(known, newest):
            return known
        if self._kits.versions(newest.name):
            return self._kits.save(newest)
        return self._kits.add_history(taken)

    def _kit(self, name: str, told: _KitVersion, archive: zipfile.ZipFile) -> BrandKit:
        pictures = tuple(self._picture(each, archive) for each in told.pictures)
        kit = BrandKit(name, told.palette, pictures, told.style_text, told.do_nots)
        return replace(checked_kit(kit), version=told.version)

    def _picture(self, told: _Picture, archive: zipfile.ZipFile) -> KitPicture:
        """One that the library has is used as it is there."""
        asset = self._catalog.with_content(told.content_hash)
        if asset is not None:
            return KitPicture(asset.path, told.role, asset.id)
        info = archive.getinfo(told.member)
        if info.compress_type != zipfile.ZIP_STORED or info.file_size > _MOST_BYTES:
            raise MalformedJson(tr("one of its pictures is too large"))
        data = archive.read(info)
        if content_hash(data) != told.content_hash:
            raise MalformedJson(tr("one of its pictures is not as it was"))
        path = self._folder / PurePosixPath(told.member).name
        try:
            self._folder.mkdir(exist_ok=True)
            write_file(path, data, replace=True)
        except OSError as error:
            raise LibraryError(
                tr(
                    "A picture of the brand kit cannot be kept: {reason}.",
                    reason=system_reason(error),
                ),
                safe=tr("No kit was changed."),
                next_step=tr("Free some space or check the folder's permissions, then try again."),
            ) from error
        return KitPicture(path, told.role)


def _read(picture: KitPicture) -> tuple[_Picture, bytes]:
    """Raises: FileError."""
    data = read_regular_file(picture.path, _MOST_BYTES)
    suffix = picture.path.suffix if picture.path.suffix[1:].isalnum() else ""
    return _Picture(content_hash(data), suffix[:9], picture.role), data


def _told(kit: BrandKit, made_at: float, pictures: list[_Picture]) -> Mapping[str, Any]:
    return {
        "version": kit.version,
        "made_at": made_at,
        "palette": kit.palette,
        "style_text": kit.style_text,
        "do_nots": kit.do_nots,
        "pictures": [
            {"content_hash": each.content_hash, "suffix": each.suffix, "role": each.role}
            for each in pictures
        ],
    }


def _manifest(archive: zipfile.ZipFile) -> _Manifest:
    """Raises: MalformedJson, KeyError."""
    info = archive.getinfo(_MANIFEST)
    if info.file_size > _MOST_MANIFEST:
        raise MalformedJson(tr("its list of contents is too long"))
    manifest = decode_json(archive.read(info), _Manifest)
    if manifest.format != _FORMAT:
        raise MalformedJson(tr("it is something else"))
    if manifest.version > _VERSION:
        raise MalformedJson(tr("it is from a newer Plantain"))
    if len({each.version for each in manifest.versions}) < len(manifest.versions):
        raise MalformedJson(tr("two of its versions have one number"))
    return manifest


def _same(known: BrandKit, other: BrandKit) -> bool:
    """They say the same and show the same, wherever the pictures are."""
    try:
        shown = [
            [(content_hash(each.path), each.role) for each in kit.pictures]
            for kit in (known, other)
        ]
    except OSError:
        return False
    bare = [replace(kit, pictures=(), version=0) for kit in (known, other)]
    return bare[0] == bare[1] and shown[0] == shown[1]


def _unusable(source: Path, reason: str) -> UsageError:
    return UsageError(
        tr(
            "The brand kit {path} cannot be used: {reason}.",
            path=displayable(source),
            reason=reason,
        ),
        safe=tr("No kit was changed."),
        next_step=tr("Choose a file that “plantain kit export” or the window wrote."),
    )
