"""Whatever happens on the disks: what was said about a picture stays with its content.

Hypothesis plays with files on two folders and a drive that comes and goes; after every full look
the catalogue is compared with what is really there.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from desktop.core.cancellation import CancelToken
from desktop.files.content_hash import content_hash
from desktop.library.catalog.assets import Catalog, ReadFile
from desktop.library.catalog.database import Database
from desktop.library.catalog.ignore_rules import IgnoreRuleTable
from desktop.library.catalog.lineage import LineageTable
from desktop.library.catalog.moved_files import MovedFiles
from desktop.library.folders.passed_over import PassedOverFiles
from desktop.services.generation.lineage_recovery import LineageRecovery
from desktop.services.indexing.file_matching import FileMatcher
from desktop.services.indexing.run_report import RunReport
from desktop.services.indexing.survey import Survey

ROOTS = ("one", "two", "drive")
NAMES = ("a.png", "b.png", "sub/a.png", "sub/c.png")
places = st.tuples(st.sampled_from(ROOTS), st.sampled_from(NAMES))
pick = st.integers(min_value=0, max_value=1_000)


class Row(NamedTuple):
    """An asset; ``path`` begins with its root's name."""

    id: int
    root: str
    path: str
    state: str
    content: str
    is_missing: bool


class Disks(RuleBasedStateMachine):
    """The real disk is the model: a survey must agree with it."""

    def __init__(self) -> None:
        super().__init__()
        self.top = Path(tempfile.mkdtemp(prefix="plantain-disks-"))
        self.database = Database(self.top / "library" / "catalog.sqlite")
        self.catalog = Catalog(self.database)
        self.survey = Survey(
            self.catalog,
            IgnoreRuleTable(self.database),
            FileMatcher(
                self.catalog,
                MovedFiles(self.database),
                LineageRecovery(self.catalog, LineageTable(self.database)),
            ),
            private=self.top / "library",
            generated=self.top / "library" / "generated",
            passed_over=PassedOverFiles(self.top / "library" / "passed-over.json"),
        )
        self.contents = 0
        self.clock = 1_500_000_000

    def teardown(self) -> None:
        self.database.close()
        shutil.rmtree(self.top)

    @initialize()
    def add_the_roots(self) -> None:
        for root in ROOTS:
            (self.top / root).mkdir()
            self.write((root, "a.png"))
        self.look([self.top / root for root in ROOTS])

    # -- what happens on the disks ---------------------------------------------------------------

    def path(self, place: tuple[str, str]) -> Path | None:
        root, name = place
        return self.top / root / name if root != "drive" or self.is_plugged else None

    def files(self) -> list[Path]:
        return sorted(path for root in ROOTS for path in (self.top / root).rglob("*.png"))

    def choose(self, number: int) -> Path | None:
        files = self.files()
        return files[number % len(files)] if files else None

    def stamp(self, path: Path) -> None:
        """A time of its own, anywhere: clocks jump. Never within seconds of now."""
        self.clock += 1
        time = self.clock if self.clock % 3 else self.clock * 2
        os.utime(path, ns=(0, time * 10**9))

    @rule(place=places)
    def write(self, place: tuple[str, str]) -> None:
        """New content, of one of two sizes, there or over what is there."""
        path = self.path(place)
        if path is None:
            return
        self.contents += 1
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"%08d" % self.contents + b"x" * (self.contents % 2))
        self.stamp(path)

    @rule(number=pick, place=places)
    def move(self, number: int, place: tuple[str, str]) -> None:
        """Across folders too, and over what is there."""
        source, target = self.choose(number), self.path(place)
        if source is not None and target is not None and source != target:
            target.parent.mkdir(exist_ok=True)
            source.rename(target)

    @rule(number=pick, place=places, keeps_time=st.booleans())
    def copy(self, number: int, place: tuple[str, str], keeps_time: bool) -> None:
        source, target = self.choose(number), self.path(place)
        if source is not None and target is not None and not target.exists():
            target.parent.mkdir(exist_ok=True)
            shutil.copy2(source, target)
            if not keeps_time:
                self.stamp(target)

    @rule(number=pick, other=pick)
    def swap(self, number: int, other: int) -> None:
        first, second = self.choose(number), self.choose(other)
        if first is not None and second is not None and first != second:
            aside = self.top / "aside"
            first.rename(aside)
            second.rename(first)
            aside.rename(second)

    @rule(number=pick)
    def delete(self, number: int) -> None:
        """Into a bin from which it may come back."""
        path = self.choose(number)
        if path is not None:
            (self.top / "bin").mkdir(exist_ok=True)
            path.rename(self.top / "bin" / f"{len(list((self.top / 'bin').iterdir()))}")

    @rule(number=pick, place=places)
    def restore(self, number: int, place: tuple[str, str]) -> None:
        binned = sorted((self.top / "bin").glob("*"))
        target = self.path(place)
        if binned and target is not None and not target.exists():
            target.parent.mkdir(exist_ok=True)
            shutil.copy2(binned[number % len(binned)], target)

    @rule(number=pick)
    def touch(self, number: int) -> None:
        path = self.choose(number)
        if path is not None:
            self.stamp(path)

    @rule(is_mount_point=st.booleans())
    def plug_or_unplug(self, is_mount_point: bool) -> None:
        """The drive goes, leaving nothing or an empty folder; or it comes back."""
        drive, away = self.top / "drive", self.top / "unplugged"
        if not away.exists():
            drive.rename(away)
            if is_mount_point:
                drive.mkdir()
        else:
            if drive.exists():
                shutil.rmtree(drive)
            away.rename(drive)

    # -- looking ---------------------------------------------------------------------------------

    @property
    def is_plugged(self) -> bool:
        return not (self.top / "unplugged").exists()

    def look(self, paths: list[Path]) -> None:
        report = RunReport()
        for _ in self.survey.look(paths, report, CancelToken(), retry_failed=False):
            pass
        self.read()

    def read(self) -> None:
        """As if the pictures were decoded."""
        for asset in self.rows():
            path = self.top / asset.path
            if asset.state == "new" and path.exists():
                self.catalog.record_read([ReadFile(asset.id, 1, 1, "PNG", content_hash(path))])

    @rule(place=places)
    def look_at_a_part(self, place: tuple[str, str]) -> None:
        path = self.path(place)
        if path is not None and path.parent.is_dir():
            for _ in self.survey.look_at_changes({path.parent}, RunReport(), CancelToken()):
                pass
            self.read()

    @rule()
    def look_everywhere(self) -> None:
        before = self.rows()
        self.look([])
        after = {row.id: row for row in self.rows()}
        away = [row for row in before if row.root == "drive" and not self.is_plugged]
        for row in away:  # known as before
            assert row.is_missing or after[row.id] == row
        missed_there = {row.id for row in away if not row.is_missing}

        found = {
            path: hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
            for path in self.files()
        }
        present = [
            row for row in after.values() if not row.is_missing and row.id not in missed_there
        ]
        assert Counter(self.top / row.path for row in present) == Counter(found.keys())
        assert all(row.content == found[self.top / row.path] for row in present)

        places = Counter(found.values())
        holders = Counter(row.content for row in before if row.id not in missed_there)
        kept = Counter(
            row.content
            for row in before
            if row.id not in missed_there
            and not after[row.id].is_missing
            and after[row.id].content == row.content
        )
        for content, count in holders.items():
            assert kept[content] >= min(count, places[content])

    @invariant()
    def nothing_is_lost(self) -> None:
        ids = [row.id for row in self.rows()]
        assert ids == list(range(1, len(ids) + 1))

    def rows(self) -> list[Row]:
        rows = self.database.read(
            "SELECT assets.id, path, relative_path, state, content_hash, is_missing FROM assets"
            " JOIN roots ON roots.id = root_id ORDER BY assets.id"
        )
        found: list[Row] = []
        for asset_id, root, relative, state, content, is_missing in rows:
            name = Path(os.fsdecode(root)).name
            path = str(Path(name, os.fsdecode(relative)))
            found.append(Row(asset_id, name, path, state, content, bool(is_missing)))
        return found


TestDisks = Disks.TestCase
TestDisks.settings = settings(
    max_examples=60,
    stateful_step_count=25,
)
