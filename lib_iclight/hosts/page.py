"""What the script in ``scripts/`` is made of: the accordion, the arguments, the one runner of the process."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from ..matting import remover
from ..relight import Studio
from ..request import FIELDS, MODES, Request, from_mapping, from_page
from ..ui import PAGE_FIELDS, Accordion
from . import detect
from .runner import Runner, override


@functools.cache
def runner() -> Runner:
    """The process's runner, made when it is first needed.

    Raises:
        ICLightError: this web UI is not one that we know.
    """
    host = detect()
    return Runner(host, Studio(), remover(host.matting_folder()))


def model_names() -> list[str]:
    """File names of the usable models."""
    current = runner()
    return [file.name for file in current.studio.library.files(current.host.model_folders()) if file.usable]


def reader(args: Sequence[Any]) -> Callable[[dict[str, Any]], Request]:
    """How to read the script's arguments: one dict from the API, or the values of the accordion's controls."""

    def read(overrides: dict[str, Any]) -> Request:
        first = args[0] if args else None
        if isinstance(first, dict):
            return from_mapping({**first, **overrides})
        return from_page([*args, *overrides.values()], [*PAGE_FIELDS[: len(args)], *overrides])

    return read


class PageScript:
    """The user interface's part of the script."""

    def __init__(self) -> None:
        super().__init__()
        self._host_controls: dict[str, Any] = {}

    def ui(self, is_img2img: bool) -> list[Any]:
        """Make the accordion. Hosts also call this outside the page, to learn the defaults."""
        accordion = Accordion(is_img2img, model_names, self._host_control)
        controls = accordion.build()
        self.infotext_fields = accordion.paste_fields()
        self.paste_field_names = []
        return controls

    def after_component(self, component: Any, **kwargs: Any) -> None:
        """Remember the host's controls, to set them at a button's click."""
        elem_id = kwargs.get("elem_id") or getattr(component, "elem_id", None)
        if elem_id:
            self._host_controls[elem_id] = component

    def _host_control(self, elem_id: str) -> Any:
        """A control of the page that is being built, None where it has none."""
        from gradio.context import Context

        component = self._host_controls.get(elem_id)
        root = Context.root_block
        if component is None or root is None or getattr(component, "_id", None) not in root.blocks:
            return None
        return component


def add_xyz_axes() -> None:
    """Give the X/Y/Z plot script our axes, once, where the host has that script."""
    from modules import scripts

    for data in scripts.scripts_data:
        module = data.module
        if data.script_class.__module__ != "xyz_grid.py" or not hasattr(module, "AxisOption"):
            continue
        if any(option.label.startswith("[IC Light]") for option in module.axis_options):
            return
        module.axis_options.extend(_axes(module.AxisOption))


def _axes(option: Any) -> list[Any]:
    from ..lights import LIGHTS

    lights = [light for light in LIGHTS if light != "custom"]
    return [
        option("[IC Light] Mode", str, _set("mode"), choices=lambda: list(MODES)),
        option("[IC Light] Light", str, _set("light"), choices=lambda: lights),
        option("[IC Light] Light strength", float, _set("light_strength")),
        option("[IC Light] Model", str, _set("model"), choices=lambda: ["auto", *model_names()]),
        option("[IC Light] Restore details", float, _set("restore_details")),
        option("[IC Light] Keep colours", float, _set("keep_colours")),
    ]


def _set(field: str) -> Callable[[Any, Any, Any], None]:
    if field not in FIELDS:
        raise KeyError(field)
    return lambda p, value, values: override(p, field, value)
