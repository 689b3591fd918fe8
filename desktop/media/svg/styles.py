"""Style sheets, style attributes and presentation attributes to values that resvg knows.

resvg drops no declaration that it cannot read: it paints black. So the cascade of CSS is done here
(Cascading 4, Variables 1): what is not valid is left out, and the declaration before it counts;
variables are put in; colours become hexadecimal.
"""

# The libraries at this edge publish partial types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple
from xml.etree import ElementTree

from desktop.media.svg.colours import srgb

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
    {"url", "rgb", "rgba", "hsl", "hsla", "rect", "matrix", "rotate"}
    | {f"{name}{axis}" for name in ("translate", "scale", "skew") for axis in ("", "x", "y")}
    | {"blur", "brightness", "contrast", "drop-shadow", "grayscale", "hue-rotate", "invert"}
    | {"opacity", "saturate", "sepia"}
)
_HEXADECIMAL = re.compile(r"#(?:[0-9a-fA-F]{3,4}){1,2}")
_LINK = re.compile(r"(url\(\s*(?:\"[^\"]*\"|'[^']*'|[^)]*)\s*\))\s*(.*)", re.DOTALL | re.IGNORECASE)
_PROFILED = re.compile(r"(.+?)\s+icc-color\([^)]*\)", re.DOTALL | re.IGNORECASE)
_VARIABLE = re.compile(r"var\(", re.IGNORECASE)
_LONGEST_VALUE = 64 * 1024
_LONGEST_CONDITION = 500

_NO_VARIABLES: dict[str, str] = {}


class _Declaration(NamedTuple):
    name: str
    value: str
    is_important: bool


def resolve_styles(root: ElementTree.Element) -> None:
    """Replace all style sheets of a drawing, and what resvg would misread, in place."""
    ruled = _ruled(root, list(_take_sheets(root)))
    waiting = [(root, _NO_VARIABLES)]
    while waiting:
        element, variables = waiting.pop()
        variables = _resolve(element, ruled.get(element, []), variables)
        waiting.extend((child, variables) for child in element)


def _ruled(
    root: ElementTree.Element, sheets: list[str]
) -> dict[ElementTree.Element, list[_Declaration]]:
    """What the sheets say about each element, the more specific later."""
    if not sheets:
        return {}
    from cssselect2 import ElementWrapper, Matcher

    matcher: Any = Matcher()
    for sheet in sheets:
        _add_sheet(matcher, sheet)
    ruled: dict[ElementTree.Element, list[_Declaration]] = {}
    for wrapper in ElementWrapper.from_xml_root(root).iter_subtree():
        found = [rules for *_, pseudo, rules in matcher.match(wrapper) if not pseudo]
        if found:
            ruled[wrapper.etree_element] = [each for rules in found for each in rules]
    return ruled


def _take_sheets(root: ElementTree.Element) -> Iterator[str]:
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag == "style"]:
            kind = child.get("type", "").strip().lower()
            if kind in {"", "text/css"} and _media_apply(child.get("media", "")):
                yield "".join(child.itertext())
            parent.remove(child)


def _add_sheet(matcher: Any, sheet: str) -> None:
    import tinycss2

    _add_rules(matcher, tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True))


def _add_rules(matcher: Any, rules: list[Any]) -> None:
    for rule in rules:
        with suppress(RecursionError):  # brackets in brackets without end
            _add_rule(matcher, rule)


def _add_rule(matcher: Any, rule: Any) -> None:
    import tinycss2
    from cssselect2 import SelectorError, compile_selector_list

    if rule.type == "at-rule" and rule.content is not None:
        condition = tinycss2.serialize(rule.prelude)
        if (
            (rule.lower_at_keyword == "media" and _media_apply(condition))
            or (rule.lower_at_keyword == "supports" and _is_supported(condition))
            or rule.lower_at_keyword == "layer"
        ):
            _add_rules(
                matcher,
                tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True),
            )
    elif rule.type == "qualified-rule":
        declarations = _declarations(rule.content)
        # Namespaces are gone from the tree.
        selectors = re.sub(r"[\w*-]*\|(?=[\w*])", "", tinycss2.serialize(rule.prelude))
        with suppress(SelectorError, ValueError):
            for selector in compile_selector_list(selectors):
                matcher.add_selector(selector, declarations)


def _media_apply(query: str) -> bool:
    """Whether one of these media queries is true of a picture on a light screen."""
    if len(query) > _LONGEST_CONDITION:
        return False
    true = {"", "all", "screen", "(prefers-color-scheme:light)", "(color)"}
    return any(
        all(part.replace(" ", "") in true for part in re.split(r"\s+and\s+", each.strip()))
        for each in re.sub(r"\bonly\s+", "", query.lower()).split(",")
    )


def _is_supported(condition: str) -> bool:
    """Of "(property: value)" alone, negated, or several with "and" or "or"."""
    if len(condition) > _LONGEST_CONDITION:
        return False
    answers: list[bool] = []
    for negation, name, value in re.findall(
        r"(not\s*)?\(\s*([\w-]+)\s*:\s*((?:[^()]|\([^()]*\))*)\)", condition, re.IGNORECASE
    ):
        answers.append((_valid(name.lower(), value.strip()) is not None) is not bool(negation))
    is_either = re.search(r"\)\s*or\b", condition, re.IGNORECASE)
    return bool(answers) and (any(answers) if is_either else all(answers))


def _declarations(content: Any) -> list[_Declaration]:
    """Of the inside of a rule or of a style attribute; what cannot be read is left out."""
    import tinycss2

    parsed = tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
    found: list[_Declaration] = []
    for each in parsed:
        if each.type == "declaration":
            name = each.name if each.name.startswith("--") else each.lower_name
            with suppress(RecursionError):  # brackets in brackets without end
                value = tinycss2.serialize(each.value).strip()
                found.append(_Declaration(name, value, each.important))
    return found


def _resolve(
    element: ElementTree.Element, rules: list[_Declaration], variables: dict[str, str]
) -> dict[str, str]:
    """Give one element the values that count; returns the variables that its children inherit."""
    style = element.attrib.pop("style", "")
    own = [*rules, *(_declarations(style) if style else ())]
    own.sort(key=lambda declaration: declaration.is_important)  # stable: the order stays otherwise
    variables = _with_own(variables, own)
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
        element.attrib.pop(name, None)
        if value is None:
            continue
        if name in _GEOMETRY or name == "transform":
            element.set(name, re.sub(r"(?<=[\d.])(?:px|deg)\b", "", value))
        else:
            written.append(f"{name}:{value}")
    if written:
        element.set("style", ";".join(written))
    return variables


def _with_own(inherited: dict[str, str], own: list[_Declaration]) -> dict[str, str]:
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


def _computed(name: str, value: str, variables: dict[str, str]) -> str | None:
    """The value with its variables, for resvg; None for what counts as not stated."""
    if _VARIABLE.search(value):
        substituted = _substituted(value, variables.get)
        if substituted is None:
            return None
        value = substituted
    value = value.strip()
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
    functions = {found.lower() for found in re.findall(r"([\w-]+)\(", value)}
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
    if length is None:
        return value if _WORD.fullmatch(value) else None
    if (length[2] or "").lower() == "rem":
        return f"{float(length[1]) * _ROOT_FONT_SIZE:g}px"
    return value
