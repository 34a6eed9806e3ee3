"""An extension that records which of its hooks are called, and does in them what a test asks for."""

import gradio as gr
from modules import script_callbacks, scripts
from modules.ui_components import InputAccordion

calls = []
actions = {}
events = []


class Recorder(scripts.Script):
    def title(self):
        return "Recorder"

    def show(self, is_img2img):
        return scripts.AlwaysVisible

    def ui(self, is_img2img):
        with InputAccordion(False, label=self.title(), elem_id=self.elem_id("enable")) as enable:
            word = gr.Textbox("plain", label="Word")
            level = gr.Slider(0, 3, value=1, label="Level")
        self.infotext_fields = [(word, "Recorder word"), (level, "Recorder level")]
        return [enable, word, level]


class Chosen(scripts.Script):
    """Runs instead of the ordinary generation when it is chosen from the list."""

    def title(self):
        return "Chosen"

    def ui(self, is_img2img):
        return [gr.Textbox("cat", label="What")]

    def run(self, p, what):
        from modules.processing import process_images

        p.prompt = f"a {what}"
        return process_images(p)


def _hook(name):
    def hook(self, p, *args, **kwargs):
        calls.append((name, args, kwargs))
        if name in actions:
            actions[name](p, *args, **kwargs)

    return hook


for _name in (
    "setup before_process process before_process_batch after_extra_networks_activate process_batch before_hr "
    "process_before_every_sampling post_sample postprocess_batch postprocess_batch_list postprocess_image "
    "postprocess_maskoverlay postprocess_image_after_composite postprocess on_mask_blend before_process_init_images"
).split():
    setattr(Recorder, _name, _hook(_name))

script_callbacks.on_app_started(lambda demo, app: events.append("app_started"))
script_callbacks.on_before_ui(lambda: events.append("before_ui"))
script_callbacks.on_ui_settings(lambda: events.append("ui_settings"))
script_callbacks.on_model_loaded(lambda model: events.append("model_loaded"))
script_callbacks.on_script_unloaded(lambda: events.append("script_unloaded"))
script_callbacks.on_after_component(lambda component, **kwargs: events.append(kwargs.get("elem_id")))
