"""Says what a run will do, in whole sentences, so that each can be translated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..light.maps import EDITOR
from ..models.library import AUTO_MODEL, unsuited_model
from ..request import AUTO, BACKGROUND, ORIGINAL, OWN_BACKGROUNDS, PAINTING, PHOTOGRAPH, RELIT, RUN
from .wording import sentences_of

_UNLIT = "unlit"
_FROM = {
    "left": "It is lit from the left.",
    "right": "It is lit from the right.",
    "top": "It is lit from above.",
    "bottom": "It is lit from below.",
    "front": "It is lit from the front.",
    "ambient": "It is lit evenly from all sides.",
    EDITOR: "It is lit as drawn in the light editor.",
    _UNLIT: "There is no light in the light editor: add one, or choose another.",
    "mask": "It is lit where the mask is painted.",
    "custom": "It is lit by the light map.",
}

_SIZED = {
    RUN: "You get your photograph in the new light.",
    PHOTOGRAPH: "You get your photograph in the new light, at its own size.",
    BACKGROUND: "You get your photograph in the new light, at the background's size.",
}
_KEPT = {
    ORIGINAL: "Its own background stays as it was.",
    RELIT: "Its own background is relit with it.",
}

_NAMED = 4
"""How many models are suggested."""

_UNKNOWN = "This version does not know its light: choose one."

_PLACED = {
    "contain": "It is shown whole, with space around it.",
    "placed": "It stands where it was placed in the editor.",
}


class Result(NamedTuple):
    """What comes of a run; the names are those of :class:`lib_iclight.request.Request`.

    Attributes:
        kind: the painting or the photograph.
        size: the photograph's size.
        around: what is around the subject of the photograph.
    """

    kind: str = PAINTING
    size: str = RUN
    around: str = AUTO

    @property
    def keeps_background(self) -> bool:
        """Whether the photograph's own background is in it."""
        return self.kind == PHOTOGRAPH and self.around in OWN_BACKGROUNDS


_PAINTING = Result()
BROUGHT = {
    "IC Light: catalogue": "Each picture of the catalogue is relit.",
    "IC Light: clip": "Each frame of the clip is relit.",
}
"""What is relit where a script brings pictures of its own, by the script's title."""


def as_drawn(light: str, drawn: str) -> str:
    """The name of a light for :func:`sentences`, where that of the editor is named by what is drawn there.

    Args:
        light: the chosen light.
        drawn: what the page's scripts say of the editor: "lights", "even" for ambient light alone, "none", or "".
    """
    return {"even": "ambient", "none": _UNLIT}.get(drawn, light) if light == EDITOR else light


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
    result: Result = _PAINTING,
    corrects_colours: bool = False,
    brought: str = "",
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
        result: what comes of it.
        corrects_colours: whether the web UI is set to match the colours of img2img's results to the picture before.
        brought: what is relit instead, see :data:`BROUGHT`.
    """
    if brought:
        has_foreground, has_init = False, True
    fits_background = mode == "fbc" and has_background
    for name in _used(mode, takes_map=light == "custom" and not fits_background):
        if name in (unreadable or {}):
            return sentences_of(unreadable[name])
    if not has_foreground and (has_init is False or not (is_img2img or brought)):
        return [_NO_SUBJECT[is_img2img]]
    wrong = _wrong_model(model, models or {}, mode)
    if wrong:
        return sentences_of(wrong)
    text = [brought or _subject(has_foreground, has_init)]
    if removes:
        text.append("It is cut out first, unless it already is.")
    if placement in _PLACED:
        text.append(_PLACED[placement])
    spare = is_img2img and has_foreground
    if light == "custom" and not (has_light_map or fits_background or (spare and mode != "fbc")):
        return [*text, "Drop a picture into Light map, or choose another light."]
    if mode == "fbc" and light == "none" and not has_background and not spare:
        return [*text, "Drop a picture into Background, or choose a light."]
    text += _fbc(light, has_background, result) if mode == "fbc" else _fc(light, spare, is_img2img, result)
    if spare and has_init is False:
        return [*text, "Give img2img a picture too."]
    return text + _result(result, fits_background, is_img2img and corrects_colours)


def _wrong_model(model: str, models: Mapping[str, str], mode: str) -> str:
    """Why a run with this model would be refused, or ""."""
    if model in ("", AUTO_MODEL):
        return ""
    return unsuited_model(model, models[model], mode) if model in models else missing_model(model, list(models))


def _used(mode: str, takes_map: bool) -> list[str]:
    """The accordion's pictures that the run would use, if given."""
    return ["foreground", *(["background"] if mode == "fbc" else []), *(["light_map"] if takes_map else [])]


_NO_SUBJECT = (
    "Drop a picture of the subject into Foreground.",
    "Give img2img a picture, or drop one of the subject into Foreground.",
)


def _subject(has_foreground: bool, has_init: bool | None) -> str:
    if has_foreground:
        return "The foreground is relit."
    return "The img2img picture is relit." if has_init else "The picture given to img2img is relit."


def _fc(light: str, spare: bool, is_img2img: bool, result: Result) -> list[str]:
    behind = _KEPT[result.around] if result.keeps_background else ""
    if light != "none":
        return [_FROM.get(light, _UNKNOWN), behind or "The prompt makes a new background."]
    if spare:
        return ["The img2img picture is the light map.", *filter(None, [behind])]
    if is_img2img:
        return ["The prompt decides the light, as far as the denoising strength allows.", *filter(None, [behind])]
    if behind:
        return ["The prompt alone decides the light.", behind]
    return ["The prompt alone decides the light and the background."]


def _fbc(light: str, has_background: bool, result: Result) -> list[str]:
    behind = [_KEPT[result.around]] if result.keeps_background else []
    if has_background:
        return ["It is lit to fit the background picture.", *behind]
    if light != "none":
        return [_FROM.get(light, _UNKNOWN), *(behind or ["A plain gradient is its background."])]
    return ["It is lit to fit the img2img picture.", *behind]


def _result(result: Result, fits_background: bool, corrects_colours: bool) -> list[str]:
    """What comes of the run, and which of the web UI's settings has no part in it."""
    if result.kind != PHOTOGRAPH:
        text = ["You get a new painting."]
    elif result.size == BACKGROUND and not fits_background:
        text = ["Drop a picture into Background, or choose another size of the result."]
    else:
        text = [_SIZED.get(result.size, _SIZED[RUN])]
    # The hooks leave it out: it would bring the old light's colours back.
    return [*text, "The web UI's colour correction is left out."] if corrects_colours else text
