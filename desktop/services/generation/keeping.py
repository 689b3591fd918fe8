"""From an answer that is in the spool to pictures that are in the library, however often it takes.

The same answer gives the same files, names and records each time, so a kill at any moment leaves
nothing doubled: what is there already is taken as it is.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from desktop.core.asset import Asset
from desktop.core.attempt import AttemptState
from desktop.core.errors import (
    AnswerMisfit,
    FileError,
    GenerationError,
    LibraryError,
    ReplyUnreadable,
    UsageError,
)
from desktop.core.failure import Failure
from desktop.core.generation_record import (
    DRAFT,
    ON_BLACK,
    ON_WHITE,
    PLATE,
    REGION,
    WHOLE,
    GenerationRecord,
    Usage,
)
from desktop.core.text import listed, tr
from desktop.files.atomic import write_file
from desktop.generation.cost import cost_usd
from desktop.generation.generator import GenerationResult, ImageGenerator, Reply
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.attempts import AttemptTable
from desktop.library.catalog.lineage import LineageTable
from desktop.library.catalog.roots import RootKind
from desktop.library.folders.scan import FoundFile, size_and_time
from desktop.library.import_picture import save_picture, save_picture_as
from desktop.library.spool import Spool, SpooledAnswer
from desktop.media.conversion import converted
from desktop.media.decode import load_picture
from desktop.media.formats.registry import picture_format
from desktop.media.metadata.lineage import embed_record, has_credentials, sidecar_packet
from desktop.media.metadata.sidecar import sidecar_path
from desktop.media.sandbox.pool import Sandbox
from desktop.services.generation.editing import Editing, second_half
from desktop.services.reports import EditReport, GeneratedPicture

SUFFIXES = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp", "GIF": ".gif"}
_LOG = logging.getLogger(__name__)


class AnswerKeeping:
    """Takes answers out of the spool into the library.

    Args:
        generators: by name; who was asked reads the answer.
        folder: where pictures are kept unless a request named a file.
        editing: makes of the answer to an edit what was wanted.
        sandbox: decodes what came; None: this process does.
    """

    def __init__(
        self,
        catalog: Catalog,
        lineage: LineageTable,
        attempts: AttemptTable,
        spool: Spool,
        generators: Mapping[str, ImageGenerator],
        folder: Path,
        editing: Editing,
        sandbox: Sandbox | None = None,
    ) -> None:
        self._catalog = catalog
        self._lineage = lineage
        self._attempts = attempts
        self._spool = spool
        self._generators = generators
        self._folder = folder
        self._editing = editing
        self._sandbox = sandbox

    @property
    def folder(self) -> Path:
        """Where pictures are kept."""
        return self._folder

    def generator(self, name: str) -> ImageGenerator:
        """Raises: UsageError when there is none of that name."""
        generator = self._generators.get(name)
        if generator is None:
            raise UsageError(
                tr("There is no generator called “{generator}”.", generator=name),
                next_step=tr("Choose one of: {choices}.", choices=listed(self._generators)),
            )
        return generator

    def take_in(self, answer: SpooledAnswer) -> GeneratedPicture:
        """Save what an answer holds, write down how it was made, and end its attempt.

        Raises:
            GenerationError: it holds no picture; its cost is written down.
            LibraryError: the disk takes nothing; the answer stays in the spool.
        """
        record = answer.record
        generator = self.generator(record.request.generator)
        result = generator.read(
            Reply(answer.body, record.request.model, record.api, record.endpoint)
        )
        whole, problem = _whole(result.images, self._sandbox)
        model = generator.models.find(record.request.model)
        cost = cost_usd(result.usage, model, record.request.image_size, len(result.images))
        record = replace(
            record,
            model=_text(result.model) or record.request.model,
            text=_text(result.text),
            usage=result.usage,
        )
        if not whole:
            error = result.problem or problem
            assert error is not None  # says why there is none
            self._end_without(record, result, cost, error)
            raise error
        made = _with_stages(record, whole)
        share, misfit = 0.0, None
        if record.request.edit in {REGION, ON_BLACK}:
            try:
                finished = self._editing.finish(record, whole[-1][0])
            except AnswerMisfit as error:
                misfit = error
            else:
                made.append(_Made(finished.data, ".png", record))
                share = finished.changed_elsewhere
        assets = self._import(record, made, answer.out, result, cost, misfit)
        if result.turn and not record.request.edit:  # from an edit its picture alone goes on
            self._spool.archive(answer.key)
        else:
            self._spool.remove(answer.key)
        found = self._catalog.assets_by_id(assets)
        edited = None
        if record.request.edit:
            whole_asset = found[assets[len(whole) - 1]]
            edited = EditReport(whole_asset, misfit.message if misfit else "", share)
        return GeneratedPicture(
            asset=found[assets[-1]],
            record=record,
            generator=tr(generator.label),
            drafts=tuple(found[asset_id] for asset_id in assets[:-1]),
            cost_usd=cost,
            edited=edited,
        )

    def keep_made(self, record: GenerationRecord, png: bytes) -> Asset:
        """A picture that was made here, of those of the library.

        Raises:
            LibraryError: the disk takes nothing.
        """
        self._catalog.require_writable()
        path = self._saved(_Made(png, ".png", record), None)
        with self._catalog.all_or_nothing():
            asset_id = self._write_down(path, record)
        return self._catalog.assets_by_id([asset_id])[asset_id]

    def _end_without(
        self,
        record: GenerationRecord,
        result: GenerationResult,
        cost: float | None,
        error: GenerationError,
    ) -> None:
        is_unreadable = isinstance(error, ReplyUnreadable)
        state = AttemptState.DECLINED
        if is_unreadable and not result.usage.total_tokens:
            state = AttemptState.UNKNOWN
        self._attempts.end(
            record.attempt,
            state,
            record,
            response_id=result.response_id,
            cost_usd=cost,
            turn=result.turn,
            failure=Failure.of(error),
        )
        if is_unreadable:
            self._spool.set_aside(record.attempt)
        else:
            self._spool.remove(record.attempt)

    def _import(
        self,
        record: GenerationRecord,
        made: Sequence[_Made],
        out: Path | None,
        result: GenerationResult,
        cost: float | None,
        misfit: AnswerMisfit | None,
    ) -> list[int]:
        """Files first, then assets, lineage and the attempt's end in one transaction; returns the
        assets' ids, the final one last."""
        # The file that was named is for what was wanted: of a cut-out, for its second half.
        is_wanted = misfit is None and record.request.edit != ON_WHITE
        saved = [
            self._saved(each, out if is_wanted and each is made[-1] else None) for each in made
        ]
        with self._catalog.all_or_nothing():
            ids = [
                self._write_down(path, each.record) for path, each in zip(saved, made, strict=True)
            ]
            self._attempts.end(
                record.attempt,
                AttemptState.DONE,
                record,
                response_id=result.response_id,
                cost_usd=cost,
                turn=result.turn,
                failure=Failure.of(misfit) if misfit else None,
            )
            if record.request.edit == ON_WHITE:
                self._queue_second_half(record, saved[-1], out)
        return ids

    def _queue_second_half(self, first: GenerationRecord, plate: Path, out: Path | None) -> None:
        key = second_half(first.attempt)
        request = self._editing.on_black(first, plate)
        self._attempts.queue(key, GenerationRecord(request, attempt=key), out)

    def _saved(self, made: _Made, out: Path | None) -> Path:
        data, suffix, record = made.data, made.suffix, made.record
        if out is not None:
            wanted = out if out.suffix else out.with_suffix(suffix)
            try:
                fitting = converted(data, suffix, wanted.suffix, self._sandbox)
                described, is_inside = _described(fitting, record)
                return _beside(save_picture_as(wanted, described), record, is_inside=is_inside)
            except (LibraryError, FileError) as error:
                # It was asked for and paid for: then in the library's own folder.
                _LOG.warning("not written as asked: %s", error)
        described, is_inside = _described(data, record)
        path = save_picture(
            self._folder,
            described,
            title=record.request.prompt,
            suffix=suffix,
            at=record.created_at,
        )
        return _beside(path, record, is_inside=is_inside)

    def _write_down(self, path: Path, record: GenerationRecord) -> int:
        if path.is_relative_to(self._folder):
            root = self._catalog.roots.add(self._folder, RootKind.GENERATED)
        else:
            root = self._catalog.roots.add(path.parent, RootKind.LOOSE)
        relative = os.fsencode(root.relative(path.parent) / path.name)
        file = FoundFile(relative, *size_and_time(path.stat()))
        known = self._catalog.known_file(root.id, relative)
        if known is None:
            [asset_id] = self._catalog.add_files(root, [file], is_generated=True)
        else:  # a file of this name was in the library once, or a scan was faster
            asset_id = known.id
            self._catalog.mark_changed([(asset_id, file)], is_generated=True)
        self._lineage.record(asset_id, record)
        return asset_id


@dataclass(frozen=True, slots=True)
class _Made:
    """A picture to be saved: its bytes, the suffix of its format, and what it carries."""

    data: bytes
    suffix: str
    record: GenerationRecord


def _with_stages(record: GenerationRecord, whole: Sequence[tuple[bytes, str]]) -> list[_Made]:
    """What an answer held, each picture with what it is; usage and words go with the wanted one."""
    aside = replace(record, usage=Usage(), text="")
    last = {
        "": record,
        ON_WHITE: replace(record, stage=PLATE),
        ON_BLACK: replace(aside, stage=PLATE),
        REGION: replace(aside, stage=WHOLE),
    }
    drafts = [_Made(data, suffix, replace(aside, stage=DRAFT)) for data, suffix in whole[:-1]]
    return [*drafts, _Made(*whole[-1], last.get(record.request.edit, record))]


def _text(said: str) -> str:
    """A lone surrogate in a reply is no text that anything here could keep."""
    return said.encode("utf-8", "replace").decode()


def _beside(path: Path, record: GenerationRecord, *, is_inside: bool) -> Path:
    """A picture that does not hold its record has it in a side-car."""
    if not is_inside:
        try:
            packet = sidecar_packet(path, record.shareable())
            write_file(sidecar_path(path), packet, replace=True)
        except OSError as error:
            _LOG.warning("lineage is kept in the catalogue only: %s", error)
    return path


def _described(data: bytes, record: GenerationRecord) -> tuple[bytes, bool]:
    """The picture with its record inside; as it came, and False, where the format has no room for
    so much.

    References are named, never by their full paths: the file may be given away. A picture that is
    signed stays byte for byte, or its signature would not match any more.
    """
    if has_credentials(data):
        return data, False
    try:
        return embed_record(data, record.shareable()), True
    except FileError as error:
        _LOG.info("lineage goes beside the picture: %s", error)
        return data, False


def _whole(
    images: Sequence[bytes], sandbox: Sandbox | None
) -> tuple[list[tuple[bytes, str]], ReplyUnreadable | None]:
    """The pictures that can be opened, each with the suffix of its format, whatever the service
    called it; and what is wrong with one that cannot."""
    whole: list[tuple[bytes, str]] = []
    problem: ReplyUnreadable | None = None
    for data in images:
        try:
            picture = load_picture(data, at_least=64, sandbox=sandbox)
        except FileError as error:
            problem = ReplyUnreadable(
                tr(
                    "The answer held a picture that cannot be opened: {reason}",
                    reason=error.message,
                ),
                safe=tr("Your prompt and references are kept; nothing was saved."),
                next_step=tr("Try again."),
            )
        else:
            suffix = SUFFIXES.get(picture.format) or picture_format(picture.format).suffixes[0]
            whole.append((data, suffix))
    return whole, problem
