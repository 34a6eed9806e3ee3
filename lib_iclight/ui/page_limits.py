"""The limits that the page's scripts need, so that no number is written again in JavaScript."""

from __future__ import annotations

import html
import json
from typing import Any

from ..light.colour import NEUTRAL_KELVIN
from ..light.description import (
    ANGLES,
    FULL_RANGE,
    KELVINS,
    LEVELS,
    MAX_LIGHTS,
    PLACES,
    SOFTNESS,
    STRENGTHS,
    VERSION,
    Directional,
    Positioned,
)
from ..light.maps import DRAWN, FBC_RANGE, preset
from ..request import MODES
from ..subject import placement


def limits() -> dict[str, Any]:
    """Limits, defaults and named lights, as ``javascript/parts/ic_light_limits.js`` describes them."""
    return {
        "version": VERSION,
        "most_lights": MAX_LIGHTS,
        "light": {
            "angle": ANGLES,
            "x": PLACES,
            "y": PLACES,
            "softness": SOFTNESS,
            "strength": STRENGTHS,
            "kelvin": KELVINS,
        },
        "softness": {"directional": Directional.softness, "positioned": Positioned.softness},
        "ambient": LEVELS,
        "full_range": FULL_RANGE,
        "ranges": {mode: FBC_RANGE if mode == "fbc" else FULL_RANGE for mode in MODES},
        "named": {mode: {name: preset(name, background=mode == "fbc").to_dict() for name in DRAWN} for mode in MODES},
        "neutral_kelvin": NEUTRAL_KELVIN,
        "placement": placement.LIMITS,
    }


def attribute() -> str:
    """The limits as an attribute of an HTML element, where the scripts look for them."""
    return f'data-ic-light-limits="{html.escape(json.dumps(limits(), separators=(",", ":")))}"'
