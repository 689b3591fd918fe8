"""A generated picture is imported: whole, findable, with its lineage; or nothing happens at all."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image

from desktop.core.cancellation import CancelToken
from desktop.core.errors import (
    Cancelled,
    LibraryError,
    ReplyUnreadable,
    RequestRefused,
    StoreUnreachable,
    UsageError,
)
from desktop.core.generation_record import GenerationRequest, Reference, Usage
from desktop.core.progress import finish
from desktop.core.query import Query
from desktop.generation.capabilities import ModelTable
from desktop.generation.generator import (
    Destination,
    GenerationResult,
    ReferenceImage,
    Reply,
    Turn,
)
from desktop.media.metadata.lineage import read_record
from desktop.services.engine import Engine
from desktop.services.reports import GeneratedPicture
from tests import pictures
from tests.media import originals
from tests.media.samples import encoded
from tests.reliability.mutations import ORIGINALS
from tests.services.conftest import OpenEngine

PROMPT = "a red silk cape, 红色丝绸披风"


class Scripted:
    """A generator that answers what a test wants, where the real ones would not."""

    name = "gemini"
    label = "Scripted"
    is_offline = True
    recipient = ""
    models = ModelTable("2026-11-29", "scripted-1", ())

    def __init__(self, result: GenerationResult) -> None:
        self.result = result
        self.references: Sequence[ReferenceImage] = ()

    def destination(
        self, request: GenerationRequest, references: Sequence[ReferenceImage]
    ) -> Destination:
        return Destination("scripted-1")

    def ask(
        self,
        request: GenerationRequest,
        references: Sequence[ReferenceImage],
        cancel: CancelToken,
        sending: Callable[[], None],
        history: Sequence[Turn] = (),
    ) -> Reply:
        sending()
        self.references = references
        return Reply(b"whatever came", request.model)

    def read(self, reply: Reply) -> GenerationResult:
        return self.result


def script(engine: Engine, *images: bytes) -> Scripted:
    scripted = Scripted(GenerationResult(images, "Done.", "scripted-1.2", Usage(1, 2, 3, 6)))
    engine.generation.generating._keeping._generators = {"gemini": scripted}
    return scripted


def png(tmp_path: Path, seed: int = 50) -> bytes:
    return pictures.save(tmp_path / "made.png", seed).read_bytes()


def run(engine: Engine, request: GenerationRequest, out: Path | None = None) -> GeneratedPicture:
    return finish(engine.generation.generating.run(request, CancelToken(), out=out))


def is_made_searchable(engine: Engine, made: GeneratedPicture) -> bool:
    return finish(engine.indexing.make_searchable(made.asset_ids, CancelToken()))


def index(engine: Engine, *paths: Path) -> None:
    finish(engine.indexing.run(paths, CancelToken()))


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_mood_board_is_imported_with_its_lineage_and_found(engine: Engine, folder: Path) -> None:
    files = pictures.fill(folder, 3)
    index(engine, folder)
    references = engine.searching.propose("0000 and 0001", 2)
    assert len(references) == 2
    request = GenerationRequest(PROMPT, references, "moodboard", aspect_ratio="16:9")
    made = run(engine, request)
    assert is_made_searchable(engine, made)
    assert made.generator == "Mood board (offline)"
    assert made.asset.is_generated
    assert made.asset.path.parent == engine.library.paths.generated
    asset = engine.browsing.details(made.asset.id).asset
    assert asset.width / asset.height == pytest.approx(16 / 9, rel=0.01)
    best = engine.searching.search(Query.like(made.asset.path, limit=1)).hits[0]
    assert best.asset.id == made.asset.id

    lineage = engine.browsing.details(made.asset.id).lineage
    assert lineage is not None
    assert lineage.request.prompt == PROMPT
    assert [r.asset_id for r in lineage.request.references] == [r.asset_id for r in references]
    assert [r.score for r in lineage.request.references] == [r.score for r in references]
    used = engine.browsing.details(references[0].asset_id or 0).used_in
    assert [asset.id for asset in used] == [made.asset.id]

    inside = read_record(made.asset.path)
    assert inside is not None
    assert inside.request.prompt == PROMPT
    assert inside.request.generator == "moodboard"
    assert str(files[0].parent) not in str(inside)


def test_everything_that_was_used_is_recorded(engine: Engine, folder: Path, tmp_path: Path) -> None:
    [reference] = pictures.fill(folder, 1)
    index(engine, folder)
    script(engine, png(tmp_path))
    request = GenerationRequest(
        PROMPT, (Reference(reference, reason="chosen by you"),), "gemini", image_size="2K"
    )
    made = run(engine, request)
    details = engine.browsing.details(made.asset.id)
    lineage = details.lineage
    assert lineage is not None
    assert details.generator == "Gemini (Nano Banana)"
    assert (lineage.model, lineage.text, lineage.usage.total_tokens) == ("scripted-1.2", "Done.", 6)
    assert lineage.request.image_size == "2K"
    # The file was named by its path; the library knows which asset that is.
    assert lineage.request.references[0].asset_id is not None


def test_references_are_sent_without_their_metadata_or_full_size(
    engine: Engine, folder: Path, tmp_path: Path
) -> None:
    large = pictures.save(folder / "large.png", 1, (3000, 1000))
    scripted = script(engine, png(tmp_path))
    run(engine, GenerationRequest(PROMPT, (Reference(large),), "gemini"))
    [sent] = scripted.references
    assert sent.mime_type == "image/jpeg"
    assert b"Exif" not in sent.data
    assert len(sent.data) < large.stat().st_size


def test_several_pictures_of_one_reply_are_all_imported(engine: Engine, tmp_path: Path) -> None:
    script(engine, png(tmp_path, 1), png(tmp_path, 2))
    made = run(engine, GenerationRequest(PROMPT, (), "gemini"))
    assert len(made.drafts) == 1
    assert is_made_searchable(engine, made)
    assert engine.status.read().pending == 0
    assert len(engine.browsing.all()) == 2
    assert len(files_in(engine.library.paths.generated)) == 2


def test_a_named_file_is_written_and_indexed_there(engine: Engine, tmp_path: Path) -> None:
    out = tmp_path / "boards" / "mine.png"
    made = run(engine, GenerationRequest(PROMPT, (), "moodboard"), out)
    assert made.asset.path == out
    assert made.asset.is_generated
    assert files_in(engine.library.paths.generated) == []


def test_an_existing_file_is_never_replaced(engine: Engine, tmp_path: Path) -> None:
    out = pictures.save(tmp_path / "mine.png", 1)
    before = out.read_bytes()
    scripted = script(engine, png(tmp_path))
    with pytest.raises(UsageError, match="exists already"):
        run(engine, GenerationRequest(PROMPT, (), "gemini"), out)
    assert out.read_bytes() == before
    assert scripted.references == ()


@pytest.mark.parametrize("data", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n cut"])
def test_bytes_that_are_no_picture_are_refused_and_nothing_is_saved(
    engine: Engine, data: bytes
) -> None:
    script(engine, data)
    with pytest.raises(ReplyUnreadable) as caught:
        run(engine, GenerationRequest(PROMPT, (), "gemini"))
    assert "kept" in caught.value.safe
    assert engine.browsing.all() == []
    assert files_in(engine.library.paths.folder / "generated") == []


def test_a_reference_that_cannot_be_read_is_named_before_anything_is_sent(
    engine: Engine, folder: Path, tmp_path: Path
) -> None:
    scripted = script(engine, png(tmp_path))
    (folder / "broken.png").write_bytes(b"nonsense")
    request = GenerationRequest(PROMPT, (Reference(folder / "broken.png"),), "gemini")
    with pytest.raises(RequestRefused, match=r"broken\.png"):
        run(engine, request)
    assert scripted.references == ()


def test_an_empty_prompt_and_an_unknown_generator_are_refused(engine: Engine) -> None:
    with pytest.raises(UsageError, match="empty"):
        run(engine, GenerationRequest("  ", (), "moodboard"))
    with pytest.raises(UsageError, match="crystal ball") as caught:
        run(engine, GenerationRequest(PROMPT, (), "crystal ball"))
    assert "moodboard, gemini" in caught.value.next_step


def test_cancelled_before_the_answer_is_used_nothing_is_saved(
    engine: Engine, tmp_path: Path
) -> None:
    script(engine, png(tmp_path))
    cancel = CancelToken()
    steps = engine.generation.generating.run(GenerationRequest(PROMPT, (), "gemini"), cancel)
    with pytest.raises(Cancelled):
        for step in steps:
            if step.stage.startswith("Waiting"):
                cancel.cancel()
    assert engine.browsing.all() == []


def test_a_kill_between_saving_and_writing_down_loses_nothing(
    engine: Engine, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [reference] = pictures.fill(folder, 1)
    script(engine, png(tmp_path))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(engine.catalog.roots, "add", killed)
        run(engine, GenerationRequest(PROMPT, (Reference(reference),), "gemini"))
    assert engine.browsing.all() == []
    index(engine)
    [asset] = engine.browsing.all()
    assert asset.is_generated
    lineage = engine.browsing.details(asset.id).lineage
    assert lineage is not None
    assert lineage.request.prompt == PROMPT
    assert (lineage.text, lineage.usage.total_tokens) == ("Done.", 6)
    assert [r.path.name for r in lineage.request.references] == [reference.name]
    assert [*engine.catalog.words.find("丝绸披风", 5)] == [asset.id]


def test_a_stop_after_the_answer_has_come_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    script(engine, png(tmp_path))
    cancel = CancelToken()
    steps = engine.generation.generating.run(GenerationRequest(PROMPT, (), "gemini"), cancel)
    with pytest.raises(StopIteration) as ended:
        while True:
            if next(steps).stage == "Saving the picture":
                cancel.cancel()
    assert ended.value.value.asset.path.exists()


def test_a_disk_that_refuses_the_picture_leaves_nothing_half_done(
    engine: Engine, tmp_path: Path
) -> None:
    scripted = script(engine, png(tmp_path))
    engine.library.paths.generated.write_bytes(b"a file where the folder should be")
    with pytest.raises(LibraryError, match="cannot be written to"):
        run(engine, GenerationRequest(PROMPT, (Reference(tmp_path / "made.png"),), "gemini"))
    assert scripted.references == (), "a picture that could not be kept was asked for"
    assert engine.browsing.all() == []


def test_one_broken_picture_of_an_answer_does_not_cost_the_others(
    engine: Engine, tmp_path: Path
) -> None:
    script(engine, b"nonsense", png(tmp_path))
    made = run(engine, GenerationRequest(PROMPT, (), "gemini"))
    assert made.asset.path.exists()
    assert made.drafts == ()


def test_text_that_is_no_text_costs_no_picture(engine: Engine, tmp_path: Path) -> None:
    scripted = script(engine, png(tmp_path))
    scripted.result = GenerationResult(scripted.result.images, "half \ud800 a pair")
    assert run(engine, GenerationRequest(PROMPT, (), "gemini")).record.text == "half ? a pair"


@pytest.mark.parametrize(
    ("name", "written", "format_name"),
    [("board", "board.png", "PNG"), ("b.jpg", "b.jpg", "JPEG"), ("b.webp", "b.webp", "WEBP")],
)
def test_a_file_is_of_the_format_that_its_name_says(
    engine: Engine, tmp_path: Path, name: str, written: str, format_name: str
) -> None:
    made = run(engine, GenerationRequest(PROMPT, (), "moodboard"), tmp_path / name)
    assert made.asset.path == tmp_path / written
    with Image.open(made.asset.path) as opened:
        assert opened.format == format_name
    record = read_record(made.asset.path)
    assert record is not None
    assert record.request.prompt == PROMPT


def test_a_png_that_was_asked_for_is_one_though_the_answer_is_a_jpeg(
    engine: Engine, tmp_path: Path
) -> None:
    jpeg = encoded(originals.known_picture(), "JPEG")
    script(engine, jpeg)
    made = run(engine, GenerationRequest(PROMPT, (), "gemini"), tmp_path / "x.png")
    assert made.asset.path == tmp_path / "x.png"
    with Image.open(made.asset.path) as opened, Image.open(io.BytesIO(jpeg)) as came:
        assert opened.format == "PNG"
        assert opened.size == came.size


def test_nothing_is_written_among_plantains_own_files(engine: Engine) -> None:
    with pytest.raises(UsageError, match="own folder"):
        run(engine, GenerationRequest(PROMPT), engine.library.paths.folder / "vectors.db" / "x.png")


def test_a_place_below_the_generated_pictures_is_no_second_root(engine: Engine) -> None:
    run(engine, GenerationRequest(PROMPT), engine.library.paths.generated / "sub" / "x.png")
    index(engine)
    assert len(engine.browsing.all()) == 1


def test_without_a_model_a_prompt_of_many_words_still_proposes(
    open_engine: OpenEngine, folder: Path
) -> None:
    engine = open_engine(model="")
    for number, name in enumerate(("red sandals.png", "kettle.png", "sunset.png")):
        pictures.save(folder / name, number)
    index(engine, folder)
    prompt = "A model wearing the red sandals on a beach at sunset, photographed from below"
    names = {reference.path.name for reference in engine.searching.propose(prompt, 3)}
    assert {"red sandals.png", "sunset.png"} <= names
    assert "kettle.png" not in names


def test_a_store_that_fails_afterwards_costs_no_picture(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(engine, png(tmp_path))

    def no_store(*_: object) -> None:
        raise StoreUnreachable("The vector store is away.")

    with monkeypatch.context() as patch:
        patch.setattr(engine.vectors, "_open_store", no_store)
        made = run(engine, GenerationRequest(PROMPT, (), "gemini"))
        assert not is_made_searchable(engine, made)
    assert made.asset.path.exists()
    index(engine)
    assert engine.status.read().pending == 0
    hits = engine.searching.search(Query.like(made.asset.path, limit=1)).hits
    assert hits[0].asset.id == made.asset.id


def test_without_a_model_the_picture_is_imported(open_engine: OpenEngine) -> None:
    engine = open_engine(model="")
    made = run(engine, GenerationRequest(PROMPT, (), "moodboard"))
    assert not is_made_searchable(engine, made)
    words = engine.searching.search(Query(text="丝绸披风")).hits
    assert [hit.asset.id for hit in words] == [made.asset.id]


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (ORIGINALS["SVG"][1](), ".svg"),
        (originals.pdf(originals.known_picture()), ".pdf"),
        (encoded(originals.known_picture(), "TIFF"), ".tif"),
        (encoded(originals.known_picture(), "BMP"), ".bmp"),
    ],
)
def test_what_came_is_named_by_what_it_is(engine: Engine, data: bytes, suffix: str) -> None:
    script(engine, data)
    picture = run(engine, GenerationRequest(PROMPT, (), "gemini"))
    assert picture.asset.path.suffix == suffix
    assert picture.asset.path.read_bytes() == data
