"""The services that make pictures, each with its address, key and models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from desktop.config.options import EngineOptions
from desktop.config.paths import resource
from desktop.config.preferences import Preferences
from desktop.config.secrets import Secrets, at_endpoint
from desktop.config.settings import addresses_of
from desktop.generation.capabilities import ModelTable, load_models
from desktop.generation.provider import Access, Provider, providers
from desktop.services.credential import Credential, key_for, origin
from desktop.services.generation.image_services import ImageService, image_service
from desktop.services.generation.sending_rules import SendingRules
from desktop.wiring.credentials import credential

GEMINI = "gemini"


def image_services(
    options: EngineOptions,
    environment: Mapping[str, str],
    preferences: Preferences,
    rules: SendingRules,
) -> dict[str, ImageService]:
    """All that there are, by their names, in the order in which they are offered."""
    known = providers()
    secrets = Secrets(
        environment,
        {each.key_name: each.key_variable for each in known},
        environment_first=options.environment_first,
    )
    settings, profile = preferences.settings, options.profile
    written = {GEMINI: settings.gemini_base_url, **addresses_of(settings.service_addresses)}
    said = dict(options.service_addresses)
    if options.gemini_base_url:
        said["PLANTAIN_GEMINI_BASE_URL"] = options.gemini_base_url
    made: dict[str, ImageService] = {}
    for provider in known:
        named = said.get(provider.address_variable, "")
        base_url = named or written.get(provider.name, "") or provider.base_url
        key = _endpoint_key(secrets, provider, base_url, is_named=bool(named))
        models = provider.models
        table = load_models(
            models if isinstance(models, ModelTable) else resource(models),
            profile.image_models(provider.name),
        )
        if provider.name == GEMINI and settings.image_model:
            table = replace(table, default=settings.image_model)
        access = Access(
            key=partial(key_for, key, base_url, is_named=bool(named)),
            base_url=base_url,
            timeout_s=settings.gemini_timeout_s,
            api_version=settings.gemini_api_version,
            first_api=settings.gemini_api,
        )
        made[provider.name] = image_service(
            provider,
            provider.make(access, table),
            base_url,
            key,
            profile.listed_models(provider.name),
            rules.require_online,
        )
    return made


def _endpoint_key(
    secrets: Secrets, provider: Provider, base_url: str, *, is_named: bool
) -> Credential:
    """The key for that address. At another one than the service's own it has a name of its own in
    the key store; the service's own serves there only where a person said so."""
    usual = credential(secrets, provider.key_name)
    if origin(base_url) == origin(provider.base_url):
        return usual
    own = credential(secrets, at_endpoint(provider.key_name, origin(base_url)))

    def get() -> str:
        if own.is_set() or not usual.is_set():
            return own.get()
        is_bound = origin(base_url) in usual.bound_to().split()
        return usual.get() if is_named or is_bound else ""

    return replace(own, get=get)
