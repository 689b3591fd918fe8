"""A prompt taken apart into the things that it names, in English and Chinese.

"A model in a red cape, wearing a gold watch on the beach" -> "model", "red cape", "gold watch",
"beach". No parser and no dictionary: a prompt is cut where its words put one thing beside another
(punctuation, "and", "wearing", "in front of", 和, 戴着, 在 ... 上), and from each piece falls what
names nothing: articles, numbers, measure words, the opening ("a photo of", 一张), and how the
picture is to be taken ("soft light", 特写). What only says a look ("with gold trim", "red and")
stays with its thing. What is not wanted ("without a hat", 没有帽子) is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from desktop.core.colour_words import COLOUR_WORDS, is_colours_alone
from desktop.core.set_phrases import SET_PHRASE

MOST = 12
"""Things of one prompt; the further ones of a very long one are not looked at."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Attributes:
    words: as the prompt names it: "red cape".
    noun: the same without colours and materials: "cape"; equal to ``words`` where there are none.
    """

    words: str
    noun: str


def things_in(prompt: str) -> tuple[Thing, ...]:
    """The things that a prompt names, in its order, each once; none in an empty one. A prompt that
    names nothing known ("softly lit") is one thing, as it is typed."""
    found: dict[str, Thing] = {}
    for piece in _with_their_looks(_pieces(prompt)):
        words = _named(piece)
        if words:
            found.setdefault(words.casefold(), Thing(words, _noun(words)))
    whole = " ".join(prompt.split())
    if not found and whole:
        return (Thing(whole, _noun(whole)),)
    return tuple(found.values())[:MOST]


# -- where it is cut -------------------------------------------------------------------------------

_DETERMINERS = (
    "a|an|the|some|any|this|that|these|those|my|our|your|his|her|its|their|one|two|three|four|five|"
    "six|seven|eight|nine|ten|several|many|few|both|each|every|another|other|pair of|couple of|"
    "set of|bunch of|piece of"
)
_VERBS = (
    "wearing|wears|worn|dressed|holding|holds|carrying|carries|sitting|sits|seated|standing|stands|"
    "lying|lies|leaning|leans|hanging|hangs|playing|plays|riding|rides|driving|drives|walking|"
    "walks|running|resting|rests|placed|displayed|arranged|featuring|features|including|includes|"
    "containing|contains|showing|shows|filled|covered|surrounded|paired|combined|posing|poses|"
    "drinking|looking|parked|set|is|are|has|have|using|while|who|which|that|where"
)
_PLACES = (
    "in front of|on top of|on the left of|on the right of|to the left of|to the right of|next to|"
    "close to|together with|along with|as well as|accompanied by|such as|"
    "beside|besides|behind|under|underneath|beneath|below|above|over|between|near|against|around|"
    "inside|into|onto|upon|through|across|among|beyond|toward|towards|alongside|"
    "on|at|by|for|from|plus|versus|vs|then|and|or|with|including|in(?=\\s+(?:"
    + _DETERMINERS
    + ")\\b)"
)
_NOT_WANTED = ("without", "no", "not", "没有", "不要", "无需", "不带", "不含")
_LOOKS = (
    "trim|trims|edge|edges|edging|border|borders|dots|stripes|pattern|patterns|decoration|details|"
    "detailing|finish|lining|texture|print|embroidery|stitching|buttons|accents"
)
_CUTS = re.compile(
    "|".join(
        (
            r"[\n\r\t,.;:!?|/+&()\[\]{}，。；：！？、｜＋（）【】《》“”\"…—]+",
            rf"\b(?:{_PLACES}|{_VERBS}|without|no|not)\b|没有|不要|无需|不带|不含",
            # Chinese, by the longest first; what else is a part of words is told from them.
            "穿戴着|佩戴着|佩戴|穿着|戴着|身穿|身着|身披|披着|头戴(?!式)|手持|手拿|手里拿着|拿着|握着|背着|提着|"
            "抱着|挎着|端着|举着|坐在|站在|躺在|靠在|放在|摆在|挂在|停在|落在|位于|摆放着|摆着|放着|挂着|"
            "停着|弹着|开着|骑着|带着|配上|搭配|配着|加上|以及|还有|并且|并|旁边是|旁边有|周围是|"
            "(?<!高)跟(?!鞋)|(?<!参)与(?!众)|(?<!埃)及(?!其)|同时|"
            "(?<![柔暖温祥缓饱总平中])和(?![服平谐睦式风纸室])|"
            "[穿戴拿背提抱](?=[一两了个])|有(?=[一两几])|(?<![现存实正内])在(?![线])|"
            "(?:旁边|前面|后面|上面|下面|里面|手中|手里|之间|[上里中下旁前后])的|"
            "(?<=[\u4e00-\u9fff]{2})[上里中旁](?=[一两几放摆站坐挂停])",
        )
    ),
    re.IGNORECASE,
)


def _pieces(prompt: str) -> list[tuple[str, str]]:
    """(what stands before it, piece): cut, but not where a look goes on."""
    found: list[tuple[str, str]] = []
    at, before = 0, ""
    for cut in _CUTS.finditer(prompt):
        if cut[0].casefold() in ("with", "without") and _is_look(prompt[cut.end() :]):
            continue
        found.append((before, prompt[at : cut.start()].strip()))
        at, before = cut.end(), cut[0].casefold().strip()
    found.append((before, prompt[at:].strip()))
    return [(joint, piece) for joint, piece in found if piece or joint]


def _is_look(after: str) -> bool:
    """Whether "with" or "without" goes on with what its thing looks like: "with gold trim"."""
    words = re.match(
        rf"(?:\s+(?:a|an|no))?(?:\s+[\w-]+){{0,2}}?\s+(?:{_LOOKS})\b", after, re.IGNORECASE
    )
    return words is not None


# -- what only says a look -------------------------------------------------------------------------

_MATERIALS = re.compile(
    "silk|silken|velvet|wool|woollen|woolen|knitted|cotton|linen|canvas|"
    "denim|leather|suede|fur|metal|metallic|steel|wood|wooden|oak|glass|"
    "crystal|ceramic|porcelain|plastic|straw|woven|rattan|paper|stone|"
    "marble|concrete|glossy|shiny|matte|matt|transparent|plain|simple|"
    "striped|dotted|polka-dot|spotted|gold-trimmed|silver-trimmed|gold-edged|"
    "silver-edged|golden|silvery|dark|light|bright|pale|deep|big|large|"
    "small|little|tiny|tall|long|short|old|new|vintage|modern|classic|"
    "elegant|beautiful|nice|luxury|luxurious",
    re.IGNORECASE,
)
_CHINESE_LOOKS = (
    "丝绸|真丝|天鹅绒|丝绒|羊毛|针织|棉布|帆布|亚麻|牛仔|皮革|皮质|真皮|金属|不锈钢|木质|木头|木制|实木|"
    "玻璃|水晶|陶瓷|瓷质|塑料|草编|大理石|亮面|光亮|哑光|磨砂|透明|素面|无装饰|"
    "(?:带|镶)?[金银]边|[金银]色镶边|圆点图案|圆点|波点|条纹图案|横条纹|条纹|"
    "漂亮|优雅|精致|经典|好看|复古|现代|时尚|豪华|大号|小号|巨大|小巧"
)
_CHINESE_COLOURS = "|".join(
    sorted((name for name in COLOUR_WORDS if name.endswith("色")), key=len, reverse=True)
)
_CHINESE_LOOK = re.compile(rf"(?:{_CHINESE_LOOKS}|{_CHINESE_COLOURS})的?")
_ONE_SIGN = re.compile(
    rf"^[{''.join(n for n in COLOUR_WORDS if len(n) == 1)}](?=[\u4e00-\u9fff]{{2}})"
)
_WITH_LOOK = re.compile(rf"\bwith(?:out)?(?:\s+[\w-]+){{0,3}}?\s+(?:{_LOOKS})\b", re.IGNORECASE)
_MADE_OF = re.compile(
    r"\b(?:made|cut|knitted)\s+(?:of|from)\b.*|\b(?:of|in)\s+(?=[\w-]+(?:\s+[\w-]+)?$)"
)
_AND = frozenset(("and", "or", "和", "与", "、", "及", "/", "&", ","))


def _is_only_a_look(piece: str) -> bool:
    return bool(piece.strip()) and not _noun_alone(_bare(piece)).strip()


def _with_their_looks(pieces: list[tuple[str, str]]) -> list[str]:
    """ "red" and "gold cape" are one thing; so are "hat", "wool" in a list of words."""
    found: list[str] = []
    waiting = ""
    for at, (joint, piece) in enumerate(pieces):
        if joint in _NOT_WANTED:
            continue
        if not _is_only_a_look(piece):
            found.append(f"{waiting} {piece}".strip())
            waiting = ""
        elif at + 1 < len(pieces) and pieces[at + 1][0] in _AND and not (joint == "," and found):
            waiting = f"{waiting} {piece}".strip()
        elif found:
            found[-1] = f"{found[-1]} {waiting} {piece}".replace("  ", " ")
            waiting = ""
        else:
            waiting = f"{waiting} {piece}".strip()
    if waiting:
        found.append(waiting)
    return found


def _noun(words: str) -> str:
    return _noun_alone(words).strip() or words


def _noun_alone(words: str) -> str:
    """Without what says a look; the name of a thing stays whole."""
    named = SET_PHRASE.search(words)
    if named is not None:
        before, after = _noun_alone(words[: named.start()]), _noun_alone(words[named.end() :])
        return (" " if named[0].isascii() else "").join(filter(None, (before, named[0], after)))
    words = _MADE_OF.sub("", _WITH_LOOK.sub("", words))
    words = _ONE_SIGN.sub("", _CHINESE_LOOK.sub("", words))
    kept = [word for word in words.split() if not _is_look_word(word)]
    return " ".join(kept).strip("的 ")


def _is_look_word(word: str) -> bool:
    return _MATERIALS.fullmatch(word) is not None or is_colours_alone(word)


# -- what names nothing ----------------------------------------------------------------------------

_OPENING = re.compile(
    r"^(?:(?:please|show me|give me|i want|create|generate|make|draw|paint|render|imagine)\s+)*"
    rf"(?:(?:{_DETERMINERS})\s+)*"
    r"(?:(?:[\w-]+\s+)?(?:photo|photograph|picture|image|shot|portrait|close-up|closeup|render|"
    r"rendering|illustration|drawing|painting|poster|still life|scene|view|pair|set)\s+of\s+)?"
    rf"(?:(?:{_DETERMINERS})\s+)*",
    re.IGNORECASE,
)
_ENDING = re.compile(r"\s+(?:photo|photograph|picture|image|shot)$", re.IGNORECASE)
_MEASURES = "个位件只条块顶辆把盏副名张双对台瓶支本束套座幅棵朵串枚款组片排群堆些种杯"
_CHINESE_OPENING = re.compile(
    "^(?:请|帮我|我要|我想要|生成|创建|制作|画|拍|来)*"
    f"(?:(?:[一两二三四五六七八九十几这那每][{_MEASURES}]|一)?(?:照片|图片|海报)?(?:[，,]|里|上)?)"
    f"(?:[两二三四五六七八九十几这那每一][{_MEASURES}])?"
)
_CHINESE_ENDING = re.compile("(?:的)?(?:照片|图片|画面|海报|特写|场景|合影|写真)$")
_WHERE = re.compile("(?<=[\u4e00-\u9fff]{2})(?:旁边|前面|后面|上面|下面|里面|之间|[上里中下旁])$")
_MANNER = re.compile(
    "photographed|shot|lit|lighting|light|lights|angle|view|style|bokeh|"
    "resolution|quality|realistic|photorealistic|hyperrealistic|ultra|cinematic|"
    "dramatic|4k|8k|hd|uhd|hdr|close-up|closeup|focus|depth|field|"
    "shallow|background|foreground|center|centre|centered|composition|soft|"
    "warm|cold|natural|studio|golden|hour|wide|high|low|from|of|below|"
    "above|the|a|an|in|plain|shadows|shadow|detailed|highly|very|"
    "professional|photography|photo|picture|image|scene|left|right|top|"
    "bottom|front|back|side|middle|it|he|she|they|him|her|them|each|"
    "other|everything|something|thing|object|item|one|macro|lens|mm|iso|"
    "sharp|crisp|clean|minimal|minimalist|editorial|commercial|product|"
    "advertising|aspect|ratio|tones|tone|mood|atmosphere",
    re.IGNORECASE,
)
_CHINESE_MANNER = re.compile(
    "^(?:柔和|自然|高清|写实|电影感|特写|俯拍|仰拍|近景|远景|背景|纯色|虚化|光线|光影|柔光|逆光|灯光|超|"
    "高质量|专业|摄影|构图|居中|风格|极简|简约|质感|细节|丰富|分辨率|真实|棚拍|影棚|摄影棚|里|商业|广告|"
    "一起|一个|它|他|她|的|东西|物品|左边|右边|中间|前景|同框)+$"
)


def _bare(piece: str) -> str:
    """Without opening, ending, and what counts it."""
    piece = _ENDING.sub("", _OPENING.sub("", " ".join(piece.split())))
    piece = _CHINESE_ENDING.sub("", _CHINESE_OPENING.sub("", piece))
    return piece.strip(" -'的了着")


def _named(piece: str) -> str:
    """The words that name something; empty where none does."""
    words = _WHERE.sub("", _bare(piece)).strip(" 的")
    if not re.search(r"\w", words) or _CHINESE_MANNER.match(words):
        return ""
    if all(_MANNER.fullmatch(word) for word in words.split()):
        return ""
    return words
