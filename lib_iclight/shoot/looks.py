"""Looks: the form, saved by name as a JSON file, with its pictures inside."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..errors import ICLightError, escaped
from ..files.completing import replacing
from ..picture import opening
from ..request_input import from_api, picture_sources
from ..support import file_names
from ..support.json_values import json_object, mapping, number, shown, well_formed, without_folders

ENDING = ".json"
"""What the name of a look's file ends with; the rest is the look's name."""

TABS = ("txt2img", "img2img")
"""Where a look's runs are made: in img2img the picture is what the run starts from too."""

RANDOM = -1
"""The seed that asks for another one for each picture."""

SCRIPT = "IC Light"
"""The extension's name among the scripts of a request."""

FORMAT, VERSION = "ic-light-look", 1
"""What a look's file says of itself."""

_KEYS = ("format", "version", "tab", "match_size", "request", "run")
_MOST_BYTES = 256 << 20
_MOST_LISTED = 500
_LARGEST_SEED = 2**32 - 1
_SIDES = (64, 2048)
_TEXTS = ("prompt", "negative_prompt", "sampler_name", "scheduler")
_OURS = ("init_images", "mask", "script_name", "script_args", "batch_size", "n_iter", "send_images")


@dataclass(frozen=True)
class Look:
    """How a picture is relit.

    Attributes:
        name: that of its file, without ending.
        request: the extension's fields as the API takes them, JSON values. Its pictures are base64 text; the
            foreground is not among them.
        run: the web UI's own fields of a request to ``/sdapi/v1/<tab>``: ``prompt``, ``seed``, ``width``, ...
        tab: one of :data:`TABS`.
        match_size: whether each run has its picture's proportions, and only about the area of ``width`` x ``height``.
    """

    name: str
    request: Mapping[str, Any]
    run: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    tab: str = TABS[0]
    match_size: bool = False

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of all but the name: two looks of one digest relight alike."""
        return hashlib.sha256(json.dumps(_told(self), sort_keys=True).encode()).hexdigest()

    @property
    def seed(self) -> int:
        """The seed of its runs, or :data:`RANDOM`."""
        return self.run.get("seed", RANDOM)


@dataclass(frozen=True)
class Listed:
    """A look's file in a folder: its name, and why it cannot be used, "" if it can."""

    name: str
    problem: str = ""


def inside(picture: bytes) -> str:
    """A picture file as a look holds it: base64 text."""
    return base64.b64encode(picture).decode("ascii")


def make(
    name: str, request: Mapping[str, Any], run: Mapping[str, Any], tab: str = TABS[0], match_size: bool = False
) -> Look:
    """A look of checked values, see :class:`Look`. Fields that are None are left out.

    Raises:
        ICLightError: the name is none, or a value cannot be used; the message names the look and the field.
    """
    if not file_names.is_name(name):
        raise ICLightError(f"{shown(name)} cannot be the name of a look. {file_names.RULE}")
    try:
        if tab not in TABS:
            raise ICLightError(f"tab must be one of: {', '.join(TABS)}; not {shown(tab)}.")
        if not isinstance(match_size, bool):
            raise ICLightError(f"match_size must be true or false, not {shown(match_size)}.")
        return Look(name, _request(request), _run(run), tab, match_size)
    except ICLightError as error:
        raise ICLightError(f"The look {shown(name)} cannot be used. {error}") from error


def _request(given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise ICLightError(f"request must be an object with the extension's fields, not {shown(given)}.")
    fields = {key: value for key, value in given.items() if value is not None and key != "enabled"}
    from_api({**fields, "enabled": True})
    for key, text in picture_sources(fields).items():
        if key == "foreground":
            raise ICLightError("foreground is each of the catalogue's pictures. Leave it out.")
        if not isinstance(text, str):
            raise ICLightError(f"{key} must be a picture file as base64 text.")
        opening.read(opening.decoded(text, key), key)
    return fields


def _run(given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise ICLightError(f"run must be an object with the web UI's own fields, not {shown(given)}.")
    fields = {key: value for key, value in given.items() if value is not None}
    try:
        well_formed(fields, "run")
        json.dumps(fields, allow_nan=False)
    except (ValueError, RecursionError) as error:
        raise ICLightError("run has a number that is none, or lists in lists without end.") from error
    for key in _OURS:
        if key in fields:
            raise ICLightError(f"run.{key} is set by the catalogue. Leave it out.")
    others = fields.get("alwayson_scripts", {})
    if not isinstance(others, Mapping):
        raise ICLightError(f"run.alwayson_scripts must be an object, not {shown(others)}.")
    if SCRIPT in others:
        raise ICLightError(f"run.alwayson_scripts must not have {SCRIPT!r}: its fields are in 'request'.")
    for key in _TEXTS:
        if key in fields and not isinstance(fields[key], str):
            raise ICLightError(f"run.{key} must be a text, not {shown(fields[key])}.")
    _check_whole(fields, "seed", RANDOM, _LARGEST_SEED)
    for key in ("width", "height"):
        _check_whole(fields, key, *_SIDES)
    return fields


def _check_whole(fields: Mapping[str, Any], key: str, low: int, high: int) -> None:
    value = fields.get(key, low)
    number(value, f"run.{key}", low, high)
    if not isinstance(value, int):
        raise ICLightError(f"run.{key} must be a whole number, not {shown(value)}.")


def to_json(look: Look) -> str:
    """The text of a look's file."""
    told = {"format": FORMAT, "version": VERSION, **_told(look)}
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _told(look: Look) -> dict[str, Any]:
    """What is said of a look, apart from its name."""
    return {
        "tab": look.tab,
        "match_size": look.match_size,
        "request": {**look.request},
        "run": {**look.run},
    }


def from_json(text: str, name: str) -> Look:
    """Read the text of a look's file.

    Raises:
        ICLightError: it is no look, or of a later version, or a value cannot be used; the message names the look.
    """
    where = f"The look {shown(name)}"
    found = json_object(text, where)
    kind = (found.get("format"), found.get("version")) if isinstance(found, Mapping) else None
    if kind is None or kind[0] != FORMAT:
        raise ICLightError(f"{where} cannot be used: it is JSON, but not a look. Save the form as a look again.")
    if kind[1] != VERSION:
        raise ICLightError(
            f"{where} cannot be used: its version is {shown(kind[1])}, and this extension reads version {VERSION}. "
            "Update the extension."
        )
    mapping(found, where, _KEYS)
    given = {key: found[key] for key in ("tab", "match_size") if key in found}
    return make(name, found.get("request", {}), found.get("run", {}), **given)


def read(path: Path) -> Look:
    """Read a look's file; the look is called as the file.

    Raises:
        ICLightError: there is no such file, or it is damaged or no look; the message names it.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise ICLightError(f"The look {shown(path.name)} is too large: more than {_MOST_BYTES >> 20} MB.")
        text = content.decode("utf-8-sig")
    except FileNotFoundError as error:
        raise ICLightError(f"There is no look {shown(path.name)}. It may have been renamed or deleted.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ICLightError(
            f"The look {shown(path.name)} cannot be read: {without_folders(str(error))}. Save it again."
        ) from error
    return from_json(text, file_names.composed(path.name.removesuffix(ENDING)))


def path_of(folder: Path, name: str) -> Path:
    """Where a look of this name is, or would be; that is in the folder itself.

    Raises:
        ICLightError: it cannot be the name of a look.
    """
    name = file_names.composed(name)
    if not file_names.is_name(name):
        raise ICLightError(f"{shown(name)} cannot be the name of a look. {file_names.RULE}")
    return folder / f"{name}{ENDING}"


def load(folder: Path, name: str) -> Look:
    """The look of this name in a folder.

    Raises:
        ICLightError: see :func:`read` and :func:`path_of`.
    """
    return read(path_of(folder, name))


def save(folder: Path, look: Look, overwrite: bool = False) -> Path:
    """Write a look into a folder, which is made if it is not there; it is there as a whole or not at all.

    Raises:
        ICLightError: the folder has a look of this name, and that is not to be overwritten.
        OSError: it cannot be written.
    """
    path = path_of(folder, look.name)
    if path.exists() and not overwrite:
        raise ICLightError(f"There is a look named {shown(look.name)} already. Choose another name, or replace it.")
    folder.mkdir(parents=True, exist_ok=True)
    replacing(path, lambda target: target.write(to_json(look).encode()))
    return path


def listed(folder: Path) -> list[Listed]:
    """The looks of a folder by name, 500 at most; those that cannot be used say why."""
    paths = sorted(folder.glob(f"*{ENDING}"), key=lambda path: path.name.casefold()) if folder.is_dir() else []
    return [_listed(path) for path in paths[:_MOST_LISTED]]


def _listed(path: Path) -> Listed:
    name = escaped(file_names.composed(path.name.removesuffix(ENDING)))
    try:
        read(path)
    except ICLightError as error:
        return Listed(name, str(error))
    return Listed(name)


def delete(folder: Path, name: str) -> None:
    """Delete a look.

    Raises:
        ICLightError: there is none of this name.
        OSError: the file cannot be deleted.
    """
    path = path_of(folder, name)
    if not path.is_file():
        raise ICLightError(f"There is no look {shown(name)}. It may have been renamed or deleted.")
    path.unlink()
