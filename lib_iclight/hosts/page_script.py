"""What the script in ``scripts/`` needs: the accordion, its arguments, and what it registers with the web UI."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import ICLightError
from ..models.library import AUTO_MODEL
from ..namesakes import misrouted, namesakes, warning
from ..subject.background_removal import MODELS
from ..ui import studio_tab, unavailable
from ..ui.accordion import Accordion
from ..ui.models_row import ModelsRow
from ..ui.page import HostControls, Page
from . import studio, upscalers, webui, xyz_axes
from .app_context import AppContext, app_context
from .asked import Asked
from .login import access, user
from .script_hooks import ScriptHooks
from .unknown_webui import RefusingHooks


def hooks() -> ScriptHooks | RefusingHooks:
    """The process's hooks; on an unknown web UI, hooks that refuse every run."""
    try:
        return app_context().hooks
    except ICLightError as error:
        return RefusingHooks(error)


class PageScript:
    """The part of the script that deals with the page. A host makes one instance per tab.

    Attributes:
        page: the page, shared by all instances; set on the script's class.
    """

    page: Page

    def __init__(self) -> None:
        super().__init__()
        self._host_controls = HostControls()

    def ui(self, is_img2img: bool) -> list[Any]:
        """Make the accordion. Hosts also call this outside the page, to learn the defaults."""
        problem = warning(namesakes(webui.scripts_of(is_img2img), self))
        try:
            current = app_context()
        except ICLightError as error:
            self.page.print_once(str(error))
            return unavailable.build(f"{error} {problem}".strip())
        self.page.print_once(problem)
        row = _models_row(current)
        accordion = self._accordion(current, is_img2img, row)
        controls = accordion.build(problem)
        self.infotext_fields = accordion.paste_fields()
        self.paste_field_names = []
        self.page.add(is_img2img, accordion, row)
        return controls

    def _accordion(self, current: AppContext, is_img2img: bool, row: ModelsRow) -> Accordion:
        return Accordion(
            is_img2img,
            current.usable_models,
            self._host_controls.get,
            row,
            webui.settings(),
            current.removers.names,
            upscalers.names,
            current.preview,
            current.max_pixels,
            lambda: webui.settings().take_recommended,
            webui.corrects_colours,
        )

    def asked(self, p: Any, args: Sequence[Any]) -> Asked:
        """The request in the script's arguments; it is refused if another extension of our title received it."""
        return Asked(args, lambda: misrouted(p, self))

    def after_component(self, component: Any, **kwargs: Any) -> None:
        """Remember the web UI's controls as they are made."""
        self._host_controls.watch(component, **kwargs)


def script_of(p: Any) -> PageScript:
    """The accordion's script among those of a run."""
    return next(script for script in p.scripts.alwayson_scripts if isinstance(script, PageScript))


def _models_row(current: AppContext) -> ModelsRow:
    def choices() -> list[str]:
        return [AUTO_MODEL, *current.usable_models()]

    return ModelsRow(current.models, current.notice, webui.watch_interrupt, choices, current.suits)


def hand_on_errors() -> None:
    """Let the page show our errors, on a web UI that we know; unloading the script undoes it."""
    try:
        current = app_context()
    except ICLightError:
        return
    current.host.hand_on_errors()


def add_studio_tab() -> list[tuple[Any, str, str]]:
    """The studio's tab; none on an unknown web UI, which gets no routes either."""
    try:
        app_context()
    except ICLightError:
        return []
    return studio_tab.build()


def add_settings() -> None:
    """Add our section to the host's settings page."""
    changed = {
        "keep_models": lambda: app_context().forget_models(),
        "cache_limit": lambda: app_context().trim_cache(),
    }
    webui.add_settings(changed, _removers)


def _removers() -> list[str]:
    """The background removers; on an unknown web UI just rembg's, so that the settings page still works."""
    try:
        return app_context().removers.names()
    except ICLightError:
        return list(MODELS)


def add_routes(demo: Any, app: Any) -> None:
    """Add our routes to the host's server, unless the web UI is unknown."""
    from ..api.page_scripts import add_page_scripts
    from ..api.routes import ComparisonRequest, Services, add_routes

    try:
        current = app_context()
    except ICLightError:
        return

    def compared(asked: ComparisonRequest, request: Any) -> tuple[bytes, str] | None:
        comparisons = current.hooks.comparisons
        kept = comparisons.file(asked.job_timestamp, asked.infotext, asked.kind.value, user(app, request))
        return None if kept is None else (kept.content, kept.media_type)

    services = Services(
        current.models,
        current.cut_out,
        lambda: webui.settings().matting_model,
        current.max_pixels,
        current.developed_again,
        compared,
    )
    add_routes(app, services, access(app))
    studio.add_routes(app, current)
    add_page_scripts(app)


def add_xyz_axes() -> None:
    """Add our axes to the X/Y/Z plot script, unless the web UI is unknown."""
    try:
        current = app_context()
    except ICLightError:
        return
    xyz_axes.add_xyz_axes(lambda: [*current.usable_models()], current.removers.names)
