"""Components for extensions, in addition to gradio's."""

from __future__ import annotations

from functools import wraps

import gradio as gr


class ToolButton(gr.Button):
    """A small button with a symbol and a tooltip."""

    @wraps(gr.Button.__init__)
    def __init__(self, value="", *args, elem_classes=None, tooltip=None, **kwargs):
        super().__init__(*args, elem_classes=["tool", *(elem_classes or [])], value=value, **kwargs)
        self.webui_tooltip = tooltip

    def get_block_name(self):
        """The name gradio's page knows it by."""
        return "button"

    def get_config(self):
        """The configuration that is sent to the page."""
        return {**super().get_config(), "webui_tooltip": self.webui_tooltip}

    def get_expected_parent(self):
        """A form, in whose rows the button is placed."""
        return gr.components.Form


class InputAccordionImpl(gr.Checkbox):
    """An accordion whose open state is a value: a hidden checkbox, which the page's script keeps in sync."""

    @wraps(gr.Checkbox.__init__)
    def __init__(self, value=None, setup=False, **kwargs):
        if not setup:
            super().__init__(value=value, **kwargs)
            return
        self.accordion_id = kwargs["elem_id"]
        super().__init__(value=value, **{**kwargs, "elem_id": f"{self.accordion_id}-checkbox", "visible": False})
        script = f'function(checked){{ inputAccordionChecked("{self.accordion_id}", checked); }}'
        self.change(fn=None, js=script, inputs=[self])
        self.accordion = gr.Accordion(**{**kwargs, "elem_classes": ["input-accordion"], "open": value})

    def extra(self):
        """A column in the accordion's header, to be used in a ``with`` statement."""
        return gr.Column(elem_id=f"{self.accordion_id}-extra", elem_classes="input-accordion-extra", min_width=0)

    def __enter__(self):
        self.accordion.__enter__()
        return self

    def __exit__(self, exc_type, exc_val, exc_tb):
        self.accordion.__exit__(exc_type, exc_val, exc_tb)

    def get_block_name(self):
        """The name gradio's page knows it by."""
        return "checkbox"


def InputAccordion(value=None, **kwargs) -> InputAccordionImpl:
    """An accordion whose open state is a value; needs a label and an ``elem_id``."""
    return InputAccordionImpl(value=value, setup=True, **kwargs)
