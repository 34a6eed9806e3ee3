"""Settings written into pictures, read back, and sent between tabs."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from typing import Any

import gradio as gr
from PIL import Image

from modules import errors, paths, shared

re_param = re.compile(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')
re_imagesize = re.compile(r"^(\d+)x(\d+)$")
_UPDATE = type(gr.update())

#: The values of parameters that are left out.
DEFAULTS = {
    "Clip skip": "1",
    "Hires resize-1": 0,
    "Hires resize-2": 0,
    "Hires sampler": "Use same sampler",
    "Hires schedule type": "Use same scheduler",
    "Hires prompt": "",
    "Hires negative prompt": "",
    "Mask mode": "Inpaint masked",
    "Masked content": "original",
    "Inpaint area": "Whole picture",
    "Masked area padding": 32,
    "Schedule type": "Automatic",
    "Schedule max sigma": 0,
}


@dataclass
class ParamBinding:
    """A button that sends a picture, settings or both to a tab."""

    paste_button: gr.Button
    tabname: str
    source_text_component: Any = None
    source_image_component: Any = None
    source_tabname: str | None = None
    paste_field_names: list[str] = field(default_factory=list)


class PasteField(tuple):
    """A component and the parameter that sets it, or a function of all parameters."""

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
    """Forget all fields and buttons, before the page is rebuilt."""
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


def image_from_url_text(filedata: list | None) -> Image.Image | None:
    """The first picture in the data that a gallery sends."""
    return filedata[0][0] if filedata else None


def add_paste_fields(tabname: str, init_img, fields: list, override_settings_component=None) -> None:
    """Register which components of a tab take which parameters."""
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
    """Register a button; it is connected when the page is complete."""
    registered_param_bindings.append(binding)


def parse_generation_parameters(x: str) -> dict:
    """Infotext as a dict: prompts, parameters, sizes as two numbers, and defaults of missing parameters."""
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


def get_override_settings(params: dict, *, skip_fields=()) -> list[tuple]:
    """``(parameter, setting, value)`` for parameters that are settings and differ from what is set.

    The checkpoint is left alone: there is one.
    """
    res = []
    for parameter, name in _settings_by_parameter():
        v = params.get(parameter)
        if v is None or parameter in skip_fields or name == "sd_model_checkpoint":
            continue
        v = shared.opts.cast_value(name, v)
        if v != getattr(shared.opts, name, None):
            res.append((parameter, name, v))
    return res


def send_image_and_dimensions(x):
    """The picture of a component or gallery, and its size for the sliders."""
    img = x if isinstance(x, Image.Image) else image_from_url_text(x)
    if img is None:
        return img, gr.update(), gr.update()
    img = img.convert("RGB") if img.mode == "RGBA" else img
    return img, img.width, img.height


def _send_image(binding: ParamBinding, target: dict) -> None:
    destination, fields = target["init_img"], target["fields"]
    if not (binding.source_image_component and destination):
        return
    sizes = [next((c for c, name in fields if name == key), None) for key in ("Size-1", "Size-2")]
    with_size = all(sizes) and binding.tabname != "inpaint"
    from_gallery = isinstance(binding.source_image_component, gr.Gallery)
    plain = image_from_url_text if from_gallery else (lambda x: x)
    binding.paste_button.click(
        fn=send_image_and_dimensions if with_size else plain,
        js="extract_image_from_gallery" if from_gallery else None,
        inputs=[binding.source_image_component],
        outputs=[destination, *(sizes if with_size else [])],
        show_progress=False,
    )


def _connect(binding: ParamBinding) -> None:
    """Connect one button to what it sends and to the tab that it then shows."""
    target = paste_fields[binding.tabname]
    fields = target["fields"]
    _send_image(binding, target)
    if binding.source_text_component is not None:
        override = target["override_settings_component"]
        connect_paste(binding.paste_button, fields, binding.source_text_component, override, binding.tabname)
    if binding.source_tabname is not None:
        names = ["Prompt", "Negative prompt", "Steps", "Seed", *binding.paste_field_names]
        binding.paste_button.click(
            fn=lambda *x: x if len(x) != 1 else x[0],
            inputs=[field for field, name in paste_fields[binding.source_tabname]["fields"] if name in names],
            outputs=[field for field, name in fields if name in names],
            show_progress=False,
        )
    js = f"switch_to_{binding.tabname}"
    binding.paste_button.click(fn=None, js=js, inputs=None, outputs=None, show_progress=False)


def connect_paste_params_buttons() -> None:
    """Connect all buttons; the page must be complete."""
    for binding in registered_param_bindings:
        _connect(binding)


def _value_for(output, key, params: dict):
    """The value to set on a component; an empty update if its parameter is missing or of the wrong type."""
    try:
        v = key(params) if callable(key) else params.get(key)
    except Exception:
        errors.report(f"Error executing {key}", exc_info=True)
        v = None
    if v is None or isinstance(v, _UPDATE):
        return gr.update() if v is None else v
    kind = type(output.value)
    try:
        if kind is bool and v == "False":
            return gr.update(value=False)
        return gr.update(value=float(v) if kind is int else kind(v))
    except (TypeError, ValueError):
        return gr.update()


def _last_parameters() -> str:
    try:
        with open(os.path.join(paths.data_path, "params.txt"), encoding="utf8") as file:
            return file.read()
    except OSError:
        return ""


def connect_paste(button, paste_fields: list, input_comp, override_settings_component, tabname: str) -> None:
    """Make a button read infotext, by default the last generation's, into a tab's components."""
    handled = {key for _, key in paste_fields if isinstance(key, str)}

    def paste_settings(params: dict):
        vals = get_override_settings(params, skip_fields=handled)
        pairs = [f"{parameter}: {value}" for parameter, _, value in vals]
        return gr.update(value=pairs, choices=pairs, visible=bool(pairs))

    fields = [*paste_fields, (override_settings_component, paste_settings)]

    def paste_func(prompt: str):
        params = parse_generation_parameters(prompt or _last_parameters())
        return [_value_for(output, key, params) for output, key in fields]

    button.click(fn=paste_func, inputs=[input_comp], outputs=[field[0] for field in fields], show_progress=False)
