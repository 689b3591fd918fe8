"""Which services make pictures: each is one module in ``generation/providers``, found by looking.

A new one is a module there that ends in ``PROVIDER = Provider(…)``, and nothing else: its key has a
place, its models a table, and the window and the command line offer it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field

from desktop.generation.capabilities import ModelTable
from desktop.generation.generator import ServiceGenerator


@dataclass(frozen=True, slots=True)
class Access:
    """How a person reaches a service.

    Attributes:
        key: asked anew for every use, so that it is stored nowhere.
        base_url: where it is.
        timeout_s: seconds for one request, everything included.
        api_version: of Gemini's interface; others have theirs in the address.
        first_api: of Gemini's two, the one to try first; empty: as the model has it.
    """

    key: Callable[[], str | None] = field(repr=False)
    base_url: str
    timeout_s: float
    api_version: str = ""
    first_api: str = ""


@dataclass(frozen=True, slots=True)
class Provider:
    """A service that makes pictures, before anybody asks it.

    Attributes:
        name: as in requests, settings and lineage; also of its key, and of the variable
            ``PLANTAIN_<NAME>_BASE_URL``.
        service: its name in sentences.
        key_variable: of the environment, which may hold its key.
        key_page: where keys are made.
        key_hint: what is to be entered as its key.
        base_url: where it is unless somebody says otherwise.
        models: the table of what it has, or the name of a data file with it.
        make: the generator that asks it.
        order: among those that are offered; the lowest first.
    """

    name: str
    service: str
    key_variable: str
    key_page: str
    key_hint: str
    base_url: str
    models: ModelTable | str
    make: Callable[[Access, ModelTable], ServiceGenerator]
    order: int = 100

    @property
    def key_name(self) -> str:
        """Of its key in the key store."""
        return f"{self.name}-api-key"

    @property
    def address_variable(self) -> str:
        return f"PLANTAIN_{self.name.upper().replace('-', '_')}_BASE_URL"


def providers() -> tuple[Provider, ...]:
    """All that there are; imports their modules, which load no library for it."""
    from desktop.generation import providers as package

    modules = (
        importlib.import_module(f"{package.__name__}.{found.name}")
        for found in pkgutil.iter_modules(package.__path__)
    )
    return tuple(sorted((module.PROVIDER for module in modules), key=lambda each: each.order))
