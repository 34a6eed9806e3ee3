"""The form of a tab as a look: the accordion's values as the API's dict, and the web UI's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..errors import ICLightError
from ..light.description import LightDescription
from ..picture.arrays import Picture, Unreadable
from ..picture.png import png
from ..request import FIELDS, PICTURES, Request
from ..request_input import from_page
from ..shoot.looks import Look, inside, make
from ..subject.placement import Placement
from .accordion import PAGE_FIELDS

_OF_A_CATALOGUE = ("enabled", "foreground", "layers")
"""What each picture of a catalogue brings along, or none of them can have."""

_EVERYWHERE = {
    "prompt": "prompt",
    "negative_prompt": "neg_prompt",
    "styles": "styles",
    "seed": "seed",
    "steps": "steps",
    "cfg_scale": "cfg_scale",
    "sampler_name": "sampling",
    "scheduler": "scheduler",
    "width": "width",
    "height": "height",
}
_SECOND_PASS = {
    "hr_scale": "hr_scale",
    "hr_upscaler": "hr_upscaler",
    "hr_second_pass_steps": "hires_steps",
    "denoising_strength": "denoising_strength",
}
_SWITCH = "enable_hr"
_MODULES, _MODULES_ID, _SAME_MODULES = "hr_additional_modules", "hr_vae_te", "Use same choices"
_WHOLE = ("seed", "steps", "width", "height", "hr_second_pass_steps")


def run_controls(tab: str, host_control: Callable[[str], Any]) -> dict[str, Any]:
    """The web UI's own controls whose values belong to a look, by the names that the API has for them.

    Args:
        tab: "txt2img" or "img2img".
        host_control: returns a control of the web UI by its ``elem_id``, or None if the page has none.
    """
    wanted = {name: f"{tab}_{suffix}" for name, suffix in _EVERYWHERE.items()}
    if tab == "txt2img":
        wanted |= {_SWITCH: "txt2img_hr-checkbox", _MODULES: _MODULES_ID}
        wanted |= {name: f"{tab}_{suffix}" for name, suffix in _SECOND_PASS.items()}
    else:
        wanted["denoising_strength"] = f"{tab}_denoising_strength"
    found = {name: host_control(elem_id) for name, elem_id in wanted.items()}
    return {name: control for name, control in found.items() if control is not None}


def run_of(values: Mapping[str, Any], tab: str) -> dict[str, Any]:
    """The web UI's own fields of a look.

    Args:
        values: by the names of :func:`run_controls`; what is None is left out.
        tab: "txt2img" or "img2img".
    """
    given = {name: value for name, value in values.items() if value is not None}
    given |= {name: int(given[name]) for name in _WHOLE if name in given}
    if not given.get("styles"):
        given.pop("styles", None)
    if tab == "img2img" or given.get(_SWITCH):
        return given | ({_MODULES: [_SAME_MODULES]} if _MODULES in given else {})
    return {name: value for name, value in given.items() if name not in (_SWITCH, _MODULES, *_SECOND_PASS)}


def request_of(values: Sequence[Any]) -> dict[str, Any]:
    """The extension's fields of a look; defaults are left out.

    Args:
        values: the accordion's, in the order of :data:`PAGE_FIELDS`.

    Raises:
        ICLightError: one cannot be used, or a picture cannot be read.
    """
    given = dict(zip(PAGE_FIELDS, values, strict=False)) | {"enabled": True}
    request = from_page([*given.values()], [*given])
    return fields_of(request) | {
        name: _picture(name, given[name]) for name in PICTURES if name != "foreground" and given.get(name) is not None
    }


def fields_of(request: Request) -> dict[str, Any]:
    """A request as the API takes it, without pictures and defaults."""
    names = [name for name in FIELDS if name not in (*PICTURES, *_OF_A_CATALOGUE)]
    found = {name: getattr(request, name) for name in names}
    return {name: _plain(value) for name, value in found.items() if value != FIELDS[name].default}


def look_of(name: str, values: Sequence[Any], run: Mapping[str, Any], tab: str, match_size: bool) -> Look:
    """The look of a form.

    Args:
        name: the look's.
        values: see :func:`request_of`.
        run: see :func:`run_of`.
        tab: "txt2img" or "img2img".
        match_size: whether each run has its picture's proportions.

    Raises:
        ICLightError: the name is none, or a value cannot be used.
    """
    return make(name, request_of(values), run_of(run, tab), tab, match_size)


def _plain(value: Any) -> Any:
    if isinstance(value, LightDescription):
        return value.to_dict()
    return asdict(value) if isinstance(value, Placement) else value


def _picture(name: str, picture: Any) -> str:
    """A slot's picture as base64 text, its very file where there is one."""
    if isinstance(picture, str):
        return picture
    if isinstance(picture, Unreadable):
        raise ICLightError(picture.reason)
    if not isinstance(picture, Picture):
        raise ICLightError(f"{name} must be a picture.")
    file = picture.origin.file
    if isinstance(file, Path):
        return inside(file.read_bytes())
    return inside(png(picture.rgb, picture.alpha) if file is None else file)
