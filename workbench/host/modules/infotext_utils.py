"""Settings written into pictures, read back, and sent between tabs."""

from __future__ import annotations

import base64
import io
import json
import re
import sys

import gradio as gr
from PIL import Image

from modules import images, shared

sys.modules["modules.generation_parameters_copypaste"] = sys.modules[__name__]

re_param = re.compile(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')
re_imagesize = re.compile(r"^(\d+)x(\d+)$")

#: What a missing parameter means.
DEFAULTS = {
    "Clip skip": "1",
    "Hires resize-1": 0,
    "Hires resize-2": 0,
    "Hires sampler": "Use same sampler",
    "Hires schedule type": "Use same scheduler",
    "Hires checkpoint": "Use same checkpoint",
    "Hires VAE/TE": ["Use same choices"],
    "Hires prompt": "",
    "Hires negative prompt": "",
    "Mask mode": "Inpaint masked",
    "Masked content": "original",
    "Inpaint area": "Whole picture",
    "Masked area padding": 32,
    "RNG": "GPU",
    "Schedule type": "Automatic",
    "Schedule max sigma": 0,
    "Schedule min sigma": 0,
    "Schedule rho": 0,
    "VAE Encoder": "Full",
    "VAE Decoder": "Full",
    "FP8 weight": "Disable",
    "Refiner switch by sampling steps": False,
}


class ParamBinding:
    """A button that sends a picture, settings or both to a tab."""

    def __init__(
        self,
        paste_button,
        tabname,
        source_text_component=None,
        source_image_component=None,
        source_tabname=None,
        override_settings_component=None,
        paste_field_names=None,
    ):
        self.paste_button = paste_button
        self.tabname = tabname
        self.source_text_component = source_text_component
        self.source_image_component = source_image_component
        self.source_tabname = source_tabname
        self.override_settings_component = override_settings_component
        self.paste_field_names = paste_field_names or []


class PasteField(tuple):
    """A component and the parameter it takes its value from, or a function of all parameters."""

    def __new__(cls, component, target, *, api=None):
        return super().__new__(cls, (component, target))

    def __init__(self, component, target, *, api=None):
        super().__init__()
        self.api = api
        self.component = component
        self.label = target if isinstance(target, str) else None
        self.function = target if callable(target) else None


paste_fields: dict[str, dict] = {}
registered_param_bindings: list[ParamBinding] = []


def reset() -> None:
    """Forget all fields and buttons, before the page is made anew."""
    paste_fields.clear()
    registered_param_bindings.clear()


def quote(text):
    """A value for infotext: in quotes where it holds a comma, a colon or a line break."""
    if not any(character in str(text) for character in ",\n:"):
        return text
    return json.dumps(text, ensure_ascii=False)


def unquote(text: str) -> str:
    """A value from infotext."""
    if len(text) < 1 or text[0] != '"' or text[-1] != '"':
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def image_from_url_text(filedata) -> Image.Image | None:
    """The picture in what a gallery or a text field sends."""
    if isinstance(filedata, list):
        filedata = filedata[0] if filedata else None
    if isinstance(filedata, tuple) and len(filedata) == 2:
        return filedata[0]
    if isinstance(filedata, str):
        data = base64.decodebytes(filedata.removeprefix("data:image/png;base64,").encode("utf-8"))
        return images.read(io.BytesIO(data))
    return None


def add_paste_fields(tabname: str, init_img, fields: list | None, override_settings_component=None) -> None:
    """Say which components of a tab take which parameters."""
    if fields:
        fields[:] = [field if isinstance(field, PasteField) else PasteField(*field) for field in fields]
    paste_fields[tabname] = {
        "init_img": init_img,
        "fields": fields,
        "override_settings_component": override_settings_component,
    }


def create_buttons(tabs_list: list[str]) -> dict[str, gr.Button]:
    """A button per tab."""
    return {tab: gr.Button(f"Send to {tab}", elem_id=f"{tab}_tab") for tab in tabs_list}


def register_paste_params_button(binding: ParamBinding) -> None:
    """Remember a button; it is connected when the whole page is there."""
    registered_param_bindings.append(binding)


def parse_generation_parameters(x: str, skip_fields: list[str] | None = None) -> dict:
    """Infotext as a dict: prompts, parameters, sizes as two numbers, and what missing parameters mean."""
    res = {}
    *lines, last = x.strip().split("\n")
    if len(re_param.findall(last)) < 3:
        lines.append(last)
        last = ""
    parts: tuple[list, list] = ([], [])
    negative = False
    for line in map(str.strip, lines):
        if line.startswith("Negative prompt:"):
            negative, line = True, line[16:].strip()
        parts[negative].append(line)
    for k, v in re_param.findall(last):
        v = unquote(v)
        size = re_imagesize.match(v) if isinstance(v, str) else None
        res |= {f"{k}-1": size.group(1), f"{k}-2": size.group(2)} if size else {k: v}
    res["Prompt"], res["Negative prompt"] = ("\n".join(part).lstrip("\n") for part in parts)
    for k, v in DEFAULTS.items():
        res.setdefault(k, v)
    for key in shared.opts.infotext_skip_pasting if skip_fields is None else skip_fields:
        res.pop(key, None)
    if res.get("Model") and res["Model"] in shared.opts.sd_model_checkpoint:
        res.pop("Model")
    return res


def _settings_by_parameter() -> list[tuple[str, str]]:
    return [(info.infotext, name) for name, info in shared.opts.data_labels.items() if info.infotext]


def create_override_settings_dict(text_pairs: list[str] | None) -> dict:
    """Settings for one generation from texts such as ``Clip skip: 2``."""
    params = dict(pair.split(":", maxsplit=1) for pair in text_pairs or [])
    return {
        name: shared.opts.cast_value(name, params[parameter].strip())
        for parameter, name in _settings_by_parameter()
        if parameter in params
    }


def get_override_settings(params: dict, *, skip_fields=None) -> list[tuple]:
    """``(parameter, setting, value)`` for parameters that are settings and differ from what is set."""
    res = []
    for parameter, name in _settings_by_parameter():
        v = params.get(parameter)
        if v is None or parameter in (skip_fields or {}):
            continue
        if name == "sd_model_checkpoint" and shared.opts.disable_weights_auto_swap:
            continue
        v = shared.opts.cast_value(name, v)
        if v != getattr(shared.opts, name, None):
            res.append((parameter, name, v))
    return res


def connect_paste_params_buttons() -> None:
    """Connect all buttons; the page must be complete."""
    from forge_workbench import paste_buttons

    for binding in registered_param_bindings:
        paste_buttons.connect(binding, paste_fields)


def __getattr__(name: str):
    """``send_image_and_dimensions`` and ``connect_paste`` belong to this module in Forge."""
    if name in ("send_image_and_dimensions", "connect_paste"):
        from forge_workbench import paste_buttons

        return getattr(paste_buttons, name)
    raise AttributeError(name)
