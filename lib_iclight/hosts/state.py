"""What the web UI has set, chosen and going on just now. Every host keeps it in the same places."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..models.checkpoint import family_of
from ..settings import SECTION, SETTINGS, Setting, Settings, read
from .protocol import Checkpoint

_NONE = (None, "", "None", "none")
_SAME = "Use same checkpoint"

_seen: dict[str | None, Any] = {}
"""The host's entries of checkpoints by the names that they were asked for."""


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


def interruption() -> Callable[[], bool]:
    """A function that tells whether the user has pressed Interrupt since now."""
    from modules import shared

    state = shared.state
    if not state.job:
        # Left over from the last job; the next one clears it too.
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


def named_checkpoint(name: str | None, loaded: Callable[[Any], Checkpoint]) -> Checkpoint | None:
    """A checkpoint by any of its names, the chosen one where None is given.

    Args:
        name: as the user or the API gives it.
        loaded: tells what a loaded model is.

    Returns:
        None where there is no such checkpoint, or where its file does not say what it is.
    """
    from modules import sd_models, shared

    info = _known(name or getattr(shared.opts, "sd_model_checkpoint", None))
    filename = getattr(info, "filename", None)
    if filename is None:
        return None
    model = sd_models.model_data.sd_model
    if getattr(getattr(model, "sd_checkpoint_info", None), "filename", None) == filename:
        return loaded(model)
    family = family_of(Path(filename))
    return None if family is None else Checkpoint(info.name_for_extra, family.words, family.supported, _chosen_bits())


def _chosen_bits() -> str:
    """The low-bit type that the user has chosen for checkpoints, "" where it does not round what is merged."""
    from modules import shared

    # A settings file may hold null.
    chosen = getattr(shared.opts, "forge_unet_storage_dtype", None) or ""
    return "" if "Automatic" in chosen or "fp16 LoRA" in chosen else chosen


def _known(name: str | None) -> Any:
    """The host's entry of a checkpoint, also while the host empties its list to fill it anew, as on a page's load."""
    from modules import sd_models

    try:
        info = sd_models.get_closet_checkpoint_match(name)
    except RuntimeError:  # the list changes under the search
        info = None
    if info is None:
        return _seen.get(name)
    _seen[name] = info
    return info


def other_checkpoints(p: Any) -> dict[str, str]:
    """Checkpoints besides the chosen one that a run will load, by what they are for."""
    found = {}
    if getattr(p, "enable_hr", False):
        found["the hires-fix checkpoint"] = getattr(p, "hr_checkpoint_name", None)
    found["the refiner"] = getattr(p, "refiner_checkpoint", None)
    return {role: name for role, name in found.items() if name not in (*_NONE, _SAME)}
