"""Callbacks that extensions register for events in the host."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from typing import Any

from modules import errors


@dataclasses.dataclass
class CFGDenoiserParams:
    """The inputs of a guided prediction."""

    x: Any
    image_cond: Any
    sigma: Any
    sampling_step: int
    total_sampling_steps: int
    text_cond: Any
    text_uncond: Any
    denoiser: Any = None


@dataclasses.dataclass
class ScriptCallback:
    """A callback and the file that registered it."""

    script: str
    callback: Callable


callback_map: dict[str, list[ScriptCallback]] = {}


def clear_callbacks() -> None:
    """Forget all callbacks."""
    callback_map.clear()


def remove_callbacks_for_function(callback_func: Callable) -> None:
    """Forget one callback."""
    for callbacks in callback_map.values():
        callbacks[:] = [c for c in callbacks if c.callback != callback_func]


def _run(event: str, *args: Any, backwards: bool = False, **kwargs: Any) -> None:
    """Call all callbacks of an event; if one raises, that is reported and the others are still called."""
    for c in list(callback_map.get(event, []))[:: -1 if backwards else 1]:
        try:
            c.callback(*args, **kwargs)
        except Exception:
            errors.report(f"Error executing callback {event}_callback for {c.script}", exc_info=True)


def app_started_callback(demo, app) -> None:
    """The server is up: ``f(blocks or None, app)``."""
    _run("app_started", demo, app)


def model_loaded_callback(sd_model) -> None:
    """A checkpoint was loaded."""
    _run("model_loaded", sd_model)


def ui_tabs_callback() -> list[tuple[Any, str, str]]:
    """The page's tabs are about to be put together: ``f() -> [(blocks, label, id), ...]``, or None."""
    found: list[tuple[Any, str, str]] = []
    for c in list(callback_map.get("ui_tabs", [])):
        try:
            found += c.callback() or []
        except Exception:
            errors.report(f"Error executing callback ui_tabs_callback for {c.script}", exc_info=True)
    return found


def ui_settings_callback() -> None:
    """Settings are about to be shown."""
    _run("ui_settings")


def cfg_denoiser_callback(params: CFGDenoiserParams) -> None:
    """A prediction is about to be made."""
    _run("cfg_denoiser", params)


def after_component_callback(component, **kwargs) -> None:
    """A component of the page was made."""
    _run("after_component", component, **kwargs)


def script_unloaded_callback() -> None:
    """Scripts are about to be reloaded."""
    _run("script_unloaded", backwards=True)


def before_ui_callback() -> None:
    """The page is about to be made."""
    _run("before_ui", backwards=True)


def _registrar(event: str, told: str) -> Callable[..., None]:
    def register(callback: Callable, *, name: str | None = None) -> None:
        script = sys._getframe(1).f_code.co_filename
        callback_map.setdefault(event, []).append(ScriptCallback(script, callback))

    register.__doc__ = f"Have ``callback({told})`` called: see ``{event}_callback``."
    return register


on_app_started = _registrar("app_started", "demo, app")
on_model_loaded = _registrar("model_loaded", "sd_model")
on_ui_tabs = _registrar("ui_tabs", "")
on_ui_settings = _registrar("ui_settings", "")
on_cfg_denoiser = _registrar("cfg_denoiser", "params")
on_after_component = _registrar("after_component", "component, **kwargs")
on_script_unloaded = _registrar("script_unloaded", "")
on_before_ui = _registrar("before_ui", "")
