"""Documents that are ZIP archives with a picture of themselves inside: those of Krita, OpenRaster,
Sketch, Procreate, Adobe XD and Figma."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from desktop.core.errors import FileTooLarge, FileUnsupported
from desktop.core.text import marked, tr
from desktop.media.formats.format import Encoded, PictureFormat, Source
from desktop.media.formats.inner_preview import (
    MAX_PREVIEW,
    PREVIEW_LIBRARIES,
    no_preview,
    opened_preview,
)

_ZIP = b"PK\x03\x04"
_KIND_AT = 30
"""Where the first member's name and content begin, in archives that say so what they are."""


def _opener(*members: str) -> Callable[[Encoded], Source]:
    """Of an archive in which the preview has one of these names, the best first."""

    def open_document(encoded: Encoded) -> Source:
        """Raises: FileUnsupported without a preview, FileTooLarge, ValueError for no archive."""
        try:
            with zipfile.ZipFile(io.BytesIO(encoded.data)) as archive:
                known = {name.casefold(): name for name in archive.namelist()}
                found = next((known[name] for name in members if name in known), None)
                if found is None:
                    raise no_preview(encoded)
                preview = _content(encoded, archive, archive.getinfo(found))
        except (zipfile.BadZipFile, NotImplementedError) as error:
            raise ValueError("no archive") from error
        return opened_preview(encoded, preview)

    return open_document


def _content(encoded: Encoded, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Raises: FileTooLarge, however small the archive says that it is."""
    if member.flag_bits & 1:
        raise FileUnsupported(
            encoded.path,
            tr("The document is protected by a password."),
            next_step=tr("Save a copy without the password to have it in the library."),
        )
    with archive.open(member) as file:
        content = file.read(MAX_PREVIEW + 1) if member.file_size <= MAX_PREVIEW else b""
    if member.file_size > MAX_PREVIEW or len(content) > MAX_PREVIEW:
        raise FileTooLarge(
            encoded.path,
            tr("The preview in the document unpacks to more than is safe."),
            next_step=tr("Export it as PNG or PDF to have it in the library."),
        )
    return content


def _recogniser(suffixes: tuple[str, ...], kind: bytes = b"") -> Callable[[bytes, str], bool]:
    def recognise(data: bytes, suffix: str) -> bool:
        if not data.startswith(_ZIP):
            return False
        says_so = bool(kind) and data.startswith(b"mimetype" + kind, _KIND_AT)
        return says_so or suffix in suffixes

    return recognise


def _document(
    name: str, label: str, suffixes: tuple[str, ...], members: tuple[str, ...], kind: bytes = b""
) -> PictureFormat:
    return PictureFormat(
        name=name,
        label=label,
        suffixes=suffixes,
        recognise=_recogniser(suffixes, kind),
        libraries=PREVIEW_LIBRARIES,
        open=_opener(*members),
    )


DOCUMENTS = (
    _document(
        "KRA",
        marked("Krita document"),
        (".kra", ".krz"),
        ("mergedimage.png", "preview.png"),
        b"application/x-krita",
    ),
    _document(
        "ORA",
        marked("OpenRaster document"),
        (".ora",),
        ("mergedimage.png", "thumbnails/thumbnail.png"),
        b"image/openraster",
    ),
    _document("Sketch", marked("Sketch document"), (".sketch",), ("previews/preview.png",)),
    _document(
        "Procreate", marked("Procreate document"), (".procreate",), ("quicklook/thumbnail.png",)
    ),
    _document("XD", marked("Adobe XD document"), (".xd",), ("preview.png", "thumbnail.png")),
    _document("Figma", marked("Figma document"), (".fig",), ("thumbnail.png",)),
)
"""In the order in which a file is compared with them: the first two say what they are."""
