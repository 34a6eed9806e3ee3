"""The data models of the API's requests and answers."""

from __future__ import annotations

import dataclasses
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, create_model

from modules.processing import StableDiffusionProcessingImg2Img, StableDiffusionProcessingTxt2Img

API_NOT_ALLOWED = {"sd_model", "outpath_samples", "outpath_grids", "sampler_index", "extra_generation_params"}
_COMMON = {
    "sampler_index": (str, "Euler"),
    "script_name": (str | None, None),
    "script_args": (list, []),
    "save_images": (bool, False),
    "alwayson_scripts": (dict, {}),
    "infotext": (str | None, None),
}


def _request_model(processing_class: type, additional: dict) -> type[BaseModel]:
    """A request with a field for each argument of a processing class; none is required, null is always allowed."""
    hints = get_type_hints(processing_class)
    fields = {}
    for f in dataclasses.fields(processing_class):
        if f.init and f.name not in API_NOT_ALLOWED:
            default = None if isinstance(f.default, property) else f.default
            fields[f.name] = (hints[f.name] | None, default)
    return create_model(
        processing_class.__name__,
        __config__=ConfigDict(populate_by_name=True, frozen=False),
        **{**fields, **additional},
    )


StableDiffusionTxt2ImgProcessingAPI = _request_model(StableDiffusionProcessingTxt2Img, _COMMON)
StableDiffusionImg2ImgProcessingAPI = _request_model(
    StableDiffusionProcessingImg2Img,
    {
        **_COMMON,
        "init_images": (list | None, None),
        "denoising_strength": (float, 0.75),
        "mask": (str | None, None),
    },
)


class TextToImageResponse(BaseModel):
    """Pictures in base64, the request, and what is known about them as JSON."""

    images: list[str] | None = None
    parameters: dict
    info: str


class ImageToImageResponse(TextToImageResponse):
    """The same for pictures from pictures."""


class PNGInfoRequest(BaseModel):
    """A picture in base64."""

    image: str


class PNGInfoResponse(BaseModel):
    """The texts stored in a picture."""

    info: str
    items: dict
    parameters: dict


class ProgressResponse(BaseModel):
    """The progress of the current job."""

    progress: float
    state: dict
    textinfo: str | None = None


class ScriptsList(BaseModel):
    """Names of all scripts."""

    txt2img: list | None = None
    img2img: list | None = None


class ScriptArg(BaseModel):
    """A component whose value is passed to a script."""

    label: str | None = None
    value: Any | None = None
    minimum: Any | None = None
    maximum: Any | None = None
    step: Any | None = None
    choices: list[str] | None = None


class ScriptInfo(BaseModel):
    """A script and its components."""

    name: str | None = None
    is_alwayson: bool | None = None
    is_img2img: bool | None = None
    args: list[ScriptArg]


def describe(script) -> ScriptInfo:
    """The API's description of a script."""
    args = [_describe_control(control) for control in script.controls]
    return ScriptInfo(name=script.name, is_img2img=script.is_img2img, is_alwayson=script.alwayson, args=args)


def _describe_control(control) -> ScriptArg:
    """The API's description of a component. Choices that are pairs are represented by their first half."""
    info = ScriptArg(label=control.label or "")
    for name in ("value", "minimum", "maximum", "step"):
        value = getattr(control, name, None)
        if value is not None:
            setattr(info, name, value)
    choices = getattr(control, "choices", None)
    if choices is not None:
        info.choices = [x[0] if isinstance(x, tuple) else x for x in choices]
    return info
