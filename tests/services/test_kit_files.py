"""A brand kit goes out as one file, and comes back with its versions and pictures."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.core.brand_kit import BrandKit, KitPicture, attached
from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileError, LibraryError, UsageError
from desktop.core.generation_record import GenerationRequest
from desktop.core.progress import finish
from desktop.services.backup.restore import restore
from desktop.services.engine import Engine
from tests import pictures
from tests.services.conftest import OpenEngine

_Spoil = Callable[[bytes], bytes]


@pytest.fixture
def kit(engine: Engine, folder: Path) -> BrandKit:
    """In two versions, the second with a logo."""
    first = engine.generation.kits.save(BrandKit("Aurora", ("#2350C4",), style_text="calm, 清爽"))
    logo = KitPicture(pictures.save(folder / "logo.png", 1), "logo")
    return engine.generation.kits.save(replace(first, pictures=(logo,), do_nots=("crowds",)))


@pytest.fixture
def file(engine: Engine, kit: BrandKit, tmp_path: Path) -> Path:
    target = tmp_path / "aurora.plantain-kit"
    assert engine.generation.kit_files.hand_out("aurora", target) == 2
    return target


def bare(kit: BrandKit) -> BrandKit:
    return replace(kit, pictures=())


def test_another_library_has_all_versions_with_their_pictures(
    engine: Engine, kit: BrandKit, file: Path, open_engine: OpenEngine, tmp_path: Path
) -> None:
    other = open_engine(library_dir=tmp_path / "other")
    taken = other.generation.kit_files.take_in(file)
    assert bare(taken) == bare(kit)
    [picture] = taken.pictures
    assert picture.path.is_relative_to(tmp_path / "other")
    assert picture.path.read_bytes() == kit.pictures[0].path.read_bytes()
    assert other.generation.kits.all() == [taken]
    assert other.generation.kits.versions("Aurora") == engine.generation.kits.versions("Aurora")
    assert other.generation.kits.named("Aurora", 1) == engine.generation.kits.named("Aurora", 1)
    assert other.generation.kit_files.take_in(file) == taken, "the same is no new version"


def test_a_picture_that_the_library_has_is_used_where_it_is(
    file: Path, open_engine: OpenEngine, tmp_path: Path
) -> None:
    own = pictures.save(tmp_path / "own" / "mark.png", 1)
    other = open_engine(library_dir=tmp_path / "other")
    finish(other.indexing.run([own.parent], CancelToken()))
    [picture] = other.generation.kit_files.take_in(file).pictures
    assert picture.path == own
    assert picture.asset_id is not None


def test_where_there_is_one_of_that_name_it_gets_a_new_version(
    file: Path, open_engine: OpenEngine, tmp_path: Path
) -> None:
    other = open_engine(library_dir=tmp_path / "other")
    other.generation.kits.save(BrandKit("AURORA", ("#FFFFFF",)))
    taken = other.generation.kit_files.take_in(file)
    assert taken.version == 2
    assert other.generation.kits.named("Aurora", 1).palette == ("#FFFFFF",), "nothing of it is lost"


def test_what_cannot_go_out_whole_does_not(
    engine: Engine, kit: BrandKit, file: Path, tmp_path: Path
) -> None:
    with pytest.raises(LibraryError, match="exists already"):
        engine.generation.kit_files.hand_out("Aurora", file)
    kit.pictures[0].path.unlink()
    with pytest.raises(FileError):
        engine.generation.kit_files.hand_out("Aurora", tmp_path / "again.plantain-kit")
    assert not (tmp_path / "again.plantain-kit").exists()
    with pytest.raises(UsageError, match="no brand kit"):
        engine.generation.kit_files.hand_out("Nobody", tmp_path / "nobody.plantain-kit")


@pytest.mark.parametrize("how", ["restored", "moved"])
def test_pictures_that_came_with_it_are_where_the_library_is(
    file: Path, open_engine: OpenEngine, tmp_path: Path, how: str
) -> None:
    first, then = tmp_path / "first", tmp_path / "then"
    other = open_engine(library_dir=first)
    taken = other.generation.kit_files.take_in(file)
    shown = taken.pictures[0].path.read_bytes()
    finish(other.backup.run(tmp_path / "backup.zip", CancelToken()))
    other.close()
    if how == "restored":
        finish(restore(tmp_path / "backup.zip", then, CancelToken()))
        shutil.rmtree(first)
    else:
        first.rename(then)
    here = open_engine(library_dir=then)
    [picture] = here.generation.kits.named("Aurora").pictures
    assert picture.path.parent == then / "kits"
    assert picture.path.read_bytes() == shown
    # A request that was written down before, in the queue or in a record, finds it as well.
    request = attached(GenerationRequest("a cape", generator="moodboard"), taken)
    made = finish(here.generation.generating.run(request, CancelToken()))
    assert made.asset_ids


def _newer(members: dict[str, bytes]) -> None:
    manifest = json.loads(members["manifest.json"])
    members["manifest.json"] = json.dumps({**manifest, "version": 9}).encode()


def _another_picture(members: dict[str, bytes]) -> None:
    name = next(name for name in members if name.startswith("pictures/"))
    members[name] = b"something else"


def _without_picture(members: dict[str, bytes]) -> None:
    del members[next(name for name in members if name.startswith("pictures/"))]


def _leading_out(members: dict[str, bytes]) -> None:
    members["manifest.json"] = members["manifest.json"].replace(b'".png"', b'"/../x"')


def _numbered(*numbers: int) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        manifest = json.loads(members["manifest.json"])
        for version, number in zip(manifest["versions"], numbers, strict=True):
            version["version"] = number
        members["manifest.json"] = json.dumps(manifest).encode()

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_newer, "newer Plantain"),
        (_another_picture, "not as it was"),
        (_without_picture, "cannot be used"),
        (_leading_out, "cannot be used"),
        (dict.clear, "cannot be used"),
        (_numbered(3, 3), "one number"),
        (_numbered(1, 2**63 - 1), "cannot be used"),
    ],
)
def test_what_is_no_kit_is_refused_with_the_reason(
    file: Path,
    open_engine: OpenEngine,
    tmp_path: Path,
    change: Callable[[dict[str, bytes]], None],
    reason: str,
) -> None:
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    spoilt = tmp_path / "spoilt.plantain-kit"
    with zipfile.ZipFile(spoilt, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    other = open_engine(library_dir=tmp_path / "other")
    with pytest.raises(UsageError, match=reason):
        other.generation.kit_files.take_in(spoilt)
    spoilt.write_bytes(b"no archive")
    with pytest.raises(UsageError, match="cannot be used"):
        other.generation.kit_files.take_in(spoilt)
    assert other.generation.kits.all() == []


_DIRECTORY = b"PK\x01\x02"
"""Before what the archive's directory says of a member: flags at 8, packing at 10, sizes at 20, its
name at 46."""
_CONTENT = 30 + len("manifest.json")
"""Where that of the first member, which is the manifest, begins in the file."""


def _but(directory: dict[int, bytes], start: dict[int, bytes] | None = None) -> _Spoil:
    """With other bytes in what the directory says of the manifest, and in the file."""

    def spoil(data: bytes) -> bytes:
        begin = data.index(_DIRECTORY)
        places = {begin + at: value for at, value in directory.items()} | (start or {})
        for place, value in places.items():
            data = data[:place] + value + data[place + len(value) :]
        return data

    return spoil


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(_but({8: b"\x01"}), id="encrypted"),
        pytest.param(_but({10: b"\x08"}, {_CONTENT: b"\xff"}), id="no deflated data"),
        pytest.param(_but({10: b"\x63"}), id="packed in an unknown way"),
        pytest.param(_but({20: b"\0\0\x20\0\0\0\x20\0"}), id="ends too early"),
        pytest.param(_but({9: b"\x08", 46: b"\xff"}), id="a name that is no Unicode"),
    ],
)
def test_an_archive_that_cannot_be_read_is_refused_with_a_reason(
    file: Path, open_engine: OpenEngine, tmp_path: Path, spoil: _Spoil
) -> None:
    spoilt = tmp_path / "spoilt.plantain-kit"
    spoilt.write_bytes(spoil(file.read_bytes()))
    other = open_engine(library_dir=tmp_path / "other")
    with pytest.raises(UsageError, match=r"cannot be used: .*\w"):
        other.generation.kit_files.take_in(spoilt)
    assert other.generation.kits.all() == []
