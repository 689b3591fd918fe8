"""A prompt is taken apart into the things that it names."""

from __future__ import annotations

import pytest

from desktop.core.prompt_things import MOST, things_in

ENGLISH = {
    "a red cape": ["red cape"],
    "A model in a red cape, wearing a gold watch on the beach": [
        *("model", "red cape", "gold watch", "beach"),
    ],
    "Photo of a teapot on a wooden table, soft light, 4k": ["teapot", "wooden table"],
    "a golden watch with gold trim next to two blue cups": [
        "golden watch with gold trim",
        "blue cups",
    ],
    "red and gold cape, and a hat": ["red gold cape", "hat"],
    "hat, red, wool": ["hat red wool"],
    "a cape made of red silk and a lamp": ["cape made of red silk", "lamp"],
    "woman without a hat, holding a guitar": ["woman", "guitar"],
    "in a forest, a red dress with polka dots": ["forest", "red dress with polka dots"],
    "a pair of high-heeled shoes in front of a sports car": ["high-heeled shoes", "sports car"],
    "a lamp, a chair and the lamp": ["lamp", "chair"],
}
CHINESE = {
    "一位模特戴着金色手表，穿着红色披风，坐在椅子上": ["模特", "金色手表", "红色披风", "椅子"],
    "红色的披风和金色的手表": ["红色的披风", "金色的手表"],
    "海滩上有一件红色披风和一副墨镜": ["海滩", "红色披风", "墨镜"],
    "高跟鞋、手袋以及一条丝绸连衣裙": ["高跟鞋", "手袋", "丝绸连衣裙"],
    "一副头戴式耳机和一把木质吉他在森林里": ["头戴式耳机", "木质吉他", "森林"],
    "一张金边红色皮革手提包的照片": ["金边红色皮革手提包"],
    "女孩手中的吉他，没有帽子": ["女孩", "吉他"],
    "一双高跟鞋跟一个包": ["高跟鞋", "包"],
    "和服与柔和光线": ["和服"],
}


@pytest.mark.parametrize(("prompt", "things"), [*ENGLISH.items(), *CHINESE.items()])
def test_the_things_of_a_prompt(prompt: str, things: list[str]) -> None:
    assert [thing.words for thing in things_in(prompt)] == things


def test_a_noun_is_told_from_its_look() -> None:
    nouns = {
        "plain red cotton dress": "dress",
        "a golden watch with gold trim": "watch",
        "a cape made of red silk": "cape",
        "银色镶边的白色茶壶": "茶壶",
        "木质吉他": "吉他",
        "红鞋子": "鞋子",
        "a violin": "violin",
    }
    assert {prompt: things_in(prompt)[0].noun for prompt in nouns} == nouns


def test_the_name_of_a_thing_is_not_taken_apart() -> None:
    nouns = {
        "a long red carpet with gold trim": "red carpet",
        "two tall wine glasses": "wine glasses",
        "a hotel red carpet": "hotel red carpet",
        "红绿灯": "红绿灯",
        "一个银色的红酒杯": "红酒杯",
        "黑胶唱片": "黑胶唱片",
        "蓝牙耳机": "蓝牙耳机",
        "金属门": "门",
        "a red house": "house",
    }
    assert {prompt: things_in(prompt)[0].noun for prompt in nouns} == nouns


def test_what_names_nothing_is_looked_for_as_it_is() -> None:
    assert things_in("  ") == ()
    assert [thing.words for thing in things_in("soft  light")] == ["soft light"]
    assert [thing.words for thing in things_in("red")] == ["red"]


def test_a_prompt_of_any_length_is_taken_apart() -> None:
    assert len(things_in(", ".join(f"thing{n}" for n in range(10_000)))) == MOST
    assert things_in("with " * 10_000 + "a" * 10_000)
