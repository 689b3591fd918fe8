"""Style sheets, style attributes and presentation attributes to values that resvg knows.

resvg drops no declaration that it cannot read: it paints black. So the cascade of CSS is done here
(Cascading 4, Variables 1): what is not valid is left out, and the declaration before it counts;
variables are put in; colours become hexadecimal.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree

from desktop.media.svg.calculations import FUNCTIONS, length_of
from desktop.media.svg.colours import srgb
from desktop.media.svg.placement import BOX, ORIGIN, STATED
from desktop.media.svg.sheets import Declaration, declarations, ruled
from desktop.media.svg.transforms import PROPERTIES as TRANSFORMS

_PAINTS = frozenset({"fill", "stroke"})
_COLOURS = frozenset({"color", "stop-color", "flood-color", "lighting-color"})
_INHERITED = frozenset({"fill", "stroke", "color"})
_INITIAL = {"fill": "#000", "stroke": "none", "color": "#000", "stop-color": "#000"} | {
    "flood-color": "#000",
    "lighting-color": "#fff",
}
_GEOMETRY = frozenset({"x", "y", "width", "height", "r", "rx", "ry", "cx", "cy"})
"""Properties of SVG 2 that resvg reads as attributes only."""
_NUMBERS = frozenset(
    {"opacity", "fill-opacity", "stroke-opacity", "stop-opacity", "flood-opacity"}
    | {"stroke-miterlimit"}
)
_LENGTHS = frozenset(
    {"stroke-width", "stroke-dashoffset", "font-size", "letter-spacing", "word-spacing"}
)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?%?")
_LENGTH = re.compile(
    r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(px|pt|pc|mm|cm|in|em|ex|rem|%)?", re.IGNORECASE
)
_WORD = re.compile(r"[a-z-]+", re.IGNORECASE)
_CSS_WIDE = frozenset({"initial", "unset", "revert", "revert-layer"})
_ROOT_FONT_SIZE = 16.0
_KNOWN_FUNCTIONS = frozenset(
    {"url", "rgb", "rgba", "hsl", "hsla", "rect"}
    | {"blur", "brightness", "contrast", "drop-shadow", "grayscale", "hue-rotate", "invert"}
    | {"opacity", "saturate", "sepia"}
)
_HEXADECIMAL = re.compile(r"#(?:[0-9a-fA-F]{3,4}){1,2}")
_LINK = re.compile(r"(url\(\s*(?:\"[^\"]*\"|'[^']*'|[^)]*)\s*\))\s*(.*)", re.DOTALL | re.IGNORECASE)
_PROFILED = re.compile(
    r"(.+?)\s+(?:icc-color|icc-named-color|device-cmyk)\([^)]*\)", re.DOTALL | re.IGNORECASE
)
_OUTLINE = re.compile(r"path\(\s*(?:\w+\s*,\s*)?([\"'])(.*)\1\s*\)", re.DOTALL | re.IGNORECASE)
_FONT_SIZE = re.compile(
    r"(?<!\S)((?:[\d.]+[a-z%]+|(?:xx?-)?(?:small|large)|medium|larger|smaller))\s*/\s*\S+(?=\s)",
    re.IGNORECASE,
)
"""In the shorthand ``font``, with the height of lines, which resvg does not expect there."""
_CURRENT_COLOUR = re.compile(r"\bcurrentcolor\b", re.IGNORECASE)
_VARIABLE = re.compile(r"var\(", re.IGNORECASE)
_LONGEST_VALUE = 64 * 1024
_LONGEST_CONDITION = 500

_CURRENT = "currentcolor"
"""Among the variables: the colour that this word stands for."""
_NO_VARIABLES: dict[str, str] = {}


def resolve_styles(root: ElementTree.Element) -> None:
    """Replace all style sheets of a drawing, and what resvg would misread, in place."""
    stated = ruled(root, lambda name, value: _computed(name, value, {}) is not None)
    waiting = [(root, _NO_VARIABLES)]
    while waiting:
        element, variables = waiting.pop()
        variables = _resolve(element, stated.get(element, []), variables)
        waiting.extend((child, variables) for child in element)


def _resolve(
    element: ElementTree.Element, rules: list[Declaration], variables: dict[str, str]
) -> dict[str, str]:
    """Give one element the values that count; returns the variables that its children inherit."""
    style = element.attrib.pop("style", "")
    own = [*rules, *(declarations(style) if style else ())]
    own.sort(key=lambda declaration: declaration.is_important)  # stable: the order stays otherwise
    variables = _with_own(variables, own)
    variables = _with_colour(variables, element.get("color", ""), own)
    for name, value in list(element.attrib.items()):
        if name in _PAINTS or name in _COLOURS or _VARIABLE.search(value):
            valid = _computed(name, value, variables)
            if valid is None:
                del element.attrib[name]
            else:
                element.set(name, valid)
    chosen: dict[str, str | None] = {}
    for name, value, _ in own:
        if name.startswith("--"):
            continue
        is_late = _VARIABLE.search(value)
        valid = _computed(name, value, variables)
        # What only its variables make invalid counts as not stated at all (Variables 1, 3.1).
        if valid is not None or is_late:
            chosen.pop(name, None)  # so that shorthands and longhands keep their order
            chosen[name] = valid
    written: list[str] = []
    for name, value in chosen.items():
        if name in TRANSFORMS:  # which ``placement`` puts together with the attribute
            element.set(STATED + name, value or "")
            continue
        element.attrib.pop(name, None)
        if value is None:
            continue
        if name in (ORIGIN, BOX):
            element.set(name, value)
        elif name in _GEOMETRY:
            element.set(name, re.sub(r"(?<=[\d.])px\b", "", value))
        elif name == "d":
            outline = _OUTLINE.fullmatch(value)
            element.set("d", outline[2] if outline else "")
        else:
            written.append(f"{name}:{value}")
    if written:
        element.set("style", ";".join(written))
    return variables


def _with_own(inherited: dict[str, str], own: list[Declaration]) -> dict[str, str]:
    raw = {name: value for name, value, _ in own if name.startswith("--")}
    if not raw:
        return inherited
    variables = {name: value for name, value in inherited.items() if name not in raw}
    # Each is worked out once, when first asked for; one that asks for itself has no value.
    waiting = dict(raw)

    def value_of(name: str) -> str | None:
        if name in waiting:
            value = _substituted(waiting.pop(name), value_of)
            if value is not None:
                variables[name] = value
        return variables.get(name)

    for name in raw:
        value_of(name)
    return variables


def _with_colour(
    inherited: dict[str, str], attribute: str, own: list[Declaration]
) -> dict[str, str]:
    """With what currentColor stands for in this element."""
    stated = [attribute, *(value for name, value, _ in own if name == "color")]
    for value in reversed(stated):
        known = _computed("color", value, inherited) if value else None
        if known is not None:
            return {**inherited, _CURRENT: known} if known.startswith("#") else inherited
    return inherited


def _computed(name: str, value: str, variables: dict[str, str]) -> str | None:
    """The value with its variables, for resvg; None for what counts as not stated."""
    if _VARIABLE.search(value):
        substituted = _substituted(value, variables.get)
        if substituted is None:
            return None
        value = substituted
    value = value.strip()
    if "(" in value:  # alone, resvg knows it
        value = _CURRENT_COLOUR.sub(variables.get(_CURRENT, "#000"), value)
    return _valid(name, value)


def _substituted(value: str, value_of: Callable[[str], str | None]) -> str | None:
    """With every var() replaced; None when one has neither value nor fallback."""
    if len(value) > _LONGEST_VALUE:
        return None
    parts: list[str] = []
    length = at = 0
    while found := _VARIABLE.search(value, at):
        end, comma = _closing(value, found.end())
        name = value[found.end() : comma if comma > 0 else end].strip()
        known = value_of(name)
        if known is None and comma > 0:
            known = _substituted(value[comma + 1 : end].strip(), value_of)
        if known is None:
            return None
        parts += [value[at : found.start()], known]
        length += len(known)
        if length > _LONGEST_VALUE:
            return None
        at = end + 1
    return "".join((*parts, value[at:])).strip()


def _closing(value: str, at: int) -> tuple[int, int]:
    """Where the bracket closes that was opened before ``at``, and its first comma, or -1."""
    depth, comma = 1, -1
    for place in range(at, len(value)):
        match value[place]:
            case "(":
                depth += 1
            case ")":
                depth -= 1
                if not depth:
                    return place, comma
            case "," if depth == 1 and comma < 0:
                comma = place
            case _:
                pass
    return len(value), comma


def _valid(name: str, value: str) -> str | None:
    """A value as resvg reads it; None for one that CSS does not know for this property, or that
    stands for nothing stated."""
    lower = value.lower()
    if lower in _CSS_WIDE:
        is_reset = lower == "initial" or name not in _INHERITED
        return _INITIAL.get(name) if is_reset else "inherit"
    if lower == "inherit":
        return "inherit"
    if name in _PAINTS:
        return _paint(value)
    if name in _COLOURS:
        return _profiled(value)
    if name in _NUMBERS:
        return value if _NUMBER.fullmatch(value) else None
    if name in _LENGTHS:
        return _length(value)
    if name == "font":
        return _FONT_SIZE.sub(r"\1", value[:_LONGEST_CONDITION], count=1)
    if name in TRANSFORMS or name in {"d", ORIGIN}:
        return value
    functions = {found.lower() for found in re.findall(r"([\w-]+)\(", value)}
    if name in _GEOMETRY and functions <= FUNCTIONS.keys():
        return value
    return value if functions <= _KNOWN_FUNCTIONS or "url" in functions else None


def _paint(value: str) -> str | None:
    if value.lower() in {"none", "context-fill", "context-stroke"}:
        return value.lower()
    link = _LINK.fullmatch(value)
    if link is None:
        return _profiled(value)
    if not link[2]:
        return link[1]
    otherwise = "none" if link[2].lower() == "none" else _profiled(link[2])
    return otherwise and f"{link[1]} {otherwise}"


def _profiled(value: str) -> str | None:
    """A colour, maybe with a second one for a printer's profile, which is for none here."""
    if _HEXADECIMAL.fullmatch(value):
        return value
    profiled = _PROFILED.fullmatch(value)
    return srgb(profiled[1] if profiled else value)


def _length(value: str) -> str | None:
    length = _LENGTH.fullmatch(value)
    if length is None and "(" in value:
        try:
            return f"{length_of(value, None):g}px"
        except (ValueError, ArithmeticError):
            return None
    if length is None:
        return value if _WORD.fullmatch(value) else None
    if (length[2] or "").lower() == "rem":
        return f"{float(length[1]) * _ROOT_FONT_SIZE:g}px"
    return value
