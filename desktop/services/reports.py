"""What the use cases hand back to whoever shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from desktop.core.annotations import Annotation
from desktop.core.asset import Asset
from desktop.core.colour import Palette
from desktop.core.generation_record import GenerationRecord
from desktop.core.metadata import NO_METADATA, Metadata
from desktop.core.picture_text import TextLine
from desktop.core.rights import Claim
from desktop.core.text import listed, ngettext, number, tr

_KINDS_TOLD = 6


@dataclass(frozen=True, slots=True)
class FileFailure:
    """A file or folder that could not be used, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What one indexing run did.

    Attributes:
        found: picture files seen on disk.
        added: files that became searchable assets (or browsable ones, without a model).
        updated: assets that had been read before: their file changed, or they became searchable.
        moved: assets whose file was found at another place; nothing of them is lost.
        unchanged: files that needed nothing.
        missing: assets whose file is no longer there; they are kept.
        failed: files and folders that could not be read.
        seconds: wall time.
        passed_over: files in the folders that are no pictures, by suffix ("" for none), the most
            frequent first; hidden and ignored ones are not counted.
    """

    found: int = 0
    added: int = 0
    updated: int = 0
    moved: int = 0
    unchanged: int = 0
    missing: int = 0
    failed: tuple[FileFailure, ...] = ()
    seconds: float = 0.0
    passed_over: Mapping[str, int] = field(default_factory=dict[str, int])


def passed_over_in_words(counts: Mapping[str, int]) -> str:
    """One sentence about what is in the folders and is not read; empty when there is nothing."""
    if not counts:
        return ""
    told = [
        tr("{suffix} {count}", suffix=suffix or tr("without a suffix"), count=number(count))
        for suffix, count in list(counts.items())[:_KINDS_TOLD]
    ]
    if len(counts) > _KINDS_TOLD:
        told.append(tr("and others"))
    return ngettext(
        "{count} file of a kind that Plantain does not read was passed over: {kinds}.",
        "{count} files of kinds that Plantain does not read were passed over: {kinds}.",
        sum(counts.values()),
        kinds=listed(told),
    )


@dataclass(frozen=True, slots=True)
class LibraryFolder:
    """A folder that was added to the library, or one of which single files were.

    Attributes:
        path: absolute, as a ``folder`` of an ``Asset`` spells it.
        is_offline: its drive or folder was away when last looked at.
    """

    path: str
    is_offline: bool = False


@dataclass(frozen=True, slots=True)
class EditReport:
    """What was made of a model's answer to an edit.

    Attributes:
        whole: all that the model gave back.
        misfit: why it could not be used, for the person: ``whole`` is the picture then; empty when
            it could.
        changed_elsewhere: share of the picture, 0 to 1, that the answer had changed beside the
            part that it was to change, and that was left as it was.
    """

    whole: Asset
    misfit: str = ""
    changed_elsewhere: float = 0.0


@dataclass(frozen=True, slots=True)
class GeneratedPicture:
    """A generated picture that was imported.

    Attributes:
        asset: its row in the library.
        record: how it was made.
        generator: the generator's label ("Mood board (offline)").
        drafts: pictures that the model made on its way, in the library too, in their order.
        cost_usd: of the calls; None where nobody knows.
        earlier_attempts: keys of the calls before the one that the record names.
        edited: of an edit, what became of it.
    """

    asset: Asset
    record: GenerationRecord
    generator: str
    drafts: tuple[Asset, ...] = ()
    cost_usd: float | None = None
    earlier_attempts: tuple[str, ...] = ()
    edited: EditReport | None = None

    @property
    def assets(self) -> tuple[Asset, ...]:
        """All of them, the final one last."""
        return (*self.drafts, self.asset)

    @property
    def asset_ids(self) -> tuple[int, ...]:
        """Of all of them."""
        return tuple(asset.id for asset in self.assets)

    @property
    def attempt_ids(self) -> tuple[str, ...]:
        """Keys of all calls, in their order."""
        return (*self.earlier_attempts, self.record.attempt)


@dataclass(frozen=True, slots=True)
class AssetDetails:
    """What the details panel shows about one asset.

    Attributes:
        lineage: how it was made; None for a picture that Plantain did not make.
        generator: label of the generator that made it; empty likewise.
        made_from: the files that it was made from, the picture before it first.
        used_in: the pictures that were made with it.
        metadata: what its file says beside the pixels.
        palette: its main colours.
        text: what is written in it; None where nobody has looked yet.
        claims: what binds it, see ``core.rights``.
    """

    asset: Asset
    lineage: GenerationRecord | None = None
    generator: str = ""
    made_from: tuple[Path, ...] = ()
    used_in: tuple[Asset, ...] = ()
    annotation: Annotation = field(default_factory=Annotation)
    metadata: Metadata = NO_METADATA
    palette: Palette = ()
    text: tuple[TextLine, ...] | None = None
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class CommonDetails:
    """What several pictures have in common.

    Attributes:
        metadata: what all their files say.
        differing: names of its fields of which they say different things.
        keywords: of any of them, the most frequent first.
        palette: their main colours; of a large selection, those of pictures from all over it.
    """

    asset_ids: tuple[int, ...]
    metadata: Metadata = NO_METADATA
    differing: frozenset[str] = frozenset()
    keywords: tuple[str, ...] = ()
    palette: Palette = ()


@dataclass(frozen=True, slots=True)
class ModelChange:
    """A new model is taking over; the old one answers searches until it has.

    Attributes:
        old, new: names of the models.
        done: pictures that the new one has encoded.
        total: pictures that the old one knows.
    """

    old: str
    new: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class LibraryStatus:
    """What the window needs to know before it has anything to show.

    Attributes:
        assets: in the library, missing ones included.
        pending: not yet searchable by meaning.
        missing: whose file is gone.
        offline: whose drive or folder is away; they can be seen and searched meanwhile.
        model: name of the encoder in use; empty when none is installed.
        model_problem: why there is no usable model; empty when there is one.
        is_undescribed: of some, what their files say or their main colours are to be read again.
        has_gemini_key: a key is in the keyring or the environment.
        model_change: while ``model`` has not encoded yet what an earlier one knows.
        notices: what was found wrong and put right since it was opened, for the person.
    """

    assets: int = 0
    pending: int = 0
    missing: int = 0
    offline: int = 0
    model: str = ""
    model_problem: str = ""
    is_undescribed: bool = False
    has_gemini_key: bool = False
    model_change: ModelChange | None = None
    notices: tuple[str, ...] = ()
