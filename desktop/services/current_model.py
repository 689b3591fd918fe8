"""The model in use: found at once, loaded at the first need, changed on request.

While another model is taken into use the one before it answers searches, until the chosen one has
encoded what there is. Nothing about that is written down, so no kill can leave it wrong: it follows
from which vectors there are. The chosen model answers, unless another installed model has vectors
that the chosen one still lacks; then that one answers, and no picture drops out of sight meanwhile.

Only pictures that can be encoded now count. One that is missing, on a drive that is away, or not
readable any more does not hold the change up; the chosen model finds it by meaning once it is back
and indexed.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desktop.core.cancellation import CancelToken
from desktop.core.errors import ModelError, ModelMissing
from desktop.core.pixels import PixelSpec
from desktop.core.progress import Progress, ProgressSteps
from desktop.core.text import sentences, tr
from desktop.embedding.encoder import Encoder
from desktop.embedding.models.manifest import InstalledModel
from desktop.embedding.models.registry import ModelRegistry
from desktop.embedding.runtime.input_pixels import pixel_spec
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.vectors import VectorTable
from desktop.services.preferences import Preferences
from desktop.services.reports import ModelChange

_LOG = logging.getLogger(__name__)
_LOOK_S = 0.2
"""How often is looked how far the loading of a model is."""


class CurrentModel:
    """Which encoder is in use, if any. Any thread may ask; the first one to need it loads it.

    Another installed model may be loaded beside it: the one before, which answers searches until
    this one has encoded what there is.

    Args:
        name: a model's name or path; empty for ``default`` when that is installed.
        default: used when no name is given.
        load: builds the encoder; takes seconds.
    """

    def __init__(
        self,
        registry: ModelRegistry,
        name: str,
        default: str,
        load: Callable[[InstalledModel], Encoder],
    ) -> None:
        self._registry = registry
        self._name = name
        self._default = default
        self._load = load
        self._lock = threading.Lock()
        self._encoders: dict[str, Encoder] = {}
        self._made_ready: list[Encoder] = []

    def require(self) -> InstalledModel:
        """The model in use.

        Raises:
            ModelMissing, ModelDamaged: with how to get one.
        """
        return self._registry.resolve(self._name or self._default)

    def resolve(self, name: str) -> InstalledModel:
        """An installed model. Raises: ModelMissing, ModelDamaged."""
        return self._registry.resolve(name)

    def installed(self) -> InstalledModel | None:
        """The model in use, or None when there is none that works."""
        try:
            return self.require()
        except ModelError:
            return None

    def problem(self) -> str:
        """Why there is no usable model, for the person; empty when there is one."""
        try:
            self.require()
        except ModelMissing as error:
            if not self._name:
                return tr("There is no model yet, so pictures cannot be found by meaning.")
            return error.message
        except ModelError as error:
            return error.sentence()
        return ""

    def vector_space(self) -> str | None:
        """``EncoderInfo.identity`` of the model in use, without loading it; None: no model."""
        model = self.installed()
        return model.identity if model else None

    def pixels(self) -> PixelSpec:
        """What the encoder of the model in use looks at, without loading it. Raises: ModelError."""
        return pixel_spec(self.require())

    def others(self) -> list[InstalledModel]:
        """Installed models that could be used instead of the chosen one."""
        chosen = self.vector_space()
        return [model for model in self._registry.installed() if model.identity != chosen]

    def encoder(self) -> Encoder:
        """The encoder of the model in use, loaded.

        Raises:
            ModelMissing, ModelDamaged, ModelError: it cannot be loaded.
        """
        return self.load(self.require())

    def load(self, model: InstalledModel) -> Encoder:
        """The encoder of this model, loaded at the first call.

        Raises:
            ModelDamaged, ModelError: it cannot be loaded.
        """
        with self._lock:
            encoder = self._encoders.get(model.identity)
            if encoder is None:
                encoder = self._encoders[model.identity] = self._load(model)
            return encoder

    def make_ready(self, model: InstalledModel, cancel: CancelToken) -> ProgressSteps[None]:
        """Load it, which converts a model that was never loaded here: minutes, with progress.

        A stop ends that, and what the conversion had come to is made anew the next time.

        Raises:
            Cancelled.
            ModelDamaged, ModelError: it cannot be loaded.
        """
        encoder = self.load(model)
        encoder.prepare()
        pool = ThreadPoolExecutor(1, thread_name_prefix="make-ready")
        with self._making_ready(encoder), pool:
            # Asked in a thread: a process that is killed is started again, which is told, and can
            # be stopped, like the first.
            loaded = pool.submit(lambda: encoder.info)
            try:
                while not loaded.done():
                    if (step := encoder.loading()) is not None:
                        yield step
                    wait([loaded], _LOOK_S)
                    cancel.raise_if_cancelled()
            except BaseException:
                self._give_up(encoder)  # the thread ends with it
                raise
            loaded.result()  # says why, where it could not be loaded

    @contextmanager
    def _making_ready(self, encoder: Encoder) -> Generator[None]:
        """No ``stop_loading`` meanwhile: this is somebody else's to stop."""
        with self._lock:
            self._made_ready.append(encoder)
        try:
            yield
        finally:
            with self._lock:
                self._made_ready.remove(encoder)

    def loading(self) -> Progress | None:
        """How far a model is being loaded; None when none is."""
        with self._lock:
            encoders = list(self._encoders.values())
        return next(filter(None, (encoder.loading() for encoder in encoders)), None)

    def is_being_made_ready(self, model: InstalledModel) -> bool:
        """It is being converted, which takes minutes, and nobody should wait for that."""
        encoder = self._encoder_of(model)
        step = None if encoder is None else encoder.loading()
        return step is not None and step.total is not None

    def stop_loading(self) -> None:
        """A person wants no more of what needs the model in use: if it is being loaded for that
        alone, this ends, and begins anew at the next need. May wait for a process to end."""
        encoder = self._encoder_of(self.installed())
        with self._lock:
            is_made_ready = any(encoder is made for made in self._made_ready)
        if encoder is not None and not is_made_ready and encoder.loading() is not None:
            self._give_up(encoder)

    def _encoder_of(self, model: InstalledModel | None) -> Encoder | None:
        """The encoder of this model, where it was asked for."""
        with self._lock:
            return None if model is None else self._encoders.get(model.identity)

    def _give_up(self, encoder: Encoder) -> None:
        with self._lock:
            self._encoders = {
                identity: kept for identity, kept in self._encoders.items() if kept is not encoder
            }
        encoder.close()

    def keep_only(self, *models: InstalledModel) -> None:
        """Drop the encoders of all other models."""
        kept = {model.identity for model in models}
        with self._lock:
            # Not closed: a lane may be encoding with one; the last reference frees it.
            self._encoders = {
                identity: encoder
                for identity, encoder in self._encoders.items()
                if identity in kept
            }

    def use(self, name: str) -> None:
        """Change to another model, one that ``resolve`` finds; ``keep_only`` drops the old one when
        it is no longer needed."""
        self._name = name

    def close(self) -> None:
        with self._lock:
            encoders, self._encoders = self._encoders, {}
        for encoder in encoders.values():
            encoder.close()


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answers, and what the person should know about it (empty: nothing)."""

    encoder: Encoder | None
    notice: str = ""


class ModelSwitch:
    """Finds out which model answers. Any thread may ask."""

    def __init__(
        self,
        catalog: Catalog,
        vector_table: VectorTable,
        model: CurrentModel,
        preferences: Preferences,
    ) -> None:
        self._catalog = catalog
        self._vector_table = vector_table
        self._model = model
        self._preferences = preferences
        # Once complete, the chosen model answers as long as it is chosen: asked no more, and a
        # picture that comes back from a drive does not bring the old model back with it.
        self._complete = ""
        self._broken: dict[str, str] = {}

    def use(self, name: str) -> None:
        """Index with another model from now on, and search with it as soon as it has encoded
        what there is; kept in the settings.

        Raises:
            ModelMissing, ModelDamaged: there is no such model; nothing changes.
            SettingsError: the choice could not be saved; nothing changes.
        """
        model = self._model.resolve(name)
        kept = model.manifest.name
        if Path(name).exists():
            # A path must mean the same from any folder; a name may not be taken for one.
            kept = os.path.abspath(Path(name).expanduser())  # noqa: PTH100 - links stay as named
        self._preferences.change(model=kept)
        self._model.use(name)

    def in_use(self) -> str:
        """The name of the model in use; empty when there is none that works."""
        model = self._model.installed()
        return model.manifest.name if model else ""

    def make_ready(self, name: str, cancel: CancelToken) -> ProgressSteps[None]:
        """Load an installed model before it is used: see ``CurrentModel.make_ready``."""
        yield from self._model.make_ready(self._model.resolve(name), cancel)

    def stop_loading(self) -> None:
        """See ``CurrentModel.stop_loading``."""
        self._model.stop_loading()

    def problem(self) -> str:
        """Why there is no usable model, for the person; empty when there is one."""
        return self._model.problem()

    def pending_count(self) -> int:
        """How many pictures the chosen model has not encoded yet."""
        return self._vector_table.pending_count(self._model.vector_space())

    def encoder(self) -> Answer:
        """The encoder for the next search, loaded; None when no model is installed, or when it is
        being made ready, which the notice says.

        Raises:
            ModelError: the chosen model is complete, or alone, and does not load.
        """
        chosen = self._model.installed()
        if chosen is None:
            return Answer(None)
        under_way = self._under_way(chosen)
        if under_way is None and self._model.is_being_made_ready(chosen):
            return Answer(
                None, tr("The model is being made ready. Until then, words alone are searched.")
            )
        if under_way is None:
            self._model.keep_only(chosen)
            return Answer(self._model.load(chosen))
        before, change = under_way
        so_far = tr(
            "{done} of {total} pictures are encoded with {new}.",
            done=change.done,
            total=change.total,
            new=change.new,
        )
        if before.identity not in self._broken:
            try:
                encoder = self._model.load(before)
                _ = encoder.info  # one that runs in a process of its own fails only now
                old = tr("{model} is still used for searches.", model=change.old)
                return Answer(encoder, sentences(old, so_far))
            except ModelError as error:
                _LOG.warning("the model %s does not load: %s", change.old, error.sentence())
                self._broken[before.identity] = error.message
        problem = self._broken[before.identity]
        new = tr("{model} is used for searches already.", model=change.new)
        notice = sentences(new, so_far, problem)
        return Answer(self._model.load(chosen), notice)

    def change(self) -> ModelChange | None:
        """The change of model under way, if there is one."""
        chosen = self._model.installed()
        under_way = self._under_way(chosen) if chosen else None
        return under_way[1] if under_way else None

    def _under_way(self, chosen: InstalledModel) -> tuple[InstalledModel, ModelChange] | None:
        """The model that knows pictures which the chosen one does not know yet."""
        if self._complete == chosen.identity:
            return None
        self._complete = ""
        if not self._vector_table.pending_count(chosen.identity):
            self._complete = chosen.identity  # it knows all that there is, whoever came before
            return None
        counts = self._vector_table.stored_counts()
        others = [model for model in self._model.others() if counts.get(model.identity)]
        others.sort(key=lambda model: counts[model.identity], reverse=True)
        roots = self._catalog.roots.at_hand()
        for before in others:
            if self._vector_table.is_ahead(before.identity, chosen.identity, roots):
                done = counts.get(chosen.identity, 0)
                total = max(done, counts[before.identity])
                return before, ModelChange(before.manifest.name, chosen.manifest.name, done, total)
        self._complete = chosen.identity
        return None
