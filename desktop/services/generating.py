"""Steps 7-8: prompt and references to a picture, which comes home with its lineage."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from desktop.core.asset import Asset, displayable
from desktop.core.cancellation import CancelToken
from desktop.core.errors import (
    FileError,
    PlantainError,
    ReplyUnreadable,
    RequestRefused,
    UsageError,
)
from desktop.core.progress import Progress, ProgressSteps
from desktop.generation.generator import ImageGenerator
from desktop.generation.request import (
    GenerationRequest,
    GenerationResult,
    ReferenceImage,
)
from desktop.library.catalog import Catalog, RootKind
from desktop.library.disk.scan import FoundFile
from desktop.library.importing import check_writable, save_picture, save_picture_as
from desktop.library.lineage import LineageBook, LineageRecord, LineageReference
from desktop.media.decode import load_picture
from desktop.media.references import reference_image
from desktop.media.sandbox.pool import Sandbox
from desktop.services.homecoming import describe
from desktop.services.indexing import Indexing
from desktop.services.reports import GeneratedPicture

_SUFFIXES = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp", "GIF": ".gif"}
_OTHER_NAME = "Choose another name."
_LOG = logging.getLogger(__name__)


class Generating:
    """Runs a generation and brings its pictures into the library.

    Args:
        generators: by name.
        folder: where results are kept unless a request names a file.
        sandbox: decodes risky references and answers; None: this process does.
    """

    def __init__(
        self,
        catalog: Catalog,
        lineage: LineageBook,
        indexing: Indexing,
        generators: Mapping[str, ImageGenerator],
        folder: Path,
        sandbox: Sandbox | None = None,
    ) -> None:
        self._catalog = catalog
        self._lineage = lineage
        self._indexing = indexing
        self._generators = generators
        self._folder = folder
        self._sandbox = sandbox

    def run(
        self, request: GenerationRequest, cancel: CancelToken, *, out: Path | None = None
    ) -> ProgressSteps[GeneratedPicture]:
        """Prepare the references, ask the generator, save, record the lineage, index.

        Args:
            out: the file to write; by default a new name in the library's own folder. Its suffix
                is made to fit the format that the generator answers in.

        Raises:
            UsageError: an empty prompt, an unknown generator, a file that exists.
            RequestRefused: a reference cannot be read; the message names it.
            GenerationError: the generator failed; nothing was saved.
            LibraryReadOnly: the library was opened to be read only; nothing was asked for.
            LibraryError: the picture could not be written.
            Cancelled: nothing was saved.
        """
        self._catalog.require_writable()
        generator = self._generator(request)
        if out is not None:
            out = Path(os.path.abspath(out))  # noqa: PTH100 - links stay as they are
            self._check_free(out)
        # A picture may cost money: whether it can be kept is found out before it is asked for.
        check_writable(out.parent if out else self._folder)
        images: list[ReferenceImage] = []
        for number, reference in enumerate(request.references, start=1):
            cancel.raise_if_cancelled()
            yield Progress(
                "Preparing references",
                number,
                len(request.references),
                current=displayable(reference.path.name),
            )
            images.append(_encoded(reference.path, reference.score, self._sandbox))
        yield Progress(f"Waiting for {generator.label}", unit="")
        result = generator.generate(request, images, cancel)
        cancel.raise_if_cancelled()
        yield Progress("Saving the picture", unit="")
        whole = _whole(result.images, self._sandbox)
        # A lone surrogate in a reply is no text that anything here could keep.
        result = replace(result, text=result.text.encode("utf-8", "replace").decode())
        ids: list[int] = []
        for number, (data, suffix) in enumerate(whole):
            target = out.with_suffix(suffix) if out and number == 0 else None
            ids.append(self._bring_home(request, generator, result, data, suffix, target))
        yield Progress("Making it findable", unit="")
        is_searchable = self._index(ids)
        assets = self._catalog.assets_by_id(ids)
        return GeneratedPicture(
            asset=assets[ids[0]],
            request=request,
            text=result.text,
            generator=generator.label,
            model=result.model,
            usage=result.usage,
            is_searchable=is_searchable,
            others=tuple(assets[asset_id] for asset_id in ids[1:]),
        )

    def _generator(self, request: GenerationRequest) -> ImageGenerator:
        if not request.prompt.strip():
            raise UsageError("The prompt is empty.", next_step="Say what the picture should show.")
        generator = self._generators.get(request.generator)
        if generator is None:
            raise UsageError(
                f"There is no generator called “{request.generator}”.",
                next_step=f"Choose one of: {', '.join(self._generators)}.",
            )
        return generator

    def _check_free(self, out: Path) -> None:
        if out.suffix.lower() not in {"", *_SUFFIXES.values(), ".jpeg"}:
            raise UsageError(
                f"Pictures are not written as “{out.suffix}”.",
                next_step="Use .png, .jpg or .webp, or no suffix at all.",
            )
        library = self._folder.parent
        if out.is_relative_to(library) and not out.is_relative_to(self._folder):
            raise UsageError(f"{out} is inside Plantain's own folder.", next_step=_OTHER_NAME)
        for path in (out, *(out.with_suffix(suffix) for suffix in _SUFFIXES.values())):
            if os.path.lexists(path):
                raise UsageError(f"{path} exists already.", next_step=_OTHER_NAME)

    def _bring_home(
        self,
        request: GenerationRequest,
        generator: ImageGenerator,
        result: GenerationResult,
        data: bytes,
        suffix: str,
        out: Path | None,
    ) -> int:
        """File first, then asset and lineage in one transaction; returns the asset's id."""
        record = self._record(request, generator, result)
        described = describe(data, record)
        if out is None:
            path = save_picture(self._folder, described, title=request.prompt, suffix=suffix)
        else:
            path = save_picture_as(out, described)
        status = path.stat()
        with self._catalog.all_or_nothing():
            if path.is_relative_to(self._folder):
                root = self._catalog.add_root(self._folder, RootKind.GENERATED)
            else:
                root = self._catalog.add_root(path.parent, RootKind.LOOSE)
            relative = os.fsencode(root.relative(path.parent) / path.name)
            file = FoundFile(relative, status.st_size, status.st_mtime_ns)
            known = self._catalog.known_file(root.id, relative)
            if known is None:
                [asset_id] = self._catalog.add_files(root, [file], is_generated=True)
            else:  # a file of this name was in the library once and is missing
                asset_id = known.id
                self._catalog.mark_changed([(asset_id, file)], is_generated=True)
            self._lineage.record(asset_id, record)
        return asset_id

    def _record(
        self, request: GenerationRequest, generator: ImageGenerator, result: GenerationResult
    ) -> LineageRecord:
        return LineageRecord(
            prompt=request.prompt,
            generator=generator.name,
            model=result.model or request.model or generator.default_model,
            settings={"aspect_ratio": request.aspect_ratio, "image_size": request.image_size},
            text=result.text,
            usage=asdict(result.usage),
            references=[
                LineageReference(r.path, self._asset_id(r.asset_id, r.path), r.score, r.reason)
                for r in request.references
            ],
        )

    def _asset_id(self, asset_id: int | None, path: Path) -> int | None:
        if asset_id is not None:
            return asset_id
        asset: Asset | None = self._catalog.asset_at(Path(os.path.abspath(path)))  # noqa: PTH100
        return asset.id if asset else None

    def _index(self, ids: Sequence[int]) -> bool:
        """True when the pictures can be found by meaning now; otherwise the next run does it.

        The picture is saved and recorded by now: a failing model or store must not look as if
        the generation had failed, and a cancel that comes this late changes nothing.
        """
        try:
            report = self._indexing.read_assets(ids, CancelToken())
        except PlantainError as error:
            _LOG.warning("generated pictures %s wait for the next indexing: %s", ids, error)
            return False
        return self._indexing.has_model() and not report.failed


def _encoded(path: Path, score: float | None, sandbox: Sandbox | None) -> ReferenceImage:
    try:
        data, mime_type = reference_image(path, sandbox=sandbox)
    except FileError as error:
        raise RequestRefused(
            f"The reference {displayable(path)} cannot be used: {error.message}",
            safe="Nothing was sent.",
            next_step="Remove it or choose another picture.",
        ) from error
    return ReferenceImage(data, mime_type, label=displayable(path.name), score=score)


def _whole(images: Sequence[bytes], sandbox: Sandbox | None) -> list[tuple[bytes, str]]:
    """The pictures that can be opened, each with the suffix of its format.

    Raises:
        ReplyUnreadable: none can.
    """
    whole: list[tuple[bytes, str]] = []
    problem: FileError | None = None
    for data in images:
        try:
            picture = load_picture(data, at_least=64, sandbox=sandbox)
        except FileError as error:
            problem = error
        else:
            whole.append((data, _SUFFIXES.get(picture.format, ".png")))
    if not whole:
        raise ReplyUnreadable(
            "The answer held a picture that cannot be opened: "
            f"{problem.message if problem else 'there was none.'}",
            safe="Your prompt and references are kept; nothing was saved.",
            next_step="Try again.",
        ) from problem
    return whole
