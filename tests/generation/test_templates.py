"""Templates: the files, their slots, and the prompts that come of them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from desktop.config.paths import resource
from desktop.core.errors import SettingsError, UsageError
from desktop.generation.template import (
    GAP,
    PromptTemplate,
    PromptWords,
    Slot,
    Words,
    colour_code,
    filled,
    slots_in,
    variants_of,
)
from desktop.generation.template_files import TemplateFiles, read_template

SHIPPED = resource("prompts")

FOUR = PromptTemplate(
    "four",
    PromptWords("A {what} in {hue} at {time}, {light}.", "{time}的{hue}{what}，{light}。"),
    slots=(
        Slot("what", "text", Words("What", "什么"), default=Words("cape", "斗篷")),
        Slot("hue", "colour", Words("Colour", "颜色"), colour="#000080"),
        Slot("time", "wildcard", Words("Time"), options=(Words("dawn", "黎明"), Words("noon"))),
        Slot("light", "choice", Words("Light"), options=(Words("soft", "柔光"), Words("hard"))),
    ),
)


@pytest.fixture
def files(tmp_path: Path) -> TemplateFiles:
    return TemplateFiles(SHIPPED, tmp_path / "own")


def test_every_shipped_template_can_be_used_in_both_languages(files: TemplateFiles):
    found = files.all()
    assert found.bad == ()
    counts = Counter(template.category for template in found.usable)
    assert counts["scene"] >= 5
    assert sum(counts[each] for each in ("product", "fashion", "game", "collectible")) >= 24
    assert min(counts.values()) >= 5
    for template in found.usable:
        for language in ("en", "zh"):
            made = filled(template, {}, language)
            assert made.language == language
            assert len(made.prompt) > (250 if language == "en" else 100)
            assert not GAP.search(made.prompt)
            assert any("\u4e00" <= letter <= "\u9fff" for letter in made.prompt) == (
                language == "zh"
            ), f"{template.name} mixes its languages"
        for words in (template.title, template.note, *(slot.title for slot in template.slots)):
            assert words.en
            assert words.zh


def test_the_schema_beside_them_is_that_of_the_program():
    written = json.loads((SHIPPED / "template.schema.json").read_text())
    assert written == json.loads(json.dumps(msgspec.json.schema(PromptTemplate)))


def test_a_gap_keeps_what_it_starts_with_until_it_is_filled():
    assert filled(FOUR, {}, "en").prompt == "A cape in navy (#000080) at dawn, soft."
    given = {"what": "coat", "hue": "red", "light": "HARD", "time": ""}
    made = filled(FOUR, given, "en")
    assert made.prompt == "A coat in red (#FF0000) at dawn, hard."
    assert made.slots == {"what": "coat", "hue": "red (#FF0000)", "time": "dawn", "light": "hard"}


def test_chinese_is_filled_in_chinese_from_values_in_either_language():
    made = filled(FOUR, {"hue": "navy", "light": "soft"}, "zh")
    assert made.prompt == "黎明的藏青色（#000080）斗篷，柔光。"
    assert filled(FOUR, {"hue": "藏青色"}, "en").slots["hue"] == "navy (#000080)"


def test_each_variant_gets_the_next_value_of_a_wildcard():
    own = {"time": "dusk | night|  |storm"}
    assert [filled(FOUR, own, "en", at).slots["time"] for at in range(4)] == [
        *("dusk", "night", "storm"),
        "dusk",
    ]
    assert variants_of(FOUR, own, "en") == 3
    assert variants_of(FOUR, {}, "en") == 2


def test_a_picture_goes_along_with_its_role_and_changes_the_words():
    slot = Slot(
        *("bag", "asset", Words("Bag")),
        default=Words("a leather bag"),
        attached=Words("the bag from its picture"),
        role="product",
    )
    template = PromptTemplate("one", PromptWords("Show {bag}."), slots=(slot,))
    assert filled(template, {}, "en").prompt == "Show a leather bag."
    made = filled(template, {"bag": "/secret/folder/bag.jpg"}, "en")
    assert made.prompt == "Show the bag from its picture."
    [reference] = made.references
    assert (reference.path, reference.role) == (Path("/secret/folder/bag.jpg"), "product")
    assert reference.label == "Bag"
    assert made.slots == {"bag": "bag.jpg"}, "the record travels with the picture"


@pytest.mark.parametrize(
    ("values", "message", "step"),
    [
        ({"size": "1"}, "has no slot “size”", "what, hue, time, light"),
        ({"hue": "loud"}, "“loud” is no colour", "#RRGGBB"),
        ({"light": "dim"}, "“dim” is no choice", "soft, hard"),
    ],
)
def test_what_a_slot_cannot_take_is_refused_with_what_it_can(
    values: dict[str, str], message: str, step: str
):
    with pytest.raises(UsageError) as caught:
        filled(FOUR, values, "en")
    assert message in caught.value.message
    assert step in caught.value.next_step


def test_colours_by_code_and_name():
    assert [colour_code(text) for text in ("#a1b2c3", "酒红", " Sky blue ", "#12", "")] == [
        *("#A1B2C3", "#800020", "#87CEEB"),
        None,
        None,
    ]
    assert slots_in("a {hat} on {head}, {hat}, {not this}") == ["hat", "head"]


# -- files -------------------------------------------------------------------------------------


def plain(**changes: object) -> dict[str, Any]:
    slot = {"name": "what", "kind": "text", "title": {"en": "What"}, "default": {"en": "cape"}}
    return {"name": "mine", "prompt": {"en": "A {what}."}, "slots": [slot], **changes}


def test_what_is_saved_is_there_and_leaves_and_comes_back_the_same(
    files: TemplateFiles, tmp_path: Path
):
    files.save(FOUR)
    assert files.all().named("FOUR") == FOUR
    out = tmp_path / "out.json"
    files.hand_out("four", out)
    files.delete("four")
    with pytest.raises(UsageError, match="no template “four”"):
        files.all().named("four")
    assert files.take_in(out) == FOUR
    assert files.all().named("four") == FOUR


def test_nothing_takes_the_place_of_another_unasked(files: TemplateFiles, tmp_path: Path):
    files.save(FOUR)
    with pytest.raises(UsageError, match="already"):
        files.save(FOUR)
    out = tmp_path / "out.json"
    out.write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        files.hand_out("four", out)
    assert out.read_text() == "mine"
    files.save(FOUR, replaces=True)


def test_one_of_ones_own_takes_the_place_of_a_shipped_one_until_it_goes(files: TemplateFiles):
    shipped = files.all().named("key-art")
    files.save(PromptTemplate("Key-Art", PromptWords("Mine.")))
    assert files.all().named("key-art").prompt.en == "Mine."
    assert len(files.all().usable) == len(list(SHIPPED.glob("*.json"))) - 1
    files.delete("key-art")
    assert files.all().named("key-art") == shipped
    with pytest.raises(UsageError, match="no template of your own"):
        files.delete("key-art")


@pytest.mark.parametrize("name", ["../out", "a/b:c", "con.", "茶 壶", "x" * 100])
def test_any_name_is_a_file_in_the_folder(files: TemplateFiles, tmp_path: Path, name: str):
    files.save(PromptTemplate(name, PromptWords("Words.")))
    [path] = (tmp_path / "own").iterdir()
    assert path.suffix == ".json"
    assert files.all().named(name).prompt.en == "Words."


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "not valid JSON"),
        ("[" * 500 + "]" * 500, "nested too deeply"),
        ("[]", "not as it should be"),
        (json.dumps(plain(version=2)), "version"),
        (json.dumps(plain(name="")), "name"),
        (json.dumps(plain(ratio="7:5")), "ratio 7:5"),
        (json.dumps(plain(prompt={"en": "x" * 8001})), "prompt.en"),
        (json.dumps(plain(prompt={"en": "  "})), "no prompt"),
        (json.dumps(plain(prompt={"en": "A {what} and {more}."})), "names the slot “more”"),
        (json.dumps(plain(prompt={"en": "A {what}.", "zh": "斗篷"})), "does not name its slot"),
        (json.dumps(plain(slots=plain()["slots"] * 2)), "two slots “what”"),
        (json.dumps(plain(slots=plain()["slots"] * 21)), "slots"),
        (
            json.dumps(plain(slots=[{"name": "what", "kind": "wildcard", "title": {}}])),
            "nothing to start with",
        ),
        (
            json.dumps(
                plain(slots=[{"name": "what", "kind": "colour", "title": {}, "colour": "red"}])
            ),
            "colour",
        ),
    ],
)
def test_a_bad_file_costs_itself_alone_and_is_named(
    files: TemplateFiles, tmp_path: Path, content: str, reason: str
):
    files.save(FOUR)
    path = tmp_path / "own" / "bad.json"
    path.write_text(content)
    found = files.all()
    assert found.named("four") == FOUR
    [bad] = found.bad
    assert str(path) in bad.sentence
    assert reason in bad.sentence
    with pytest.raises(UsageError, match="cannot be used"):
        found.named("bad")
    with pytest.raises(SettingsError, match="cannot be used"):
        files.take_in(path)


def test_a_huge_file_is_not_read(tmp_path: Path):
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(SettingsError, match="too large"):
        read_template(path)


def test_without_slots_that_fit_nothing_is_saved(files: TemplateFiles, tmp_path: Path):
    with pytest.raises(UsageError, match="which it lacks") as caught:
        files.save(PromptTemplate("x", PromptWords("A {gap}.")))
    assert caught.value.safe == "Nothing was saved."
    assert not (tmp_path / "own").exists()
