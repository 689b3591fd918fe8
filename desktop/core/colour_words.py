"""Names of colours, in English and Chinese, as people type them.

English as in CSS Color 4, and what designers and shops say besides; Chinese by the national colour
names (GB/T 15608) and everyday use, with or without 色.
"""

from __future__ import annotations

import math
import re

from desktop.core.colour import SAME_NAME, oklab
from desktop.core.set_phrases import SET_PHRASE

_ENGLISH = {
    **{"black": "#000000", "white": "#FFFFFF", "grey": "#808080", "silver": "#C0C0C0"},
    **{"charcoal": "#36454F", "red": "#FF0000", "crimson": "#DC143C", "maroon": "#800000"},
    **{"burgundy": "#800020", "scarlet": "#FF2400", "coral": "#FF7F50", "salmon": "#FA8072"},
    **{"pink": "#FFC0CB", "rose": "#FF007F", "fuchsia": "#FF00FF", "magenta": "#FF00FF"},
    **{"purple": "#800080", "violet": "#8F00FF", "lavender": "#B57EDC", "lilac": "#C8A2C8"},
    **{"plum": "#8E4585", "indigo": "#4B0082", "blue": "#0000FF", "navy": "#000080"},
    **{"royalblue": "#4169E1", "skyblue": "#87CEEB", "azure": "#007FFF", "cobalt": "#0047AB"},
    **{"turquoise": "#40E0D0", "teal": "#008080", "cyan": "#00FFFF", "aqua": "#00FFFF"},
    **{"mint": "#98FF98", "green": "#008000", "lime": "#00FF00", "olive": "#808000"},
    **{"khaki": "#C3B091", "emerald": "#50C878", "forest": "#228B22", "sage": "#B2AC88"},
    **{"yellow": "#FFFF00", "gold": "#FFD700", "mustard": "#E1AD01", "amber": "#FFBF00"},
    **{"orange": "#FFA500", "peach": "#FFE5B4", "apricot": "#FBCEB1", "terracotta": "#E2725B"},
    **{"rust": "#B7410E", "brown": "#8B4513", "chocolate": "#7B3F00", "camel": "#C19A6B"},
    **{"tan": "#D2B48C", "beige": "#F5F5DC", "cream": "#FFFDD0", "ivory": "#FFFFF0"},
}
_ALSO = {
    "gray": "grey",
    "bordeaux": "burgundy",
    "wine": "burgundy",
    "ochre": "mustard",
    "golden": "gold",
}
_CHINESE = {
    **{"黑": "#000000", "白": "#FFFFFF", "灰": "#808080", "银": "#C0C0C0", "炭灰": "#36454F"},
    **{"红": "#FF0000", "大红": "#FF2400", "深红": "#8B0000", "酒红": "#800020"},
    **{"粉": "#FFC0CB", "粉红": "#FFC0CB", "玫红": "#FF007F", "珊瑚": "#FF7F50"},
    **{"品红": "#FF00FF", "紫": "#800080", "紫罗兰": "#8F00FF", "薰衣草": "#B57EDC"},
    **{"靛": "#4B0082", "靛蓝": "#4B0082", "蓝": "#0000FF", "藏青": "#000080", "深蓝": "#000080"},
    **{"海军蓝": "#000080", "宝蓝": "#4169E1", "天蓝": "#87CEEB", "浅蓝": "#ADD8E6"},
    **{"青": "#00FFFF", "蓝绿": "#008080", "绿松石": "#40E0D0", "薄荷": "#98FF98"},
    **{"绿": "#008000", "浅绿": "#90EE90", "深绿": "#006400", "墨绿": "#0B3D2E"},
    **{"橄榄": "#808000", "橄榄绿": "#808000", "军绿": "#4B5320", "翠绿": "#50C878"},
    **{"黄": "#FFFF00", "金": "#FFD700", "芥末黄": "#E1AD01", "琥珀": "#FFBF00"},
    **{"橙": "#FFA500", "橘": "#FFA500", "橘红": "#FF4500", "杏": "#FBCEB1", "桃": "#FFE5B4"},
    **{"棕": "#8B4513", "褐": "#8B4513", "咖啡": "#7B3F00", "驼": "#C19A6B", "卡其": "#C3B091"},
    **{"米": "#F5F5DC", "米白": "#FFFDD0", "奶油": "#FFFDD0", "象牙": "#FFFFF0"},
    **{"金黄": "#FFD700", "银灰": "#C0C0C0", "橙红": "#FF4500", "紫红": "#C71585"},
    **{"黄绿": "#9ACD32", "青绿": "#40E0D0"},
}
COLOUR_WORDS = (
    _ENGLISH
    | {also: _ENGLISH[name] for also, name in _ALSO.items()}
    | {name + ending: code for name, code in _CHINESE.items() for ending in ("", "色")}
)
"""Name, in small letters -> "#1A2B3C"."""


def colour_named(name: str) -> str | None:
    """The colour, if there is one of this name; spaces and hyphens do not count."""
    return COLOUR_WORDS.get("".join(name.casefold().split()).replace("-", ""))


_TWO_WORDS = {"royalblue": "royal blue", "skyblue": "sky blue"}


def name_of_colour(colour: str, *, is_chinese: bool) -> str:
    """What most people call "#1A2B3C"; empty where no name here comes near enough."""
    place = oklab(colour)
    names = _CHINESE if is_chinese else _ENGLISH
    name, code = min(names.items(), key=lambda each: math.dist(place, oklab(each[1])))
    if math.dist(place, oklab(code)) > SAME_NAME:
        return ""
    return f"{name}色" if is_chinese else _TWO_WORDS.get(name, name)


_MORE_OFTEN_THINGS = frozenset(
    [
        *("apricot", "camel", "chocolate", "coral", "cream", "forest", "lime", "mint", "olive"),
        *("peach", "plum", "rose", "rust", "sage", "salmon", "tan", "wine"),
    ]
)
BETWEEN_COLOURS = tuple(
    name for name in _CHINESE if len(name) == 2 and name[0] in _CHINESE and name[1] in _CHINESE
)
"""Chinese names that end like another colour and are none of its kind: 粉红 is pink and 蓝绿 teal.
What stands before the other one is a colour as well; any other word (深红, 天蓝) makes a shade."""
_SAID = re.compile(
    "|".join(
        name if name[0] > "\x7f" else rf"\b{name}\b"
        for name in sorted(COLOUR_WORDS, key=len, reverse=True)
        if (name[0] <= "\x7f" and name not in _MORE_OFTEN_THINGS) or name.endswith("色")
    ),
    re.IGNORECASE,
)


def colours_said(text: str) -> dict[str, str]:
    """The colours among other words, as they stand there, each with its code: "a red cape" ->
    {"red": "#FF0000"}. A word that is a thing as a rule ("forest") is none, nor one in the name of
    a thing ("red carpet"); nor is a Chinese one without 色, which may be part of another word."""
    free = SET_PHRASE.sub(" ", text)
    return {match[0]: COLOUR_WORDS[match[0].casefold()] for match in _SAID.finditer(free)}


def is_colours_alone(text: str) -> bool:
    """Nothing but colours is said."""
    rest = _SAID.sub("", text)
    return rest != text and not re.search(r"\w", rest)
