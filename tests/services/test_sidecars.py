"""Tags, stars and notes in XMP files beside the pictures."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.core.annotations import Annotation
from desktop.core.cancellation import CancelToken
from desktop.core.errors import LibraryReadOnly
from desktop.core.progress import finish
from desktop.core.rights import Rights
from desktop.media.metadata.sidecar import SidecarFields, merge_sidecar, read_sidecar
from desktop.media.metadata.xmp_properties import read_xmp
from desktop.services.curation.sidecars import SidecarReport
from desktop.services.engine import Engine
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
    return finish(engine.curation.sidecars.write(ids, CancelToken()))


def read(engine: Engine, *ids: int) -> SidecarReport:
    return finish(engine.curation.sidecars.read(ids, CancelToken()))


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


# -- of other programs -------------------------------------------------------------------------

CASE = Path(__file__).parents[1] / "data" / "cases" / "22-keywords-of-other-programs"
RDF = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
    'syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
    ' xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" {told}>'
    "<dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"
)


def keywords(path: Path, *tags: str, told: str = "") -> None:
    items = "".join(f"<rdf:li>{tag}</rdf:li>" for tag in tags)
    path.write_text(RDF.format(told=told, items=items), "utf-8")


def tags_read(engine: Engine, folder: Path) -> dict[str, tuple[str, ...]]:
    finish(engine.indexing.run([folder], CancelToken()))
    assets = {asset.id: asset for asset in engine.browsing.all()}
    report = read(engine, *assets)
    assert report.failed == ()
    said = engine.annotations.of(list(assets))
    return {assets[asset_id].name: said[asset_id].tags for asset_id in assets}


def test_keywords_of_other_programs_are_kept_whole_and_by_their_own_picture(
    engine: Engine, folder: Path
) -> None:
    shutil.copytree(CASE, folder, dirs_exist_ok=True)
    assert tags_read(engine, folder) == {
        "comma.png": ("Doe, Jane", "ok"),
        "upper.png": ("upper",),
        "pair.png": (),
    }


def test_they_can_be_looked_at_before_they_are_taken_over(engine: Engine, folder: Path) -> None:
    shutil.copytree(CASE, folder, dirs_exist_ok=True)
    finish(engine.indexing.run([folder], CancelToken()))
    told = {asset.name: engine.curation.sidecars.keywords(asset) for asset in engine.browsing.all()}
    assert told == {"comma.png": ("Doe, Jane", "ok"), "upper.png": ("upper",), "pair.png": ()}
    (folder / "comma.png.xmp").write_text("<no xml", "utf-8")
    assert {engine.curation.sidecars.keywords(asset) for asset in engine.browsing.all()} == {
        (),
        ("upper",),
    }
    assert not any(said.tags for said in engine.annotations.of([*range(9)]).values())


def test_no_character_of_a_keyword_parts_it(engine: Engine, folder: Path) -> None:
    pictures.save(folder / "a.png", 1)
    tags = ("Places|Europe|Köln", "a; b", "x/y\\z", '12" vinyl', "'quoted'", "#1", "R&amp;D")
    keywords(folder / "a.png.xmp", *tags, "\n     Doe,\n     Jane\n   ")
    wanted = {tag.replace("&amp;", "&") for tag in tags} | {"Doe, Jane"}
    assert set(tags_read(engine, folder)["a.png"]) == wanted
    [asset] = engine.browsing.all()
    write(engine, asset.id)
    engine.annotations.untag([asset.id], sorted(wanted))
    assert read(engine, asset.id).changed == 1, "and are written whole"
    assert set(engine.annotations.of([asset.id])[asset.id].tags) == wanted


@pytest.mark.parametrize("name", ["a.png.XMP", "a.PNG.xmp", "A.XMP", "a.Xmp"])
def test_a_sidecar_is_found_in_any_letter_case_and_written_where_it_is(
    engine: Engine, folder: Path, name: str
) -> None:
    pictures.save(folder / "a.png", 1)
    keywords(folder / name, "theirs")
    assert tags_read(engine, folder) == {"a.png": ("theirs",)}
    [asset] = engine.browsing.all()
    engine.annotations.tag([asset.id], ["ours"])
    assert write(engine, asset.id).changed == 1
    own = name if "png" in name.lower() else "a.png.xmp"
    assert b"ours" in (folder / own).read_bytes()
    assert len(list(folder.iterdir())) == len({"a.png", name, own})


@pytest.mark.parametrize(
    ("told", "beside", "is_its_own"),
    [
        ("", "", True),
        ('photoshop:SidecarForExtension="PNG"', "", True),
        ('photoshop:SidecarForExtension="CR2"', "", False),
        ('photoshop:SidecarForExtension="JPG"', "", False),
        ('crs:RawFileName="a.NEF"', "", False),
        ('dc:format="image/x-canon-cr2"', "", False),
        ('dc:format="image/png"', "", True),
        ("", "a.CR2", False),
        ("", "A.dng", False),
        ("", "b.CR2", True),
    ],
)
def test_a_sidecar_of_another_file_of_this_name_is_not_taken(
    engine: Engine, folder: Path, told: str, beside: str, is_its_own: bool
) -> None:
    pictures.save(folder / "a.png", 1)
    keywords(folder / "a.xmp", "theirs", told=told)
    if beside:
        (folder / beside).write_bytes(b"raw")
    assert tags_read(engine, folder)["a.png"] == (("theirs",) if is_its_own else ())


def test_jpg_and_jpeg_are_one_kind(engine: Engine, folder: Path) -> None:
    pictures.save(folder / "a.jpeg", 1)
    keywords(folder / "a.xmp", "theirs", told='photoshop:SidecarForExtension="JPG"')
    assert tags_read(engine, folder) == {"a.jpeg": ("theirs",)}


# -- in fields of other programs ---------------------------------------------------------------

SPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "MicrosoftPhoto": "http://ns.microsoft.com/photo/1.0/",
    "windows": "http://ns.microsoft.com/photo/1.0",
    "mediapro": "http://ns.iview-multimedia.com/mediapro/1.0/",
    "expressionmedia": "http://ns.microsoft.com/expressionmedia/1.0/",
    "acdsee": "http://ns.acdsee.com/iptc/1.0/",
    "mwg-kw": "http://www.metadataworkinggroup.com/schemas/keywords/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
}


def told(inner: str, attributes: str = "") -> SidecarFields:
    """What a sidecar says with these properties; of a packet in a picture the keywords are those
    too."""
    spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in SPACES.items())
    text = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
        f'syntax-ns#"><rdf:Description rdf:about="" {spaces} {attributes}>{inner}'
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    fields = read_sidecar(text.encode(), Path("a.xmp"))
    assert read_xmp(text.encode()).keywords == fields.tags
    return fields


def listed(name: str, *items: str) -> str:
    inside = "".join(f"<rdf:li>{item}</rdf:li>" for item in items)
    return f"<{name}><rdf:Bag>{inside}</rdf:Bag></{name}>"


CATEGORIES = (
    "&lt;Categories&gt;&lt;Category Assigned=&quot;0&quot;&gt;People&lt;Category "
    "Assigned=&quot;1&quot;&gt;Ann&lt;/Category&gt;&lt;/Category&gt;"
    "&lt;Category Assigned=&quot;1&quot;&gt;Harbour&lt;/Category&gt;&lt;/Categories&gt;"
)
TREE = """<mwg-kw:Keywords rdf:parseType="Resource"><mwg-kw:Hierarchy><rdf:Bag>
 <rdf:li rdf:parseType="Resource"><mwg-kw:Keyword>People</mwg-kw:Keyword>
  <mwg-kw:Children><rdf:Bag><rdf:li rdf:parseType="Resource"><mwg-kw:Keyword>Ann</mwg-kw:Keyword>
  </rdf:li></rdf:Bag></mwg-kw:Children></rdf:li>
 <rdf:li mwg-kw:Keyword="Harbour"/></rdf:Bag></mwg-kw:Hierarchy></mwg-kw:Keywords>"""


@pytest.mark.parametrize(
    "inner",
    [
        listed("digiKam:TagsList", "People/Ann", "Harbour"),
        listed("lr:hierarchicalSubject", "People|Ann", "Harbour", "darktable|exported|jpg"),
        listed("MicrosoftPhoto:LastKeywordXMP", "People/Ann", "Harbour"),
        listed("windows:LastKeywordXMP", "People/Ann", "Harbour"),
        listed("MicrosoftPhoto:LastKeywordIPTC", "Ann", "Harbour"),
        listed("mediapro:CatalogSets", "People|Ann", "Harbour"),
        listed("expressionmedia:CatalogSets", "People|Ann", "Harbour"),
        listed("acdsee:keywords", "Ann", "Harbour"),
        f"<acdsee:categories>{CATEGORIES}</acdsee:categories>",
        TREE,
    ],
)
def test_keywords_that_stand_only_in_the_field_of_another_program_are_read(inner: str) -> None:
    assert told(inner).tags == ("Ann", "Harbour")
    flat = listed("dc:subject", "Sea", "ann", "HARBOUR")
    assert told(flat + inner).tags == ("Sea", "ann", "HARBOUR"), "and none of them twice"


def test_all_fields_together_name_each_keyword_once() -> None:
    fields = told(
        listed("digiKam:TagsList", "People/Ann", "Places/Köln")
        + listed("lr:hierarchicalSubject", "People|Ann", "Places|Ko\u0308ln", "Boats")
        + listed("dc:subject", "Ann"),
        f'acdsee:categories="{CATEGORIES}"',
    )
    assert fields.tags == ("Ann", "Köln", "Boats", "Harbour")


def test_a_flat_keyword_with_a_separator_in_it_is_not_a_path() -> None:
    flat = listed("dc:subject", "black/white", "a|b")
    both = listed("MicrosoftPhoto:LastKeywordXMP", "black/white") + listed(
        "lr:hierarchicalSubject", "a|b"
    )
    assert told(flat + both).tags == ("black/white", "a|b")


def test_categories_that_are_no_document_cost_only_themselves() -> None:
    for bad in ("&lt;Categories", "x", "&lt;a&gt;" * 3000, "&lt;!DOCTYPE a&gt;&lt;a/&gt;"):
        inner = f"<acdsee:categories>{bad}</acdsee:categories>" + listed("dc:subject", "sea")
        assert told(inner).tags == ("sea",)


@pytest.mark.parametrize(
    ("attributes", "stars"),
    [
        ('MicrosoftPhoto:Rating="1"', 1),
        ('MicrosoftPhoto:Rating="25"', 2),
        ('MicrosoftPhoto:Rating="50"', 3),
        ('windows:Rating="75"', 4),
        ('MicrosoftPhoto:Rating="99"', 5),
        ('MicrosoftPhoto:Rating="0"', 0),
        ('acdsee:rating="4"', 4),
        ('xmp:Rating="2" MicrosoftPhoto:Rating="99"', 2),
        ('xmp:Rating="-1"', 0),
        ('xmp:Rating="1e9" acdsee:rating="NaN"', None),
        ('xmp:Rating="' + "9" * 400 + '"', None),
        ("", None),
    ],
)
def test_stars_are_read_on_the_scale_of_the_program(attributes: str, stars: int | None) -> None:
    assert told("", attributes).rating == stars


def test_a_note_may_stand_in_the_field_of_another_program() -> None:
    assert told("<tiff:ImageDescription>gulls</tiff:ImageDescription>").note == "gulls"
    assert told("<dc:description>boats</dc:description>", 'acdsee:notes="x"').note == "boats"


def _nested(levels: int) -> str:
    inner = "<dc:x>" * levels + "</dc:x>" * levels
    return LIGHTROOM.replace("<dc:creator>", f"{inner}<dc:creator>")


@pytest.mark.parametrize(
    "text",
    [
        _nested(3_000),
        _nested(60_000),
        "<a>" * 60_000,
        LIGHTROOM.replace('xmp:Rating="3"', 'xmp:Rating="' + "9" * 400 + '"'),
        LIGHTROOM.replace('xmp:Rating="3"', 'xmp:Rating="NaN"'),
        LIGHTROOM.replace('xmp:Rating="3"', 'xmp:Rating="1e999"'),
        LIGHTROOM.replace("Forest", "x" * 100_000),
        LIGHTROOM.replace("Forest", "&#x1b;[31m"),
        LIGHTROOM.replace("<?xpacket", "<!DOCTYPE a [<!ENTITY b 'c'>]><?xpacket", 1),
    ],
)
def test_a_hostile_sidecar_costs_itself_alone(
    engine: Engine, folder: Path, sidecar: Path, text: str
) -> None:
    pictures.fill(folder, 2)
    finish(engine.indexing.run([folder], CancelToken()))
    ids = [asset.id for asset in engine.browsing.all()]
    sidecar.write_text(text, "utf-8")
    (folder / "0001.png.xmp").write_text(LIGHTROOM, "utf-8")
    report = read(engine, *ids)
    assert len(report.failed) <= 1
    other = next(asset for asset in engine.browsing.all() if asset.name == "0001.png")
    assert engine.annotations.of([other.id])[other.id].rating == 3
    engine.annotations.tag(ids, ["new"])
    before = sidecar.read_bytes()
    written = write(engine, *ids)
    assert written.changed >= 1
    if written.failed:
        assert sidecar.read_bytes() == before


@pytest.mark.timeout(120)
def test_many_tags_are_written_in_time(tmp_path: Path) -> None:
    """Each was compared with each: 200,000 took minutes."""
    tags = tuple(f"tag {number}" for number in range(20_000))
    path = tmp_path / "a.xmp"
    first = merge_sidecar(SidecarFields(tags), None, path)
    assert first is not None
    again = merge_sidecar(SidecarFields(tags), first, path)
    assert again == first
    assert len(read_sidecar(first, path).tags) == 20_000


def test_rights_go_where_iptc_and_plus_have_a_place_for_them(
    engine: Engine, picture: int, sidecar: Path
) -> None:
    engine.annotations.give_rights([picture], Rights(True, "CC BY 4.0", "2027-03-31"))
    finish(engine.curation.sidecars.write([picture], CancelToken()))
    told = read_xmp(sidecar.read_bytes())
    assert told.usage_terms == "CC BY 4.0"
    text = sidecar.read_text()
    assert ">2027-03-31</plus:LicenseEndDate>" in text
    assert ">Never leaves this machine.</photoshop:Instructions>" in text
    engine.annotations.give_rights([picture], Rights())
    finish(engine.curation.sidecars.write([picture], CancelToken()))
    for name in ("UsageTerms", "LicenseEndDate", "Instructions"):
        assert name not in sidecar.read_text(), "what came from here goes again"


def test_rights_that_another_program_wrote_stay(
    engine: Engine, picture: int, sidecar: Path
) -> None:
    engine.annotations.give_rights([picture], Rights(licence="ours"))
    finish(engine.curation.sidecars.write([picture], CancelToken()))
    theirs = sidecar.read_text().replace("<rdf:li>usage</rdf:li>", "").replace("ours", "theirs")
    sidecar.write_text(theirs)
    finish(engine.curation.sidecars.write([picture], CancelToken()))
    assert read_xmp(sidecar.read_bytes()).usage_terms == "theirs"
