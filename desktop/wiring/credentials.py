"""Keys and tokens, as values that read and keep one of them."""

from __future__ import annotations

from functools import partial

from desktop.config.secrets import Secrets
from desktop.services.credential import Credential


def credential(secrets: Secrets, name: str) -> Credential:
    """That of ``name`` in the environment, this session or the key store."""
    return Credential(
        partial(secrets.get, name),
        partial(secrets.save, name),
        partial(secrets.bound_to, name),
        partial(secrets.bind, name),
        partial(secrets.use_now, name),
        partial(secrets.refuse, name),
        source=partial(secrets.source, name),
        forget=partial(secrets.forget, name),
    )
