"""The extension's section of the settings page: the settings that exist, and their current values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any

from .fields import Field
from .picture.opening import MAX_PIXELS
from .request import FIELDS
from .subject.background_removal import ENDING, MODELS

SECTION = ("ic_light", "IC Light")
PREFIX = "ic_light_"


@dataclass(frozen=True)
class Setting:
    """One line of the section.

    Attributes:
        name: attribute of :class:`Settings`, or a key of its ``at_start``; the host knows it as ``ic_light_NAME``.
        default: its type decides which control is shown.
        label: what it is called.
        note: what it does, shown beside the label.
        choices: what there is to choose from, empty if it is not a choice.
        ending: file names with this extension may be chosen too; files come and go, so any such name is valid.
        limits: lowest, highest and step of a number.
        reload: whether it takes effect only after the page is reloaded.
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
    """The current settings; :data:`SETTINGS` describes the attributes.

    Attributes:
        at_start: initial values of the page's controls, by field of the request.
    """

    model_folder: str = ""
    download: bool = True
    download_on_first_use: bool = False
    keep_models: bool = True
    cache_limit: float = 512.0
    largest_picture: float = MAX_PIXELS / 1e6
    camera_data: bool = True
    take_recommended: bool = False
    at_start: Mapping[str, Any] = attribute(default_factory=lambda: {each.name: each.default for each in AT_START})

    @property
    def max_pixels(self) -> int:
        """The most pixels that a picture may have."""
        return round(self.largest_picture * 1e6)

    @property
    def matting_model(self) -> str:
        """The background remover for requests to the routes that name none."""
        return self.at_start["matting_model"]


def _at_start(name: str, field: Field) -> Setting:
    choices, ending = (MODELS, ENDING) if name == "matting_model" else (field.choices, "")
    limits = (*field.limits, field.step) if field.limits else None
    default = field.default if field.page_default is None else field.page_default
    return Setting(name, default, field.setting, "", choices, ending, limits, reload=True)


AT_START = tuple(
    _at_start(name, field)
    for name, field in sorted(FIELDS.items(), key=lambda item: item[1].limits is not None)
    if field.setting
)
"""The settings for initial values of the page's controls; sliders last."""

SETTINGS = (
    Setting(
        "model_folder",
        "",
        "Model folder",
        "searched first, and where downloads go; empty: models/ic-light in the web UI's folder",
        local=True,
    ),
    Setting("download", True, "Allow downloads", "off: model files must be put in place by hand", local=True),
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
        "background removers too; off: loaded again for each generation, which takes longer",
    ),
    Setting(
        "cache_limit",
        512.0,
        "Memory for pictures in MB",
        "for all pictures, cut-outs and latents kept for the next generation",
        limits=(0, 8192, 64),
    ),
    Setting(
        "camera_data",
        True,
        "Write the photograph's camera data into results",
        "camera, exposure, date, place, author and copyright; with the result Photograph",
    ),
    Setting(
        "take_recommended",
        False,
        "Take the recommended settings when a picture comes in",
        "but for what you have set by hand since the page was opened; Undo beside them takes them back",
    ),
    *AT_START,
    Setting(
        "largest_picture",
        MAX_PIXELS / 1e6,
        "Largest picture in megapixels",
        "larger ones are refused before they are decoded; opening one takes up to 9 bytes of memory per pixel",
        # Pillow itself refuses pictures beyond 178.9.
        limits=(1, 178, 1),
        local=True,
    ),
)


def read(value_of: Callable[[str, Any], Any]) -> Settings:
    """Read the current settings.

    Args:
        value_of: returns the host's value for a key, or the default passed with it. Hosts keep whatever a settings
            file says, so an invalid value counts as the default.
    """
    found = {setting.name: _fitting(setting, value_of(setting.key, setting.default)) for setting in SETTINGS}
    at_start = {setting.name: found.pop(setting.name) for setting in AT_START}
    return Settings(**found, at_start=at_start)


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
