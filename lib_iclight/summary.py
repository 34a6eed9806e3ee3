"""What will happen, in words: whole sentences, so that each can be translated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .request import AUTO_MODEL
from .wording import sentences_of

_FROM = {
    "left": "It is lit from the left.",
    "right": "It is lit from the right.",
    "top": "It is lit from above.",
    "bottom": "It is lit from below.",
    "front": "It is lit from the front.",
    "ambient": "It gets even light from everywhere.",
    "editor": "It is lit as the light editor says.",
    "mask": "It is lit as the mask says.",
    "custom": "It is lit as the light map says.",
}

_NAMED = 4
"""So many models are named to choose from."""

_UNKNOWN = "Its light is none that this version knows: choose one."

_PLACED = {
    "contain": "All of it is kept, with room around it.",
    "placed": "It stands where the editor places it.",
}


def missing_model(model: str, names: Sequence[str]) -> str:
    """That a model is not there, and what to choose.

    Args:
        model: the name that was asked for.
        names: the models that are there.
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
    models: Sequence[str] = (),
    unreadable: Mapping[str, str] | None = None,
    has_init: bool | None = None,
) -> list[str]:
    """Describe a run, or say why it would be refused.

    Args:
        is_img2img: which tab.
        mode: as in :class:`lib_iclight.request.Request`.
        light, placement: names, "editor" and "placed" for what is drawn.
        has_foreground, has_background: whether the accordion holds one.
        removes: whether the background is removed.
        model, models: the model that is chosen, and those that are there.
        unreadable: why pictures of the accordion cannot be read, by their field.
        has_init: whether img2img has a picture, None where that is not known.
    """
    used = ["foreground", *(["background"] if mode == "fbc" else []), *(["light_map"] if light == "custom" else [])]
    for name in used:
        if name in (unreadable or {}):
            return sentences_of(unreadable[name])
    if not has_foreground and not is_img2img:
        return ["Drop a picture of the subject into Foreground."]
    if not has_foreground and has_init is False:
        return ["Give img2img a picture, or drop one of the subject into Foreground."]
    if model not in ("", AUTO_MODEL) and model not in models:
        return sentences_of(missing_model(model, models))
    text = [_subject(has_foreground, has_init)]
    if removes:
        text.append("Its background is removed first, unless it is cut out already.")
    if placement in _PLACED:
        text.append(_PLACED[placement])
    spare = is_img2img and has_foreground
    text += _fbc(light, has_background, spare) if mode == "fbc" else _fc(light, spare, is_img2img)
    if spare and has_init is False:
        text.append("Give img2img a picture too.")
    return text


def _subject(has_foreground: bool, has_init: bool | None) -> str:
    if has_foreground:
        return "The foreground is relit."
    return "The img2img picture is relit." if has_init else "What img2img is given is relit."


def _fc(light: str, spare: bool, is_img2img: bool) -> list[str]:
    if light != "none":
        return [_FROM.get(light, _UNKNOWN), "The prompt makes a new background."]
    if spare:
        return ["The img2img picture is the light map."]
    if is_img2img:
        return ["The prompt decides about the light, as far as the denoising strength lets it."]
    return ["The prompt alone decides about the light and the background."]


def _fbc(light: str, has_background: bool, spare: bool) -> list[str]:
    if has_background:
        return ["It is lit to fit the background picture."]
    if light != "none":
        return [_FROM.get(light, _UNKNOWN), "A plain gradient is its background."]
    if spare:
        return ["It is lit to fit the img2img picture."]
    return ["Drop a picture into Background, or choose a light."]
