"""Names of things that their parts do not tell: 红包 is no bag that is red, and white wine is not
white.

A short list of what designers look for, and no dictionary; in English also what ends in a material
("wine glass"), which else only says how something looks.
"""

from __future__ import annotations

import re

_CHINESE = (
    "红包|红酒|红茶|红毯|红豆|红枣|红薯|红烧肉|红绿灯|"
    "红领巾|红十字|白酒|白菜|白板|白领|白萝卜|白云|白银|"
    "黑板|黑洞|黑客|黑胶|黑莓|黑芝麻|绿茶|绿豆|绿萝|绿洲|"
    "青蛙|青花|青铜|青菜|青椒|青年|青少年|青春|青苔|蓝牙|"
    "蓝莓|蓝领|黄瓜|黄油|黄豆|黄昏|黄金|黄牛|金鱼|金字塔|"
    "金融|金丝猴|金橘|银行|银杏|银河|银耳|紫菜|紫砂|紫薯|"
    "粉笔|粉丝|灰尘|灰姑娘|橙汁|橙子|橘子|杏仁|杏子|桃子|"
    "桃花|米饭|米粉|米老鼠|驼鸟|棕榈"
)
_ENGLISH = (
    *("red carpet", "red wine", "red panda", "red cabbage", "white wine", "black tea"),
    *("black coffee", "black hole", "green tea", "green card", "green screen", "green onion"),
    *("blue cheese", "orange juice", "orange tree", "brown sugar", "golden retriever"),
    *("golden gate bridge", "silver fern", "yellow pages", "traffic light", "street light"),
    *("wine glass", "hour glass", "magnifying glass", "stained glass", "looking glass"),
    *("toilet paper", "wrapping paper", "paper plane", "paper clip", "metal detector", "big ben"),
)
_WRITTEN_SO = re.compile(_CHINESE)
SET_PHRASE = re.compile(rf"{_CHINESE}|\b(?:{'|'.join(_ENGLISH)})(?:e?s)?\b", re.IGNORECASE)


def literal_reading(text: str) -> str:
    """The text as read by who takes its Chinese set phrases by their parts: "红色的包" for "红包".
    Empty where it has none."""
    read = _WRITTEN_SO.sub(lambda phrase: f"{phrase[0][0]}色的{phrase[0][1:]}", text)
    return read if read != text else ""
