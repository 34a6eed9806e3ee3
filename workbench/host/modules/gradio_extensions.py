"""What Forge changes about gradio: hooks around components, old names of arguments, texts inside saved pictures."""

from __future__ import annotations

import inspect
import os
import tempfile
import warnings
from functools import wraps

import gradio as gr
import gradio.component_meta
import gradio.processing_utils

from modules import images, patches, scripts


class GradioDeprecationWarning(DeprecationWarning):
    """An argument this gradio does not know."""


def add_classes_to_gradio_component(comp) -> None:
    """Give a component the class ``gradio-<name>`` for style sheets."""
    comp.elem_classes = [f"gradio-{comp.get_block_name()}", *(getattr(comp, "elem_classes", None) or [])]
    if getattr(comp, "multiselect", False):
        comp.elem_classes.append("multiselect")


def _with_hooks(original_init):
    @wraps(original_init)
    def init(self, *args, **kwargs):
        if scripts.scripts_current is not None:
            scripts.scripts_current.before_component(self, **kwargs)
        scripts.script_callbacks.before_component_callback(self, **kwargs)
        original_init(self, *args, **kwargs)
        add_classes_to_gradio_component(self)
        scripts.script_callbacks.after_component_callback(self, **kwargs)
        if scripts.scripts_current is not None:
            scripts.scripts_current.after_component(self, **kwargs)

    return init


def _with_tooltip(original_get_config):
    @wraps(original_get_config)
    def get_config(self):
        config = original_get_config(self)
        if getattr(self, "webui_tooltip", None):
            config["webui_tooltip"] = self.webui_tooltip
        return config

    return get_config


class _Event:
    """An event that takes ``_js`` for ``js``."""

    def __init__(self, event):
        self.event = event
        for name in ("has_trigger", "event_name", "callback"):
            setattr(self, name, getattr(event, name, None))

    def __call__(self, *args, **kwargs):
        if "_js" in kwargs:
            kwargs["js"] = kwargs.pop("_js")
        return self.event(*args, **kwargs)

    @property
    def __self__(self):
        return getattr(self.event, "__self__", None)


def _repaired(original):
    """A constructor that takes ``source`` and ``tooltip``, and warns about what it does not know."""
    known = inspect.signature(original).parameters

    @wraps(original)
    def init(self, *args, tooltip=None, source=None, **kwargs):
        if source:
            kwargs["sources"] = [source]
        for name in [k for k in kwargs if k not in known]:
            del kwargs[name]
            message = f"unexpected argument for {type(self).__name__}: {name}"
            warnings.warn(message, GradioDeprecationWarning, stacklevel=2)
        original(self, *args, **kwargs)
        self.webui_tooltip = tooltip
        for event in self.EVENTS:
            setattr(self, str(event), _Event(getattr(self, str(event))))

    return init


class Dependency(gr.events.Dependency):
    """What an event returns; its ``then`` takes ``_js`` too."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.then = _Event(self.then)


def save_pil_to_file(pil_image, cache_dir=None, name="image", format="png"):
    """Write a picture into gradio's folder as PNG with its texts, so that a picture downloaded has them too."""
    os.makedirs(cache_dir, exist_ok=True)
    with tempfile.NamedTemporaryFile(delete=False, suffix=".png", dir=cache_dir) as file:
        pil_image.save(file, format="PNG", pnginfo=images.png_texts(pil_image.info))
    return file.name


def _install() -> None:
    for kind in (gr.components.Component, gr.blocks.BlockContext):
        patches.patch(__name__, kind, "__init__", _with_hooks(kind.__init__))
    patches.patch(__name__, gr.blocks.Block, "get_config", _with_tooltip(gr.blocks.Block.get_config))
    kinds = {getattr(gr, name, None) for name in gr.components.__all__ + gr.layouts.__all__}
    for kind in kinds - {gr.components.Component}:
        if getattr(kind, "EVENTS", None):
            patches.patch(__name__, kind, "__init__", _repaired(kind.__init__))
            kind.update = gr.update
    patches.patch(__name__, gr.events, "Dependency", Dependency)
    patches.patch(__name__, gradio.component_meta, "create_or_modify_pyi", lambda *args: None)
    patches.patch(__name__, gradio.component_meta, "updateable", lambda x: x)
    patches.patch(__name__, gradio.processing_utils, "save_pil_to_cache", save_pil_to_file)
    gr.Box = gr.Group


_install()
