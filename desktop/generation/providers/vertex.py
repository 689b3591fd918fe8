"""The same models by Google Cloud's API, with the key file of a service account."""

from __future__ import annotations

from desktop.core.text import marked
from desktop.generation.capabilities import ModelTable
from desktop.generation.gemini import VERTEX_BASE_URL, VertexGenerator
from desktop.generation.gemini.service_account import ACCOUNTS_PAGE
from desktop.generation.provider import Access, Provider


def _make(access: Access, models: ModelTable) -> VertexGenerator:
    return VertexGenerator(
        api_key=access.key,
        models=models,
        base_url=access.base_url,
        api_version="v1beta1",
        total_timeout_s=access.timeout_s,
    )


PROVIDER = Provider(
    name=VertexGenerator.name,
    service="Vertex",
    key_variable="GOOGLE_APPLICATION_CREDENTIALS",
    key_page=ACCOUNTS_PAGE,
    key_hint=marked("Path of the service account's key file"),
    base_url=VERTEX_BASE_URL,
    models="capabilities/gemini.json",
    make=_make,
    order=20,
)
