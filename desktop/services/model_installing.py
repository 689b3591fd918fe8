"""Getting a model: from the hub or a file, through all that it takes until searches use it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from desktop.core.cancellation import CancelToken
from desktop.core.progress import Progress, ProgressSteps
from desktop.core.text import tr
from desktop.embedding.models.hub import HubAddress
from desktop.embedding.models.nearby import FoundFile, files_in
from desktop.embedding.models.registry import ModelEntry, ModelRegistry
from desktop.services.current_model import ModelSwitch
from desktop.services.preferences import Preferences


@dataclass(frozen=True, slots=True)
class ModelOffers:
    """What there is to choose from.

    Attributes:
        in_use: the name of the model in use; empty for none.
        found: files on this computer that hold a model which is not installed.
        address: where models are downloaded from.
    """

    entries: tuple[ModelEntry, ...]
    in_use: str = ""
    found: tuple[FoundFile, ...] = ()
    address: HubAddress = field(default_factory=HubAddress)


class ModelInstalling:
    """Installs models and takes them into use. Every job can be stopped, and begun again.

    Args:
        address: where models are downloaded from, as the settings have it.
        places: folders in which a person may have put a model file.
    """

    def __init__(
        self,
        registry: ModelRegistry,
        switch: ModelSwitch,
        preferences: Preferences,
        address: Callable[[], HubAddress],
        places: Sequence[Path] = (),
    ) -> None:
        self._registry = registry
        self._switch = switch
        self._preferences = preferences
        self._address = address
        self._places = tuple(places)

    def offers(self) -> ModelOffers:
        """What there is now, but for files; reads the disk."""
        return ModelOffers(
            tuple(self._registry.list()), self._switch.in_use(), address=self._address()
        )

    def offers_with_files(self) -> ModelOffers:
        """The same with files that hold a model. May wait for a drive that sleeps."""
        offers = self.offers()
        installed = {entry.size_bytes for entry in offers.entries if entry.is_installed}
        found = (file for file in files_in(self._places) if file.size_bytes not in installed)
        return replace(offers, found=tuple(found))

    def download(self, name: str, cancel: CancelToken) -> ProgressSteps[ModelEntry]:
        """Fetch a known model and use it.

        Raises:
            Cancelled: what arrived is kept, and so is a model that was installed.
            DownloadFailed, ModelError, SettingsError.
        """
        entry = yield from self._registry.download(name, cancel=cancel)
        yield from self.use(entry.name, cancel)
        return entry

    def import_file(self, path: Path, cancel: CancelToken) -> ProgressSteps[ModelEntry]:
        """Install a checkpoint file and use it. Raises: as ``download``."""
        entry = yield from self._registry.import_file(path, cancel=cancel)
        yield from self.use(entry.name, cancel)
        return entry

    def use(self, name: str, cancel: CancelToken) -> ProgressSteps[None]:
        """Search with an installed model, once it is ready for that here.

        Raises:
            Cancelled: the model before stays in use.
            ModelError, SettingsError.
        """
        yield from self._switch.make_ready(name, cancel)
        yield Progress(tr("Changing to the new model"), unit="")
        self._switch.use(name)

    def keep_address(self, address: HubAddress) -> None:
        """Download from there from now on. Raises: SettingsError."""
        self._preferences.change(model_mirror=address.endpoint, download_proxy=address.proxy)
