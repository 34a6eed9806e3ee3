"""Stands in for ControlNet on the workbench's page: two units with the elements, names and answers of the real one.

Source: the page of Forge's sd_forge_controlnet, controlnet_ui_group.py, and of Mikubill/sd-webui-controlnet.
"""

from __future__ import annotations

import gradio as gr
from modules import scripts

PREPROCESSORS = {"All": ["None", "canny", "normalbae"], "Canny": ["None", "canny"], "NormalMap": ["None", "normalbae"]}
MODELS = {"All": ["None"], "Canny": ["None", "canny_15"], "NormalMap": ["None", "normalbae_15"]}


class ControlNet(scripts.Script):
    """Is on the page, and does nothing."""

    def title(self):
        return "ControlNet"

    def show(self, is_img2img):
        return scripts.AlwaysVisible

    def ui(self, is_img2img):
        tab = "img2img" if is_img2img else "txt2img"
        with gr.Group(elem_id=f"{tab}_controlnet"), gr.Accordion("ControlNet", open=False):
            for number in range(2):
                _unit(f"{tab}_controlnet_ControlNet-{number}", is_img2img)
        return []


def _unit(name: str, is_img2img: bool) -> None:
    with gr.Group(visible=not is_img2img) as upload:
        gr.Image(elem_id=f"{name}_input_image", type="numpy")
    gr.Checkbox(label="Enable", elem_id=f"{name}_controlnet_enable_checkbox")
    if is_img2img:
        own = gr.Checkbox(label="Upload independent", elem_id=f"{name}_controlnet_same_img2img_checkbox")
        own.change(lambda is_on: gr.update(visible=is_on), own, upload, show_progress=False)
    kind = gr.Radio([*PREPROCESSORS], value="All", elem_id=f"{name}_controlnet_type_filter_radio")
    preprocessor, model = (
        gr.Dropdown(each["All"], value="None", interactive=True, elem_id=f"{name}_controlnet_{what}_dropdown")
        for what, each in (("preprocessor", PREPROCESSORS), ("model", MODELS))
    )

    def filtered(chosen: str):
        return [gr.update(value=each[chosen][-1], choices=each[chosen]) for each in (PREPROCESSORS, MODELS)]

    kind.change(filtered, kind, [preprocessor, model], show_progress=False)
