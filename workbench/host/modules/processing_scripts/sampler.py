"""Sampler, schedule and steps on the page."""

import gradio as gr
from modules import scripts, sd_samplers, sd_schedulers
from modules.infotext_utils import PasteField


class ScriptSampler(scripts.ScriptBuiltinUI):
    """Sampling method, schedule type, sampling steps."""

    section = "sampler"

    def title(self):
        """The script's name."""
        return "Sampler"

    def ui(self, is_img2img):
        """Three components."""
        tab = self.tabname
        names = sd_samplers.visible_sampler_names()
        labels = [x.label for x in sd_schedulers.schedulers]
        with gr.Row():
            self.sampler_name = gr.Dropdown(names, value=names[0], label="Sampling method", elem_id=f"{tab}_sampling")
            self.scheduler = gr.Dropdown(labels, value=labels[0], label="Schedule type", elem_id=f"{tab}_scheduler")
            self.steps = gr.Slider(1, 150, value=20, step=1, label="Sampling steps", elem_id=f"{tab}_steps")
        self.infotext_fields = [
            PasteField(self.steps, "Steps", api="steps"),
            PasteField(self.sampler_name, sd_samplers.get_sampler_from_infotext, api="sampler_name"),
            PasteField(self.scheduler, sd_samplers.get_scheduler_from_infotext, api="scheduler"),
        ]
        return self.steps, self.sampler_name, self.scheduler

    def setup(self, p, steps, sampler_name, scheduler):
        """Copy the values to the processing object."""
        p.steps = steps
        p.sampler_name = sampler_name
        p.scheduler = scheduler
