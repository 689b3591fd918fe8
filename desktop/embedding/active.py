"""The model in use: found at once, loaded at the first need, changed on request."""

from __future__ import annotations

import threading
from collections.abc import Callable

from desktop.core.errors import ModelError, ModelMissing
from desktop.embedding.encoder import Encoder
from desktop.embedding.manifest import InstalledModel
from desktop.embedding.models import ModelRegistry


class ActiveModel:
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

    def require(self) -> InstalledModel:
        """The model in use.

        Raises:
            ModelMissing, ModelDamaged: with how to get one.
        """
        return self._registry.resolve(self._name or self._default)

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
                return "There is no model yet, so pictures cannot be found by meaning."
            return error.message
        except ModelError as error:
            return error.sentence()
        return ""

    def vector_space(self) -> str | None:
        """``EncoderInfo.identity`` of the model in use, without loading it; None: no model."""
        model = self.installed()
        return model.identity if model else None

    def others(self) -> list[InstalledModel]:
        """Installed models that could be used instead of the chosen one."""
        chosen = self.vector_space()
        return [model for model in self._registry.installed() if model.identity != chosen]

    def encoder(self) -> Encoder:
        """The encoder of the model in use, loaded.

        Raises:
            ModelMissing, ModelDamaged, ModelError: it cannot be had.
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

    def keep_only(self, *models: InstalledModel) -> None:
        """Give up the encoders of all other models."""
        kept = {model.identity for model in models}
        with self._lock:
            # Not closed: a lane may be encoding with one; the last reference frees it.
            self._encoders = {
                identity: encoder
                for identity, encoder in self._encoders.items()
                if identity in kept
            }

    def use(self, name: str) -> InstalledModel:
        """Change to another model; ``keep_only`` gives up the old one when it is not needed.

        Raises:
            ModelMissing, ModelDamaged: there is no such model; the old one stays in use.
        """
        model = self._registry.resolve(name)
        self._name = name
        return model

    def close(self) -> None:
        with self._lock:
            encoders, self._encoders = self._encoders, {}
        for encoder in encoders.values():
            encoder.close()
