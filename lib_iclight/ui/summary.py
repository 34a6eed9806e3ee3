"""Says what a run will do, in whole sentences, so that each can be translated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..models.library import AUTO_MODEL, unsuited_model
from .wording import sentences_of

_FROM = {
    "left": "It is lit from the left.",
    "right": "It is lit from the right.",
    "top": "It is lit from above.",
    "bottom": "It is lit from below.",
    "front": "It is lit from the front.",
    "ambient": "It is lit evenly from all sides.",
    "editor": "It is lit as drawn in the light editor.",
    "mask": "It is lit where the mask is painted.",
    "custom": "It is lit by the light map.",
}

_NAMED = 4
"""How many models are suggested."""

_UNKNOWN = "This version does not know its light: choose one."

_PLACED = {
    "contain": "It is shown whole, with space around it.",
    "placed": "It stands where it was placed in the editor.",
}


def missing_model(model: str, names: Sequence[str]) -> str:
    """The message for a model that is not installed, and what to choose instead.

    Args:
        model: the name that was asked for.
        names: the installed models.
    """
    if not names:
        return f"There is no IC-Light model named {model!r}. Choose auto, and download what is missing."
    more = f" or {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"There is no IC-Light model named {model!r}. Choose auto, or one of: {', '.join(names[:_NAMED])}{more}."


def sentences(
    *,
    is_img2img: bool,
    mode: str,
    light: str,
    has_foreground: bool,
    has_background: bool,
    removes: bool,
    placement: str = "cover",
    model: str = AUTO_MODEL,
    models: Mapping[str, str] | None = None,
    unreadable: Mapping[str, str] | None = None,
    has_init: bool | None = None,
    has_light_map: bool = True,
) -> list[str]:
    """Describe a run, or say why it would be refused.

    Args:
        is_img2img: which tab.
        mode: as in :class:`lib_iclight.request.Request`.
        light, placement: names; "editor" and "placed" for drawings.
        has_foreground, has_background: whether the accordion holds one.
        removes: whether the background is removed.
        model: the chosen model.
        models: the installed models, name to kind, "fc" (also fcon) or "fbc".
        unreadable: why pictures of the accordion cannot be used, by field.
        has_init: whether img2img has a picture, None if that is not known.
        has_light_map: whether the accordion holds a light map.
    """
    fits_background = mode == "fbc" and has_background
    for name in _used(mode, takes_map=light == "custom" and not fits_background):
        if name in (unreadable or {}):
            return sentences_of(unreadable[name])
    if not has_foreground and not is_img2img:
        return ["Drop a picture of the subject into Foreground."]
    if not has_foreground and has_init is False:
        return ["Give img2img a picture, or drop one of the subject into Foreground."]
    wrong = _wrong_model(model, models or {}, mode)
    if wrong:
        return sentences_of(wrong)
    text = [_subject(has_foreground, has_init)]
    if removes:
        text.append("Its background is removed first, unless it is cut out already.")
    if placement in _PLACED:
        text.append(_PLACED[placement])
    spare = is_img2img and has_foreground
    if light == "custom" and not (has_light_map or fits_background or (spare and mode != "fbc")):
        return [*text, "Drop a picture into Light map, or choose another light."]
    text += _fbc(light, has_background, spare) if mode == "fbc" else _fc(light, spare, is_img2img)
    if spare and has_init is False:
        text.append("Give img2img a picture too.")
    return text


def _wrong_model(model: str, models: Mapping[str, str], mode: str) -> str:
    """Why a run with this model would be refused, or ""."""
    if model in ("", AUTO_MODEL):
        return ""
    return unsuited_model(model, models[model], mode) if model in models else missing_model(model, list(models))


def _used(mode: str, takes_map: bool) -> list[str]:
    """The accordion's pictures that the run would use, if given."""
    return ["foreground", *(["background"] if mode == "fbc" else []), *(["light_map"] if takes_map else [])]


def _subject(has_foreground: bool, has_init: bool | None) -> str:
    if has_foreground:
        return "The foreground is relit."
    return "The img2img picture is relit." if has_init else "The picture given to img2img is relit."


def _fc(light: str, spare: bool, is_img2img: bool) -> list[str]:
    if light != "none":
        return [_FROM.get(light, _UNKNOWN), "The prompt makes a new background."]
    if spare:
        return ["The img2img picture is the light map."]
    if is_img2img:
        return ["The prompt decides the light, as far as the denoising strength allows."]
    return ["The prompt alone decides the light and the background."]


def _fbc(light: str, has_background: bool, spare: bool) -> list[str]:
    if has_background:
        return ["It is lit to fit the background picture."]
    if light != "none":
        return [_FROM.get(light, _UNKNOWN), "A plain gradient is its background."]
    if spare:
        return ["It is lit to fit the img2img picture."]
    return ["Drop a picture into Background, or choose a light."]
