"""A brand kit: what every picture of a brand keeps to, and the words and pictures that say so.

A kit that is changed becomes a new version; what was made with an older one keeps its number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from desktop.core.annotations import clean_name
from desktop.core.colour_words import name_of_colour
from desktop.core.errors import UsageError
from desktop.core.generation_record import GenerationRequest, Reference
from desktop.core.scripts import scripts_of
from desktop.core.text import marked, tr

LOGO = "logo"
STYLE = "style"
FROM_KIT = marked("from the brand kit")
"""``Reference.reason`` of a picture that a kit brings."""

MOST_COLOURS = 12
MOST_PICTURES = 8
"""Of a kit; a request takes 14 at most, and the person's own have to find room."""
MOST_DO_NOTS = 20
_LONGEST_TEXT = 2000
_LONGEST_DO_NOT = 200
_CODE = re.compile(r"#[0-9A-F]{6}")


@dataclass(frozen=True, slots=True)
class KitPicture:
    """A logo, or a picture whose look is to be followed.

    Attributes:
        asset_id: its identity in this library; None for a file from outside it.
    """

    path: Path
    role: Literal["logo", "style"]
    asset_id: int | None = None


@dataclass(frozen=True, slots=True)
class BrandKit:
    """One version of a kit.

    Attributes:
        palette: "#1A2B3C", the most important first.
        style_text: how pictures of the brand look, in the person's words.
        do_nots: what they never show.
        version: 1 for the first; 0 for one that was not kept yet.
    """

    name: str
    palette: tuple[str, ...] = ()
    pictures: tuple[KitPicture, ...] = ()
    style_text: str = ""
    do_nots: tuple[str, ...] = ()
    version: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.palette or self.pictures or self.style_text or self.do_nots)

    def references(self) -> tuple[Reference, ...]:
        """Its pictures, as they go along with a prompt."""
        return tuple(
            Reference(each.path, each.asset_id, reason=FROM_KIT, role=each.role, label=self.name)
            for each in self.pictures
        )


def is_from_kit(reference: Reference) -> bool:
    """A kit brought it, not the person and not a proposal."""
    return reference.reason == FROM_KIT


def checked_kit(kit: BrandKit) -> BrandKit:
    """The kit as it is kept: colours in capitals and each once, no blank space around.

    Raises:
        UsageError: it has no name, says nothing, or says too much; the message says what.
    """
    palette = tuple(dict.fromkeys(colour.strip().upper() for colour in kit.palette))
    do_nots = tuple(dict.fromkeys(text.strip() for text in kit.do_nots if text.strip()))
    pictures = tuple(dict.fromkeys(kit.pictures))
    made = replace(
        kit,
        name=clean_name(kit.name),
        palette=palette,
        pictures=pictures,
        style_text=kit.style_text.strip(),
        do_nots=do_nots,
    )
    for colour in palette:
        if not _CODE.fullmatch(colour):
            raise _refused(tr("“{colour}” is no colour.", colour=colour))
    for count, most, message in (
        (len(palette), MOST_COLOURS, marked("A kit has {most} colours at most.")),
        (len(pictures), MOST_PICTURES, marked("A kit has {most} pictures at most.")),
        (len(do_nots), MOST_DO_NOTS, marked("A kit forbids {most} things at most.")),
        (
            len(made.style_text),
            _LONGEST_TEXT,
            marked("The style can have {most} characters at most."),
        ),
        (
            max(map(len, do_nots), default=0),
            _LONGEST_DO_NOT,
            marked("What is not to be shown can have {most} characters at most."),
        ),
    ):
        if count > most:
            raise _refused(tr(message, most=most))
    if made.is_empty:
        raise _refused(tr("A kit needs a colour, a picture or words."))
    return made


def attached(request: GenerationRequest, kit: BrandKit) -> GenerationRequest:
    """The request with the kit: its pictures behind the others, where they are not among them
    already, and its words."""
    there = {_identity(reference) for reference in request.references}
    more = [each for each in kit.references() if _identity(each) not in there]
    return with_kit(replace(request, references=(*request.references, *more)), kit)


def with_kit(request: GenerationRequest, kit: BrandKit) -> GenerationRequest:
    """The request, with the kit's name, version and words.

    The kit's pictures are named by their place among the references, as the model gets them, so
    the words fit what goes along: a picture that a person took out is not spoken of.
    """
    return replace(
        request,
        kit=kit.name,
        kit_version=str(kit.version),
        kit_text=kit_words(kit, request.references, is_chinese="CJK" in scripts_of(request.prompt)),
    )


def kit_words(kit: BrandKit, references: Sequence[Reference], *, is_chinese: bool) -> str:
    """What the kit says to the model, in the language of the prompt."""
    paragraphs: list[str] = []
    colours = _colours(kit.palette, is_chinese=is_chinese)
    between = "、" if is_chinese else ", "
    if colours:
        said = "品牌配色，以此为主：{}。" if is_chinese else "Brand palette, to be kept to: {}."
        paragraphs.append(said.format(between.join(colours)))
    if kit.style_text:
        paragraphs.append(("品牌风格：" if is_chinese else "Brand style: ") + kit.style_text)
    places = {
        role: [
            str(at)
            for at, reference in enumerate(references, start=1)
            if is_from_kit(reference) and reference.role == role
        ]
        for role in (LOGO, STYLE)
    }
    if at := between.join(places[LOGO]):
        paragraphs.append(
            f"第 {at} 张参考图是品牌标志：原样使用，不要重绘、变形或改色。"
            if is_chinese
            else f"Reference picture {at}: the brand's logo. Where it appears, reproduce it"
            " exactly: never redrawn, distorted or recoloured."
        )
    if at := between.join(places[STYLE]):
        paragraphs.append(
            f"第 {at} 张参考图示范品牌的视觉风格：沿用其光线、色调和质感，不要照搬其中的物体。"
            if is_chinese
            else f"Reference picture {at}: the look of the brand. Follow its light, tones and"
            " textures, not the things it shows."
        )
    if kit.do_nots:
        paragraphs.append(
            "不要出现：" + "；".join(kit.do_nots) + "。"
            if is_chinese
            else "Never show: " + "; ".join(kit.do_nots) + "."
        )
    return "\n".join(paragraphs)


def _colours(palette: Sequence[str], *, is_chinese: bool) -> list[str]:
    named = [(name_of_colour(code, is_chinese=is_chinese), code) for code in palette]
    left, right = ("（", "）") if is_chinese else (" (", ")")
    return [f"{name}{left}{code}{right}" if name else code for name, code in named]


def _identity(reference: Reference) -> object:
    return reference.path if reference.asset_id is None else reference.asset_id


def _refused(message: str) -> UsageError:
    return UsageError(message, safe=tr("Nothing was changed."))
