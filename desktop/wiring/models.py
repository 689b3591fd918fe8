"""Which embedding model answers, and the process in which it runs."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from desktop.config.options import EngineOptions
from desktop.config.paths import places_beside_the_program, resource
from desktop.config.preferences import Preferences
from desktop.embedding.conversion.kept import ConvertedModels
from desktop.embedding.models.hub import HubAddress
from desktop.embedding.models.manifest import InstalledModel
from desktop.embedding.models.registry import DEFAULT_MODEL, ModelRegistry
from desktop.embedding.runtime.loading import load_encoder
from desktop.embedding.runtime.process_encoder import ProcessEncoder
from desktop.services.current_model import CurrentModel, ModelSwitch
from desktop.services.model_installing import ModelInstalling


def model_registry(options: EngineOptions, preferences: Preferences) -> ModelRegistry:
    """What is installed, bundled, or to be had."""
    return ModelRegistry(
        options.profile.models,
        bundled=(resource("demo/model"),),
        is_offline=lambda: preferences.settings.works_offline,
        address=partial(_hub_address, preferences),
    )


def current_model(
    options: EngineOptions, preferences: Preferences, models: ModelRegistry
) -> CurrentModel:
    """The one that was asked for, or that of the settings.

    Raises:
        ModelMissing, ModelDamaged: ``options.model`` names a model that cannot be had.
    """
    name = options.model or preferences.settings.model
    make = partial(_encoder, preferences, options.profile.models)
    model = CurrentModel(models, name, DEFAULT_MODEL, make)
    if options.model:
        model.require()
    return model


def model_installing(
    options: EngineOptions,
    preferences: Preferences,
    models: ModelRegistry,
    model_switch: ModelSwitch,
) -> ModelInstalling:
    """How a model is got and taken into use."""
    return ModelInstalling(
        models,
        model_switch,
        preferences,
        partial(_hub_address, preferences),
        [options.profile.models, *places_beside_the_program()],
    )


def _hub_address(preferences: Preferences) -> HubAddress:
    settings = preferences.settings
    return HubAddress(settings.model_mirror, settings.download_proxy)


def _encoder(preferences: Preferences, models_dir: Path, model: InstalledModel) -> ProcessEncoder:
    settings = preferences.settings
    load = partial(
        load_encoder,
        device=settings.encoder_device,
        precision=settings.encoder_precision,
        models_dir=models_dir,
    )
    converted = ConvertedModels(models_dir)
    home = None if converted.find(model) else converted.home(model)
    return ProcessEncoder(
        model,
        load,
        idle_s=settings.encoder_idle_minutes * 60,
        writable=() if home is None else (home,),
    )
