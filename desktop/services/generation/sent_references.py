"""The pictures that go along with a prompt, as they are sent: made ready before anything leaves."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from desktop.core.asset import displayable
from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileError, Remedy, RequestRefused
from desktop.core.generation_record import BASE, MARKED, GenerationRequest, Reference
from desktop.core.progress import Progress
from desktop.core.reference_captions import captions
from desktop.core.reference_names import reference_name
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.files.content_hash import content_hash
from desktop.generation.generator import ReferenceImage
from desktop.library.catalog.assets import Catalog
from desktop.library.kept_file import kept_file
from desktop.library.paths import LibraryPaths
from desktop.media.editing.region import marked_picture, picture_pixels, read_region
from desktop.media.reference_image import encoded_size, reference_image
from desktop.media.sandbox.pool import Sandbox

Prepared = tuple[list[ReferenceImage], GenerationRequest]
"""What is sent, and the request with the hashes of what was read and sent."""


class SentReferences:
    """Makes them ready.

    Args:
        paths: the library's, where it keeps marked parts and pictures of brand kits.
        sandbox: decodes risky ones; None: this process does.
    """

    def __init__(
        self, catalog: Catalog, paths: LibraryPaths, sandbox: Sandbox | None = None
    ) -> None:
        self._catalog = catalog
        self._paths = paths
        self._sandbox = sandbox

    def known(self, request: GenerationRequest) -> GenerationRequest:
        """With the identity of those that are in the library: they are found by it wherever they
        are when it is their turn."""
        references = (
            replace(reference, asset_id=_asset_id(reference, self._catalog))
            for reference in request.references
        )
        return replace(request, references=tuple(references))

    def as_seen(self, requests: Sequence[GenerationRequest]) -> list[GenerationRequest]:
        """With the content of each picture as the person sees it now: the one that the library
        shows, and of others the one on the disk. A file that cannot be read is refused later."""
        hashes: dict[Path, str] = {}
        return [
            replace(
                request,
                references=tuple(self._as_seen(each, hashes) for each in request.references),
            )
            for request in map(self.known, requests)
        ]

    def prepared(
        self, request: GenerationRequest, cancel: CancelToken
    ) -> Generator[Progress, None, Prepared]:
        """Encode the references of a request.

        Raises:
            RequestRefused: one cannot be read; the message names it.
            Cancelled: nothing was sent.
        """
        images: list[ReferenceImage] = []
        used: list[Reference] = []
        request = replace(request, references=tuple(map(self._here, request.references)))
        told = captions(request.references)
        for number, reference in enumerate(request.references, start=1):
            cancel.raise_if_cancelled()
            yield Progress(
                tr("Preparing references"),
                number,
                len(request.references),
                current=displayable(reference.path.name),
            )
            image, read = _encoded(reference, request, self._sandbox)
            images.append(replace(image, caption=told[number - 1]))
            used.append(read)
        return images, self.known(replace(request, references=tuple(used)))

    def _as_seen(self, reference: Reference, hashes: dict[Path, str]) -> Reference:
        path = self._here(reference).path
        if path not in hashes:
            asset = None
            if reference.asset_id is not None and reference.role != MARKED:
                asset = self._catalog.asset(reference.asset_id)
            hashes[path] = asset.content_hash if asset is not None else ""
        if not hashes[path]:
            with suppress(OSError):
                hashes[path] = content_hash(path)
        return replace(reference, content_hash=hashes[path], sent_hash="")

    def _here(self, reference: Reference) -> Reference:
        """With the path where it is now: a folder may have moved since it was chosen, or the whole
        library."""
        if reference.role == MARKED:
            return replace(reference, path=kept_file(self._paths.regions, reference.path))
        if reference.path.exists():
            return reference
        if reference.asset_id is None:  # perhaps one of an imported brand kit
            return replace(reference, path=kept_file(self._paths.kits, reference.path))
        asset = self._catalog.asset(reference.asset_id)
        return reference if asset is None else replace(reference, path=asset.path)


def _encoded(
    reference: Reference, request: GenerationRequest, sandbox: Sandbox | None
) -> tuple[ReferenceImage, Reference]:
    """A reference as it is sent, and the same with the hashes of what was read and sent."""
    path = reference.path
    try:
        if reference.role == MARKED:
            data, mime_type = _marked(reference, request, sandbox)
        else:
            data, mime_type = reference_image(
                path, part=reference.crop, moment_ms=reference.moment_ms, sandbox=sandbox
            )
        content = content_hash(path)
    except FileError as error:
        raise _unusable(path, error.message) from error
    except OSError as error:  # gone between the two
        raise _unusable(path, system_reason(error)) from error
    image = ReferenceImage(
        data, mime_type, reference_name(reference), reference.score, *encoded_size(data)
    )
    return image, replace(reference, content_hash=content, sent_hash=content_hash(data))


def _marked(
    reference: Reference, request: GenerationRequest, sandbox: Sandbox | None
) -> tuple[bytes, str]:
    """The base of an edit with the part that it may change. Raises: FileError, UsageError."""
    base = next(each for each in request.references if each.role == BASE)
    pixels, _ = picture_pixels(base.path, sandbox)
    region = read_region(reference.path, (pixels.shape[1], pixels.shape[0]), sandbox)
    return marked_picture(pixels, region)


def _asset_id(reference: Reference, catalog: Catalog) -> int | None:
    if reference.asset_id is not None:
        return reference.asset_id
    path = Path(os.path.abspath(reference.path))  # noqa: PTH100 - links stay as they are
    asset = catalog.asset_at(path)
    return asset.id if asset else None


def _unusable(path: Path, why: str) -> RequestRefused:
    return RequestRefused(
        tr(
            "The reference {path} cannot be used: {reason}",
            path=displayable(path),
            reason=why,
        ),
        safe=tr("Nothing was sent."),
        next_step=tr("Remove it or choose another picture."),
        remedy=Remedy.FEWER_REFERENCES,
    )
