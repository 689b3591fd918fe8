"""The services that make pictures over a network: their keys, and what they say of their models."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from desktop.files.atomic import write_file
from desktop.files.checked_json import MalformedJson, decode_json
from desktop.files.regular_file import read_guarded
from desktop.generation.generator import ServiceGenerator
from desktop.generation.provider import Provider
from desktop.services.credential import Credential

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ImageService:
    """One of them, as it is set up here.

    Attributes:
        base_url: where it is asked.
        key: for that address alone; its ``check`` learns the models as well.
        refresh: asks for its models by the key in use, and remembers them. Raises: GenerationError.
    """

    provider: Provider
    generator: ServiceGenerator
    base_url: str
    key: Credential
    refresh: Callable[[], tuple[str, ...]]


def image_service(
    provider: Provider,
    generator: ServiceGenerator,
    base_url: str,
    key: Credential,
    remembered: Path,
    require_online: Callable[[], None] = lambda: None,
) -> ImageService:
    """Put together; reads what was remembered of its models.

    Args:
        remembered: a file of our own for what it lists.
        require_online: raises where the person works offline.
    """
    listed = _remembered(remembered)
    if listed:
        generator.offer(listed)

    def learn(secret: str | None = None) -> tuple[str, ...]:
        require_online()
        ids = generator.usable_models(secret)
        generator.offer(ids)
        _remember(remembered, ids)
        return ids

    return ImageService(provider, generator, base_url, replace(key, check=learn), learn)


def _remembered(file: Path) -> tuple[str, ...]:
    try:
        return decode_json(read_guarded(file), tuple[str, ...])
    except (OSError, MalformedJson):  # it can be asked for again
        return ()


def _remember(file: Path, ids: tuple[str, ...]) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_file(file, (json.dumps(ids, indent=1) + "\n").encode(), replace=True)
    except OSError as error:  # it is in use until the end, and can be asked for again
        _LOG.info("the list of models could not be kept: %s", error.strerror)
