"""Components extensions use beside gradio's."""

from __future__ import annotations

from functools import wraps

import gradio as gr

from modules import gradio_extensions  # noqa: F401


class FormComponent:
    """A component that may stand inside a form."""

    webui_do_not_create_gradio_pyi_thank_you = True

    def get_expected_parent(self):
        """A form."""
        return gr.components.Form


gr.Dropdown.get_expected_parent = FormComponent.get_expected_parent


class ToolButton(gr.Button, FormComponent):
    """A small button with one symbol."""

    @wraps(gr.Button.__init__)
    def __init__(self, value="", *args, elem_classes=None, **kwargs):
        super().__init__(*args, elem_classes=["tool", *(elem_classes or [])], value=value, **kwargs)

    def get_block_name(self):
        """The name gradio's page knows it by."""
        return "button"


class ResizeHandleRow(gr.Row):
    """A row."""

    webui_do_not_create_gradio_pyi_thank_you = True

    @wraps(gr.Row.__init__)
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.elem_classes.append("resize-handle-row")

    def get_block_name(self):
        """The name gradio's page knows it by."""
        return "row"


class FormRow(gr.Row, FormComponent):
    """A row inside a form."""

    def get_block_name(self):
        """The name gradio's page knows it by."""
        return "row"


class FormColumn(gr.Column, FormComponent):
    """A column inside a form."""

    def get_block_name(self):
        """The name gradio's page knows it by."""
        return "column"


class FormGroup(gr.Group, FormComponent):
    """A group inside a form."""

    def get_block_name(self):
        """The name gradio's page knows it by."""
        return "group"


class FormHTML(gr.HTML, FormComponent):
    """HTML inside a form."""

    def get_block_name(self):
        """The name gradio's page knows it by."""
        return "html"


class FormColorPicker(gr.ColorPicker, FormComponent):
    """A colour inside a form."""

    def get_block_name(self):
        """The name gradio's page knows it by."""
        return "colorpicker"


class DropdownMulti(gr.Dropdown, FormComponent):
    """A list to choose several of."""

    @wraps(gr.Dropdown.__init__)
    def __init__(self, **kwargs):
        super().__init__(**{**kwargs, "multiselect": True})

    def get_block_name(self):
        """The name gradio's page knows it by."""
        return "dropdown"


class DropdownEditable(gr.Dropdown, FormComponent):
    """A list to choose of or write into."""

    @wraps(gr.Dropdown.__init__)
    def __init__(self, **kwargs):
        super().__init__(**{**kwargs, "allow_custom_value": True})

    def get_block_name(self):
        """The name gradio's page knows it by."""
        return "dropdown"


class InputAccordionImpl(gr.Checkbox):
    """An accordion whose being open is a value: a hidden checkbox, kept in step with it by the page's script."""

    webui_do_not_create_gradio_pyi_thank_you = True
    global_index = 0

    @wraps(gr.Checkbox.__init__)
    def __init__(self, value=None, setup=False, **kwargs):
        if not setup:
            super().__init__(value=value, **kwargs)
            return
        self.accordion_id = kwargs.get("elem_id")
        if self.accordion_id is None:
            self.accordion_id = f"input-accordion-{InputAccordionImpl.global_index}"
            InputAccordionImpl.global_index += 1
        super().__init__(value=value, **{**kwargs, "elem_id": f"{self.accordion_id}-checkbox", "visible": False})
        script = f'function(checked){{ inputAccordionChecked("{self.accordion_id}", checked); }}'
        self.change(fn=None, js=script, inputs=[self])
        self.accordion = gr.Accordion(
            **{
                **kwargs,
                "elem_id": self.accordion_id,
                "label": kwargs.get("label", "Accordion"),
                "elem_classes": ["input-accordion"],
                "open": value,
            }
        )

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
    """An accordion whose being open is a value."""
    return InputAccordionImpl(value=value, setup=True, **kwargs)
