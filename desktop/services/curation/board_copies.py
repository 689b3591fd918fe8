"""Pictures in their order as a folder of copies, with a list of whose they are."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from desktop.core.asset import Asset, displayable
from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileError, FileUnreadable, LibraryError
from desktop.core.progress import Progress, ProgressSteps
from desktop.core.rights import strictest
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.files.new_file import new_file
from desktop.files.regular_file import open_regular_file, read_up_to
from desktop.library.folders.same_file import require_same
from desktop.services.curation.credentials import Certificate, PictureCredentials
from desktop.services.reports import AssetDetails, FileFailure

CREDITS = "credits.csv"
_BLOCK = 1 << 22
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take a cell for that begins so."""


@dataclass(frozen=True, slots=True)
class CopiesReport:
    """What is in the folder now.

    Attributes:
        copied: the copies, in the order of the pictures.
        failed: pictures that could not be copied, and why.
        unsigned: copies that were to be signed and are as their originals, and why.
    """

    folder: Path
    copied: tuple[Path, ...]
    failed: tuple[FileFailure, ...] = ()
    unsigned: tuple[FileFailure, ...] = ()


class BoardCopies:
    """Copies what is on a board, or found by a search.

    Args:
        details: tells what is known of an asset.
        credentials: sign copies.
    """

    def __init__(
        self, details: Callable[[int], AssetDetails], credentials: PictureCredentials
    ) -> None:
        self._details = details
        self._credentials = credentials

    def run(
        self,
        assets: Sequence[Asset],
        folder: Path,
        cancel: CancelToken,
        *,
        certificate: Certificate | None = None,
    ) -> ProgressSteps[CopiesReport]:
        """Copy the files of these into a new folder, numbered in their order, and write
        ``CREDITS`` beside them: for each its file, author, rights, licence, and how it was made.

        Args:
            certificate: sign the copies with it, all with the same; see
                ``PictureCredentials.certificate``. One whose format takes no Content Credentials is
                copied as it is.

        Raises:
            LibraryError: the folder cannot be made or is not empty.
            Cancelled: the copies made so far are whole.
        """
        _make(folder)
        digits = max(2, len(str(len(assets))))
        copied: list[Path] = []
        failed: list[FileFailure] = []
        unsigned: list[FileFailure] = []
        credited: list[tuple[Path, AssetDetails]] = []
        for number, asset in enumerate(assets, 1):
            cancel.raise_if_cancelled()
            yield Progress(tr("Copying"), len(copied), len(assets), asset.filename, len(failed))
            copy = folder / f"{number:0{digits}} {asset.name}"
            try:
                details = self._details(asset.id)  # it may have been forgotten meanwhile
                require_same(asset)
                problem = self._sign(asset, copy, details, certificate) if certificate else None
                if problem is not None:
                    unsigned.append(FileFailure(copy, problem.message))
                if problem is not None or certificate is None:
                    _copy(asset, copy)
            except FileError as error:
                failed.append(FileFailure(asset.path, error.message))
                continue
            except LibraryError as error:
                failed.append(FileFailure(asset.path, error.headline))
                continue
            copied.append(copy)
            credited.append((copy, details))
        with new_file(folder / CREDITS, tr("The list of credits")) as file:
            file.write(_table(credited).encode("utf-8-sig"))  # as spreadsheets expect it
        return CopiesReport(folder, tuple(copied), tuple(failed), tuple(unsigned))

    def _sign(
        self, asset: Asset, copy: Path, details: AssetDetails, certificate: Certificate
    ) -> FileError | None:
        """Write a signed copy; why there is none, where its format takes no credentials.

        Raises:
            LibraryError: the copy cannot be written.
        """
        try:
            self._credentials.hand_out(asset.path, copy, details.lineage, certificate)
        except FileError as error:
            return error
        return None


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise LibraryError(
                tr("{folder} is not empty.", folder=displayable(folder)),
                safe=tr("Nothing was copied."),
                next_step=tr("Choose a new folder."),
            )
    except OSError as error:
        raise LibraryError(
            tr(
                "{folder} could not be made: {reason}.",
                folder=displayable(folder),
                reason=system_reason(error),
            ),
            safe=tr("Nothing was copied."),
            next_step=tr("Choose another folder."),
        ) from error


def _copy(asset: Asset, copy: Path) -> None:
    with open_regular_file(asset.path) as source, new_file(copy, tr("The copy")) as target:
        while block := _next_block(asset.path, source):
            target.write(block)
    with suppress(OSError):  # phones (MTP) and some shares (CIFS) take no times; the copy is whole
        os.utime(copy, ns=(asset.modified_ns, asset.modified_ns))


def _next_block(path: Path, source: FileIO) -> bytes:
    """Empty at the end. Raises: FileUnreadable: here, before it is taken for the copy's fault."""
    try:
        return read_up_to(source, _BLOCK)
    except OSError as error:
        raise FileUnreadable(
            path, tr("The file could not be read ({reason}).", reason=system_reason(error))
        ) from error


def _table(credited: Sequence[tuple[Path, AssetDetails]]) -> str:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(
        [
            *(tr("File"), tr("Original"), tr("Author"), tr("Copyright"), tr("Licence")),
            *(tr("Use until"), tr("Never leaves this machine")),
            *(tr("Made with"), tr("Prompt"), tr("Made from")),
        ]
    )
    for copy, details in credited:
        told, made = details.metadata, details.lineage
        rights = strictest(claim.rights for claim in details.claims)
        cells = [
            displayable(copy.name),
            displayable(details.asset.path),
            "; ".join(told.creator),
            told.copyright,
            "; ".join(filter(None, (rights.licence, told.licence, told.usage_terms))),
            rights.expires,
            tr("yes") if rights.is_private else "",
            " ".join(filter(None, (details.generator, made.model))) if made else "",
            made.request.prompt if made else "",
            "; ".join(map(displayable, details.made_from)),
        ]
        table.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return out.getvalue()
