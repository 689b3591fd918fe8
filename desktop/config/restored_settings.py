"""Settings that come with a backup, which may be anybody's: what they would change here, and which
of them say where pictures, keys and tokens are sent."""

from __future__ import annotations

from dataclasses import fields, replace

from desktop.config.about_settings import no_address, no_addresses, no_proxy
from desktop.config.settings import Settings, about_settings
from desktop.core.addresses import without_user_info
from desktop.core.text import tr

_CHECKS = (no_address, no_addresses, no_proxy)
ADDRESSES = tuple(
    name
    for name, about in about_settings().items()
    if about.check in _CHECKS or about.set_by == "server.show"
)
"""Names of the settings that are addresses, or lead to one."""


def without_addresses(settings: Settings) -> Settings:
    """The same with none of ``ADDRESSES``."""
    return replace(settings, **{name: getattr(Settings(), name) for name in ADDRESSES})


def changes(own: Settings, restored: Settings) -> dict[str, object]:
    """Name -> value of the backup, of each setting that is another one here; of addresses only
    those that the backup states."""
    found = {each.name: getattr(restored, each.name) for each in fields(Settings)}
    return {
        name: value
        for name, value in found.items()
        if value != getattr(own, name) and (value or name not in ADDRESSES)
    }


def shown(name: str, value: object) -> str:
    """A setting and its value, as a person reads it; an address without its password."""
    about = about_settings()[name]
    if isinstance(value, bool):
        told = tr("on") if value else tr("off")
    else:
        told = tr(dict(about.choices).get(str(value), "")) or without_user_info(str(value))
    return tr("{title}: {value}", title=tr(about.title), value=told or tr("Default"))
