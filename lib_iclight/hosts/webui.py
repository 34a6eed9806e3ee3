"""The web UI's settings, scripts and current job, which every host keeps in the same places."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..settings import SECTION, SETTINGS, Setting, Settings, read


def settings() -> Settings:
    """The current settings."""
    from modules import shared

    return read(lambda key, default: getattr(shared.opts, key, default))


def add_settings(changed: Mapping[str, Callable[[], None]], files: Callable[[], list[str]]) -> None:
    """Add our section to the settings page.

    Args:
        changed: callbacks by the name of the setting that has changed.
        files: returns the current choices of settings that also take the user's own files.
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
    # The selected file stays in the list even if it is gone: otherwise the page would show an empty value and save it.
    return [*dict.fromkeys([*files(), getattr(settings(), setting.name)])]


def corrects_colours() -> bool:
    """Whether the web UI is set to match the colours of img2img's results to the picture before."""
    from modules import shared

    return bool(getattr(shared.opts, "img2img_color_correction", False))


def reloads_weights_alone() -> bool:
    """Whether the web UI is set to load a refiner's weights into the UNet that is there; Forge Neo may be."""
    from modules import shared

    return bool(getattr(shared.opts, "refiner_fast_sd", False))


def scripts_of(is_img2img: bool) -> list[Any]:
    """A tab's scripts: the web UI's and those of all extensions."""
    from modules import scripts

    hooks = scripts.scripts_img2img if is_img2img else scripts.scripts_txt2img
    return list(getattr(hooks, "scripts", ()))


def downloads_forbidden() -> bool:
    """Whether the command line turns downloads off."""
    from modules import shared

    return bool(getattr(shared.cmd_opts, "ic_light_no_download", False))


def watch_interrupt() -> Callable[[], bool]:
    """Begin to watch the Interrupt button, for something that takes a while.

    If no job is running, a press left over from the last job is cleared, as the host does when the next job begins.

    Returns:
        A function that tells whether the button has been pressed since.
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
    """Show a line of text with the current job's progress."""
    from modules import shared

    shared.state.textinfo = text
