"""Gemini by Google's developer API, with a key of Google AI Studio."""

from __future__ import annotations

from desktop.core.text import marked
from desktop.generation.capabilities import ModelTable
from desktop.generation.gemini import DEFAULT_BASE_URL, KEY_PAGE, KEY_VARIABLE, GeminiGenerator
from desktop.generation.provider import Access, Provider


def _make(access: Access, models: ModelTable) -> GeminiGenerator:
    return GeminiGenerator(
        api_key=access.key,
        models=models,
        base_url=access.base_url,
        api_version=access.api_version,
        total_timeout_s=access.timeout_s,
        first_api=access.first_api,
    )


PROVIDER = Provider(
    name=GeminiGenerator.name,
    service="Gemini",
    key_variable=KEY_VARIABLE,
    key_page=KEY_PAGE,
    key_hint=marked("Paste your key"),
    base_url=DEFAULT_BASE_URL,
    models="capabilities/gemini.json",
    make=_make,
    order=10,
)
