"""Seed and variation seed on the page."""

import gradio as gr
from modules import scripts
from modules.infotext_utils import PasteField
from modules.ui_components import ToolButton


class ScriptSeed(scripts.ScriptBuiltinUI):
    """Seed and variation seed."""

    section = "seed"
    create_group = False

    def title(self):
        """The script's name."""
        return "Seed"

    def ui(self, is_img2img):
        """Four components."""
        eid = self.elem_id
        with gr.Row(elem_id=eid("seed_row")):
            seed = gr.Number(label="Seed", value=-1, elem_id=eid("seed"), min_width=100, precision=0)
            random_seed = ToolButton("\U0001f3b2", elem_id=eid("random_seed"))
            extra = gr.Checkbox(label="Extra", elem_id=eid("subseed_show"), value=False, scale=0, min_width=110)
        with gr.Group(visible=False, elem_id=eid("seed_extras")) as extras, gr.Row(elem_id=eid("subseed_row")):
            subseed = gr.Number(label="Variation seed", value=-1, elem_id=eid("subseed"), precision=0)
            args = {"label": "Variation strength", "elem_id": eid("subseed_strength")}
            strength = gr.Slider(0, 1, value=0.0, step=0.01, **args)
        random_seed.click(fn=lambda: -1, inputs=[], outputs=[seed], show_progress=False)
        extra.change(lambda x: gr.update(visible=x), inputs=[extra], outputs=[extras], show_progress=False)
        self.infotext_fields = [
            PasteField(seed, "Seed", api="seed"),
            PasteField(extra, lambda d: "Variation seed" in d),
            PasteField(subseed, "Variation seed", api="subseed"),
            PasteField(strength, "Variation seed strength", api="subseed_strength"),
        ]
        return seed, extra, subseed, strength

    def setup(self, p, seed, seed_checkbox, subseed, subseed_strength):
        """Copy the values to the processing object."""
        p.seed = seed
        if seed_checkbox and subseed_strength > 0:
            p.subseed, p.subseed_strength = subseed, subseed_strength
