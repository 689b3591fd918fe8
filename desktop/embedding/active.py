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
        self._encoder: Encoder | None = None

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

    def encoder(self) -> Encoder:
        """The loaded encoder.

        Raises:
            ModelMissing, ModelDamaged, ModelError: it cannot be had.
        """
        with self._lock:
            if self._encoder is None:
                self._encoder = self._load(self.require())
            return self._encoder

    def encoder_if_any(self) -> Encoder | None:
        """The loaded encoder; None when no model is installed.

        Raises:
            ModelError: a model is installed but does not load.
        """
        return self.encoder() if self.installed() else None

    def use(self, name: str) -> InstalledModel:
        """Change to another model; the old one is given up at the next need.

        Raises:
            ModelMissing, ModelDamaged: there is no such model; the old one stays in use.
        """
        model = self._registry.resolve(name)
        with self._lock:
            self._name = name
            # Not closed here: a lane may be encoding with it; the last reference frees it.
            self._encoder = None
        return model

    def close(self) -> None:
        with self._lock:
            encoder, self._encoder = self._encoder, None
        if encoder is not None:
            encoder.close()
