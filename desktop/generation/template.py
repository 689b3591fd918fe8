"""A prompt with gaps: templates, their typed slots, and how they are filled.

These are the fields of a template's file, see ``generation.template_files``; a gap of the prompt is
the name of its slot in braces, ``{product}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from desktop.core.asset import displayable
from desktop.core.colour_words import colour_named, name_of_colour
from desktop.core.errors import UsageError
from desktop.core.generation_record import AUTO, CHOSEN, GenerationRequest, Reference
from desktop.core.text import language, listed, marked, tr
from desktop.files.checked_json import MalformedJson
from desktop.generation.capabilities import ASPECT_RATIOS, EXTRA_WIDE_RATIOS

GAP = re.compile(r"\{(\w+)\}")
BETWEEN = "|"
"""Stands between the values that a person gives to a wildcard."""
MOST_VALUES = 100

_HEX = re.compile(r"#[0-9A-Fa-f]{6}")

Language = Literal["en", "zh"]
SlotKind = Literal["text", "colour", "asset", "choice", "wildcard"]
Category = Literal["scene", "product", "fashion", "game", "collectible", "own"]

CATEGORIES: Mapping[Category, str] = {
    "scene": marked("Scenes"),
    "product": marked("Product"),
    "fashion": marked("Fashion"),
    "game": marked("Game"),
    "collectible": marked("Collectibles"),
    "own": marked("Your own"),
}
"""In the order in which they are offered."""

_Name = Annotated[str, Meta(min_length=1, max_length=100)]
_SlotName = Annotated[str, Meta(pattern=r"^\w{1,40}$")]
_Line = Annotated[str, Meta(max_length=400)]
_Prompt = Annotated[str, Meta(max_length=8000)]
_Ratio = Annotated[str, Meta(pattern=r"^(auto|\d+:\d+)?$")]
_Colour = Annotated[str, Meta(pattern=r"^(#[0-9A-Fa-f]{6})?$")]


@dataclass(frozen=True, slots=True)
class Words:
    """The same in English and Chinese; empty where it is not said in one of them."""

    en: _Line = ""
    zh: _Line = ""

    def said(self, language: Language) -> str:
        """In this language; in the other one where there is nothing."""
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)


@dataclass(frozen=True, slots=True)
class PromptWords:
    """A prompt in each of its languages, as ``Words``."""

    en: _Prompt = ""
    zh: _Prompt = ""

    @property
    def languages(self) -> tuple[Language, ...]:
        spoken: tuple[tuple[Language, str], ...] = (("en", self.en), ("zh", self.zh))
        return tuple(language for language, text in spoken if text.strip())

    def said(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Slot:
    """A gap of a template.

    Attributes:
        name: as it stands in the prompt.
        kind: "text"; "colour"; "asset", a picture that goes along; "choice", one of the options;
            "wildcard", several of them, of which each variant gets the next one.
        title: what people read.
        default: what fills a text. Of an asset: the words for it where no picture goes along.
        attached: of an asset: the words for it where one does.
        colour: what fills a colour, "#1A2B3C".
        options: of a choice or a wildcard; the first one fills a choice, all of them a wildcard.
        role: of an asset: what its picture is for, as in ``Reference``.
    """

    name: _SlotName
    kind: SlotKind
    title: Words
    default: Words = Words()
    attached: Words = Words()
    colour: _Colour = ""
    options: Annotated[tuple[Words, ...], Meta(max_length=MOST_VALUES)] = ()
    role: Annotated[str, Meta(max_length=40)] = ""


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """A prompt with gaps.

    Attributes:
        name: what it is called in commands and records; of one's own also what people read.
        category: where it is offered.
        title, note: what people read: its name, and what it is good for.
        prompt: in at least one language; in each with the same gaps.
        ratio: that suits it, as in ``GenerationRequest.aspect_ratio``; empty for any.
        version: of this form of a file.
    """

    name: _Name
    prompt: PromptWords
    category: Category = "own"
    title: Words = Words()
    note: Words = Words()
    slots: Annotated[tuple[Slot, ...], Meta(max_length=20)] = ()
    ratio: _Ratio = ""
    version: Literal[1] = 1

    def slot(self, name: str) -> Slot:
        """Raises: UsageError: it has none of this name."""
        for slot in self.slots:
            if slot.name == name:
                return slot
        names = listed(slot.name for slot in self.slots)
        raise UsageError(
            tr("The template “{template}” has no slot “{slot}”.", template=self.name, slot=name),
            next_step=tr("It has: {names}", names=names) if names else tr("It has none."),
        )

    def language(self, wanted: Language) -> Language:
        """``wanted``, or the one that the prompt is there in."""
        return wanted if wanted in self.prompt.languages else self.prompt.languages[0]

    def label(self, language: Language) -> str:
        """What people read."""
        return self.title.said(language) or self.name


@dataclass(frozen=True, slots=True)
class FilledTemplate:
    """A template with a value in each gap.

    Attributes:
        prompt: the words, as they are sent.
        slots: name -> what fills it, as it is recorded; of a picture its file's name alone, for the
            record travels with the picture that comes of it.
        references: of the slots that hold a picture, in their order.
        language: of the words.
    """

    prompt: str
    slots: Mapping[str, str]
    references: tuple[Reference, ...]
    language: Language


def spoken() -> Language:
    """The language of this process, as far as templates speak it."""
    return "zh" if language().code.startswith("zh") else "en"


def check_template(template: PromptTemplate) -> None:
    """What no type says.

    Raises:
        MalformedJson: a gap without a slot, a slot without a gap or a value, no words at all.
    """
    names = [slot.name for slot in template.slots]
    if template.ratio not in ("", AUTO, *ASPECT_RATIOS, *EXTRA_WIDE_RATIOS):
        raise MalformedJson(tr("There are no pictures of the ratio {ratio}.", ratio=template.ratio))
    if not template.prompt.languages:
        raise MalformedJson(tr("It has no prompt."))
    for name in names:
        if names.count(name) > 1:
            raise MalformedJson(tr("It has two slots “{slot}”.", slot=name))
    for each in template.prompt.languages:
        gaps = set(GAP.findall(template.prompt.said(each)))
        for gap in sorted(gaps - set(names)):
            raise MalformedJson(tr("Its prompt names the slot “{slot}”, which it lacks.", slot=gap))
        for name in sorted(set(names) - gaps):
            raise MalformedJson(tr("Its prompt does not name its slot “{slot}”.", slot=name))
    for slot in template.slots:
        is_filled = {
            "text": bool(slot.default.said("en")),
            "asset": bool(slot.default.said("en")),
            "colour": bool(slot.colour),
        }.get(slot.kind, bool(slot.options) and all(each.said("en") for each in slot.options))
        if not is_filled:
            raise MalformedJson(tr("Its slot “{slot}” has nothing to start with.", slot=slot.name))


def filled(
    template: PromptTemplate, values: Mapping[str, str], wanted: Language, variant: int = 0
) -> FilledTemplate:
    """The prompt with every gap filled.

    Args:
        values: slot -> what a person entered: words; a colour's name or "#1A2B3C"; a picture's
            path; one of the options; several values with ``BETWEEN`` between them. A slot that is
            empty or not named keeps what it starts with.
        wanted: the language; the template's own where it lacks that one.
        variant: which value of each wildcard, from 0; after the last one the first follows.

    Raises:
        UsageError: there is no such slot, or it cannot take such a value; the message names it.
    """
    for name in values:
        template.slot(name)
    speaks = template.language(wanted)
    words: dict[str, str] = {}
    recorded: dict[str, str] = {}
    references: list[Reference] = []
    for slot in template.slots:
        entered = values.get(slot.name, "").strip()
        if slot.kind == "asset" and entered:
            path = Path(entered)
            label = slot.title.said(speaks) or slot.name
            references.append(Reference(path, reason=CHOSEN, role=slot.role, label=label))
            words[slot.name] = slot.attached.said(speaks) or slot.default.said(speaks)
            recorded[slot.name] = displayable(path.name)
        else:
            words[slot.name] = _value(slot, entered, speaks, variant)
            recorded[slot.name] = words[slot.name]
    prompt = GAP.sub(lambda gap: words.get(gap[1], gap[0]), template.prompt.said(speaks))
    prompt = prompt.strip()
    return FilledTemplate(prompt[:1].upper() + prompt[1:], recorded, tuple(references), speaks)


def slot_filler(
    template: PromptTemplate, values: Mapping[str, str], wanted: Language, after: str = ""
) -> Callable[[GenerationRequest, Mapping[str, str]], GenerationRequest]:
    """Fills a request's template once more, with other values for some of its slots.

    Args:
        values: of the slots that stay as they are, as for ``filled``.
        after: what follows the template in the prompt.
    """

    def fill(request: GenerationRequest, entered: Mapping[str, str]) -> GenerationRequest:
        made = filled(template, {**values, **entered}, wanted)
        there = {reference.path for reference in request.references}
        new = (reference for reference in made.references if reference.path not in there)
        return replace(
            request,
            prompt=f"{made.prompt}\n\n{after}" if after else made.prompt,
            slots=made.slots,
            references=(*request.references, *new),
        )

    return fill


def slot_values(slot: Slot, language: Language) -> tuple[str, ...]:
    """All that a slot offers by itself; none of a slot that takes anything."""
    return tuple(option.said(language) for option in slot.options)


def wildcard_values(slot: Slot, entered: str, language: Language) -> tuple[str, ...]:
    """The values that the variants of a wildcard get in turn; never empty."""
    own = tuple(value.strip() for value in re.split(r"[|\n]", entered) if value.strip())
    return own[:MOST_VALUES] or tuple(option.said(language) for option in slot.options)


def variants_of(template: PromptTemplate, values: Mapping[str, str], wanted: Language) -> int:
    """So many variants until every value of every wildcard has had its turn; 1 without any."""
    speaks = template.language(wanted)
    counts = [
        len(wildcard_values(slot, values.get(slot.name, ""), speaks))
        for slot in template.slots
        if slot.kind == "wildcard"
    ]
    return max(counts, default=1)


def colour_code(entered: str) -> str | None:
    """ "#1A2B3C" of a code or a colour's name in English or Chinese; None where it is neither."""
    text = entered.strip()
    return text.upper() if _HEX.fullmatch(text) else colour_named(text)


def slots_in(prompt: str) -> list[str]:
    """The names of the gaps that stand in a text, each once."""
    return list(dict.fromkeys(GAP.findall(prompt)))


def _value(slot: Slot, entered: str, language: Language, variant: int) -> str:
    match slot.kind:
        case "colour":
            return _colour(slot, entered, language)
        case "choice":
            return _choice(slot, entered, language)
        case "wildcard":
            values = wildcard_values(slot, entered, language)
            return values[variant % len(values)]
        case _:
            return entered or slot.default.said(language)


def _colour(slot: Slot, entered: str, language: Language) -> str:
    code = colour_code(entered or slot.colour)
    if code is None:
        raise UsageError(
            tr("“{value}” is no colour for the slot “{slot}”.", value=entered, slot=slot.name),
            next_step=tr("Name one, or write it as #RRGGBB."),
        )
    name = name_of_colour(code, is_chinese=language == "zh")
    if not name:
        return code
    return f"{name}（{code}）" if language == "zh" else f"{name} ({code})"


def _choice(slot: Slot, entered: str, language: Language) -> str:
    if not entered:
        return slot.options[0].said(language)
    for option in slot.options:
        if entered.casefold() in (option.en.casefold(), option.zh.casefold()):
            return option.said(language)
    options: Sequence[str] = [option.said(language) for option in slot.options]
    raise UsageError(
        tr("“{value}” is no choice for the slot “{slot}”.", value=entered, slot=slot.name),
        next_step=tr("Choose one of: {choices}.", choices=listed(options)),
    )
