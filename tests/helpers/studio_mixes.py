"""Mixes as the studio's page holds them, and what its canvas shows of them."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
from PIL import Image

from lib_iclight.studio.light_set import LightSet
from lib_iclight.studio.mix import parse
from lib_iclight.studio.preview import preview_of

TAB = "IC Light Studio"
ROW = ".ic-light-studio-rows > *"
"""The rows of a set's lights."""

# Each mix is drawn and read in one task: the browser drops what a canvas shows when it has shown it.
_DRAWN = """(mixes) => {
    const { state, stage } = icLight.studio.now();
    return mixes.map((mix) => {
        state.mix = mix;
        stage.draw();
        return { plain: icLight.studioMix.plain(mix), picture: stage.canvas.toDataURL("image/png") };
    });
}"""


def show(page: Any) -> None:
    """Open the studio's tab."""
    page.get_by_role("tab", name=TAB).click()
    page.wait_for_function("icLight.studio.now()")


def mix_of(page: Any) -> dict[str, Any]:
    """The mix that is shown."""
    return page.evaluate("icLight.studio.now().state.mix")


def tool(page: Any, name: str) -> Any:
    """A button with an icon."""
    return page.locator(f"#ic_light_studio_place [data-tool={name}]")


def fader(**values: Any) -> dict[str, Any]:
    return {"strength": 1, "colour": "#ffffff", "kelvin": None, "muted": False, "solo": False, **values}


def random_mix(rng: np.random.Generator, light_set: LightSet, most_lamps: int = 0) -> dict[str, Any]:
    """Anything that can be set on the page."""

    def one() -> dict[str, Any]:
        strength = float(rng.choice([0, round(rng.uniform(0, 4), 2)], p=[0.3, 0.7]))
        colour = "#" + "".join(f"{level:02x}" for level in rng.integers(0, 256, 3))
        kelvin = int(rng.integers(1500, 15001)) if rng.random() < 0.4 else None
        return fader(
            strength=strength, colour=colour, kelvin=kelvin, muted=rng.random() < 0.1, solo=rng.random() < 0.06
        )

    def lamp() -> dict[str, Any]:
        x, y = (round(each, 3) for each in rng.uniform(-0.5, 1.5, 2))
        height, softness, falloff = round(rng.uniform(0.05, 2), 3), round(rng.random(), 3), round(rng.random(), 3)
        return {"x": x, "y": y, "height": height, "softness": softness, "falloff": falloff, "fader": one()}

    return {
        "lights": {shot.name: one() for shot in light_set.lights},
        "ambient": one() if light_set.ambient is not None else None,
        "turned": {"angle": round(rng.uniform(0, 359.9), 1), "fader": one()},
        "lamps": [lamp() for _ in range(rng.integers(most_lamps + 1))],
        "exposure": None if rng.random() < 0.6 else round(rng.uniform(-6, 6), 2),
    }


def dark_mix(light_set: LightSet, **changes: Any) -> dict[str, Any]:
    """A mix without light, but for what is given."""

    def off() -> dict[str, Any]:
        return fader(strength=0)

    lights = {shot.name: off() for shot in light_set.lights}
    dark = {"lights": lights, "ambient": off(), "turned": {"angle": 0, "fader": off()}, "lamps": [], "exposure": 0}
    return {**dark, **changes}


def canvas_and_python(page: Any, light_set: LightSet, mixes: list[dict[str, Any]]) -> list[tuple[np.ndarray, ...]]:
    """Of each mix what the canvas shows, and what Python makes of what the page would send."""
    desk = preview_of(light_set, 1024).desk()
    found = []
    for drawn in page.evaluate(_DRAWN, mixes):
        content = base64.b64decode(drawn["picture"].split(",")[1])
        shown = np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)
        found.append((shown, desk.shown(parse(drawn["plain"])).astype(int)))
    return found
