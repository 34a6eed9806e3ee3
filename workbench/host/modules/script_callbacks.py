"""Functions extensions have called when something happens in the host."""

from __future__ import annotations

import dataclasses
import os
import sys
from typing import Any

from modules import errors, extensions


@dataclasses.dataclass
class ImageSaveParams:
    """A picture about to be saved, or saved: picture, processing object, file name, texts for the file."""

    image: Any
    p: Any
    filename: str
    pnginfo: dict


@dataclasses.dataclass
class ExtraNoiseParams:
    """Noise, latents, and the latents with noise on them."""

    noise: Any
    x: Any
    xi: Any


@dataclasses.dataclass
class CFGDenoiserParams:
    """What a guided prediction is made of."""

    x: Any
    image_cond: Any
    sigma: Any
    sampling_step: int
    total_sampling_steps: int
    text_cond: Any
    text_uncond: Any
    denoiser: Any = None


@dataclasses.dataclass
class CFGDenoisedParams:
    """A prediction before guidance."""

    x: Any
    sampling_step: int
    total_sampling_steps: int
    inner_model: Any


@dataclasses.dataclass
class AfterCFGCallbackParams:
    """A guided prediction, to be changed in place."""

    x: Any
    sampling_step: int
    total_sampling_steps: int


@dataclasses.dataclass
class ImageGridLoopParams:
    """Pictures of a grid, its columns and rows."""

    imgs: list
    cols: int
    rows: int


@dataclasses.dataclass
class ScriptCallback:
    """A registered function and the file it was registered from."""

    script: str
    callback: Any
    name: str = "unnamed"


CATEGORIES = (
    "app_started model_loaded ui_tabs ui_train_tabs ui_settings before_image_saved image_saved extra_noise "
    "cfg_denoiser cfg_denoised cfg_after_cfg before_component after_component image_grid infotext_pasted "
    "script_unloaded before_ui on_reload list_optimizers list_unets before_token_counter"
).split()
callback_map: dict[str, list[ScriptCallback]] = {f"callbacks_{name}": [] for name in CATEGORIES}


def _calling_file() -> str:
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    return "unknown file" if frame is None else frame.f_code.co_filename


def add_callback(callbacks: list, fun, *, name=None, category: str = "unknown", filename: str | None = None) -> None:
    """Append a function to a list, named after the extension and the file it comes from."""
    filename = filename or _calling_file()
    extension = extensions.find_extension(filename)
    full = f"{extension.canonical_name if extension else 'base'}/{os.path.basename(filename)}/{category}"
    full += f"/{name}" if name else ""
    taken = {x.name for x in callbacks}
    names = (full if i == 0 else f"{full}-{i}" for i in range(1000))
    callbacks.append(ScriptCallback(filename, fun, next(n for n in names if n not in taken)))


def ordered_callbacks(category: str, unordered_callbacks=None, *, enable_user_sort: bool = True) -> list:
    """The functions of a category by the order they were registered."""
    callbacks = callback_map.get(f"callbacks_{category}", []) if unordered_callbacks is None else unordered_callbacks
    return list(callbacks)


def clear_callbacks() -> None:
    """Forget all functions."""
    for callbacks in callback_map.values():
        callbacks.clear()


def remove_current_script_callbacks() -> None:
    """Forget the functions registered from the calling file."""
    filename = _calling_file()
    for callbacks in callback_map.values():
        callbacks[:] = [c for c in callbacks if c.script != filename]


def remove_callbacks_for_function(callback_func) -> None:
    """Forget one function."""
    for callbacks in callback_map.values():
        callbacks[:] = [c for c in callbacks if c.callback != callback_func]


def _run(category: str, *args, job: str | None = None, backwards: bool = False, **kwargs) -> list:
    """Call all functions of a category; one that raises is reported and the rest are called all the same."""
    results = []
    for c in ordered_callbacks(category)[:: -1 if backwards else 1]:
        try:
            results.append(c.callback(*args, **kwargs))
        except Exception:
            errors.report(f"Error executing callback {job or category} for {c.script}", exc_info=True)
    return results


def app_started_callback(demo, app) -> None:
    """The server is up: ``f(blocks or None, app)``."""
    _run("app_started", demo, app, job="app_started_callback")


def app_reload_callback() -> None:
    """The page is about to be made anew."""
    _run("on_reload", job="callbacks_on_reload")


def model_loaded_callback(sd_model) -> None:
    """A checkpoint was loaded."""
    _run("model_loaded", sd_model, job="model_loaded_callback")


def ui_tabs_callback() -> list:
    """Tabs of extensions: lists of ``(blocks, title, id)``."""
    return [tab for tabs in _run("ui_tabs", job="ui_tabs_callback") for tab in tabs or []]


def ui_settings_callback() -> None:
    """Settings are about to be shown."""
    _run("ui_settings", job="ui_settings_callback")


def before_image_saved_callback(params: ImageSaveParams) -> None:
    """A picture is about to be saved."""
    _run("before_image_saved", params, job="before_image_saved_callback")


def image_saved_callback(params: ImageSaveParams) -> None:
    """A picture was saved."""
    _run("image_saved", params, job="image_saved_callback")


def extra_noise_callback(params: ExtraNoiseParams) -> None:
    """Extra noise is about to be added."""
    _run("extra_noise", params)


def cfg_denoiser_callback(params: CFGDenoiserParams) -> None:
    """A prediction is about to be made."""
    _run("cfg_denoiser", params, job="cfg_denoiser_callback")


def cfg_denoised_callback(params: CFGDenoisedParams) -> None:
    """A prediction was made."""
    _run("cfg_denoised", params, job="cfg_denoised_callback")


def cfg_after_cfg_callback(params: AfterCFGCallbackParams) -> None:
    """A prediction was guided."""
    _run("cfg_after_cfg", params, job="cfg_after_cfg_callback")


def before_component_callback(component, **kwargs) -> None:
    """A component of the page is about to be made."""
    _run("before_component", component, job="before_component_callback", **kwargs)


def after_component_callback(component, **kwargs) -> None:
    """A component of the page was made."""
    _run("after_component", component, job="after_component_callback", **kwargs)


def image_grid_callback(params: ImageGridLoopParams) -> None:
    """A grid is about to be made."""
    _run("image_grid", params)


def infotext_pasted_callback(infotext: str, params: dict[str, Any]) -> None:
    """Settings of a picture were read and may be changed before they are applied."""
    _run("infotext_pasted", infotext, params)


def script_unloaded_callback() -> None:
    """Scripts are about to be loaded anew."""
    _run("script_unloaded", backwards=True)


def before_ui_callback() -> None:
    """The page is about to be made."""
    _run("before_ui", backwards=True)


def _registrar(function: str, category: str, told: str):
    def register(callback, *, name: str | None = None) -> None:
        add_callback(
            callback_map[f"callbacks_{category}"],
            callback,
            name=name,
            category=category,
            filename=sys._getframe(1).f_code.co_filename,
        )

    register.__name__ = register.__qualname__ = function
    register.__doc__ = f"Have ``callback({told})`` called: see ``{category}_callback``."
    return register


on_app_started = _registrar("on_app_started", "app_started", "demo, app")
on_before_reload = _registrar("on_before_reload", "on_reload", "")
on_model_loaded = _registrar("on_model_loaded", "model_loaded", "sd_model")
on_ui_tabs = _registrar("on_ui_tabs", "ui_tabs", "")
on_ui_train_tabs = _registrar("on_ui_train_tabs", "ui_train_tabs", "params")
on_ui_settings = _registrar("on_ui_settings", "ui_settings", "")
on_before_image_saved = _registrar("on_before_image_saved", "before_image_saved", "params")
on_image_saved = _registrar("on_image_saved", "image_saved", "params")
on_extra_noise = _registrar("on_extra_noise", "extra_noise", "params")
on_cfg_denoiser = _registrar("on_cfg_denoiser", "cfg_denoiser", "params")
on_cfg_denoised = _registrar("on_cfg_denoised", "cfg_denoised", "params")
on_cfg_after_cfg = _registrar("on_cfg_after_cfg", "cfg_after_cfg", "params")
on_before_component = _registrar("on_before_component", "before_component", "component, **kwargs")
on_after_component = _registrar("on_after_component", "after_component", "component, **kwargs")
on_image_grid = _registrar("on_image_grid", "image_grid", "params")
on_infotext_pasted = _registrar("on_infotext_pasted", "infotext_pasted", "infotext, params")
on_script_unloaded = _registrar("on_script_unloaded", "script_unloaded", "")
on_before_ui = _registrar("on_before_ui", "before_ui", "")
on_list_optimizers = _registrar("on_list_optimizers", "list_optimizers", "list")
on_list_unets = _registrar("on_list_unets", "list_unets", "list")
on_before_token_counter = _registrar("on_before_token_counter", "before_token_counter", "params")
