"""The settings tab."""

from __future__ import annotations

import gradio as gr

from modules import script_callbacks, shared
from modules.call_queue import wrap_gradio_call_no_job
from modules.shared import opts
from modules.ui_components import ToolButton

_TYPES = {str: gr.Textbox, int: gr.Number, float: gr.Number, bool: gr.Checkbox, list: gr.CheckboxGroup}


def _args(info) -> dict:
    return (info.component_args() if callable(info.component_args) else info.component_args) or {}


def create_setting_component(key: str):
    """A component for a setting: the one it specifies, or one that fits the type of its default."""
    info = opts.data_labels[key]
    component = info.component or _TYPES.get(type(info.default), gr.Textbox)
    with gr.Row():
        made = component(label=info.label, value=getattr(opts, key), elem_id=f"setting_{key}", **_args(info))
        if info.refresh is not None:
            button = ToolButton(value="\U0001f504", elem_id=f"refresh_{key}")
            button.click(fn=lambda: info.refresh() or gr.update(**_args(info)), inputs=[], outputs=[made])
    return made


class UiSettings:
    """All settings by section, and the button that applies them."""

    def register_settings(self) -> None:
        """Let extensions add theirs."""
        script_callbacks.ui_settings_callback()

    def create_ui(self) -> gr.Blocks:
        """The tab."""
        opts.reorder()
        self.component_dict = {}
        sections: dict[tuple, list[str]] = {}
        for key, info in opts.data_labels.items():
            sections.setdefault(info.section, []).append(key)
        with gr.Blocks(analytics_enabled=False) as self.interface:
            with gr.Row():
                submit = gr.Button(value="Apply settings", variant="primary", elem_id="settings_submit")
                reload = gr.Button(value="Reload UI", elem_id="settings_restart_gradio")
            result = gr.HTML(elem_id="settings_result")
            with gr.Tabs(elem_id="settings"):
                for (section, title), keys in sections.items():
                    with gr.TabItem(elem_id=f"settings_{section}", label=title), gr.Column(variant="compact"):
                        for key in keys:
                            self.component_dict[key] = create_setting_component(key)
            submit.click(
                fn=wrap_gradio_call_no_job(self.run_settings, extra_outputs=[]),
                inputs=list(self.component_dict.values()),
                outputs=[result],
            )
            reload.click(fn=shared.state.request_restart, js="restart_reload", inputs=[], outputs=[])
        return self.interface

    def run_settings(self, *args) -> tuple[str]:
        """Change what differs and save."""
        for key, value in zip(self.component_dict, args):
            kind = type(opts.data_labels[key].default).__name__
            assert opts.same_type(value, opts.data_labels[key].default), f"Bad value for setting {key}: {value}; {kind}"
        changed = [key for key, value in zip(self.component_dict, args) if opts.set(key, value)]
        opts.save(shared.config_filename)
        return (f"{len(changed)} settings changed{': ' if changed else ''}{', '.join(changed)}.",)
