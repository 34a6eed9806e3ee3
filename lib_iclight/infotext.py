"""Writes what shaped a picture into its generation parameters (PNG info), and reads it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from .errors import ICLightError
from .fields import Field, Section
from .light import description
from .light.description import LightDescription
from .light.maps import EDITOR
from .models.folders import matching
from .models.library import AUTO_MODEL
from .picture.arrays import Picture
from .relight import Plan
from .request import FIELDS, MODES, PHOTOGRAPH, PICTURES, PLACED, Request
from .subject import placement
from .subject.placement import Placement
from .subject.prepare import ALWAYS

PREFIX = "IC Light "
LABELS = {name: PREFIX + field.infotext for name, field in FIELDS.items() if field.infotext}
"""What the fields that shape a picture are called in generation parameters."""

_LIGHTS = PREFIX + "lights"
_OFF = "off"
_EMPTY = "{}"
_HASH_LENGTH = 10
_SPECIAL = ("enabled", "mode", "model", "light", "placement", "remove_background", "matting_model")
"""The fields with a format of their own; pictures are written as digests, all others plainly."""
_PLAIN = [name for name in LABELS if name not in (*_SPECIAL, *PICTURES)]
# Next to the light.
_PLAIN.insert(0, _PLAIN.pop(_PLAIN.index("light_strength")))


def describe(plan: Plan) -> dict[str, str]:
    """What shaped the picture, for the host's generation parameters.

    Defaults are left out. Pictures are named by the start of their digest.
    """
    request = plan.request
    result = {LABELS["mode"]: request.mode, LABELS["model"]: plan.model.short_name, **_light(request)}
    for name in _PLAIN:
        value = getattr(request, name)
        if value != FIELDS[name].default and _applies(name, request):
            result[LABELS[name]] = f"{value:.10g}" if isinstance(value, float) else str(value)
    if request.placement != FIELDS["placement"].default:
        placed = request.placement
        result[LABELS["placement"]] = placed.to_json() if isinstance(placed, Placement) else placed
    removers = {subject.remover for subject in plan.subjects} - {""}
    if removers or not request.remove_background:
        result[LABELS["matting_model"]] = _quoted(removers.pop()) if removers else _OFF
    if request.remove_background == ALWAYS:
        result[LABELS["remove_background"]] = ALWAYS
    named = plan.subjects[:1] if plan.frames else plan.subjects  # a clip's frames are too many to be named
    result[LABELS["foreground"]] = " ".join(digest_in_text(subject.picture) for subject in named)
    if plan.background is not None:
        result[LABELS["background"]] = digest_in_text(plan.background)
    if plan.map is not None:
        result[LABELS["light_map"]] = digest_in_text(plan.map)
    return result


def digest_in_text(picture: Picture) -> str:
    """How generation parameters name a picture."""
    return picture.digest[:_HASH_LENGTH]


def _applies(name: str, request: Request) -> bool:
    """Whether a field has a part in the picture: a painting is restored, a photograph has its light put on."""
    if FIELDS[name].after_sampling and name != "result":
        return (request.result == PHOTOGRAPH) == (FIELDS[name].section is Section.RESULT) and (
            name != "details_radius" or request.restore_details > 0
        )
    return True


@contextmanager
def without_restoring(params: dict[str, Any]) -> Iterator[None]:
    """Leave out, inside the ``with`` block, what is done to a picture after sampling."""
    kept = dict(params)
    for name, field in FIELDS.items():
        if field.after_sampling:
            params.pop(LABELS[name], None)
    try:
        yield
    finally:
        params.clear()
        params.update(kept)


def _light(request: Request) -> dict[str, str]:
    if request.light == FIELDS["light"].default:
        return {}
    drawn = {_LIGHTS: request.light.to_json()} if isinstance(request.light, LightDescription) else {}
    return {LABELS["light"]: request.light_name, **drawn}


def forget(params: dict[str, Any]) -> None:
    """Remove what :func:`describe` added for an earlier run."""
    for key in [key for key in params if key.startswith(PREFIX)]:
        del params[key]


def read(params: Mapping[str, Any], field: str) -> Any:
    """The value of one request field in parsed generation parameters.

    Args:
        params: the host's parsed parameters.
        field: a field of the request, or ``light_editor`` or ``placement_editor``: the page's controls that hold a
            description's and a placement's canonical text.

    Returns:
        None where the parameters say nothing about the field: there are no generation parameters, there are none of
        ours (unless the field is ``enabled``), the field is a picture, or it did not shape the picture. A field that
        was left out because it had its default is returned as that default. A light or placement that cannot be read,
        because it is damaged or from a newer version, is returned unchanged: the page then says why and a run is
        refused, rather than quietly differing from the picture's.
    """
    if field == "enabled":
        return (params.get(LABELS["mode"]) in MODES) if "Steps" in params else None
    if params.get(LABELS["mode"]) not in MODES:
        return None
    if field == "mode":
        return params[LABELS["mode"]]
    if field == "model":
        return _rejoined(params, LABELS["model"]) or AUTO_MODEL
    if field == "remove_background":
        return _removal(params)
    if field == "matting_model":
        name = _rejoined(params, LABELS["matting_model"]) or _OFF
        return FIELDS[field].default if name == _OFF else _unquoted(name)
    if field in _DRAWN:
        return _DRAWN[field](params)
    return _parsed(params.get(LABELS[field]), FIELDS[field]) if field in _PLAIN else None


def _removal(params: Mapping[str, Any]) -> bool | str:
    said, remover = (params.get(LABELS[name]) for name in ("remove_background", "matting_model"))
    return ALWAYS if said == ALWAYS else remover != _OFF


def _rejoined(params: Mapping[str, Any], label: str) -> str | None:
    """A name as it was written: hosts split one such as 512x512 in two, as they do with the size of a picture."""
    sides = [params.get(f"{label}-{side}") for side in (1, 2)]
    return params.get(label) if None in sides else "x".join(sides)


def _quoted(name: str) -> str:
    """A remover's name, quoted if it would be read as "off"."""
    return f"'{name}'" if name.strip("'") == _OFF else name


def _unquoted(text: str) -> str:
    return text[1:-1] if text.strip("'") == _OFF and text != _OFF else text


def model_named(value: str, names: Sequence[str]) -> str:
    """The model file that generation parameters name, which may lack its extension or its folder.

    Args:
        value: what the parameters say.
        names: the installed files, with their subfolders.

    Returns:
        One of ``names``, or the value unchanged if none or several match: a run with it is refused.
    """
    found = matching(value, names)
    return found[0] if len(found) == 1 else value


def _lights(params: Mapping[str, Any]) -> str:
    """The light description's canonical text, or the text unchanged if it cannot be read; "" if no light is drawn."""
    if params.get(LABELS["light"]) != EDITOR:
        return ""
    text = params.get(_LIGHTS) or _EMPTY
    try:
        return description.parse(text).to_json()
    except ICLightError:
        return text


def _direction(params: Mapping[str, Any]) -> str:
    return params.get(LABELS["light"], FIELDS["light"].default)


def _placement_name(params: Mapping[str, Any]) -> str:
    return PLACED if _placed(params) else (params.get(LABELS["placement"]) or FIELDS["placement"].default).lower()


def _placed(params: Mapping[str, Any]) -> str:
    """The placement's canonical text, or the text unchanged if it cannot be read; "" if it is a name."""
    text = params.get(LABELS["placement"]) or FIELDS["placement"].default
    try:
        found = placement.parse(text)
    except ICLightError:
        return text
    return found.to_json() if isinstance(found, Placement) else ""


_DRAWN: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "light": _direction,
    "light_editor": _lights,
    "placement": _placement_name,
    "placement_editor": _placed,
}


def _parsed(text: str | None, field: Field) -> Any:
    default = field.default
    if text is None or (field.choices and text not in field.choices):
        return default
    if isinstance(default, bool):
        return text == "True"
    if isinstance(default, float):
        try:
            return float(text)
        except ValueError:
            return default
    return text
