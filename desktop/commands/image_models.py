"""``plantain image-models``: what makes pictures, by which model, at which price."""

from __future__ import annotations

import argparse

from desktop.commands.opening import open_to_read
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import say
from desktop.config.options import EngineOptions
from desktop.core.text import listed, number, tr
from desktop.generation.capabilities import ModelCapabilities
from desktop.generation.provider import providers
from desktop.services.generation.image_services import ImageService


def add_to(commands: Commands) -> None:
    """Make the command known."""
    parser = commands.add(
        "image-models", _image_models, tr("the services that make pictures, and their models")
    )
    parser.add_argument(
        "--refresh",
        choices=[each.name for each in providers()],
        help=tr("ask this service which models your key may use; costs nothing"),
    )


def _image_models(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        services = engine.generation.image_services
        if arguments.refresh:
            services[arguments.refresh].refresh()
        found = {name: _service(each) for name, each in services.items()}
        if not arguments.json:
            for service in services.values():
                _tell(service)
    return {"services": found}


def _service(service: ImageService) -> Json:
    table = service.generator.models
    return {
        "label": tr(service.generator.label),
        "address": service.base_url,
        "key": service.key.source(),
        "dated": table.dated,
        "default": table.default,
        "is_listed": table.listed is not None,
        "models": [_model(model) for model in table.offered()],
    }


def _model(model: ModelCapabilities) -> Json:
    return {
        "id": model.id,
        "label": model.label,
        "max_references": model.max_references,
        "sizes": list(model.sizes),
        "ratios": list(model.ratios),
        "image_prices": dict(model.image_prices),
        "shutdown": model.shutdown,
    }


def _tell(service: ImageService) -> None:
    key = service.key.source()
    words = {
        "": tr("no key"),
        "session": tr("key for this session"),
        "key_store": tr("key in the key store"),
        "environment": tr("key in {variable}", variable=service.provider.key_variable),
    }
    say(f"{service.provider.name}: {tr(service.generator.label)}, {service.base_url}, {words[key]}")
    for model in service.generator.models.offered():
        prices = [f"{size} ${number(price, 3)}" for size, price in model.image_prices.items()]
        price = listed(prices) if prices else tr("price not known")
        say(f"  {model.id}: {model.title}, {price}")
