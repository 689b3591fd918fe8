"""What the use cases hand back to whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from desktop.core.annotations import Annotation
from desktop.core.asset import Asset
from desktop.generation.request import GenerationRequest, Usage


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
        updated: assets whose file changed, or that an earlier run had left unfinished.
        moved: assets whose file was found at another place; nothing of them is lost.
        unchanged: files that needed nothing.
        missing: assets whose file is no longer there; they are kept.
        failed: files and folders that could not be read.
        seconds: wall time.
    """

    found: int = 0
    added: int = 0
    updated: int = 0
    moved: int = 0
    unchanged: int = 0
    missing: int = 0
    failed: tuple[FileFailure, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class GeneratedPicture:
    """A picture that came home.

    Attributes:
        asset: its row in the library.
        text: what the generator said along with it.
        generator: its label ("Mood board (offline)").
        model: the model version that answered.
        is_searchable: False when no model could index it now; it will be by the next run.
        others: further pictures of the same answer, in the library too.
    """

    asset: Asset
    request: GenerationRequest
    text: str
    generator: str
    model: str
    usage: Usage = field(default_factory=Usage)
    is_searchable: bool = True
    others: tuple[Asset, ...] = ()


@dataclass(frozen=True, slots=True)
class Lineage:
    """How a generated picture was made; ``generator`` is its label for people."""

    request: GenerationRequest
    generator: str
    model: str
    text: str
    usage: Usage
    created_at: float


@dataclass(frozen=True, slots=True)
class AssetDetails:
    """What the details panel shows about one asset."""

    asset: Asset
    folder: str
    lineage: Lineage | None = None
    used_in: tuple[Asset, ...] = ()
    annotation: Annotation = field(default_factory=Annotation)


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
        has_gemini_key: a key is in the keyring or the environment.
        model_change: while ``model`` has not encoded yet what an earlier one knows.
        is_read_only: it was opened to look at only.
        notices: what was found wrong and put right since it was opened, for the person.
    """

    assets: int = 0
    pending: int = 0
    missing: int = 0
    offline: int = 0
    model: str = ""
    model_problem: str = ""
    has_gemini_key: bool = False
    model_change: ModelChange | None = None
    is_read_only: bool = False
    notices: tuple[str, ...] = ()
