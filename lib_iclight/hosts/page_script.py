"""What the script in ``scripts/`` is made of: the accordion, the arguments, the one runner of the process."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import ICLightError
from ..namesakes import gone_astray, namesakes, switch_of, warning
from ..request import Request, from_api, from_page
from ..subject.background_removal import MODELS
from ..support.json_values import well_formed
from ..ui import send_on, unavailable
from ..ui.accordion import PAGE_FIELDS, PICTURES, Accordion
from ..ui.ideas_panel import IdeasPanel
from ..ui.models_row import ModelsRow
from ..ui.parts import QUIET
from . import state, xyz_axes
from .app_context import app_context
from .login import access
from .script_hooks import ScriptHooks
from .unknown_webui import RefusingHooks


def hooks() -> ScriptHooks | RefusingHooks:
    """The process's runner; on a web UI that we do not know one that refuses."""
    try:
        return app_context().hooks
    except ICLightError as error:
        return RefusingHooks(error)


def models_there() -> dict[str, str]:
    """The usable models, name to kind, "fc" (also fcon) or "fbc"."""
    return {file.name: file.kind for file in app_context().models.report().files if not file.problem}


def model_names() -> list[str]:
    """File names of the usable models."""
    return [*models_there()]


def reader(args: Sequence[Any]) -> Callable[[dict[str, Any]], Request]:
    """How to read the script's arguments: one dict from the API, or the values of the accordion's controls."""

    def read(overrides: Mapping[str, Any]) -> Request:
        # Also what is not used: the host repeats the request in its answer, and cannot send halves of characters.
        well_formed(args, "args")
        first = args[0] if args else None
        if isinstance(first, dict):
            _refuse_more(args)
            return from_api({**first, "enabled": switch_of(first), **overrides})
        return from_page([*args, *overrides.values()], [*PAGE_FIELDS[: len(args)], *overrides])

    return lambda overrides: xyz_axes.overridden(read, overrides)


def _refuse_more(args: Sequence[Any]) -> None:
    """Refuse a request that sends anything after the dict.

    The host fills in what was not sent with defaults, and sets other controls from the request's ``infotext``, so only
    the picture slots tell. The first of them comes right after the dict.

    Raises:
        ICLightError: something was sent.
    """
    if any(value is not None for name, value in zip(PAGE_FIELDS, args, strict=False) if name in PICTURES):
        raise ICLightError(
            "IC Light takes one dict and nothing after it, but the request's args have more entries. Put all fields "
            "into the one dict."
        )


class PageScript:
    """The user interface's part of the script."""

    def __init__(self) -> None:
        super().__init__()
        self._host_controls: dict[str, Any] = {}
        self._last_html: str | None = None

    def ui(self, is_img2img: bool) -> list[Any]:
        """Make the accordion. Hosts also call this outside the page, to learn the defaults."""
        problem = warning(namesakes(state.scripts_of(is_img2img), self))
        try:
            current = app_context()
        except ICLightError as error:
            _print_once(str(error))
            return unavailable.build(f"{error} {problem}".strip())
        _print_once(problem)
        row = ModelsRow(current.models, current.notice, state.interruption, lambda: ["auto", *model_names()])
        accordion = Accordion(
            is_img2img,
            models_there,
            self._host_control,
            row,
            state.settings(),
            current.removers,
            current.cut,
            current.max_pixels,
        )
        controls = accordion.build(problem)
        self.infotext_fields = accordion.paste_fields()
        self.paste_field_names = []
        _rows[is_img2img], _accordions[is_img2img] = row, accordion
        return controls

    def reader(self, p: Any, args: Sequence[Any]) -> Callable[[dict[str, Any]], Request]:
        """How to read the script's arguments; what went to another extension with our title is refused."""
        read = reader(args)

        def checked(overrides: dict[str, Any]) -> Request:
            astray = gone_astray(p, self)
            if astray:
                raise ICLightError(astray)
            return read(overrides)

        return checked

    def after_component(self, component: Any, **kwargs: Any) -> None:
        """Remember the host's controls, to set them at a button's click."""
        import gradio as gr

        elem_id = kwargs.get("elem_id") or getattr(component, "elem_id", None)
        classes = kwargs.get("elem_classes") or ()
        if "logical_image_background" in classes:
            # Forge's canvas: its picture is in a component of its own that follows the element with the known id.
            elem_id = self._last_html
        elif isinstance(component, gr.HTML):
            self._last_html = elem_id
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


@functools.cache
def _print_once(text: str) -> None:
    """Print a line once: whoever starts the web UI may never look at its page."""
    if text:
        print(text)


_rows: dict[bool, ModelsRow] = {}
_accordions: dict[bool, Accordion] = {}
_checkpoint_control: list[Any] = []
_send_buttons: dict[str, Any] = {}


def watch_page(component: Any, **kwargs: Any) -> None:
    """Connect the accordions with the page around them: checkpoints, and the buttons that send results on.

    The host calls this for every component. The footer comes last, inside the page that the tabs are then part of.
    """
    elem_id = kwargs.get("elem_id") or getattr(component, "elem_id", None)
    classes = kwargs.get("elem_classes") or getattr(component, "elem_classes", None) or []
    if elem_id == "setting_sd_model_checkpoint" or "model_selection" in classes:
        _checkpoint_control[:] = [component]
    if elem_id in send_on.BUTTONS:
        _send_buttons[elem_id] = component
    if elem_id == "footer":
        _connect_checkpoint()
        _connect_sending()


def _connect_checkpoint() -> None:
    from gradio.context import Context

    page = Context.root_block
    rows = [row for row in _rows.values() if page is not None and row.notice._id in page.blocks]
    if not rows:
        return
    refreshed = [control for row in rows for control in row.refreshed]
    page.load(lambda: [update for row in rows for update in row.refresh()], None, refreshed, **QUIET)
    panels = [accordion.ideas for accordion in _accordions.values()]
    lists = [panel.lists for panel in panels if panel.lists._id in page.blocks]
    page.load(lambda: [IdeasPanel.shown_lists() for _ in lists], None, lists, **QUIET)
    notices = [row.notice for row in rows]
    for control in _checkpoint_control:
        if control._id in page.blocks:
            control.change(lambda name: [row.check(name) for row in rows], [control], notices, **QUIET)


def _connect_sending() -> None:
    from gradio.context import Context

    page = Context.root_block
    shown = {tab: one for tab, one in _accordions.items() if page and one.controls["enabled"]._id in page.blocks}
    for button in _send_buttons.values():
        if len(shown) == 2 and button._id in page.blocks:
            send_on.connect(button, shown[False].controls, shown[True].controls)


def add_settings() -> None:
    """Give the host's settings page our section."""
    changed = {
        "keep_models": lambda: app_context().forget_models(),
        "cache_limit": lambda: app_context().hooks.pipeline.cache.trim(),
    }
    state.add_settings(changed, _removers)


def _removers() -> list[str]:
    """The background removers; in a web UI that we do not know rembg's, for the settings page to come up at all."""
    try:
        return app_context().removers()
    except ICLightError:
        return list(MODELS)


def add_routes(demo: Any, app: Any) -> None:
    """Give the host's server our routes, on a web UI that we know."""
    from ..api.routes import Services, add_routes

    try:
        current = app_context()
    except ICLightError:
        return
    services = Services(current.models, current.cut_out, lambda: state.settings().matting_model, current.max_pixels)
    add_routes(app, services, access(app))


def add_xyz_axes() -> None:
    """Give the X/Y/Z plot script our axes, on a web UI that we know."""
    try:
        xyz_axes.add_xyz_axes(model_names, app_context().removers)
    except ICLightError:
        return
