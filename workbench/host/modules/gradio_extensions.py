"""What Forge changes about gradio: hooks after components, classes for style sheets, texts inside saved pictures."""

from __future__ import annotations

import os
import tempfile
from functools import wraps

import gradio as gr
import gradio.component_meta
import gradio.processing_utils

from modules import images, patches, script_callbacks, scripts


def add_classes_to_gradio_component(comp) -> None:
    """Give a component the class ``gradio-<name>`` for style sheets."""
    comp.elem_classes = [f"gradio-{comp.get_block_name()}", *(getattr(comp, "elem_classes", None) or [])]
    if getattr(comp, "multiselect", False):
        comp.elem_classes.append("multiselect")


def _with_hooks(original_init):
    @wraps(original_init)
    def init(self, *args, **kwargs):
        original_init(self, *args, **kwargs)
        add_classes_to_gradio_component(self)
        script_callbacks.after_component_callback(self, **kwargs)
        if scripts.scripts_current is not None:
            scripts.scripts_current.after_component(self, **kwargs)

    return init


def save_pil_to_file(pil_image, cache_dir=None, name="image", format="png"):
    """Write a picture into gradio's folder as PNG with its texts, so that a downloaded picture has them too."""
    os.makedirs(cache_dir, exist_ok=True)
    with tempfile.NamedTemporaryFile(delete=False, suffix=".png", dir=cache_dir) as file:
        pil_image.save(file, format="PNG", pnginfo=images.png_texts(pil_image.info))
    return file.name


def install() -> None:
    """Patch gradio. Must be called before any component class is derived; ``patches`` undoes it."""
    for kind in (gr.components.Component, gr.blocks.BlockContext):
        patches.patch(__name__, kind, "__init__", _with_hooks(kind.__init__))
    patches.patch(__name__, gradio.component_meta, "create_or_modify_pyi", lambda *args: None)
    patches.patch(__name__, gradio.component_meta, "updateable", lambda x: x)
    patches.patch(__name__, gradio.processing_utils, "save_pil_to_cache", save_pil_to_file)
