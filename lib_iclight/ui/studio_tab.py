"""The tab *IC Light Studio*: a place in the page that the scripts fill when it is first shown."""

from __future__ import annotations

import html
import json
from typing import Any

import gradio as gr

from ..studio.brightness import MOST_STOPS
from ..studio.lamps import HEIGHTS, MOST_LAMPS, SHARES, Lamp
from ..studio.mix import STOPS
from . import page_limits

LABEL, TAB_ID = "IC Light Studio", "ic_light_studio"


def build() -> list[tuple[Any, str, str]]:
    """The tab, as web UIs want it: its content, its label, and the id from which its element's is made."""
    with gr.Blocks(analytics_enabled=False) as content:
        gr.HTML(
            f'<div class="ic-light-editor ic-light-studio" {page_limits.attribute()} {_limits()}></div>',
            elem_id=f"{TAB_ID}_place",
            elem_classes=["ic-light", "ic-light-studio-block"],
        )
    return [(content, LABEL, TAB_ID)]


def _limits() -> str:
    """What only the studio's scripts need, as an attribute: ``javascript/parts/ic_light_studio_mix.js`` reads it."""
    usual = {"height": Lamp.height, "softness": Lamp.softness, "falloff": Lamp.falloff}
    lamps = {"most": MOST_LAMPS, "height": HEIGHTS, "softness": SHARES, "falloff": SHARES, "usual": usual}
    found = {"stops": STOPS, "automatic_stops": MOST_STOPS, "lamps": lamps}
    return f'data-ic-light-studio="{html.escape(json.dumps(found, separators=(",", ":")))}"'
