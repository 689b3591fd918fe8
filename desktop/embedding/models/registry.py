"""Which embedding models there are, which are installed, and how more get installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from desktop.core.cancellation import CancelToken
from desktop.core.errors import (
    DownloadFailed,
    ModelDamaged,
    ModelError,
    ModelMissing,
    UsageError,
)
from desktop.core.progress import Progress, ProgressSteps
from desktop.core.text import listed, marked, sentences, tr
from desktop.embedding.models import hub, installing
from desktop.embedding.models.hub import HubAddress
from desktop.embedding.models.in_place import IN_PLACE, InPlaceModels
from desktop.embedding.models.known_models import DEFAULT_MODEL, KNOWN_MODELS, KnownModel
from desktop.embedding.models.manifest import (
    MANIFEST_NAME,
    InstalledModel,
    Manifest,
    read_manifest,
)
from desktop.embedding.pytorch import has_pytorch

NO_DOWNLOADS = marked(
    "It is downloaded as a checkpoint, which this small edition of Plantain cannot read. Choose "
    "the folder of a model that a full edition has used once."
)

__all__ = ["DEFAULT_MODEL", "InstalledModel", "ModelEntry", "ModelRegistry"]

Source = Literal["bundled", "downloadable", "imported"]


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One line of the list of models.

    Attributes:
        name: what people type.
        description: one sentence.
        licence: of the weights.
        languages: ISO codes of the languages it understands.
        source: how it comes here: with the program, from the hub, or from the person's own file.
        is_installed: whether it can be used now.
        size_bytes: of the weights; approximate for what is not installed.
        problem: why it cannot be used, or not be had here; empty when it can.
        page: where a person finds a downloadable one with a browser.
        arrived_bytes: of a download that was begun.
    """

    name: str
    description: str
    licence: str
    languages: tuple[str, ...]
    source: Source
    is_installed: bool
    size_bytes: int
    problem: str = ""
    page: str = ""
    arrived_bytes: int = 0


class ModelRegistry:
    """The models folder, the models shipped with the program, and the table of known ones.

    What is installed is looked up each time: another process may install a model at any moment.

    Args:
        models_dir: where models are installed; created when the first one is.
        bundled: folders of models that came with the program; never written to.
        known: the models that can be fetched by name.
        retry_delays_s: see ``download.download_model``.
        is_offline: the person works offline: nothing is fetched.
        address: where models are fetched from, asked at each download.
    """

    def __init__(
        self,
        models_dir: Path,
        bundled: Sequence[Path] = (),
        *,
        known: Sequence[KnownModel] = KNOWN_MODELS,
        retry_delays_s: Sequence[float] = (0.5, 1.0, 2.0, 4.0),
        is_offline: Callable[[], bool] = lambda: False,
        address: Callable[[], HubAddress] = HubAddress,
    ) -> None:
        self._models_dir = models_dir
        self._bundled = tuple(bundled)
        self._known = tuple(known)
        self._retry_delays_s = tuple(retry_delays_s)
        self._is_offline = is_offline
        self._address = address
        self._in_place = InPlaceModels(models_dir / IN_PLACE)

    def list(self) -> list[ModelEntry]:
        """Every model, installed or not, by name: the downloadable ones first, then the others."""
        address = self._address()
        problem = "" if has_pytorch() else tr(NO_DOWNLOADS)
        entries = {
            known.name.casefold(): ModelEntry(
                known.name,
                known.description,
                known.licence,
                known.languages,
                "downloadable",
                is_installed=False,
                size_bytes=known.approximate_bytes,
                problem=problem,
                page=hub.page_of(known, address),
                arrived_bytes=installing.arrived_bytes(self._models_dir, known.name),
            )
            for known in self._known
        }
        for folder, is_bundled in self._folders():
            entry = self._entry(folder, is_bundled=is_bundled)
            entries[entry.name.casefold()] = entry
        return list(entries.values())

    def installed(self) -> Iterator[InstalledModel]:
        """Every installed model whose manifest can be read."""
        for folder, _ in self._folders():
            try:
                yield read_manifest(folder)
            except (ModelDamaged, ModelMissing):
                continue

    def resolve(self, name_or_path: str) -> InstalledModel:
        """Find an installed model by its name (any case), its folder, or its checkpoint file.

        A bare checkpoint file is read in full to find out what it is (seconds; imports torch), once
        until it changes.

        Raises:
            ModelMissing: it is unknown or not installed; the next step says how to get one.
            ModelDamaged: it is there but unusable.
            ModelError: its architecture cannot be used.
        """
        wanted = name_or_path.strip()
        installed = self._by_name(wanted)
        if installed is not None:
            return installed
        path = Path(wanted).expanduser()
        is_path = path.name != wanted or path.exists()
        if wanted and is_path and not self._is_known(wanted):
            return self._at(path)
        raise self._missing(wanted)

    def import_file(
        self, path: Path, *, name: str = "", architecture: str = "", cancel: CancelToken
    ) -> ProgressSteps[ModelEntry]:
        """Install a checkpoint file (safetensors, .pt, .pth, .bin) or a model folder.

        Args:
            path: the file or folder; it is only read.
            name: what to call it; empty to take it from the file.
            architecture: open_clip's name for it, when it is not to be recognised by its shapes;
                the only way to ask for QuickGELU when the file name does not hint at it.

        Raises:
            Cancelled, UsageError, ModelMissing, ModelDamaged, ModelError: nothing is left behind.
        """
        from desktop.embedding.models import importing

        if name:
            self._refuse_bundled_name(name)
        model = yield from importing.import_model(
            path.expanduser(),
            self._models_dir,
            name=name,
            architecture=architecture,
            refuse=self._already_there,
            cancel=cancel,
        )
        return self._entry(model.folder, is_bundled=False)

    def download(
        self, name: str, *, endpoint: str = "", cancel: CancelToken
    ) -> ProgressSteps[ModelEntry]:
        """Fetch a known model; an interrupted download continues where it stopped.

        Args:
            endpoint: base address of a hub or mirror, this time; empty for the usual one.

        Raises:
            Cancelled: what arrived is kept for the next try.
            UsageError: no downloadable model is called that.
            DownloadFailed: the next step says how to go on.
            ModelError: another model of that name is installed.
        """
        from desktop.embedding.models import download

        known = self._known_as(name)
        if known is None:
            choices = listed(k.name for k in self._known)
            raise UsageError(
                tr('No downloadable model is called "{name}".', name=name),
                next_step=tr("Choose one of: {choices}.", choices=choices),
            )
        present = self._by_name(known.name)
        if present is not None and present.manifest.source == download.source_of(known):
            yield Progress(tr("Already installed"), 1, 1, known.name, unit=tr("models"))
            return self._entry(present.folder, is_bundled=False)
        if self._is_offline():
            raise DownloadFailed(
                tr("Plantain works offline, as you wanted."),
                safe=tr("Nothing was downloaded."),
                next_step=tr("Go online again in the menu, or import a model from a file."),
            )
        address = self._address()
        model = yield from download.download_model(
            known,
            self._models_dir,
            address=replace(address, endpoint=endpoint or address.endpoint),
            refuse=self._already_there,
            cancel=cancel,
            retry_delays_s=self._retry_delays_s,
        )
        return self._entry(model.folder, is_bundled=False)

    def _folders(self) -> Iterator[tuple[Path, bool]]:
        """Model folders, the bundled ones last: their names cannot be taken by others."""
        try:
            found = sorted(self._models_dir.iterdir())
        except OSError:
            found = []  # not made yet, or unreadable: nothing is installed
        for folder in found:
            # Hidden folders are imports and downloads under way.
            if not folder.name.startswith(".") and (folder / MANIFEST_NAME).is_file():
                yield folder, False
        for folder in self._bundled:
            if (folder / MANIFEST_NAME).is_file():
                yield folder, True

    def _entry(self, folder: Path, *, is_bundled: bool) -> ModelEntry:
        source: Source = "bundled" if is_bundled else "imported"
        try:
            model = read_manifest(folder)
            size = model.weights_path.stat().st_size
        except (ModelDamaged, ModelMissing) as error:
            return ModelEntry(folder.name, "", "", (), source, False, 0, error.message)
        except OSError:
            problem = tr("The weights in {folder} are missing.", folder=folder)
            return ModelEntry(folder.name, "", "", (), source, False, 0, problem)
        manifest = model.manifest
        if not is_bundled and manifest.source.startswith("hf:") and self._is_known(manifest.name):
            source = "downloadable"
        return ModelEntry(
            manifest.name,
            manifest.description,
            manifest.licence,
            manifest.languages,
            source,
            is_installed=True,
            size_bytes=size,
        )

    def _by_name(self, name: str) -> InstalledModel | None:
        """Bundled models win, so that "demo" always is the demo.

        Raises:
            ModelDamaged: the folder of that name cannot be used.
        """
        found: InstalledModel | None = None
        broken: ModelDamaged | None = None
        for folder, _ in self._folders():
            try:
                model = read_manifest(folder)
            except (ModelDamaged, ModelMissing) as error:
                if folder.name.casefold() == name.casefold() and isinstance(error, ModelDamaged):
                    broken = error
                continue
            if model.manifest.name.casefold() == name.casefold():
                found = model
        if found is None and broken is not None:
            raise broken
        return found

    def _at(self, path: Path) -> InstalledModel:
        if path.is_dir():
            return read_manifest(path)
        if path.name == MANIFEST_NAME:
            return read_manifest(path.parent)
        if (path.parent / MANIFEST_NAME).is_file():
            model = read_manifest(path.parent)
            if model.weights_path == path:
                return model
        return self._in_place.at(path)

    def _already_there(self, manifest: Manifest) -> InstalledModel | None:
        """See ``importing.import_model``; raises when the name belongs to another model."""
        from desktop.embedding.models import importing

        self._refuse_bundled_name(manifest.name)
        try:
            present = self._by_name(manifest.name)
        except ModelDamaged as error:
            raise ModelError(
                tr(
                    'A damaged model is in the way of "{name}": {message}',
                    name=manifest.name,
                    message=error.message,
                ),
                safe=tr("Nothing was changed."),
                next_step=tr(
                    "Delete {models_dir}, or choose another name.",
                    models_dir=self._models_dir / manifest.name,
                ),
            ) from error
        return None if present is None else importing.check_replacement(manifest, present)

    def _refuse_bundled_name(self, name: str) -> None:
        for folder in self._bundled:
            try:
                bundled = read_manifest(folder).manifest.name
            except (ModelDamaged, ModelMissing):
                continue
            if bundled.casefold() == name.casefold():
                raise UsageError(
                    tr('"{bundled}" is the model that comes with Plantain.', bundled=bundled),
                    next_step=tr("Give the file another name: the model is called as it is."),
                    at_terminal=tr("Choose another name with --name."),
                )

    def _known_as(self, name: str) -> KnownModel | None:
        return next((k for k in self._known if k.name.casefold() == name.casefold()), None)

    def _is_known(self, name: str) -> bool:
        return self._known_as(name) is not None

    def _missing(self, wanted: str) -> ModelMissing:
        known = self._known_as(wanted)
        installed = [entry.name for entry in self.list() if entry.is_installed]
        others = [name for name in installed if name.casefold() != "demo"]
        use = (
            tr("Installed: {names} (choose with --model).", names=listed(others)) if others else ""
        )
        if known is not None:
            size = known.approximate_bytes // 1_000_000
            return ModelMissing(
                tr("The model {name} is not installed.", name=known.name),
                safe=tr("Your pictures and the index are untouched."),
                next_step=tr(
                    "Fetch it ({size} MB) in “Models…” of the window's menu, or choose a file you "
                    "have there.",
                    size=size,
                ),
                at_terminal=sentences(
                    tr(
                        "Fetch it ({size} MB) in “Models…” of the window's menu or with `plantain "
                        "model download {name}`, or use a file you have, there or with `plantain "
                        "model import FILE`, or try Plantain with its small demo model: `--model "
                        "demo`.",
                        name=known.name,
                        size=size,
                    ),
                    use,
                ),
            )
        return ModelMissing(
            tr('No model is called "{wanted}".', wanted=wanted),
            safe=tr("Your pictures and the index are untouched."),
            next_step=tr("Choose one in “Models…” of the window's menu."),
            at_terminal=sentences(
                tr(
                    "See “Models…” in the window's menu or `plantain model list`; get the usual "
                    "one there or with `plantain model download {default}`, your own with "
                    "`plantain model import FILE`, or try `--model demo`.",
                    default=DEFAULT_MODEL,
                ),
                use,
            ),
        )
