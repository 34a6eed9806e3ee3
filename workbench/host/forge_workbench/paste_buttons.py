"""The buttons that send pictures and settings between tabs."""

from __future__ import annotations

import os

import gradio as gr
from modules import errors, infotext_utils, paths, script_callbacks, shared
from PIL import Image

_UPDATE = type(gr.update())


def send_image_and_dimensions(x):
    """The picture of a component or gallery, and its size for the sliders."""
    img = x if isinstance(x, Image.Image) else infotext_utils.image_from_url_text(x)
    if img is not None and img.mode == "RGBA":
        img = img.convert("RGB")
    if shared.opts.send_size and img is not None:
        return img, img.width, img.height
    return img, gr.update(), gr.update()


def _send_image(binding, target: dict) -> None:
    destination, fields = target["init_img"], target["fields"] or []
    if not (binding.source_image_component and destination):
        return
    sizes = [next((c for c, name in fields if name == key), None) for key in ("Size-1", "Size-2")]
    with_size = all(sizes) and binding.tabname != "inpaint"
    from_gallery = isinstance(binding.source_image_component, gr.Gallery)
    plain = infotext_utils.image_from_url_text if from_gallery else (lambda x: x)
    binding.paste_button.click(
        fn=send_image_and_dimensions if with_size else plain,
        js="extract_image_from_gallery" if from_gallery else None,
        inputs=[binding.source_image_component],
        outputs=[destination, *(sizes if with_size else [])],
        show_progress=False,
    )


def connect(binding, paste_fields: dict) -> None:
    """Connect one button to what it sends and to the tab it shows then."""
    target = paste_fields[binding.tabname]
    fields = target["fields"]
    _send_image(binding, target)
    if binding.source_text_component is not None and fields is not None:
        override = binding.override_settings_component or target["override_settings_component"]
        connect_paste(binding.paste_button, fields, binding.source_text_component, override, binding.tabname)
    if binding.source_tabname is not None and fields is not None:
        names = ["Prompt", "Negative prompt", "Steps", "Face restoration", *binding.paste_field_names]
        names += ["Seed"] if shared.opts.send_seed else []
        binding.paste_button.click(
            fn=lambda *x: x if len(x) != 1 else x[0],
            inputs=[field for field, name in paste_fields[binding.source_tabname]["fields"] if name in names],
            outputs=[field for field, name in fields if name in names],
            show_progress=False,
        )
    binding.paste_button.click(
        fn=None, js=f"switch_to_{binding.tabname}", inputs=None, outputs=None, show_progress=False
    )


def _value_for(output, key, params: dict):
    """What a component is set to; an empty update where its parameter is missing or of the wrong kind."""
    if callable(key):
        try:
            v = key(params)
        except Exception:
            errors.report(f"Error executing {key}", exc_info=True)
            v = None
    else:
        v = params.get(key)
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
    """Have a button read infotext, or without any that of the last generation, into a tab's components."""
    handled = {key for _, key in paste_fields if isinstance(key, str)}
    fields = list(paste_fields)
    if override_settings_component is not None:

        def paste_settings(params: dict):
            vals = infotext_utils.get_override_settings(params, skip_fields=handled)
            pairs = [f"{parameter}: {value}" for parameter, _, value in vals]
            return gr.update(value=pairs, choices=pairs, visible=bool(pairs))

        fields.append((override_settings_component, paste_settings))

    def paste_func(prompt: str):
        prompt = prompt or ("" if shared.cmd_opts.no_prompt_history else _last_parameters())
        params = infotext_utils.parse_generation_parameters(prompt)
        script_callbacks.infotext_pasted_callback(prompt, params)
        return [_value_for(output, key, params) for output, key in fields]

    button.click(fn=paste_func, inputs=[input_comp], outputs=[field[0] for field in fields], show_progress=False)
