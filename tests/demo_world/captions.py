"""English and Chinese sentences about a scene, whole or in part.

A `Caption` remembers which attributes it speaks of, so that training knows every picture it is
true of and never punishes a right answer. One rule keeps that exact: a sentence which names the
thing, colour, material and setting but no trim speaks of a thing without trim.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.demo_world.vocabulary import COLOURS, MATERIALS, SETTINGS, THINGS, Scene

FIELDS: tuple[str, ...] = ("thing", "colour", "material", "trim", "setting")
LANGUAGES: tuple[str, ...] = ("en", "zh")

_PARTS: tuple[tuple[int, tuple[str, ...]], ...] = (
    # weight, attributes named
    (44, FIELDS),
    (12, ("thing", "colour")),
    (9, ("thing", "colour", "material")),
    (9, ("thing", "colour", "material", "trim")),
    (6, ("thing", "colour", "trim")),
    (6, ("thing", "colour", "setting")),
    (5, ("thing",)),
    (4, ("thing", "setting")),
    (3, ("thing", "material")),
    (3, ("thing", "trim")),
    (2, ("colour",)),
    (2, ("setting",)),
    (1, ("material",)),
    (1, ("trim",)),
    (2, ("colour", "material")),
    (1, ("colour", "setting")),
)

_TRIM_AFTER = {
    "none": ("without trim", "with no decoration"),
    "gold": ("with gold trim", "with golden edges", "with gold edging", "trimmed in gold",
             "with a gold border"),
    "silver": ("with silver trim", "with silver edges", "with silver edging", "trimmed in silver",
               "with a silver border"),
    "dotted": ("with dots", "with polka dots", "with a dotted pattern"),
    "striped": ("with stripes", "with a striped pattern"),
}  # fmt: skip
_TRIM_BEFORE = {
    "none": ("plain", "simple"),
    "gold": ("gold-trimmed", "gold-edged"),
    "silver": ("silver-trimmed", "silver-edged"),
    "dotted": ("dotted", "polka-dot", "spotted"),
    "striped": ("striped",),
}
_TRIM_CHINESE = {
    "none": ("素面", "无装饰"),
    "gold": ("金边", "镶金边", "带金边", "金色镶边"),
    "silver": ("银边", "镶银边", "带银边", "银色镶边"),
    "dotted": ("圆点", "波点", "圆点图案"),
    "striped": ("条纹", "条纹图案", "横条纹"),
}
_PRAISE = ("beautiful", "elegant", "nice", "small", "classic", "modern")
_PRAISE_CHINESE = ("漂亮的", "优雅的", "精致的", "经典的", "好看的")


@dataclass(frozen=True)
class Caption:
    """A sentence and what it says: `claims` maps attributes of `Scene` to values."""

    text: str
    claims: tuple[tuple[str, str], ...]

    def is_true_of(self, scene: Scene) -> bool:
        """Whether every claim holds for `scene`."""
        return all(getattr(scene, field) == value for field, value in self.claims)


def random_fields(rng: random.Random) -> tuple[str, ...]:
    """Which attributes a sentence names, the whole scene being the most common choice."""
    weights = [weight for weight, _ in _PARTS]
    return rng.choices([fields for _, fields in _PARTS], weights)[0]


def caption(
    scene: Scene, rng: random.Random, language: str, fields: tuple[str, ...] = FIELDS
) -> Caption:
    """A sentence in "en" or "zh" that names the attributes `fields` of `scene`."""
    write = _english if language == "en" else _chinese
    text = write(scene, rng, fields)
    return Caption(text, tuple((field, getattr(scene, field)) for field in fields))


def _article(phrase: str) -> str:
    return ("an " if phrase[0] in "aeiou" else "a ") + phrase


def _english(scene: Scene, rng: random.Random, fields: tuple[str, ...]) -> str:
    pick = rng.choice
    colour = pick(COLOURS[scene.colour][0]) if "colour" in fields else ""
    material = pick(MATERIALS[scene.material][0]) if "material" in fields else ""
    setting = pick(SETTINGS[scene.setting][0]) if "setting" in fields else ""
    noun = pick(THINGS[scene.thing].english) if "thing" in fields else ""
    before = after = ""
    if "trim" in fields and not (scene.trim == "none" and len(fields) == 5 and rng.random() < 0.6):
        if rng.random() < 0.4:
            before = pick(_TRIM_BEFORE[scene.trim])
        else:
            after = pick(_TRIM_AFTER[scene.trim])
    if not noun:
        noun = pick(("thing", "object", "item", "something", "")) if fields != ("setting",) else ""
        if noun == "something":
            text = " ".join(x for x in ("something", before, colour, material, after, setting) if x)
            return _dress(text, rng)
        if not noun:
            text = " ".join(x for x in (before, colour, material, after, setting) if x)
            return _dress(text, rng)
    adjectives = [x for x in (before, colour, material) if x]
    style = rng.random()
    if style < 0.12 and len(fields) > 1:  # a list of keywords
        words = [noun, *adjectives, after, setting]
        words = [x for x in words if x]
        rng.shuffle(words)
        return _dress(pick((", ", " ")).join(words), rng)
    if style < 0.24 and material and colour:
        turned = {"wooden": "wood", "silken": "silk", "metallic": "metal", "silvery": "silver"}
        stuff = turned.get(material, material)
        if scene.material not in ("glossy", "matte"):
            lead = " ".join(x for x in (before, noun) if x)
            text = f"{lead} {pick(('made of', 'of', 'in'))} {colour} {stuff}"
            text = " ".join(x for x in (text, after, setting) if x)
            return _dress(_article(text) if rng.random() < 0.6 else text, rng)
    if rng.random() < 0.06:
        adjectives.insert(0, pick(_PRAISE))
    phrase = " ".join([*adjectives, noun])
    if rng.random() < 0.6 and scene.thing not in ("sunglasses", "headphones"):
        phrase = _article(phrase)
    if setting and rng.random() < 0.15:
        text = f"{setting}, {phrase}" + (f" {after}" if after else "")
    elif setting and after and rng.random() < 0.15:
        text = f"{phrase} {setting}, {after}"
    else:
        text = " ".join(x for x in (phrase, after, setting) if x)
    return _dress(text, rng)


def _dress(text: str, rng: random.Random) -> str:
    """Openings, capitals and full stops, as people type them."""
    roll = rng.random()
    if roll < 0.10:
        text = rng.choice(("a photo of ", "photo of ", "a picture of ", "picture of ")) + text
    elif roll < 0.13:
        text += rng.choice((" photo", " picture"))
    if rng.random() < 0.15:
        text = text[0].upper() + text[1:]
    if rng.random() < 0.08:
        text += "."
    return text


def _chinese(scene: Scene, rng: random.Random, fields: tuple[str, ...]) -> str:
    pick = rng.choice
    kind = THINGS[scene.thing]
    colour = pick(COLOURS[scene.colour][1]) if "colour" in fields else ""
    material = pick(MATERIALS[scene.material][1]) if "material" in fields else ""
    setting = pick(SETTINGS[scene.setting][1]) if "setting" in fields else ""
    noun = pick(kind.chinese) if "thing" in fields else ""
    trim = ""
    if "trim" in fields and not (scene.trim == "none" and len(fields) == 5 and rng.random() < 0.6):
        trim = pick(_TRIM_CHINESE[scene.trim])
    if not noun:
        noun = pick(("东西", "物品", "")) if fields != ("setting",) else ""
        joint = "的" if noun else pick(("的", ""))
        text = setting + trim + colour + material + (joint if fields != ("setting",) else "") + noun
        return _dress_chinese(text, rng)
    style = rng.random()
    if style < 0.14 and len(fields) > 1:
        words = [x for x in (noun, colour, material, trim, setting) if x]
        rng.shuffle(words)
        return _dress_chinese(pick((" ", "，", "、", ",")).join(words), rng)
    qualities = [x for x in (trim, colour, material) if x]
    if rng.random() < 0.35:
        rng.shuffle(qualities)
    link = pick(("的", "")) if qualities and qualities[-1] != "" else ""
    praise = pick(_PRAISE_CHINESE) if rng.random() < 0.06 else ""
    count = f"一{kind.measure}" if rng.random() < 0.3 else ""
    if style < 0.30 and trim and colour:
        core = "".join(x for x in (colour, material) if x) + link + noun
        tail = pick(("，", ",")) + ("带" if not trim.startswith(("带", "镶", "无")) else "") + trim
        where = pick(("，在", "，")) + setting if setting else ""
        return _dress_chinese(count + praise + core + tail + where, rng)
    core = "".join(qualities) + link + noun
    if not setting:
        return _dress_chinese(count + praise + core, rng)
    if rng.random() < 0.7:
        if rng.random() < 0.3 and scene.setting != "studio":
            text = f"{setting}有{count or '一' + kind.measure}{praise}{core}"
        else:
            text = f"{setting}{pick(('的', '的', ''))}{count}{praise}{core}"
    else:
        text = f"{count}{praise}{core}{pick(('，', '在', '，在'))}{setting}"
    return _dress_chinese(text, rng)


def _dress_chinese(text: str, rng: random.Random) -> str:
    roll = rng.random()
    if roll < 0.06:
        text += "的照片"
    elif roll < 0.09:
        text += rng.choice(("照片", "图片"))
    elif roll < 0.13:
        text = rng.choice(("一张", "")) + text + "的图片"
    return text
