"""The web UI's settings, its scripts and the job under way, which every host keeps in the same places."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..settings import SECTION, SETTINGS, Setting, Settings, read


def settings() -> Settings:
    """What is set now."""
    from modules import shared

    return read(lambda key, default: getattr(shared.opts, key, default))


def add_settings(changed: Mapping[str, Callable[[], None]], files: Callable[[], list[str]]) -> None:
    """Give the settings page our section.

    Args:
        changed: what is called when a setting of that name has changed.
        files: gives what there is to choose from now, where files of the user's own may be chosen.
    """
    from modules import shared

    for setting in SETTINGS:
        info = _option(setting, files)
        if setting.name in changed:
            info.onchange = changed[setting.name]
        shared.opts.add_option(setting.key, info)


def _option(setting: Setting, files: Callable[[], list[str]]) -> Any:
    import gradio as gr
    from modules import shared

    component, arguments, refresh = None, None, None
    if setting.limits is not None:
        low, high, step = setting.limits
        component, arguments = gr.Slider, {"minimum": low, "maximum": high, "step": step}
    elif setting.choices:
        component, arguments = gr.Dropdown, lambda: {"choices": _choices(setting, files)}
        refresh = (lambda: None) if setting.ending else None
    info = shared.OptionInfo(setting.default, setting.label, component, arguments, section=SECTION, refresh=refresh)
    info.restrict_api = setting.local
    if setting.note:
        info.info(setting.note)
    return info.needs_reload_ui() if setting.reload else info


def _choices(setting: Setting, files: Callable[[], list[str]]) -> list[str]:
    if not setting.ending:
        return list(setting.choices)
    # A file that is set and gone stays in the list: else the page would show nothing, and set that.
    return [*dict.fromkeys([*files(), getattr(settings(), setting.name)])]


def scripts_of(is_img2img: bool) -> list[Any]:
    """The scripts of a tab, of the web UI and of all extensions."""
    from modules import scripts

    hooks = scripts.scripts_img2img if is_img2img else scripts.scripts_txt2img
    return list(getattr(hooks, "scripts", ()))


def downloads_forbidden() -> bool:
    """Whether the command line turns downloads off."""
    from modules import shared

    return bool(getattr(shared.cmd_opts, "ic_light_no_download", False))


def watch_interrupt() -> Callable[[], bool]:
    """Begin to watch the Interrupt button, for something that takes a while.

    A press that is left over from the last job is cleared where no job runs; the host does so too when the next begins.

    Returns:
        Tells whether the button was pressed since.
    """
    from modules import shared

    state = shared.state
    if not state.job:
        state.interrupted = False
    before = bool(state.interrupted)

    def interrupted() -> bool:
        nonlocal before
        before = before and bool(state.interrupted)
        return bool(state.interrupted) and not before

    return interrupted


def tell(text: str) -> None:
    """Show a line beside the progress of the job under way."""
    from modules import shared

    shared.state.textinfo = text
