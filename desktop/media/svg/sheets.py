"""Which declarations of a drawing's style sheets apply to which of its elements.

Selectors 4, Cascading 4, Nesting 1; of conditions those that a picture on a large, light screen
fulfils. Sheets that lie elsewhere are never fetched.
"""

# The libraries at this edge publish partial types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple
from xml.etree import ElementTree

_LONGEST_CONDITION = 500
_LONGEST_SELECTOR = 10_000
_AT_LEAST = re.compile(
    r"\(\s*(?:min-[\w-]+\s*:|(?:width|height|resolution)\s*>=?)\s*[\d.]+\s*\w*\s*\)"
)
"""A picture is drawn as on a screen that is large enough for all of it."""

IsUnderstood = Callable[[str, str], bool]
"""Whether a property may have a value."""


class Declaration(NamedTuple):
    name: str
    value: str
    is_important: bool


def ruled(
    root: ElementTree.Element, is_understood: IsUnderstood
) -> dict[ElementTree.Element, list[Declaration]]:
    """Take the sheets out of a drawing; what they say about each element, the more specific later.

    Args:
        is_understood: answers ``@supports``.
    """
    sheets = list(_take_sheets(root))
    if not sheets:
        return {}
    from cssselect2 import ElementWrapper

    rules = _Rules(is_understood)
    for sheet in sheets:
        rules.add_sheet(sheet)
    stated: dict[ElementTree.Element, list[Declaration]] = {}
    for wrapper in ElementWrapper.from_xml_root(root).iter_subtree():
        found = [each for *_, pseudo, each in rules.matcher.match(wrapper) if not pseudo]
        if found:
            stated[wrapper.etree_element] = [each for several in found for each in several]
    return stated


def _take_sheets(root: ElementTree.Element) -> Iterator[str]:
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag == "style"]:
            kind = child.get("type", "").strip().lower()
            if kind in {"", "text/css"} and _media_apply(child.get("media", "")):
                yield "".join(child.itertext())
            parent.remove(child)


def declarations(content: Any) -> list[Declaration]:
    """Of the inside of a rule or of a style attribute; what cannot be read is left out."""
    return [
        Declaration(
            each.name if each.name.startswith("--") else each.lower_name,
            value,
            each.important,
        )
        for each in _parts(content)
        if each.type == "declaration" and (value := _text(each.value)) is not None
    ]


def _parts(content: Any) -> list[Any]:
    import tinycss2

    return tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)


def _text(tokens: Any) -> str | None:
    import tinycss2

    try:
        return tinycss2.serialize(tokens).strip()
    except RecursionError:  # brackets in brackets without end
        return None


class _Rules:
    """Collects the rules of sheets, those in others by their whole selectors."""

    def __init__(self, is_understood: IsUnderstood) -> None:
        from cssselect2 import Matcher

        self.matcher: Any = Matcher()
        self._is_understood = is_understood

    def add_sheet(self, sheet: str) -> None:
        import tinycss2

        self._add(tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True), "")

    def _add(self, rules: list[Any], parent: str) -> None:
        """Those of a sheet or of a block; ``parent`` is the selector that the block is in."""
        for rule in rules:
            with suppress(RecursionError):
                if rule.type == "at-rule" and rule.content is not None:
                    self._add_conditional(rule, parent)
                elif rule.type == "qualified-rule":
                    self._add_rule(_text(rule.prelude) or "", rule.content, parent)

    def _add_conditional(self, rule: Any, parent: str) -> None:
        condition, keyword = _text(rule.prelude) or "", rule.lower_at_keyword
        if keyword == "property":
            self._add_initial(condition, rule.content)
        elif (
            (keyword == "media" and _media_apply(condition))
            or (keyword == "supports" and self._is_supported(condition))
            or keyword == "layer"
        ):
            self._add_block(rule.content, parent)

    def _add_rule(self, selectors: str, content: Any, parent: str) -> None:
        # Namespaces are gone from the tree.
        selectors = re.sub(r"[\w*-]*\|(?=[\w*])", "", selectors)
        if parent:
            selectors = ", ".join(_nested(each, parent) for each in _split(selectors))
        if len(selectors) <= _LONGEST_SELECTOR:
            self._add_block(content, selectors)

    def _add_block(self, content: Any, selectors: str) -> None:
        import tinycss2
        from cssselect2 import SelectorError, compile_selector_list

        if not selectors:
            found = tinycss2.parse_rule_list(content, skip_comments=True, skip_whitespace=True)
            self._add(found, "")
            return
        own = declarations(content)
        if own:
            with suppress(SelectorError, ValueError):
                for selector in compile_selector_list(selectors):
                    self.matcher.add_selector(selector, own)
        self._add(_parts(content), selectors)

    def _add_initial(self, name: str, content: Any) -> None:
        """What a registered variable is where nothing sets it (Properties and Values 1)."""
        own = [
            Declaration(name, value, False)
            for key, value, _ in declarations(content)
            if key == "initial-value" and name.startswith("--")
        ]
        from cssselect2 import compile_selector_list

        for selector in compile_selector_list(":where(:root)"):
            self.matcher.add_selector(selector, own)

    def _is_supported(self, condition: str) -> bool:
        """Of "(property: value)" alone, negated, or several with "and" or "or"."""
        if len(condition) > _LONGEST_CONDITION:
            return False
        answers = [
            self._is_understood(name.lower(), value.strip()) is not bool(negation)
            for negation, name, value in re.findall(
                r"(not\s*)?\(\s*([\w-]+)\s*:\s*((?:[^()]|\([^()]*\))*)\)", condition, re.IGNORECASE
            )
        ]
        is_either = re.search(r"\)\s*or\b", condition, re.IGNORECASE)
        return bool(answers) and (any(answers) if is_either else all(answers))


def _nested(selector: str, parent: str) -> str:
    if "&" in selector:
        return selector.replace("&", f":is({parent})")
    return f":is({parent}) {selector}"


def _split(selectors: str) -> list[str]:
    """At the commas that are in no bracket."""
    parts, depth = [""], 0
    for letter in selectors:
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def _media_apply(query: str) -> bool:
    """Whether one of these media queries is true of a picture on a light screen."""
    if len(query) > _LONGEST_CONDITION:
        return False
    true = {"", "all", "screen", "(prefers-color-scheme:light)", "(color)"}
    return any(
        all(
            part.replace(" ", "") in true or _AT_LEAST.fullmatch(part)
            for part in re.split(r"\s+and\s+", each.strip())
        )
        for each in re.sub(r"\bonly\s+", "", query.lower()).split(",")
    )
