"""What is asked of a generator, and the one record of what came of it.

The record is what the catalogue keeps, what a generated picture carries, what an export holds, what
the details show and what a re-run starts from; ``files.record_json`` is its written form. A field
may be added to any of these classes with a default that says nothing (empty or None): records
that were written before read as they did. ``extra`` keeps the fields that a newer Plantain wrote
and this one does not know; they are written back as they came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from desktop.core.text import marked

RECORD_VERSION = 1
"""Goes up when a field changes its meaning, never when one is added."""


AUTO = "auto"

# What ``GenerationRecord.stage`` says of a picture that is not the one that was wanted.
DRAFT = "draft"
WHOLE = "whole answer"
"""All that a model gave back, of which a part alone was wanted."""
PARTLY_TAKEN = "partly taken"
"""Its part in the picture that it was to change, where a person took all of it instead."""
PLATE = "plate"
"""On one of the two grounds by which something is cut out."""

TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
"""IPTC's terms for what a model made, all of it or a part."""

# What ``GenerationRequest.edit`` says that is asked for.
REGION = "region"
"""To change a part of the first reference; the second shows which."""
ON_WHITE = "on white"
"""The first half of a cut-out."""
ON_BLACK = "on black"
"""The second half: the first reference is what came of the first."""

LAID_IN = "laid in"
"""Nothing of a model: the second reference was laid over its likeness in the first one."""

PERSON, SCENE = "person", "scene"
"""``Reference.role`` of who, and of where, is to be seen."""

# What ``Reference.role`` says of the pictures that an edit begins with.
BASE = "base"
MARKED = "marked"
"""The first reference again, with the part that may change marked in it; the file that it names is
the part, white on black."""

MORE, LESS = 2.0, 0.5
"""``Reference.weight`` of one that counts more, and less, than the others."""

CHOSEN = marked("chosen by you")
"""``Reference.reason`` of a picture that a person chose."""


def _nothing() -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Reference:
    """A picture that goes along with the prompt.

    Attributes:
        path: the file.
        asset_id: its identity in this library; None for a file from outside it.
        score: cosine similarity to the prompt; None when a person chose the picture.
        reason: why it is here, in English: it is recorded. People are shown ``tr(reason)``.
        content_hash: of the file's bytes when it was used, as ``files.content_hash``; empty where
            nobody read them.
        sent_hash: of the bytes that were sent in its place, likewise.
        role: what the picture is for ("style", "product"); empty for no special one.
        label: the name by which the prompt speaks of it.
        weight: how much it counts, 1.0 as the others; None where nobody said.
        words: the words of the prompt that it stands for.
        crop: left, top, right, bottom of the part that was sent, as shares of width and height.
        moment_ms: of a video, the time of the frame that was sent.
    """

    path: Path
    asset_id: int | None = None
    score: float | None = None
    reason: str = ""
    content_hash: str = ""
    sent_hash: str = ""
    role: str = ""
    label: str = ""
    weight: float | None = None
    words: str = ""
    crop: tuple[float, float, float, float] | None = None
    moment_ms: int | None = None
    extra: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What to make: everything that a re-run needs.

    Attributes:
        prompt: the person's words; never empty when it is sent.
        references: in the order in which they reach the model.
        generator: name of an ``ImageGenerator`` ("gemini", "moodboard").
        model: the generator's model id; empty for its default.
        aspect_ratio: width:height, one of ``ASPECT_RATIOS``; ``AUTO`` leaves it to the model.
        image_size: "1K", "2K" or "4K" (long side, roughly 1024, 2048, 4096 pixels).
        thinking: how long the model may think before it draws, in its own words; empty for its
            default.
        api: by which of the service's APIs; empty for the one that the model takes.
        language: of the prompt, as an ISO code: its template's, or as its script tells; empty where
            nobody knows.
        template: name of the template that the prompt was made from, and ``slots``, what its gaps
            were filled with.
        kit, kit_version: name and version of the brand kit that went along, and ``kit_text``, its
            words, which are sent behind the prompt.
        parent: content hash of the picture that this one is a next turn of; empty for a first one.
        parent_attempt: key of the attempt that made that one, where the service is told the whole
            talk that led to it; empty where the picture itself goes along as a reference.
        talk_hash: of that talk as it was sent, see ``earlier_turns.talk_hash``.
        edit: what is done to the first reference: ``REGION``, ``ON_WHITE``, ``ON_BLACK``,
            ``LAID_IN``, or empty.
        instruction: what is asked for besides, in front of the prompt: how far an edit may go.
    """

    prompt: str
    references: tuple[Reference, ...] = ()
    generator: str = "moodboard"
    model: str = ""
    aspect_ratio: str = "1:1"
    image_size: str = "1K"
    thinking: str = ""
    api: str = ""
    language: str = ""
    template: str = ""
    slots: Mapping[str, str] = field(default_factory=_nothing)
    kit: str = ""
    kit_version: str = ""
    kit_text: str = ""
    parent: str = ""
    parent_attempt: str = ""
    talk_hash: str = ""
    edit: str = ""
    instruction: str = ""
    extra: Mapping[str, Any] = field(default_factory=_nothing)

    @property
    def sent_text(self) -> str:
        """All words that reach the model: the instruction, the person's, then those of the kit.

        Another ground is asked for in words of its own alone: others would change the picture.
        """
        texts = (self.instruction, self.prompt, self.kit_text)
        if self.edit == ON_BLACK:
            texts = (self.instruction,)
        return "\n\n".join(text for text in texts if text.strip())


@dataclass(frozen=True, slots=True)
class Usage:
    """What one call consumed, in tokens, as the service counts them.

    Attributes:
        output_tokens: of words and pictures together.
        image_tokens: those of them that are pictures; None where the service does not say.
        prompt_text_tokens, prompt_image_tokens, prompt_audio_tokens: those of ``prompt_tokens``
            that are words, pictures and sound; None where the service does not say.
    """

    prompt_tokens: int = 0
    output_tokens: int = 0
    thought_tokens: int = 0
    total_tokens: int = 0
    image_tokens: int | None = None
    prompt_text_tokens: int | None = None
    prompt_image_tokens: int | None = None
    prompt_audio_tokens: int | None = None
    extra: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class GenerationRecord:
    """How one picture was made.

    Attributes:
        request: what was asked for; ``request.model`` is the model that was asked.
        model: the model version that answered.
        api: the way it was asked ("v1beta generateContent"); empty when nothing left the machine.
        endpoint: the address that it was asked at, without secrets; likewise.
        text: what came back beside the picture.
        usage: of the call that it came from; a draft has none, or it would count twice.
        created_at: seconds since the epoch.
        attempt: key of the call that it came from, see ``core.attempt``.
        stage: ``DRAFT`` for a picture that the model made on its way, ``WHOLE``, ``PARTLY_TAKEN``
            or ``PLATE`` for one of an edit; empty for the final one.
        version: of the Plantain that wrote it, see ``RECORD_VERSION``.
    """

    request: GenerationRequest
    model: str = ""
    api: str = ""
    endpoint: str = ""
    text: str = ""
    usage: Usage = field(default_factory=Usage)
    created_at: float = 0.0
    attempt: str = ""
    stage: str = ""
    version: int = RECORD_VERSION
    extra: Mapping[str, Any] = field(default_factory=_nothing)

    @property
    def digital_source_type(self) -> str:
        """IPTC's term for how it came to be; empty where no model made it, as of a mood board."""
        if not self.api:
            return ""
        return COMPOSITE if self.request.edit in {REGION, LAID_IN} else TRAINED

    def with_references(self, references: tuple[Reference, ...]) -> GenerationRecord:
        return replace(self, request=replace(self.request, references=references))

    def portable(self) -> GenerationRecord:
        """Without the ids of assets, which mean nothing in another library."""
        return self.with_references(
            tuple(replace(reference, asset_id=None) for reference in self.request.references)
        )

    def shareable(self) -> GenerationRecord:
        """What a picture may carry to strangers: no folders, no addresses, no ids."""
        named = tuple(
            replace(reference, asset_id=None, path=Path(reference.path.name))
            for reference in self.request.references
        )
        return replace(self.with_references(named), endpoint="")
