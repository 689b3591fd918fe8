"""Tags, stars and notes in XMP files beside the pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.core.annotations import Annotation
from desktop.core.cancellation import CancelToken
from desktop.core.errors import LibraryReadOnly
from desktop.core.progress import finish
from desktop.services.sidecars import SidecarReport
from desktop.wiring import Engine
from tests import pictures

LIGHTROOM = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:crs="http://ns.adobe.com/camera-raw/1.0/"
    xmp:Rating="3" crs:Exposure2012="+0.35">
   <!-- by hand -->
   <dc:subject><rdf:Bag><rdf:li>Forest</rdf:li><rdf:li>été</rdf:li></rdf:Bag></dc:subject>
   <dc:description><rdf:Alt><rdf:li xml:lang="x-default">a &amp; b</rdf:li></rdf:Alt>
   </dc:description>
   <dc:creator><rdf:Seq><rdf:li>Ann</rdf:li></rdf:Seq></dc:creator>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


@pytest.fixture
def picture(engine: Engine, folder: Path) -> int:
    pictures.fill(folder, 1)
    finish(engine.indexing.run([folder], CancelToken()))
    return engine.browsing.all()[0].id


@pytest.fixture
def sidecar(folder: Path) -> Path:
    return folder / "0000.png.xmp"


def write(engine: Engine, *ids: int) -> SidecarReport:
    return finish(engine.sidecars.write(ids, CancelToken()))


def read(engine: Engine, *ids: int) -> SidecarReport:
    return finish(engine.sidecars.read(ids, CancelToken()))


def test_what_was_written_is_read_back_and_the_picture_is_untouched(
    engine: Engine, picture: int, folder: Path, sidecar: Path
) -> None:
    before = (folder / "0000.png").read_bytes()
    assert write(engine, picture).changed == 0
    assert not sidecar.exists()
    said = Annotation(4, "<b>&\nline two", ("a & b", "夏天"))
    engine.annotations.tag([picture], said.tags)
    engine.annotations.rate([picture], said.rating)
    engine.annotations.annotate([picture], said.note)
    assert write(engine, picture).changed == 1
    assert write(engine, picture).unchanged == 1
    for undo in (
        engine.annotations.untag([picture], said.tags),
        engine.annotations.rate([picture], 0),
        engine.annotations.annotate([picture], ""),
    ):
        assert not undo.is_empty
    report = read(engine, picture)
    assert report.changed == 1
    assert engine.annotations.of([picture])[picture] == said
    engine.annotations.apply(report.undo)
    assert engine.annotations.of([picture])[picture] == Annotation()
    assert (folder / "0000.png").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["0000.png", "0000.png.xmp"]


def test_what_another_program_wrote_stays(engine: Engine, picture: int, sidecar: Path) -> None:
    sidecar.write_text(LIGHTROOM, "utf-8")
    engine.annotations.tag([picture], ["mine", "ÉTÉ"])
    write(engine, picture)
    for kept in ('crs:Exposure2012="+0.35"', "<!-- by hand -->", "<rdf:li>Ann</rdf:li>", "xpacket"):
        assert kept in sidecar.read_text("utf-8")
    read(engine, picture)
    assert engine.annotations.of([picture])[picture] == Annotation(
        3, "a & b", ("Forest", "mine", "ÉTÉ")
    )
    engine.annotations.untag([picture], ["mine", "ÉTÉ", "Forest"])
    engine.annotations.rate([picture], 5)
    write(engine, picture)
    assert "mine" not in sidecar.read_text("utf-8")
    engine.annotations.rate([picture], 0)
    read(engine, picture)
    said = engine.annotations.of([picture])[picture]
    assert said.rating == 5
    assert "Forest" in said.tags, "it was another program's tag, and may not be taken away"


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"not xml",
        b"<a/>",
        b"\xff\xfe\x00",
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + LIGHTROOM.encode().replace(b"Forest", b"&a;"),
        LIGHTROOM.encode()[:400],
    ],
)
def test_a_side_car_that_cannot_be_read_is_left_alone(
    engine: Engine, picture: int, sidecar: Path, bad: bytes
) -> None:
    sidecar.write_bytes(bad)
    engine.annotations.tag([picture], ["mine"])
    for report in (write(engine, picture), read(engine, picture)):
        assert [failure.path for failure in report.failed] == [sidecar]
        assert report.changed == 0
    assert sidecar.read_bytes() == bad


def test_a_link_is_not_followed(
    engine: Engine, picture: int, sidecar: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "precious.xmp"
    elsewhere.write_text(LIGHTROOM, "utf-8")
    sidecar.symlink_to(elsewhere)
    engine.annotations.tag([picture], ["mine"])
    assert write(engine, picture).failed
    assert elsewhere.read_text("utf-8") == LIGHTROOM


def test_adobes_own_name_for_it_is_read_too(engine: Engine, picture: int, folder: Path) -> None:
    (folder / "0000.xmp").write_text(LIGHTROOM, "utf-16")
    read(engine, picture)
    assert engine.annotations.of([picture])[picture].tags == ("Forest", "été")


def test_a_note_leaves_other_languages_as_they_were(
    engine: Engine, picture: int, sidecar: Path
) -> None:
    theirs = '<rdf:li xml:lang="fr">à gauche</rdf:li>'
    sidecar.write_text(LIGHTROOM.replace("</rdf:Alt>", f"{theirs}</rdf:Alt>"), "utf-8")
    engine.annotations.annotate([picture], "ours")
    assert write(engine, picture).failed == ()
    text = sidecar.read_text("utf-8")
    assert theirs in text
    assert ("ours" in text, "a &amp; b" in text) == (True, False)
    engine.annotations.annotate([picture], "")
    write(engine, picture)
    assert (theirs in sidecar.read_text("utf-8"), "ours" in sidecar.read_text("utf-8")) == (
        True,
        False,
    )


def test_nothing_is_written_where_the_picture_is_not(
    engine: Engine, picture: int, folder: Path
) -> None:
    engine.annotations.rate([picture], 3)
    folder.rename(folder.with_name("unplugged"))
    folder.mkdir()  # as a mount point is while nothing is mounted
    report = write(engine, picture)
    assert (report.changed, len(report.failed)) == (0, 1)
    assert list(folder.iterdir()) == []


def test_a_library_that_is_only_read_writes_no_sidecar(
    engine: Engine, picture: int, folder: Path, open_engine: Callable[..., Engine]
) -> None:
    engine.annotations.rate([picture], 3)
    engine.close()
    with pytest.raises(LibraryReadOnly):
        write(open_engine(is_read_only=True), picture)
    assert [path.name for path in folder.iterdir()] == ["0000.png"]
