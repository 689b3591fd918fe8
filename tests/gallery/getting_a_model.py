"""The step in which a first model is got, in each of its states."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtWidgets import QWidget

from desktop.core.errors import DownloadFailed
from desktop.core.progress import Progress
from desktop.core.text import sentences, tr
from desktop.embedding.models.hub import HubAddress
from desktop.embedding.models.known_models import KNOWN_MODELS
from desktop.embedding.models.nearby import FoundFile
from desktop.embedding.models.registry import ModelEntry
from desktop.qt.jobs.pace import Pace
from desktop.qt.manage.model_install import ModelInstall, Phase
from desktop.qt.manage.model_step import ModelStep
from desktop.services.model_installing import ModelOffers
from tests.gallery.stage import Screen, Stage, full_library

_USUAL, _MANY = KNOWN_MODELS[0], next(known for known in KNOWN_MODELS if known.tokenizer)
ENTRIES = tuple(
    ModelEntry(
        known.name,
        known.description,
        known.licence,
        known.languages,
        "downloadable",
        is_installed=False,
        size_bytes=known.approximate_bytes,
        page=f"https://huggingface.co/{known.repository}",
    )
    for known in (_USUAL, _MANY)
)


def _step(
    stage: Stage,
    phase: Phase = Phase.OFFERED,
    progress: Progress | None = None,
    *,
    error: DownloadFailed | None = None,
    found: tuple[FoundFile, ...] = (),
) -> ModelStep:
    session = stage.library(full_library(stage.thumbnails))
    install: ModelInstall = session.controllers.models.install
    install.phase, install.progress, install.error = phase, progress, error
    install.is_download = True
    install._pace = Pace()
    for second in range(9):
        install._pace.take(180 + 4 * second, time.monotonic() - 8 + second)
    offers = ModelOffers(ENTRIES, "", found, HubAddress())
    step = ModelStep(install, offers, session.window)
    stage.keep(step)
    stage.paint()
    return step


def _downloading() -> Progress:
    return Progress(tr("Downloading"), 212, 605, _USUAL.name, unit=tr("MB"))


def _failed() -> DownloadFailed:
    base = "https://huggingface.co"
    return DownloadFailed(
        tr(
            "{name} could not be downloaded: {reason}.",
            name=_USUAL.name,
            reason=tr("{place} did not answer in time", place=base),
        ),
        safe=tr("Your pictures, index and installed models are untouched."),
        next_step=sentences(
            tr("Check the connection, then try again."),
            tr("It goes on where it stopped."),
            tr(
                "Or try another mirror, or fetch {file} from {page} with a browser on any computer "
                "and choose that file.",
                file=_USUAL.file,
                page=f"{base}/{_USUAL.repository}",
            ),
        ),
    )


def offered(stage: Stage) -> QWidget:
    return _step(stage)


def found(stage: Stage) -> QWidget:
    file = FoundFile(Path("/home/mei/Downloads/open_clip_model.safetensors"), 605_000_000)
    return _step(stage, found=(file,))


def downloading(stage: Stage) -> QWidget:
    return _step(stage, Phase.RUNNING, _downloading())


def held(stage: Stage) -> QWidget:
    return _step(stage, Phase.HELD, _downloading())


def failed(stage: Stage) -> QWidget:
    return _step(stage, Phase.FAILED, _downloading(), error=_failed())


def mirror(stage: Stage) -> QWidget:
    step = _step(stage, Phase.FAILED, _downloading(), error=_failed())
    step.address_button.click()
    stage.paint()
    return step


def made_ready(stage: Stage) -> QWidget:
    step = Progress(tr("Making the model ready"), 3, 8, _USUAL.name, unit=tr("steps"))
    return _step(stage, Phase.RUNNING, step)


def ready(stage: Stage) -> QWidget:
    return _step(stage, Phase.READY)


SCREENS = (
    Screen("73a-model-offered", offered),
    Screen("73b-model-found", found),
    Screen("73c-model-downloading", downloading),
    Screen("73d-model-paused", held),
    Screen("73e-model-failed", failed),
    Screen("73f-model-mirror", mirror),
    Screen("73g-model-made-ready", made_ready),
    Screen("73h-model-ready", ready),
)
