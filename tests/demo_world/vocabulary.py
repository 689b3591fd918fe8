"""What exists in the demo world: things, colours, materials, trims, settings and their words.

A `Scene` is one choice of each. The world is closed on purpose: the demo model knows exactly
these words and nothing else. `HELD_OUT_COLOURS` and `HELD_OUT_SETTINGS` are combinations that
training never sees, so that the benchmark measures composition and not memory.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass

COLOURS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "red": (("red",), ("红色", "红")),
    "golden": (("golden", "gold"), ("金色", "金黄色")),
    "silver": (("silver", "silvery"), ("银色", "银灰色")),
    "black": (("black",), ("黑色", "黑")),
    "white": (("white",), ("白色", "白")),
    "blue": (("blue",), ("蓝色", "蓝")),
    "green": (("green",), ("绿色", "绿")),
    "pink": (("pink",), ("粉色", "粉红色")),
    "purple": (("purple", "violet"), ("紫色", "紫")),
    "orange": (("orange",), ("橙色", "橘色")),
    "teal": (("teal", "turquoise"), ("青色", "蓝绿色")),
    "brown": (("brown",), ("棕色", "褐色")),
}

MATERIALS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "silk": (("silk", "silken"), ("丝绸", "真丝")),
    "velvet": (("velvet",), ("天鹅绒", "丝绒")),
    "wool": (("wool", "knitted", "woollen"), ("羊毛", "针织")),
    "cotton": (("cotton", "canvas"), ("棉布", "帆布")),
    "leather": (("leather",), ("皮革", "皮质", "真皮")),
    "metal": (("metal", "metallic"), ("金属",)),
    "wood": (("wooden", "wood"), ("木质", "木头", "木制")),
    "glass": (("glass",), ("玻璃",)),
    "ceramic": (("ceramic", "porcelain"), ("陶瓷", "瓷质")),
    "plastic": (("plastic",), ("塑料",)),
    "straw": (("straw", "woven"), ("草编",)),
    "glossy": (("glossy", "shiny"), ("亮面", "光亮")),
    "matte": (("matte", "matt"), ("哑光", "磨砂")),
}

TRIMS: tuple[str, ...] = ("none", "gold", "silver", "dotted", "striped")

SETTINGS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "studio": (
        ("in a studio", "on a plain background", "studio shot"),
        ("影棚里", "纯色背景", "摄影棚里"),
    ),
    "beach": (("on a beach", "at the beach", "by the sea"), ("海滩上", "沙滩上", "海边")),
    "desk": (("on a desk", "on a wooden table", "on the table"), ("书桌上", "桌子上", "桌上")),
    "night": (
        ("at night", "in the city at night", "in a night city"),
        ("夜晚", "城市夜景里", "夜晚的城市"),
    ),
    "forest": (("in a forest", "in the woods", "among trees"), ("森林里", "树林里", "林间")),
    "snow": (("in the snow", "in winter", "on snow"), ("雪地里", "雪中", "冬天")),
}


@dataclass(frozen=True)
class Thing:
    """One kind of thing: its words and the materials it may be made of.

    `measure` is the Chinese measure word that follows 一 ("一件披风").
    """

    english: tuple[str, ...]
    chinese: tuple[str, ...]
    measure: str
    materials: tuple[str, ...]


THINGS: dict[str, Thing] = {
    "watch": Thing(("watch", "wristwatch"), ("手表", "腕表"), "块", ("metal", "leather")),
    "cape": Thing(("cape", "cloak"), ("披风", "斗篷"), "件", ("silk", "velvet", "wool")),
    "hat": Thing(("hat",), ("帽子", "礼帽"), "顶", ("wool", "straw", "leather")),
    "handbag": Thing(
        ("handbag", "bag", "purse"), ("手袋", "手提包", "包"), "个", ("leather", "silk", "straw")
    ),
    "dress": Thing(
        ("dress", "gown"), ("连衣裙", "裙子", "礼服"), "条", ("silk", "velvet", "cotton")
    ),
    "shoe": Thing(
        ("shoe", "high heel", "high-heeled shoe"),
        ("鞋子", "高跟鞋", "鞋"),
        "只",
        ("leather", "velvet", "silk"),
    ),
    "necklace": Thing(("necklace",), ("项链",), "条", ("metal", "glass", "wood")),
    "sports car": Thing(
        ("sports car", "car", "convertible"), ("跑车", "敞篷车", "车"), "辆", ("glossy", "matte")
    ),
    "toy figure": Thing(
        ("toy figure", "toy", "figurine"),
        ("玩具人偶", "玩偶", "手办", "玩具"),
        "个",
        ("plastic", "wood", "metal"),
    ),
    "cup": Thing(
        ("cup", "mug"), ("杯子", "马克杯", "茶杯"), "个", ("ceramic", "glass", "metal", "wood")
    ),
    "chair": Thing(("chair",), ("椅子", "座椅"), "把", ("wood", "metal", "velvet")),
    "guitar": Thing(("guitar",), ("吉他",), "把", ("wood", "plastic")),
    "lamp": Thing(("lamp", "table lamp"), ("台灯", "灯"), "盏", ("metal", "glass", "cotton")),
    "backpack": Thing(("backpack", "rucksack"), ("背包", "双肩包"), "个", ("leather", "cotton")),
    "sunglasses": Thing(
        ("sunglasses", "shades"), ("太阳镜", "墨镜"), "副", ("plastic", "metal", "wood")
    ),
    "teapot": Thing(("teapot",), ("茶壶",), "把", ("ceramic", "metal", "glass")),
    "headphones": Thing(
        ("headphones", "headset"), ("耳机", "头戴式耳机"), "副", ("plastic", "metal", "leather")
    ),
    "bottle": Thing(("bottle", "flask"), ("瓶子", "酒瓶"), "个", ("glass", "metal", "ceramic")),
}

HELD_OUT_COLOURS: frozenset[tuple[str, str]] = frozenset(
    {
        ("watch", "teal"), ("watch", "purple"),
        ("cape", "orange"), ("cape", "white"),
        ("hat", "pink"), ("hat", "blue"),
        ("handbag", "green"), ("handbag", "golden"),
        ("dress", "brown"), ("dress", "teal"),
        ("shoe", "purple"), ("shoe", "silver"),
        ("necklace", "orange"), ("necklace", "red"),
        ("sports car", "pink"), ("sports car", "brown"),
        ("toy figure", "black"), ("toy figure", "green"),
        ("cup", "blue"), ("cup", "golden"),
        ("chair", "red"), ("chair", "silver"),
        ("guitar", "white"), ("guitar", "green"),
        ("lamp", "black"), ("lamp", "pink"),
        ("backpack", "golden"), ("backpack", "red"),
        ("sunglasses", "white"), ("sunglasses", "teal"),
        ("teapot", "purple"), ("teapot", "brown"),
        ("headphones", "orange"), ("headphones", "blue"),
        ("bottle", "silver"), ("bottle", "black"),
    }
)  # fmt: skip

HELD_OUT_SETTINGS: frozenset[tuple[str, str]] = frozenset(
    {
        ("watch", "snow"), ("cape", "desk"), ("hat", "night"), ("handbag", "forest"),
        ("dress", "snow"), ("shoe", "beach"), ("necklace", "night"), ("sports car", "studio"),
        ("toy figure", "beach"), ("cup", "forest"), ("chair", "snow"), ("guitar", "studio"),
        ("lamp", "beach"), ("backpack", "desk"), ("sunglasses", "night"), ("teapot", "beach"),
        ("headphones", "forest"), ("bottle", "studio"),
    }
)  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """One picture's content. Two scenes are identical when all five attributes are."""

    thing: str
    colour: str
    material: str
    trim: str
    setting: str

    def is_held_out(self) -> bool:
        """Whether training must not see this combination."""
        return (self.thing, self.colour) in HELD_OUT_COLOURS or (
            self.thing,
            self.setting,
        ) in HELD_OUT_SETTINGS


def is_plausible(scene: Scene) -> bool:
    """Gold trim on a golden thing cannot be seen, and neither can silver on silver."""
    return (scene.colour, scene.trim) not in {("golden", "gold"), ("silver", "silver")}


def all_scenes() -> list[Scene]:
    """Every plausible scene, in a fixed order."""
    return [
        scene
        for thing, kind in THINGS.items()
        for colour in COLOURS
        for material in kind.materials
        for trim in TRIMS
        for setting in SETTINGS
        if is_plausible(scene := Scene(thing, colour, material, trim, setting))
    ]


def random_scene(rng: random.Random, things: Iterable[str] | None = None) -> Scene:
    """A plausible scene drawn uniformly thing by thing; plain trim a little more often."""
    names = list(THINGS) if things is None else list(things)
    while True:
        thing = rng.choice(names)
        scene = Scene(
            thing,
            rng.choice(list(COLOURS)),
            rng.choice(THINGS[thing].materials),
            rng.choice(TRIMS),
            rng.choice(list(SETTINGS)),
        )
        if is_plausible(scene):
            return scene
