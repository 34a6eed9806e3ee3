"""The settings page's section: what there is to set, and what is set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .light.maps import MAX_STRENGTH
from .picture.opening import MAX_PIXELS
from .subject.background_removal import DEFAULT_MODEL, ENDING, MODELS

SECTION = ("ic_light", "IC Light")
PREFIX = "ic_light_"


@dataclass(frozen=True)
class Setting:
    """One line of the section.

    Attributes:
        name: field of :class:`Settings`; the host knows it as ``ic_light_NAME``.
        default: its type decides about the control.
        label: what it is called.
        note: what it does, and from when on.
        choices: what there is to choose from, empty where it is not a choice.
        ending: names of files that end so may be chosen too; they come and go, so any such name fits.
        limits: lowest, highest and step of a number.
        reload: whether it takes effect only when the page is made anew.
        local: whether only the page may change it, not the API.
    """

    name: str
    default: Any
    label: str
    note: str = ""
    choices: tuple[str, ...] = ()
    ending: str = ""
    limits: tuple[float, float, float] | None = None
    reload: bool = False
    local: bool = False

    @property
    def key(self) -> str:
        """The host's name for it."""
        return PREFIX + self.name


@dataclass(frozen=True)
class Settings:
    """What is set. Attributes are described where they are offered, in :data:`SETTINGS`."""

    model_folder: str = ""
    download: bool = True
    download_on_first_use: bool = False
    matting_model: str = DEFAULT_MODEL
    keep_models: bool = True
    cache_limit: float = 512.0
    show_subject: bool = False
    light_strength: float = 1.0
    restore_details: float = 0.0
    largest_picture: float = MAX_PIXELS / 1e6

    @property
    def max_pixels(self) -> int:
        """The most pixels that a picture may have."""
        return round(self.largest_picture * 1e6)


SETTINGS = (
    Setting(
        "model_folder",
        "",
        "Model folder",
        "searched first, and where downloads go; empty: models/ic-light of the web UI",
        local=True,
    ),
    Setting("download", True, "Allow downloads", "off: models are only ever put in place by hand", local=True),
    Setting(
        "download_on_first_use",
        False,
        "Download a missing model when it is first used",
        "1.7 GB each; the generation waits for it, and Interrupt stops it",
    ),
    Setting(
        "keep_models",
        True,
        "Keep IC-Light models in memory",
        "background removers too; off: read anew for each generation, which takes longer",
    ),
    Setting(
        "cache_limit",
        512.0,
        "Memory for pictures in MB",
        "pictures, cut-outs and latents kept for the next generation, all together",
        limits=(0, 8192, 64),
    ),
    Setting(
        "matting_model", DEFAULT_MODEL, "Background remover at the start", choices=MODELS, ending=ENDING, reload=True
    ),
    Setting("show_subject", False, "Show the prepared subject at the start", reload=True),
    Setting("light_strength", 1.0, "Light strength at the start", limits=(0, MAX_STRENGTH, 0.05), reload=True),
    Setting("restore_details", 0.0, "Restore details at the start", limits=(0, 1, 0.05), reload=True),
    Setting(
        "largest_picture",
        MAX_PIXELS / 1e6,
        "Largest picture in megapixels",
        "larger ones are refused before they are decoded; reading one takes up to 9 bytes of memory a pixel",
        # Pillow itself refuses pictures beyond 178.9.
        limits=(1, 178, 1),
        local=True,
    ),
)


def read(value_of: Callable[[str, Any], Any]) -> Settings:
    """What is set.

    Args:
        value_of: gives the host's value for a key, or the default given with it. Hosts keep whatever a settings
            file says, so a value that does not fit counts as the default.
    """
    found = {setting.name: value_of(setting.key, setting.default) for setting in SETTINGS}
    return Settings(**{setting.name: _fitting(setting, found[setting.name]) for setting in SETTINGS})


def _fitting(setting: Setting, value: Any) -> Any:
    if isinstance(setting.default, bool):
        return value if isinstance(value, bool) else setting.default
    if setting.limits is not None:
        low, high, _ = setting.limits
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return float(value) if number and low <= value <= high else setting.default
    if setting.choices:
        is_file = bool(setting.ending) and isinstance(value, str) and value.lower().endswith(setting.ending)
        return value if value in setting.choices or is_file else setting.default
    return value.strip() if isinstance(value, str) else setting.default
