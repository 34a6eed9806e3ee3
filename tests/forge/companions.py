"""What runs together with IC-Light: the web UI's own extensions, scripts and settings, and how to request each."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field
from typing import Any

from forge import adetailer, pictures
from forge.client import PLOT, PROBE, SECOND_PASS, Client
from forge.companion_files import IP_ADAPTER, NAME, TWIN
from PIL import Image

BOTH = ("txt2img", "img2img")
SIZE = {"width": 64, "height": 64, "steps": 1}
LARGE = {"width": 128, "height": 128}
"""Cut by MultiDiffusion's tiles; and Forge cannot decode less than this in tiles."""
STEPS = {"steps": 2}
SUBJECT_SIZE = (150, 200)
SUBJECT = pictures.text(pictures.subject(*SUBJECT_SIZE))
OPAQUE = pictures.text(pictures.coloured(96, 96))
CONTROL = pictures.coloured(64, 64).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
MODES = {"fc": {"mode": "fc", "light": "left"}, "fbc": {"mode": "fbc", "light": "left"}}
CHANNELS = {"fc": 8, "fbc": 12}
LONG = ", ".join(f"a small cup of tea number {number} on a table by the window" for number in range(12))

ACTS, NEUTRAL, SETTING = "acts", "neutral", "setting"


@dataclass(frozen=True)
class Companion:
    """One companion.

    Attributes:
        scripts: arguments by script title, for ``alwayson_scripts``.
        body: more of the request.
        without: replaces ``body`` in runs without the companion.
        tabs: where it exists.
        effect: whether it ``acts`` on the picture, is ``neutral``, or is a ``setting`` that cannot be left out.
        relight: more of IC Light's dict.
        inside: the UNet's input channels in the companion's own nested runs.
        optional: whether it is an extension that a web UI need not have.
        file: what it needs among the web UI's models and is too large to be made here.
    """

    scripts: dict[str, list[Any]] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    without: dict[str, Any] = field(default_factory=dict)
    tabs: tuple[str, ...] = BOTH
    effect: str = ACTS
    relight: dict[str, Any] = field(default_factory=dict)
    inside: tuple[int, ...] = ()
    optional: bool = False
    file: str = ""


def _script(name: str, *args: Any) -> dict[str, Any]:
    return {"script_name": name, "script_args": list(args)}


def _tiles(method: str) -> list[Any]:
    return [True, method, 96, 96, 32, 4]


def plotted(kind: int, values: str) -> dict[str, Any]:
    """The part of a request for an X/Y/Z plot along one axis; the client adds the rest, which differs by host."""
    nothing = [0, "", []]
    return _script(PLOT, kind, values, [], *nothing, *nothing)


_CONTROL_UNIT = {
    "enabled": True,
    "module": "None",
    "model": NAME,
    "image": pictures.text(CONTROL),
    "weight": 0.5,
}
_REFERENCE_UNIT = {**_CONTROL_UNIT, "module": "CLIP-ViT-H (IPAdapter)", "model": IP_ADAPTER, "weight": 1.0}
_DYNAMIC = [True, False, 1, False, False, False, 1.1, 1.5, 100, 0.7, *[False] * 5, 0, "", ""]
_REGIONS = json.dumps(
    [
        {"color": [255, 0, 0], "prompt": "a red lamp", "weight": 0.8},
        {"color": [0, 0, 255], "prompt": "a blue book", "weight": 0.8},
    ]
)
_MODIFIER = [
    *(True, 5.0, "anisotropic", 0.5, "reinhard", 100.0, 0.5, "subtract", 0.0, 0.0, "gaussian", "add", 0.0, 100),
    *(127, 0.0, "hard_clamp", 5.0, 0.0, "None", "None"),
]
_THRESHOLD = [
    *(True, 2.0, 0.9, "Constant", 0.0, "Constant", 0.0, 1.0, "enable", "MEAN", "AD", 1.0),
]
_BATCH = {"batch_size": 2}
_STRONG = {"cfg_scale": 7}
_SLOW = {**LARGE, **STEPS}
_MASK = {
    "mask": pictures.text(pictures.strip_mask(*SUBJECT_SIZE)),  # over the API a mask is as large as its picture
    "mask_blur": 4,
    "inpainting_fill": 1,
    "inpaint_full_res": False,
}
_HIRES = {**SECOND_PASS, "hr_scale": 1.5}
_LARGE_HIRES = {**LARGE, **_HIRES}

COMPANIONS = {
    "LoRA": Companion(body={"prompt": f"a cup <lora:{NAME}:1>"}, without={"prompt": "a cup"}),
    "ControlNet": Companion({"ControlNet": [_CONTROL_UNIT]}),
    "IP-Adapter": Companion({"ControlNet": [_REFERENCE_UNIT]}, file="ControlNetPreprocessor/CLIP-ViT-H-14.safetensors"),
    "MultiDiffusion": Companion({"MultiDiffusion Integrated": _tiles("MultiDiffusion")}, LARGE, LARGE),
    "Mixture of Diffusers": Companion({"MultiDiffusion Integrated": _tiles("Mixture of Diffusers")}, LARGE, LARGE),
    "Kohya HRFix": Companion(
        {"Kohya HRFix Integrated": [True, 3, 2.0, 0.0, 1.0, True, "bicubic", "bicubic"]},
    ),
    "FreeU": Companion({"FreeU Integrated (SD 1.x, SD 2.x, SDXL)": [True, 1.5, 1.6, 0.9, 0.2, 0.0, 1.0]}, _SLOW, _SLOW),
    "Self-Attention Guidance": Companion(
        {"SelfAttentionGuidance Integrated (SD 1.x, SD 2.x, SDXL)": [True, 2.0, 2.0, 1.0]}, LARGE, LARGE
    ),
    "Perturbed-Attention Guidance": Companion(
        {"PerturbedAttentionGuidance Integrated": [True, 3.0, 0.0, 0.0, 1.0]}, _SLOW, _SLOW
    ),
    "StyleAlign": Companion({"StyleAlign Integrated": [True, 1.0]}, _BATCH, _BATCH),
    "LatentModifier": Companion({"LatentModifier Integrated": _MODIFIER}),
    "DynamicThresholding": Companion({"DynamicThresholding (CFG-Fix) Integrated": _THRESHOLD}, _STRONG, _STRONG),
    "Never OOM, UNet": Companion({"Never OOM Integrated": [True, False]}, effect=NEUTRAL),
    "Never OOM, VAE in tiles": Companion({"Never OOM Integrated": [False, True]}, LARGE, LARGE, effect=NEUTRAL),
    "inpainting": Companion(body=_MASK, tabs=("img2img",)),
    "inpainting, only masked": Companion(body={**_MASK, "inpaint_full_res": True}, tabs=("img2img",)),
    "soft inpainting": Companion(
        # Random weights change latents little: the difference that it takes for a change is lowered.
        {"Soft Inpainting": [True, 1.0, 0.5, 4.0, 0.0, 0.02, 2.0]},
        _MASK,
        _MASK,
        tabs=("img2img",),
    ),
    "refiner": Companion(body={**STEPS, "refiner_checkpoint": NAME, "refiner_switch_at": 0.5}, without=STEPS),
    "refiner of the same weights": Companion(
        body={**STEPS, "refiner_checkpoint": TWIN, "refiner_switch_at": 0.5},
        without=STEPS,
        tabs=("txt2img",),
        effect=NEUTRAL,
    ),
    "hires fix": Companion(body=_HIRES, tabs=("txt2img",)),
    "hires fix with another checkpoint": Companion(
        body={**_HIRES, "hr_checkpoint_name": NAME}, without=_HIRES, tabs=("txt2img",)
    ),
    "hires fix with MultiDiffusion": Companion(
        {"MultiDiffusion Integrated": _tiles("MultiDiffusion")}, _LARGE_HIRES, _LARGE_HIRES, tabs=("txt2img",)
    ),
    "hires fix with ControlNet": Companion({"ControlNet": [_CONTROL_UNIT]}, _HIRES, _HIRES, tabs=("txt2img",)),
    "hires fix with LoRA": Companion(
        body={**_HIRES, "prompt": f"a cup <lora:{NAME}:1>"}, without={**_HIRES, "prompt": "a cup"}, tabs=("txt2img",)
    ),
    "X/Y/Z plot": Companion(body=plotted(1, "7, 8")),
    "Prompt matrix": Companion(
        body={**_script("Prompt matrix", False, False, "positive", "comma", 0), "prompt": "a cup|red|blue"}
    ),
    "Loopback": Companion(
        body=_script("Loopback", 2, 0.5, "Linear", "None"),
        tabs=("img2img",),
        relight={"remove_background": False},  # each loop's subject is the picture of the loop before
    ),
    "SD upscale": Companion(
        body={**_script("SD upscale", "", 32, "None", 1.0), "init_images": [OPAQUE]},
        tabs=("img2img",),
        relight={"remove_background": False},
    ),
    adetailer.TITLE: Companion(adetailer.arguments(), inside=(4,), optional=True),
    # It is on unless a request turns it off.
    "Dynamic Prompts": Companion(
        {"Dynamic Prompts": _DYNAMIC}, {"prompt": "a {red|green|blue} cup"}, effect=SETTING, optional=True
    ),
    "Regional Prompter": Companion(
        {"Regional Prompter": [True, "Attention", pictures.text(pictures.halves(64, 64)), _REGIONS]}, optional=True
    ),
    "long prompt": Companion(body={"prompt": LONG}),
    "AND in the prompt": Companion(body={"prompt": "a cup AND a lamp :0.7 AND a window :0.3"}),
    "token merging": Companion(body={"override_settings": {"token_merging_ratio": 0.5}}),
    "CFG 1": Companion(body={"cfg_scale": 1}),
    "batch of 3, twice": Companion(body={"batch_size": 3, "n_iter": 2}, effect=SETTING),
}


class CompanionClient(Client):
    """The API; ``companions`` in a request's body are arguments by script title."""

    def call(self, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        """As in the base class."""
        if body is not None and "companions" in body:
            body = {**body, "alwayson_scripts": dict(body["alwayson_scripts"])}
            if body.get("script_name") == PLOT:
                # It runs copies that the web UI never closes; the probe would watch the model for ever, and keep it.
                body["alwayson_scripts"].pop(PROBE)
            companions = body.pop("companions")
            more = {self.title(name) or name: {"args": self._named(args)} for name, args in companions.items()}
            body["alwayson_scripts"] = {**body["alwayson_scripts"], **more}
        return super().call(path, body)

    def _named(self, args: list[Any]) -> list[Any]:
        """Arguments with the web UI's names of models, which end in a hash, and of preprocessors, as it spells them."""
        if not any(isinstance(arg, dict) and "model" in arg for arg in args):
            return args
        known = {kind: self.call(f"/controlnet/{kind}_list")[1][f"{kind}_list"] for kind in ("model", "module")}

        def whole(kind: str, start: str) -> str:
            return next((name for name in known[kind] if name.lower().startswith(start.lower())), start)

        return [{**arg, **{kind: whole(kind, arg[kind]) for kind in known}} for arg in args]

    def title(self, start: str, tab: str = "txt2img") -> str | None:
        """The title of the script that begins like this in a tab, as the web UI lists it; some end in a version."""
        start = start.lower()
        return next(
            (title for title in self._titles.get(tab, ()) if title == start or title.startswith(f"{start} v")), None
        )

    @functools.cached_property
    def _titles(self) -> dict[str, list[str]]:
        return super().call("/sdapi/v1/scripts")[1]

    def run(self, tab: str, mode: str | None, companion: Companion | None = None, **more: Any) -> Any:
        """Generate with IC Light's mode (None: off) and a companion (None: without one), once for each request."""
        given = {**SIZE, **({"init_images": [SUBJECT]} if tab == "img2img" else {}), **more}
        relight = None
        if mode is not None:
            relight = {**MODES[mode], **({"foreground": SUBJECT} if tab == "txt2img" else {})}
        if companion is not None:
            given |= {**companion.body, "companions": companion.scripts}
            relight = relight and {**relight, **companion.relight}
        return self.kept(tab, relight, **given)
