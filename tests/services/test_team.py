"""A team on one server: every member sees what the others have and say, whoever comes first."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from desktop.cli import main
from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.errors import LibraryError, StoreUnreachable, UsageError
from desktop.core.progress import finish
from desktop.core.query import Query
from desktop.core.rights import Rights
from desktop.core.team import (
    FieldEdit,
    SharedAsset,
    merged,
    no_later,
    shared_key,
)
from desktop.files.content_hash import content_hash
from desktop.files.edits_json import dump_edits, load_edits
from desktop.index.team_collection import SharedContent, SharedVector, now_ms
from desktop.library.catalog.statistics import statistics
from desktop.services.engine import Engine
from desktop.services.team.sync import TeamReport
from tests import pictures
from tests.index.server import free_port, milvus_server

ROOT = "Campaigns"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with milvus_server(tmp_path_factory.mktemp("milvus")) as running:
        yield running.uri


class Member:
    """A library in a profile of its own, with a folder of the team's root where it likes it."""

    def __init__(self, engine: Engine, folder: Path, team: str, uri: str) -> None:
        self.engine = engine
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        engine.endpoints.join(team, uri)

    def index(self) -> None:
        finish(self.engine.indexing.run([self.folder], CancelToken()))
        self.engine.team_tables.roots.share(ROOT, self.folder)

    def rescan(self) -> None:
        finish(self.engine.indexing.run([], CancelToken()))

    def sync(self, *, is_full: bool = False) -> TeamReport:
        return finish(self.engine.team.sync(CancelToken(), is_full=is_full))

    def assets(self) -> dict[str, Asset]:
        """By name; no name is there twice."""
        found = self.engine.catalog.all_assets()
        assert len({asset.name for asset in found}) == len(found)
        return {asset.name: asset for asset in found}

    def says(self, name: str) -> tuple[int, str, tuple[str, ...]]:
        asset_id = self.assets()[name].id
        said = self.engine.annotations.of([asset_id])[asset_id]
        return said.rating, said.note, said.tags

    def best(self, image: Path) -> str:
        return self.engine.searching.search(Query.like(image, limit=1)).hits[0].asset.name


@pytest.fixture
def member(
    open_engine: Callable[..., Engine],
    tmp_path: Path,
    server: str,
    request: pytest.FixtureRequest,
) -> Callable[[str], Member]:
    """A member of this test's team, by name; several may be open at once."""

    def join(name: str) -> Member:
        engine = open_engine(profile_dir=tmp_path / name / "profile")
        return Member(engine, tmp_path / name / "pictures", request.node.name, server)

    return join


def test_members_see_each_others_pictures_tags_and_ratings(
    member: Callable[[str], Member],
) -> None:
    ann, ben = member("ann"), member("ben")
    pictures.save(ann.folder / "shoes" / "red.png", 1)
    pictures.save(ann.folder / "bag.png", 2)
    pictures.save(ben.folder / "hat.png", 3)
    ann.index()
    ben.index()
    red = ann.assets()["red.png"].id
    ann.engine.annotations.tag([red], ["Winter", "shoe"])
    ann.engine.annotations.rate([red], 4)
    assert ann.sync() == TeamReport(0, 2, 0, 2, 0)
    assert ben.sync() == TeamReport(2, 1, 0, 1, 2)
    assert ann.sync() == TeamReport(1, 0, 0, 2, 1)
    assert set(ann.assets()) == set(ben.assets()) == {"red.png", "bag.png", "hat.png"}
    theirs = ben.assets()["red.png"]
    assert theirs.is_elsewhere
    assert not theirs.is_missing
    assert (theirs.width, theirs.height, theirs.format) == (64, 48, "PNG")
    assert ben.says("red.png") == (4, "", ("shoe", "Winter"))
    # By meaning, by a tag's word, and to look at, though the file is not here.
    assert ben.best(ann.folder / "shoes" / "red.png") == "red.png"
    assert [*ben.engine.catalog.words.find("winter", 5)] == [theirs.id]
    assert ben.engine.thumbnails.exists(theirs.content_hash)
    assert ben.engine.catalog.counts()["missing"] == 0
    # What Ben says of a picture that only Ann has reaches her.
    ben.engine.annotations.annotate([theirs.id], "too dark")
    ben.engine.annotations.untag([theirs.id], ["shoe"])
    assert ben.sync().told == 1
    ann.sync()
    assert ann.says("red.png") == (4, "too dark", ("Winter",))
    # And when nothing happened, nothing is sent.
    assert ann.sync() == TeamReport(0, 0, 0, 2, 1)
    assert ben.sync() == TeamReport(0, 0, 0, 1, 2)


def test_the_last_writer_wins_field_by_field(member: Callable[[str], Member]) -> None:
    ann, ben = member("ann"), member("ben")
    pictures.save(ann.folder / "a.png", 1)
    ann.index()
    ann.sync()
    ben.sync()
    (mine,) = (asset.id for asset in ann.assets().values())
    (theirs,) = (asset.id for asset in ben.assets().values())
    ann.engine.annotations.rate([mine], 2)
    ben.engine.annotations.rate([theirs], 5)  # later
    ben.engine.annotations.annotate([theirs], "old")
    ann.engine.annotations.annotate([mine], "new")  # later
    ann.engine.annotations.tag([mine], ["keep"])
    ben.engine.annotations.tag([theirs], ["Keep", "drop"])
    ben.engine.annotations.untag([theirs], ["keep"])  # a removal is a change too
    for one in (ben, ann, ben, ann):
        one.sync()
    assert ann.says("a.png") == ben.says("a.png") == (5, "new", ("drop",))


def test_a_folder_that_two_members_share_is_there_once(
    member: Callable[[str], Member], tmp_path: Path
) -> None:
    ann, ben = member("ann"), member("ben")
    ann.folder = ben.folder = tmp_path / "network drive"
    pictures.fill(ann.folder, 3)
    ann.index()
    ben.index()
    ann.engine.annotations.rate([ann.assets()["0001.png"].id], 3)
    for one in (ben, ann, ben):
        report = one.sync()
        assert (report.here, report.elsewhere) == (3, 0)
    assert ben.says("0001.png")[0] == 3
    assert len(ben.assets()) == 3
    # One of them deletes a picture and renames another; both look again.
    (ann.folder / "0000.png").unlink()
    (ann.folder / "0001.png").rename(ann.folder / "first.png")
    for one in (ann, ben):
        one.rescan()
        one.sync()
    ann.sync()
    for one in (ann, ben):
        assert set(one.assets()) == {"0000.png", "first.png", "0002.png"}
        assert one.says("first.png")[0] == 3


def test_what_is_missing_at_one_is_kept_for_the_others(member: Callable[[str], Member]) -> None:
    ann, ben = member("ann"), member("ben")
    for one in (ann, ben):
        pictures.fill(one.folder, 2)
        one.index()
    pictures.save(ann.folder / "only-ann.png", 9)
    ann.rescan()
    ann.sync()
    ben.sync()
    (ann.folder / "0000.png").unlink()
    ann.rescan()
    ann.sync()
    ben.sync()
    assert ann.assets()["0000.png"].is_missing
    assert not ben.assets()["0000.png"].is_missing
    assert not ben.assets()["0000.png"].is_elsewhere
    # A copy of a file that was elsewhere is found by the next scan, with all that was said of it.
    ann.engine.annotations.rate([ann.assets()["only-ann.png"].id], 5)
    ann.sync()
    (ben.folder / "only-ann.png").write_bytes((ann.folder / "only-ann.png").read_bytes())
    ben.rescan()
    ben.sync()
    assert not ben.assets()["only-ann.png"].is_elsewhere
    assert ben.says("only-ann.png")[0] == 5
    assert ben.sync().elsewhere == 0


def test_a_rename_is_followed_where_the_file_is_elsewhere(member: Callable[[str], Member]) -> None:
    ann, ben = member("ann"), member("ben")
    pictures.save(ann.folder / "draft.png", 1)
    ann.index()
    ann.sync()
    ben.sync()
    theirs = ben.assets()["draft.png"].id
    ben.engine.annotations.create_board("Spring", [theirs])
    (ann.folder / "draft.png").rename(ann.folder / "final.png")
    ann.rescan()
    ann.sync()
    ben.sync()
    assert {name: asset.id for name, asset in ben.assets().items()} == {"final.png": theirs}
    assert ben.engine.annotations.board("Spring").asset_ids == (theirs,)


def test_a_newer_version_of_a_file_replaces_the_older(member: Callable[[str], Member]) -> None:
    ann, ben, cyd = member("ann"), member("ben"), member("cyd")
    for one, seed in ((ann, 1), (ben, 2)):
        os.utime(pictures.save(one.folder / "a.png", seed), (seed * 1_000, seed * 1_000))
        one.index()
    for one in (ben, ann, ben, cyd):
        report = one.sync()
    assert report.sent == 0
    # Each keeps the file it has; who has none sees the newer one.
    newer = ben.assets()["a.png"].content_hash
    assert ann.assets()["a.png"].content_hash != newer
    assert cyd.assets()["a.png"].content_hash == newer
    assert ann.sync().sent == ben.sync().sent == 0
    pictures.save(ann.folder / "a.png", 3)
    ann.rescan()
    ann.sync()
    cyd.sync()
    assert cyd.assets()["a.png"].content_hash == ann.assets()["a.png"].content_hash
    assert cyd.best(ann.folder / "a.png") == "a.png"


def test_a_root_that_was_elsewhere_can_get_a_folder_here(member: Callable[[str], Member]) -> None:
    ann, ben = member("ann"), member("ben")
    pictures.fill(ann.folder, 2)
    ann.index()
    ann.engine.annotations.tag([ann.assets()["0000.png"].id], ["best"])
    ann.sync()
    ben.sync()
    assert [(root.name, root.path) for root in ben.engine.team_tables.roots.all()] == [(ROOT, None)]
    # Searched by what only Ann has, of which there is no file here.
    assert ben.best(ben.assets()["0001.png"].path) == "0001.png"
    ben.rescan()  # a root without a folder is no drive that is away
    pictures.fill(ben.folder, 1)
    ben.index()
    ben.sync()
    assert [(root.name, root.path) for root in ben.engine.team_tables.roots.all()] == [
        (ROOT, ben.folder)
    ]
    assert [ben.assets()[name].is_elsewhere for name in ("0000.png", "0001.png")] == [False, True]
    assert ben.says("0000.png")[2] == ("best",)


def test_what_was_said_of_a_picture_elsewhere_is_not_lost_when_its_folder_is_here(
    member: Callable[[str], Member],
) -> None:
    ann, ben = member("ann"), member("ben")
    for one in (ann, ben):
        pictures.fill(one.folder, 1)
    ann.index()
    ann.engine.annotations.tag([ann.assets()["0000.png"].id], ["best"])
    ann.sync()
    finish(ben.engine.indexing.run([ben.folder], CancelToken()))  # not shared yet
    ben.sync()
    [theirs] = [asset.id for asset in ben.engine.browsing.all() if asset.is_elsewhere]
    ben.engine.annotations.rate([theirs], 4)
    ben.engine.annotations.create_board("Spring", [theirs])
    ben.engine.team_tables.roots.share(ROOT, ben.folder)
    assert ben.says("0000.png") == (4, "", ("best",))
    assert ben.engine.annotations.board("Spring").asset_ids == (ben.assets()["0000.png"].id,)
    ben.sync()
    ann.sync()
    assert ann.says("0000.png") == ben.says("0000.png") == (4, "", ("best",))


def test_a_rename_hands_on_what_was_said_though_the_new_place_came_first(
    member: Callable[[str], Member],
) -> None:
    ann, ben = member("ann"), member("ben")
    pictures.save(ann.folder / "draft.png", 1)
    ann.index()
    ann.sync()
    ben.sync()
    theirs = ben.assets()["draft.png"].id
    ben.engine.annotations.rate([theirs], 4)
    ben.engine.annotations.create_board("Spring", [theirs])
    [sent] = [
        found
        for _, _, found in ann.engine.team_tables.outgoing.shared(
            ann.engine.model.vector_space() or ""
        )
    ]
    moved, known = replace(sent, relative_path="final.png"), ben.engine.team_tables.incoming.known()
    for page in ([moved], [replace(sent, moved_to=moved.key)]):
        ben.engine.team_tables.incoming.receive(page, "", known)
    assert ben.says("final.png") == (4, "", ())
    assert ben.engine.annotations.board("Spring").asset_ids == (ben.assets()["final.png"].id,)


def test_only_folders_with_a_name_are_shared(
    member: Callable[[str], Member], tmp_path: Path
) -> None:
    ann, ben = member("ann"), member("ben")
    pictures.fill(ann.folder, 1)
    ann.index()
    private = tmp_path / "private"
    pictures.save(private / "secret.png", 5)
    finish(ann.engine.indexing.run([private], CancelToken()))
    assert ann.sync().sent == 1
    ben.sync()
    assert set(ben.assets()) == {"0000.png"}
    with pytest.raises(LibraryError, match="is that of"):
        ann.engine.team_tables.roots.share(ROOT, private)
    with pytest.raises(UsageError):
        ann.engine.team_tables.roots.share("../etc", private)
    with pytest.raises(LibraryError, match="part of"):
        ann.engine.team_tables.roots.share("Part", ann.folder / "below")


def test_a_server_that_forgot_gets_everything_again(
    member: Callable[[str], Member], request: pytest.FixtureRequest
) -> None:
    ann = member("ann")
    pictures.fill(ann.folder, 3)
    ann.index()
    assert ann.sync().sent == 3
    space = ann.engine.model.vector_space() or ""
    team = ann.engine.endpoints.open_team(space, 0)
    team._client.drop_collection(team._name)
    team.close()
    assert ann.sync().sent == 3
    # A row that went missing is noticed by a full refresh.
    team = ann.engine.endpoints.open_team(space, 0)
    team._client.delete(team._name, filter='filename == "0001.png"')
    team.close()
    assert ann.sync().sent == 0
    assert ann.sync(is_full=True).sent == 1


def test_a_refresh_that_was_cut_short_goes_on(
    open_engine: Callable[..., Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.services.team.sync._ASSETS_A_BATCH", 2)
    monkeypatch.setattr("desktop.index.team_collection._PAGE", 3)
    with milvus_server(tmp_path / "milvus") as lost:
        ann, ben = (
            Member(
                open_engine(profile_dir=tmp_path / name / "profile"),
                tmp_path / name / "pictures",
                "studio",
                lost.uri,
            )
            for name in ("ann", "ben")
        )
        pictures.fill(ann.folder, 7)
        ann.index()

        def cut_short(member: Member, when: str, done: int) -> None:
            with pytest.raises(StoreUnreachable, match="does not answer any more"):
                for step in member.engine.team.sync(CancelToken()):
                    if step.stage == when and step.done == done:
                        lost.kill()
            lost.start()

        cut_short(ann, "Sending to the team", 4)
        assert ann.sync().sent == 3
        cut_short(ben, "Receiving changes", 2)
        assert ben.sync().elsewhere == 7
        assert len(ben.assets()) == 7
        space = ben.engine.model.vector_space() or ""
        assert ben.engine.vector_table.stored_count(space) == 7
        ann.engine.close()
        ben.engine.close()


def test_what_a_hostile_member_sends_stays_below_its_root(
    member: Callable[[str], Member],
) -> None:
    ann, ben = member("ann"), member("ben")
    pictures.fill(ann.folder, 1)
    ann.index()
    ann.sync()
    space = ann.engine.model.vector_space() or ""
    team = ann.engine.endpoints.open_team(space, 0)
    honest, content = next(team.fetch([next(page[0].id for page in team.changed_since(0))]))
    bad_paths = ("../../etc/passwd", "/etc/passwd", "a/../../b", "C:\\x", "a//b", "")
    team.put([(replace(honest, relative_path=path), content) for path in bad_paths])
    team.put([(replace(honest, root="../x"), content)])
    team.put([(replace(honest, relative_path="x.png", content_hash="../../x"), content)])
    stuffed = replace(
        honest,
        relative_path="odd.png",
        edits={
            "rating": FieldEdit(99, 1.0, "e"),
            "tag:a\nb": FieldEdit(True, 2.0, "e", "a\nb"),
            "tag:fine": FieldEdit(True, 3.0, "e", "fine"),
            "nonsense": FieldEdit(True, 4.0, "e"),
        },
    )
    vector = SharedVector("image", 0, content.vectors[0].value)
    team.put([(stuffed, SharedContent((vector,), b"\xff\xd8 no JPEG"))])
    team.close()
    ben.sync()
    assert set(ben.assets()) == {"0000.png", "odd.png"}
    assert ben.says("odd.png") == (0, "", ("fine",))


def test_a_team_needs_a_server(open_engine: Callable[..., Engine]) -> None:
    engine = open_engine()
    with pytest.raises(UsageError, match="in no team"):
        finish(engine.team.sync(CancelToken()))
    with pytest.raises(UsageError, match="not in a file"):
        engine.endpoints.join("us", "vectors.db")
    with pytest.raises(StoreUnreachable, match="nobody listens"):
        engine.endpoints.join("us", f"http://127.0.0.1:{free_port()}")
    assert engine.endpoints.state().chosen.team == ""


def test_two_processes_on_one_server(tmp_path: Path, server: str, tiny_model: Path) -> None:
    names = ("ann", "ben")
    ann, ben = members = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.services.team_member",
                tmp_path,
                name,
                tiny_model,
                server,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]

    def ask(member: subprocess.Popen[str], *words: object) -> Any:
        assert member.stdin is not None
        assert member.stdout is not None
        member.stdin.write(json.dumps(words) + "\n")
        member.stdin.flush()
        return json.loads(member.stdout.readline())

    try:
        for member in (ann, ben, ann):
            ask(member, "sync")
        everything = {f"{name}-{n}.png" for name in names for n in range(3)}
        for member in members:
            seen = ask(member, "see")
            assert set(seen["assets"]) == everything
            assert (seen["here"], seen["elsewhere"]) == (3, 3)
            for name in everything:
                assert ask(member, "nearest", name) == name
        ask(ann, "rate", "ben-1.png", 1)
        ask(ann, "tag", "ben-1.png", "draft")
        ask(ben, "rate", "ben-1.png", 5)  # the last word
        ask(ben, "untag", "ben-1.png", "draft")  # says nothing of a tag that is not known here yet
        ask(ann, "rate", "ann-0.png", 2)
        for member in (ann, ben, ann):
            ask(member, "sync")
        first, second = (ask(member, "see")["assets"] for member in members)
        assert first == second
        assert first["ben-1.png"] == [5, ["draft"]]
        assert first["ann-0.png"] == [2, []]
    finally:
        for member in members:
            member.communicate()
    assert [member.returncode for member in members] == [0, 0]


def test_the_commands(
    member: Callable[[str], Member],
    server: str,
    tmp_path: Path,
    tiny_model: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ben = member("ben")
    pictures.fill(ben.folder, 2)
    ben.index()
    ben.sync()
    team = ben.engine.endpoints.state().chosen.team

    def run(*words: object) -> dict[str, Any]:
        profile = ("--profile-dir", tmp_path / "ann", "--model", tiny_model, "--json")
        assert main([*map(str, (*words, *profile))]) == 0
        return json.loads(capsys.readouterr().out)

    run("team", "join", team, server)
    assert run("team", "sync")["elsewhere"] == 2
    folder = tmp_path / "ann's pictures"
    folder.mkdir()
    run("team", "root", ROOT, folder)
    assert run("team", "status") == {
        "team": team,
        "uri": server,
        "roots": [{"name": ROOT, "path": str(folder)}],
        "here": 0,
        "elsewhere": 2,
    }
    run("team", "private", ROOT)
    run("team", "leave")
    assert run("team", "status")["team"] == ""


def test_merging_in_any_order_gives_the_same() -> None:
    numbers = np.random.default_rng(4)
    edits = [
        {
            f"tag:{numbers.integers(4)}": FieldEdit(
                bool(numbers.integers(2)), float(numbers.integers(5)), f"{numbers.integers(9)}", "t"
            )
            for _ in range(3)
        }
        for _ in range(6)
    ]
    forwards: dict[str, FieldEdit] = {}
    backwards: dict[str, FieldEdit] = {}
    for one in edits:
        forwards = merged(forwards, one)
    for one in reversed(edits):
        backwards = merged(one, backwards)
    stamps = {name: (edit.edited_at, edit.editor) for name, edit in forwards.items()}
    assert stamps == {name: (edit.edited_at, edit.editor) for name, edit in backwards.items()}
    assert load_edits(dump_edits(forwards)) == forwards
    assert load_edits("not JSON") == load_edits("[1]") == load_edits('{"rating": 3}') == {}


def test_a_picture_has_the_same_key_at_every_member() -> None:
    one = SharedAsset("Campaigns", "é/a.png", "ab" * 16, 1, 1, 1, 1, "PNG", 1, 0, "ab")
    assert one.id == replace(one, content_hash="cd" * 16, library="cd").id
    assert 0 < one.id < 2**62
    assert one.key == shared_key("Campaigns", "é/a.png")
    assert one.id != replace(one, root="Campaign", relative_path="sé/a.png").id
    assert not one.problem()


_HOSTILE: dict[str, dict[str, object]] = {
    "a width of text": {"width": "wide"},
    "a size below nothing": {"size": -1},
    "a side that overflows": {"width": 2**63 - 1, "height": 2**63 - 1},
    "a time that is far": {"updated_at": 2**63 - 1},
    "a format of control characters": {"format": "\x1b[31mPNG"},
    "a library of another form": {"library": "../../x"},
    "nested edits": {"edits": "[" * 10_000},
    "edits of infinity": {"edits": '{"rating":[5,Infinity,"ee"],"note":["x",1e400,"ee"]}'},
    "edits of another type": {"edits": '{"rating":[[],{},3],"note":7,"tag:x":[true]}'},
    "an unknown kind": {"kind": "video"},
    "a position below nothing": {"position": -5},
    "vectors without an end": {"vector": [1e30] * 16},
    "vectors of nothing": {"vector": [0.0] * 16},
    "a preview of garbage": {"preview": "\u00e9" * 90},
    "moved to nowhere": {"moved_to": "../x\n../y"},
    "moved to itself": {"moved_to": "Campaigns\nbad.png"},
}


def test_a_row_that_means_ill_costs_itself_alone(member: Callable[[str], Member]) -> None:
    """Every row is sent as a client of Milvus may send it, before one that is honest."""
    ann, ben = member("ann"), member("ben")
    pictures.fill(ann.folder, 1)
    ann.index()
    ann.sync()
    team = ann.engine.endpoints.open_team(ann.engine.model.vector_space() or "", 0)
    honest, content = next(team.fetch([next(page[0].id for page in team.changed_since(0))]))
    for number, fields in enumerate(_HOSTILE.values()):
        named = replace(honest, relative_path=f"bad {number}.png", content_hash=f"{number:032x}")
        for row in team._rows(named, content):
            if "vector" in fields:
                fields = {**fields, "vector": fields["vector"][:1] * len(row["vector"])}  # type: ignore[index]
            with suppress(Exception):  # a server that refuses it is as good
                team._client.upsert(team._name, [{**row, **fields}])
    pictures.save(ann.folder / "later.png", seed=70)
    ann.rescan()
    ann.sync()
    report = ben.sync()
    assert {"0000.png", "later.png"} <= set(ben.assets())
    assert report.left_out
    assert ben.best(ann.folder / "later.png") == "later.png"
    hits = ben.engine.searching.search(Query.like(ann.folder / "0000.png", limit=50)).hits
    assert hits
    assert all(-1.001 <= hit.score <= 1.001 for hit in hits)
    # What came at the end of time freezes nothing: later news still arrive, both ways.
    ben.engine.annotations.rate([ben.assets()["0000.png"].id], 4)
    ben.sync()
    ann.sync()
    assert ann.says("0000.png")[0] == 4
    team.close()


def test_a_bad_row_alone_keeps_nobody_from_the_team(member: Callable[[str], Member]) -> None:
    ann, ben = member("ann"), member("ben")
    pictures.fill(ann.folder, 1)
    ann.index()
    ann.sync()
    team = ann.engine.endpoints.open_team(ann.engine.model.vector_space() or "", 0)
    honest, content = next(team.fetch([next(page[0].id for page in team.changed_since(0))]))
    team.put([(replace(honest, width=-1), content)])
    team.close()
    report = ben.sync()
    assert (report.received, report.left_out) == (0, ("0000.png",))


def test_what_a_teammate_has_is_not_missing_and_not_forgotten(
    member: Callable[[str], Member],
) -> None:
    ann, ben = member("ann"), member("ben")
    pictures.fill(ann.folder, 2)
    ann.index()
    ann.sync()
    gone = pictures.save(ben.folder / "gone.png", 3)
    ben.index()
    ben.sync()
    gone.unlink()
    ben.rescan()
    forgetting = ben.engine.curation.forgetting
    ids = [asset.id for asset in ben.assets().values()]
    assert forgetting.missing() == [ben.assets()["gone.png"].id]
    counted = statistics(ben.engine.catalog._database.path)
    assert (counted["assets_missing"], counted["assets_elsewhere"]) == (1, 2)
    ben.engine.annotations.rate(ids, 3)
    assert forgetting.missing_and_said() == {ben.assets()["gone.png"].id}
    assert forgetting.forget(ids) == 1
    assert set(ben.assets()) == {"0000.png", "0001.png"}


def test_a_time_beyond_now_does_not_freeze_a_field() -> None:
    edits = {"rating": FieldEdit(5, 1e18, "ee"), "note": FieldEdit("x", 3.0, "ee")}
    assert no_later(edits, 10.0) == {
        "rating": FieldEdit(5, 10.0, "ee"),
        "note": FieldEdit("x", 3.0, "ee"),
    }


def test_one_bad_field_costs_itself_alone(member: Callable[[str], Member]) -> None:
    ann, ben = member("ann"), member("ben")
    pictures.fill(ann.folder, 1)
    ann.index()
    ann.sync()
    team = ann.engine.endpoints.open_team(ann.engine.model.vector_space() or "", 0)
    honest, content = next(team.fetch([next(page[0].id for page in team.changed_since(0))]))
    fields = {
        "rating": FieldEdit(99, 5.0, "ee"),
        "note": FieldEdit("kept", 5.0, "ee"),
        "tag:x": FieldEdit(True, 5.0, "ee", "x" * 2_000),
    }
    team.put([(replace(honest, edits=fields, updated_at=now_ms() + 5), content)])
    team.close()
    ben.sync()
    assert ben.says("0000.png") == (0, "kept", ())


def test_a_preview_is_not_believed_once_the_picture_is_here(
    member: Callable[[str], Member],
) -> None:
    ann, ben = member("ann"), member("ben")
    path = ben.folder / "own.png"
    pictures.save(path, seed=3)
    content = content_hash(path)
    lie = Image.new("RGB", (64, 48), "red")
    ben.engine.thumbnails.write(content, lie, is_received=True)
    assert not ben.engine.thumbnails.is_own(content)
    ben.index()
    with Image.open(ben.engine.thumbnails.path_for(content)) as shown:
        assert shown.convert("RGB").getpixel((0, 0)) != (254, 0, 0)
    assert ben.engine.thumbnails.is_own(content)
    assert ann.sync().received == 0


def test_a_link_shares_nothing_that_lies_elsewhere(
    member: Callable[[str], Member], tmp_path: Path
) -> None:
    ann, ben = member("ann"), member("ben")
    pictures.fill(ann.folder, 1)
    private = pictures.save(tmp_path / "private" / "secret.png", seed=90)
    pictures.save(tmp_path / "private" / "folder" / "other.png", seed=91)
    (ann.folder / "link.png").symlink_to(private)
    (ann.folder / "linked").symlink_to(private.parent / "folder")
    (ann.folder / "inside.png").symlink_to(ann.folder / "0000.png")
    ann.index()
    report = ann.sync()
    assert set(report.outside) == {"link.png", "other.png"}
    ben.sync()
    assert set(ben.assets()) == {"0000.png", "inside.png"}


def test_a_picture_of_which_too_much_is_said_is_told_and_sent_once_it_is_less(
    member: Callable[[str], Member],
) -> None:
    ann, ben = member("ann"), member("ben")
    pictures.fill(ann.folder, 2)
    ann.index()
    first = ann.assets()["0000.png"].id
    ann.engine.annotations.annotate([first], "🎨" * 20_000)
    report = ann.sync()
    assert (report.sent, report.too_long) == (1, ("0000.png",))
    assert ann.sync().too_long == ("0000.png",), "it stays unsent, and is told again"
    ann.engine.annotations.annotate([first], "short")
    assert ann.sync().sent == 1
    ben.sync()
    assert ben.says("0000.png")[1] == "short"
    ann.engine.annotations.annotate([first], "🎨" * 20_000)
    report = ann.sync()
    assert (report.told, report.too_long) == (0, ("0000.png",))


def test_what_never_leaves_a_machine_is_not_sent_and_a_licence_travels(
    member: Callable[[str], Member],
) -> None:
    ann, ben = member("ann"), member("ben")
    for number, name in enumerate(("private.png", "closed/in-a-folder.png", "free.png")):
        pictures.save(ann.folder / name, number)
    ann.index()
    free = ann.assets()["free.png"].id
    licence = Rights(licence="Stock 7", expires="2031-05-31")
    ann.engine.annotations.give_rights([ann.assets()["private.png"].id], Rights(is_private=True))
    ann.engine.annotations.give_folder_rights(f"{ann.folder}/closed", Rights(is_private=True))
    ann.engine.annotations.give_rights([free], licence)
    assert ann.sync().sent == 1
    ben.sync()
    assert set(ben.assets()) == {"free.png"}
    theirs = ben.assets()["free.png"].id
    assert ben.engine.annotations.of([theirs])[theirs].rights == licence
    ben.engine.annotations.give_rights([theirs], Rights(is_private=True))
    ben.sync()
    ann.sync()
    assert ann.engine.annotations.of([free])[free].rights == Rights(is_private=True)
