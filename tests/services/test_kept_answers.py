"""The answers that next turns go on from: in every backup, and kept while they are of use."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from desktop.config.options import EngineOptions
from desktop.core.attempt import AttemptState
from desktop.core.cancellation import CancelToken
from desktop.core.errors import AnswerNotKept, LibraryError
from desktop.core.generation_record import BASE, MARKED, GenerationRequest, Reference
from desktop.core.progress import finish
from desktop.services.backup.restore import restore
from desktop.services.engine import Engine
from desktop.services.generation.kept_talks import KeptTalks
from desktop.services.reports import GeneratedPicture
from desktop.wiring.engine import open_engine
from tests import pictures
from tests.fakes.gemini import GeminiServer


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    with GeminiServer() as running:
        yield running


class Studio:
    """A library whose Gemini is the stand-in."""

    def __init__(self, profile: Path, server: GeminiServer, library: Path | None = None) -> None:
        options = EngineOptions(
            profile_dir=profile, library_dir=library, gemini_base_url=server.base_url
        )
        self.engine: Engine = open_engine(options, {"GEMINI_API_KEY": "AIza-test"})

    def make(self, words: str, *references: Reference) -> GeneratedPicture:
        return self.run(GenerationRequest(words, references, "gemini"))

    def refine(self, picture: GeneratedPicture, words: str) -> GeneratedPicture:
        return self.run(
            self.engine.generation.refining.next_turn(picture.asset, picture.record, words)
        )

    def run(self, request: GenerationRequest) -> GeneratedPicture:
        return finish(self.engine.generation.generating.run(request, CancelToken()))

    def forget(self, *made: GeneratedPicture) -> None:
        """Their files are gone, and the person wants them forgotten."""
        ids = [asset.id for picture in made for asset in picture.assets]
        self.engine.catalog.mark_missing(ids, is_missing=True)
        assert self.engine.curation.forgetting.forget(ids) == len(ids)

    def answers(self) -> set[str]:
        return {path.stem for path in self.engine.library.paths.turns.glob("*")}


def part_of(picture: GeneratedPicture) -> bytes:
    """Its left half is marked."""
    with Image.open(picture.asset.path) as image:
        width, height = image.size
    marked = Image.new("L", (width, height), 0)
    marked.paste(255, (0, 0, width // 2, height))
    out = io.BytesIO()
    marked.save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def studio(tmp_path: Path, server: GeminiServer) -> Iterator[Studio]:
    made = Studio(tmp_path / "profile", server)
    with made.engine:
        yield made


def test_a_restored_library_goes_on_with_its_talks(
    studio: Studio, server: GeminiServer, tmp_path: Path
) -> None:
    pictures.fill(tmp_path / "pictures", 1)
    first = studio.make("a kettle", Reference(tmp_path / "pictures" / "0000.png"))
    marked = studio.engine.generation.editing.change_part(
        GenerationRequest("in red", generator="gemini"), first.asset.path, part_of(first)
    )
    [waiting] = studio.engine.generation.queue.add([marked])
    finish(studio.engine.backup.run(tmp_path / "b.zip", CancelToken()))
    studio.engine.close()
    shutil.rmtree(tmp_path / "profile")
    report = finish(restore(tmp_path / "b.zip", tmp_path / "new", CancelToken()))
    again = Studio(tmp_path / "other profile", server, report.folder)
    with again.engine as engine:
        asset = next(asset for asset in engine.browsing.all() if asset.is_generated)
        request = engine.generation.refining.next_turn(asset, first.record, "make it night")
        assert request.parent_attempt == first.record.attempt, "the talk is there"
        again.run(request)
        assert "a kettle" in str(server.requests[-1].history)
        changed = finish(engine.generation.generating.run_queued(waiting, CancelToken()))
        used = changed.record.request.references
        assert [reference.role for reference in used] == [BASE, MARKED]
        assert all(reference.path.is_relative_to(report.folder) for reference in used)


def test_what_is_not_saved_yet_and_the_draft_are_in_a_backup(
    studio: Studio, server: GeminiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.engine.generation.draft.save(GenerationRequest("half a thought"))
    keeping = studio.engine.generation.generating._keeping
    with monkeypatch.context() as patched:
        patched.setattr(keeping, "take_in", lambda _: pytest.fail("killed right then"))
        with pytest.raises(BaseException, match="killed"):
            studio.make("a kettle")
    finish(studio.engine.backup.run(tmp_path / "b.zip", CancelToken()))
    report = finish(restore(tmp_path / "b.zip", tmp_path / "new", CancelToken()))
    again = Studio(tmp_path / "other profile", server, report.folder)
    with again.engine as engine:
        [made] = engine.generation.left_answers.finish()
        assert made.record.request.prompt == "a kettle"
        draft = engine.generation.draft.load()
        assert draft is not None
        assert draft.prompt == "half a thought"
    assert len(server.requests) == 1


@pytest.mark.parametrize("where", ["the profile", "a named folder", "memory"])
def test_an_answer_that_is_kept_outside_the_library_is_in_a_backup(
    studio: Studio, server: GeminiServer, tmp_path: Path, where: str
) -> None:
    engine = studio.engine
    spool = engine.generation.refining._spool
    own, elsewhere = spool._folders
    no_folder = tmp_path / "no folder"
    no_folder.touch()
    spool._own = no_folder / "spool"
    spool._folders = (spool._own, elsewhere if where == "the profile" else no_folder / "other")
    keeping = engine.generation.generating._keeping
    full = LibraryError("The disk is full.")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(keeping, "take_in", lambda _: (_ for _ in ()).throw(full))
        with pytest.raises((LibraryError, AnswerNotKept)) as lost:
            studio.make("a kettle")
    if where == "a named folder":
        spool._own, spool._folders = own, (own, elsewhere)
        assert isinstance(lost.value, AnswerNotKept)
        assert spool.keep_in(tmp_path / "named", lost.value.key)
    finish(engine.backup.run(tmp_path / "b.zip", CancelToken()))
    [kept] = dict(engine.generation.left_answers.unsaved()).values()
    report = finish(restore(tmp_path / "b.zip", tmp_path / "new", CancelToken()))
    assert not list(report.folder.rglob("*.place")), "it leads to the first library's answer"
    again = Studio(tmp_path / "other profile", server, report.folder)
    with again.engine as restored:
        [made] = restored.generation.left_answers.finish()
        assert made.record.request.prompt == "a kettle"
    assert isinstance(kept, bytes) or kept.exists(), "the first library has it still"
    assert len(server.requests) == 1


def test_templates_of_ones_own_come_back_and_replace_none(studio: Studio, tmp_path: Path) -> None:
    templates = studio.engine.generation.templates
    shipped = templates.all().usable[0]
    for name in ("mine", "changed since"):
        templates.save(replace(shipped, name=name))
    damaged = studio.engine.generation.templates._own / "damaged.json"
    damaged.write_text("{")
    finish(studio.engine.backup.run(tmp_path / "b.zip", CancelToken()))
    report = finish(restore(tmp_path / "b.zip", tmp_path / "new", CancelToken()))
    templates.delete("mine")
    changed = replace(shipped, name="changed since", ratio="21:9")
    templates.save(changed, replaces=True)
    assert [each.name for each in templates.take_over(report.templates)] == ["mine"]
    assert templates.all().named("changed since").ratio == "21:9"
    assert (report.templates / "damaged.json").read_text() == "{", "it is not lost either"


def test_a_backup_of_the_second_version_is_restored(tmp_path: Path, server: GeminiServer) -> None:
    data = Path(__file__).parents[1] / "data" / "backup-v2.zip"
    report = finish(restore(data, tmp_path / "new", CancelToken()))
    again = Studio(tmp_path / "profile", server, report.folder)
    with again.engine as engine:
        assert again.engine.generation.templates.take_over(report.templates) == []
        assert len(again.answers()) == 2
        [made] = engine.generation.left_answers.finish()
        assert made.record.request.prompt == "a chair"
        draft = engine.generation.draft.load()
        assert draft is not None
        assert draft.prompt == "half a thought"


def test_a_backup_of_the_first_version_is_restored(tmp_path: Path) -> None:
    report = finish(
        restore(Path(__file__).parents[1] / "data/backup-v1.zip", tmp_path / "new", CancelToken())
    )
    with open_engine(
        EngineOptions(profile_dir=tmp_path / "profile", library_dir=report.folder), {}
    ) as engine:
        [asset] = engine.browsing.all()
        assert asset.is_generated
        assert asset.path.is_relative_to(report.folder)
        assert asset.path.exists()


def test_answers_go_with_the_last_picture_of_their_talk(studio: Studio) -> None:
    first = studio.make("a kettle")
    second = studio.refine(first, "make it night")
    third = studio.refine(second, "with a moon")
    other = studio.make("a chair")
    size = studio.engine.generation.talks.kept()
    assert size["count"] == 4
    assert size["bytes"] > 1000
    studio.forget(first, second)
    assert studio.engine.generation.talks.forget_unneeded() == 0, (
        "the third picture's talk goes by them"
    )
    studio.refine(third, "and a star")
    studio.forget(other)
    assert studio.engine.generation.talks.forget_unneeded() == 1
    assert other.record.attempt not in studio.answers()
    assert len(studio.answers()) == 4


def test_a_picture_that_is_away_keeps_its_answer(studio: Studio) -> None:
    made = studio.make("a kettle")
    studio.engine.catalog.mark_missing([made.asset.id], is_missing=True)
    assert studio.engine.generation.talks.forget_unneeded() == 0
    assert studio.answers() == {made.record.attempt}


def test_a_turn_that_waits_keeps_what_it_is_asked_with(studio: Studio) -> None:
    first = studio.make("a kettle")
    wished = studio.engine.generation.refining.next_turn(first.asset, first.record, "make it night")
    [key] = studio.engine.generation.queue.add([wished])
    studio.forget(first)
    assert studio.engine.generation.talks.forget_unneeded() == 0
    finish(studio.engine.generation.generating.run_queued(key, CancelToken()))
    attempt = studio.engine.generation.attempts.of(key)
    assert attempt is not None
    assert attempt.state is AttemptState.DONE


def test_an_answer_that_a_restored_catalogue_does_not_know_is_kept(studio: Studio) -> None:
    made = studio.make("a kettle")
    turns = studio.engine.library.paths.turns
    shutil.copy(turns / f"{made.record.attempt}.answer", turns / "unknown.answer")
    studio.forget(made)
    assert studio.engine.generation.talks.forget_unneeded() == 1
    assert studio.answers() == {"unknown"}


def test_of_an_edit_no_answer_is_kept(studio: Studio) -> None:
    made = studio.make("a kettle")
    request = GenerationRequest("in red", generator="gemini")
    studio.run(
        studio.engine.generation.editing.change_part(request, made.asset.path, part_of(made))
    )
    assert studio.answers() == {made.record.attempt}


def bounded(studio: Studio, answers: float) -> KeptTalks:
    """Room for so many answers of the size that those there have."""
    generation = studio.engine.generation
    kept = generation.talks.kept()
    most = int(answers * kept["bytes"] / kept["count"])
    spool = generation.refining._spool
    return KeptTalks(spool, generation.attempts, generation.draft.load, most)


def made_in_this_order(studio: Studio, *made: GeneratedPicture) -> None:
    """Answers that came within one tick of the disk's clock have times of their own."""
    for second, picture in enumerate(made, start=1_000_000):
        file = studio.engine.library.paths.turns / f"{picture.record.attempt}.answer"
        os.utime(file, (second, second))


def test_the_talk_that_was_gone_on_from_longest_ago_goes_first_and_whole(studio: Studio) -> None:
    first = studio.make("a kettle")
    chair = studio.make("a chair")
    branch = studio.refine(chair, "in wood")
    second = studio.refine(first, "make it night")
    made_in_this_order(studio, first, chair, branch, second)
    assert bounded(studio, 4.1).forget_oldest() == 0
    assert bounded(studio, 3.1).forget_oldest() == 2
    assert studio.answers() == {first.record.attempt, second.record.attempt}
    assert chair.asset.path.exists(), "the pictures stay"
    anew = studio.refine(branch, "in oak")
    assert [reference.role for reference in anew.record.request.references] == [BASE]
    assert studio.refine(second, "with a moon").record.request.parent_attempt


@pytest.mark.parametrize("use", ["waits", "is entered", "was made just now"])
def test_a_talk_in_use_is_kept_however_much_there_is(studio: Studio, use: str) -> None:
    first = studio.make("a kettle")
    second = studio.refine(first, "make it night")
    chair = studio.make("a chair")
    made_in_this_order(studio, first, second, chair)
    generation = studio.engine.generation
    turn = generation.refining.next_turn(first.asset, first.record, "make it dawn")
    latest = ""
    if use == "waits":
        generation.queue.add([turn])
    elif use == "is entered":
        generation.draft.save(turn)
    else:
        latest = second.record.attempt
    assert bounded(studio, 0.1).forget_oldest(latest) == 1
    assert studio.answers() == {first.record.attempt, second.record.attempt}


def test_the_bound_holds_with_each_picture(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studio.engine.generation.talks, "_most_bytes", 1)
    studio.make("a kettle")
    last = studio.make("a chair")
    assert studio.answers() == {last.record.attempt}
