"""What will happen, in words: whole sentences, so that each can be translated."""

from __future__ import annotations

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

_UNKNOWN = "Its light is none that this version knows: choose one."

_PLACED = {
    "contain": "All of it is kept, with room around it.",
    "placed": "It stands where the editor places it.",
}


def sentences(
    *,
    is_img2img: bool,
    mode: str,
    light: str,
    has_foreground: bool,
    has_background: bool,
    removes: bool,
    placement: str = "cover",
) -> list[str]:
    """Describe a run.

    Args:
        is_img2img: which tab.
        mode: as in :class:`lib_iclight.request.Request`.
        light, placement: names, "editor" and "placed" for what is drawn.
        has_foreground, has_background: whether the accordion holds one.
        removes: whether the background is removed.
    """
    if not has_foreground and not is_img2img:
        return ["Drop a picture of the subject into Foreground."]
    text = ["The foreground is relit." if has_foreground else "The img2img picture is relit."]
    if removes:
        text.append("Its background is removed first, unless the picture has transparency.")
    if placement in _PLACED:
        text.append(_PLACED[placement])
    spare = is_img2img and has_foreground
    text += _fbc(light, has_background, spare) if mode == "fbc" else _fc(light, spare, is_img2img)
    return text


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
