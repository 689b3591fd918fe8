"""What the person prefers, in one typed value; a damaged file never stops the program."""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, cast, get_type_hints

from msgspec import Meta

from desktop.config.about_settings import (
    About,
    SettingGroup,
    no_address,
    no_addresses,
    no_device,
    no_image_model,
    no_proxy,
    no_version,
    outside,
)
from desktop.core.addresses import without_user_info
from desktop.core.errors import SettingsError
from desktop.core.system_errors import system_reason
from desktop.core.text import marked, tr
from desktop.files.atomic import write_file
from desktop.files.checked_json import MalformedJson, checked, parse_json
from desktop.files.regular_file import read_guarded

SETTINGS_VERSION = 1
_LONGEST = 1e9
"""Of a time, seconds or minutes: JSON knows Infinity, for which nothing can wait."""
CONSISTENCY = {
    "Strong": marked("All that anybody wrote"),
    "Session": marked("All that was written here"),
    "Bounded": marked("Some seconds old"),
    "Eventually": marked("Any age"),
}
"""Milvus' levels, and what each lets one read."""
Consistency = Annotated[str, Meta(pattern=f"^({'|'.join(CONSISTENCY)})$")]
Duration = Annotated[float, Meta(gt=0, le=_LONGEST)]
Money = Annotated[float, Meta(ge=0, le=_LONGEST)]

TILE_SIZES = (112, 384)
"""Pixels: the smallest and the largest side of a picture in the grid."""
TileSize = Annotated[int, Meta(ge=TILE_SIZES[0], le=TILE_SIZES[1])]
MOST_WEIGHT = 10
Weight = Annotated[float, Meta(ge=0, le=MOST_WEIGHT)]
MOST_MINUTES = 7 * 24 * 60


def _about(*told: Any, **more: Any) -> dict[str, About]:
    return {"about": About(*told, **more)}


@dataclass(frozen=True, slots=True)
class Settings:
    """Preferences of one profile; each field says of itself what it is for.

    Empty stands for what fits most: the default model, the library's own file, Google's own
    address, no team.
    """

    theme: str = field(
        default="dark",
        metadata=_about(
            SettingGroup.APPEARANCE,
            marked("Theme"),
            marked("Dark or light grey around your pictures, or as your desktop has it."),
            choices=(
                ("dark", marked("Dark")),
                ("light", marked("Light")),
                ("system", marked("As the system")),
            ),
        ),
    )
    language: str = field(
        default="system",
        metadata=_about(
            SettingGroup.APPEARANCE,
            marked("Language"),
            marked("The language of Plantain itself. You can search in any of them."),
            needs_restart=True,
        ),
    )
    tile_size: TileSize = field(
        default=192,
        metadata=_about(
            SettingGroup.APPEARANCE,
            marked("Size of the pictures"),
            marked("How large pictures are in the grid; the slider above it does the same."),
            unit=marked("pixels"),
            check=outside(*TILE_SIZES),
        ),
    )
    tile_marks: bool = field(
        default=True,
        metadata=_about(
            SettingGroup.APPEARANCE,
            marked("Stars and tags on pictures"),
            marked("What you said about a picture is shown on it in the grid."),
        ),
    )
    model: str = field(
        default="",
        metadata=_about(
            SettingGroup.SEARCH,
            marked("Model"),
            marked("Finds your pictures by what they show. It works on this computer."),
            set_by="models.show",
        ),
    )
    model_mirror: str = field(
        default="",
        metadata=_about(
            SettingGroup.SEARCH,
            marked("Mirror for models"),
            marked("Where models are downloaded from; empty for huggingface.co."),
            check=no_address,
        ),
    )
    download_proxy: str = field(
        default="",
        metadata=_about(
            SettingGroup.SEARCH,
            marked("Proxy for downloads"),
            marked("By which way models are downloaded; empty for what your system says."),
            check=no_proxy,
        ),
    )
    encoder_device: str = field(
        default="auto",
        metadata=_about(
            SettingGroup.SEARCH,
            marked("Device"),
            marked("What the model computes on. Auto takes a graphics card where one works."),
            check=no_device,
            needs_restart=True,
        ),
    )
    encoder_precision: str = field(
        default="auto",
        metadata=_about(
            SettingGroup.SEARCH,
            marked("Arithmetic"),
            marked("The fastest that gives the same results here, or the model's own."),
            choices=(("auto", marked("Fastest")), ("float32", marked("The model's own"))),
            needs_restart=True,
        ),
    )
    encoder_idle_minutes: Duration = field(
        default=5.0,
        metadata=_about(
            SettingGroup.SEARCH,
            marked("Rest after"),
            marked("After this time without work the model gives its memory back."),
            unit=marked("minutes"),
            check=outside(0.1, MOST_MINUTES),
            needs_restart=True,
        ),
    )
    read_text: bool = field(
        default=True,
        metadata=_about(
            SettingGroup.SEARCH,
            marked("Text in pictures"),
            marked("Labels and posters are read when nothing else is to do, to be found by words."),
        ),
    )
    weight_meaning: Weight = field(
        default=1.0,
        metadata=_about(
            SettingGroup.SEARCH,
            marked("Weight of looks"),
            marked("How much it counts in a search what a picture shows; 0 for not at all."),
            check=outside(0, MOST_WEIGHT),
        ),
    )
    weight_words: Weight = field(
        default=1.0,
        metadata=_about(
            SettingGroup.SEARCH,
            marked("Weight of words"),
            marked("How much names, folders, tags, notes, prompts and text in a picture count."),
            check=outside(0, MOST_WEIGHT),
        ),
    )
    weight_colour: Weight = field(
        default=0.1,
        metadata=_about(
            SettingGroup.SEARCH,
            marked("Weight of colours"),
            marked("How much it counts to have a colour that was named."),
            check=outside(0, MOST_WEIGHT),
        ),
    )
    image_model: str = field(
        default="",
        metadata=_about(
            SettingGroup.CREATING,
            marked("Image model"),
            marked("Which of Gemini's models makes pictures when you choose no other."),
            check=no_image_model,
            needs_restart=True,
        ),
    )
    spending_limit_usd: Money = field(
        default=0.0,
        metadata=_about(
            SettingGroup.CREATING,
            marked("Spending limit"),
            marked("The most that pictures may cost in a month; 0 for no limit."),
            unit=marked("US dollars"),
            check=outside(0, 100_000),
        ),
    )
    gemini_base_url: str = field(
        default="",
        metadata=_about(
            SettingGroup.CREATING,
            marked("Address of Gemini"),
            marked("Where prompts and references are sent; empty for Google's own servers."),
            check=no_address,
            needs_restart=True,
        ),
    )
    service_addresses: str = field(
        default="",
        metadata=_about(
            SettingGroup.CREATING,
            marked("Addresses of other services"),
            marked(
                "Where they are asked, as “openai-images=https://…”, several with spaces; empty "
                "for their own servers."
            ),
            check=no_addresses,
            needs_restart=True,
        ),
    )
    gemini_timeout_s: Duration = field(
        default=180.0,
        metadata=_about(
            SettingGroup.CREATING,
            marked("Longest wait"),
            marked("How long one picture may take before Plantain gives up."),
            unit=marked("seconds"),
            check=outside(1, 3600),
            needs_restart=True,
        ),
    )
    works_offline: bool = field(
        default=False,
        metadata=_about(
            SettingGroup.PRIVACY,
            marked("Work offline"),
            marked(
                "Nothing leaves this computer: no pictures from services, no downloads, no "
                "servers elsewhere."
            ),
        ),
    )
    remembers_place: bool = field(
        default=True,
        metadata=_about(
            SettingGroup.PRIVACY,
            marked("Come back to where I was"),
            marked(
                "Keeps what was shown and searched for when the window closes, and shows it "
                "the next time."
            ),
        ),
    )
    store_uri: str = field(
        default="",
        metadata=_about(
            SettingGroup.ADVANCED,
            marked("Vectors"),
            marked("Where what the model computed is kept: in the library, or on a server."),
            set_by="server.show",
        ),
    )
    store_certificate: str = field(
        default="",
        metadata=_about(
            SettingGroup.ADVANCED,
            marked("Certificate"),
            marked("The file by which a Milvus server with its own certificate is trusted."),
            set_by="server.show",
        ),
    )
    store_consistency: Consistency = field(
        default="Session",
        metadata=_about(
            SettingGroup.ADVANCED,
            marked("Freshness"),
            marked("How fresh a server's answers are: fresher ones take longer."),
            choices=tuple(CONSISTENCY.items()),
            needs_restart=True,
        ),
    )
    team: str = field(
        default="",
        metadata=_about(
            SettingGroup.ADVANCED,
            marked("Team"),
            marked("With whom this library shares pictures, tags, stars and notes."),
            set_by="server.show",
        ),
    )
    team_uri: str = field(
        default="",
        metadata=_about(
            SettingGroup.ADVANCED,
            marked("Meeting place"),
            marked("The server on which the team meets."),
            set_by="server.show",
        ),
    )
    update_address: str = field(
        default="",
        metadata=_about(
            SettingGroup.ADVANCED,
            marked("Address for newer versions"),
            marked("Asked only when you choose “Check for a newer version”; nothing goes along."),
            check=no_address,
        ),
    )
    gemini_api: str = field(
        default="",
        metadata=_about(
            SettingGroup.CREATING,
            marked("Gemini's interface"),
            marked("By which of Google's two interfaces pictures are asked for first."),
            choices=(
                ("", marked("As the model has it")),
                ("generate-content", marked("generateContent")),
                ("interactions", marked("Interactions")),
            ),
            needs_restart=True,
        ),
    )
    gemini_api_version: str = field(
        default="v1beta",
        metadata=_about(
            SettingGroup.ADVANCED,
            marked("Version of Gemini's interface"),
            marked("v1beta has all options for images."),
            check=no_version,
            needs_restart=True,
        ),
    )


_KINDS = get_type_hints(Settings, include_extras=True)


def about_settings() -> dict[str, About]:
    """Every setting by its name, group by group."""
    told = {each.name: cast("About", each.metadata["about"]) for each in fields(Settings)}
    groups = list(SettingGroup)
    return dict(sorted(told.items(), key=lambda item: groups.index(item[1].group)))


def entered(name: str, text: str) -> str | int | float:
    """The value of a setting from what a person typed.

    Raises:
        SettingsError: it is none; the message says what would be one.
    """
    about, default = about_settings()[name], getattr(Settings(), name)
    value: str | int | float = text.strip()
    if not isinstance(default, str):
        try:
            value = type(default)(text.strip().replace(",", "."))
        except ValueError as error:
            raise SettingsError(tr("Enter a number.")) from error
    problem = about.check(value)
    if problem:
        raise SettingsError(problem)
    try:
        return checked(value, _KINDS[name])
    except MalformedJson as error:
        raise SettingsError(str(error)) from error


def load_settings(path: Path) -> Settings:
    """Read settings; a missing file gives the defaults, a damaged one is kept aside.

    Unknown keys and values of the wrong type are passed over, so that one bad line costs one
    setting.

    Raises:
        SettingsError: the file is from a newer Plantain, or cannot be read.
    """
    try:
        raw = parse_json(read_guarded(path))
        if not isinstance(raw, dict):
            raise MalformedJson("It is no object.")
    except FileNotFoundError:
        return Settings()
    except MalformedJson:
        with contextlib.suppress(OSError):  # a profile that cannot be written to still opens
            path.rename(path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}"))
        return Settings()
    except OSError as error:
        raise SettingsError(
            tr(
                "The settings {path} cannot be read: {reason}.",
                path=path,
                reason=system_reason(error),
            ),
            safe=tr("Nothing was changed."),
            next_step=tr("Check the file's permissions."),
        ) from error
    values = cast("dict[str, Any]", raw)
    version = values.get("version", 1)
    if isinstance(version, int) and version > SETTINGS_VERSION:
        raise SettingsError(
            tr("The settings {path} were written by a newer Plantain.", path=path),
            safe=tr("They were not changed."),
            next_step=tr("Update Plantain, or use another profile with --profile-dir."),
        )
    fitting: dict[str, Any] = {}
    for name, kind in _KINDS.items():
        if name in values:
            with contextlib.suppress(MalformedJson):
                fitting[name] = checked(values[name], kind)
    return Settings(**fitting)


def save_settings(path: Path, settings: Settings) -> None:
    """Write settings whole or not at all.

    Raises:
        SettingsError: the profile folder cannot be written to.
    """
    text = json.dumps({"version": SETTINGS_VERSION, **asdict(settings)}, indent=2) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, text.encode(), replace=True, mode=0o600)  # addresses may hold passwords
    except OSError as error:
        raise SettingsError(
            tr(
                "The settings could not be saved in {parent}: {reason}.",
                parent=path.parent,
                reason=system_reason(error),
            ),
            safe=tr("The old settings are kept."),
            next_step=tr("Free some space or check the folder's permissions."),
        ) from error


def addresses_of(setting: str) -> dict[str, str]:
    """The addresses of ``Settings.service_addresses`` by the names of services."""
    pairs = (each.partition("=") for each in setting.split())
    return {name: address for name, _, address in pairs if address}


def without_secrets(settings: Settings) -> dict[str, object]:
    """The settings as they may leave this computer; an address loses its user and password."""
    raw = {"version": SETTINGS_VERSION, **asdict(settings)}
    return {
        name: without_user_info(value) if isinstance(value, str) else value
        for name, value in raw.items()
    }
