"""Says in short what the recommended settings would change."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from typing import Any


def as_html(wanted: Mapping[str, Any], tab: str, picture: str = "", at_once: bool = False) -> str:
    """The values in a row, and a line for those that a click has changed.

    The page's scripts dim what is set already, and fill in the line.

    Args:
        wanted: values of the web UI's controls by ``elem_id``; of the prompt, what is added to it.
        tab: "txt2img" or "img2img".
        picture: identifies the subject, "" without one.
        at_once: whether the values are to be taken when a picture comes in.
    """
    pieces = _pieces(wanted, tab)
    if not pieces:
        return ""
    return (
        f"<div class='ic-light-values' data-picture='{html.escape(picture)}' data-at-once='{str(at_once).lower()}'>"
        f"<p class='ic-light-pieces'>{', '.join(pieces)}</p>"
        "<p class='ic-light-changed' aria-live='polite' hidden><span>Changed:</span> <span translate='no'></span></p>"
        "</div>"
    )


def _pieces(wanted: Mapping[str, Any], tab: str) -> list[str]:
    """What is wanted, in short."""
    held = {name: wanted.get(f"{tab}_{name}") for name in ("sampling", "scheduler", "steps", "cfg_scale")}
    pieces = []
    if held["sampling"]:
        sampler = " ".join(filter(None, (held["sampling"], held["scheduler"])))
        pieces.append(_piece(_named(sampler), wanted, f"{tab}_sampling", f"{tab}_scheduler"))
    if held["steps"]:
        pieces.append(_piece(f"{_named(held['steps'])} <span>steps</span>", wanted, f"{tab}_steps"))
    if held["cfg_scale"]:
        pieces.append(_piece(_named(f"CFG {held['cfg_scale']:g}"), wanted, f"{tab}_cfg_scale"))
    if tab == "img2img" and "img2img_denoising_strength" in wanted:
        strength = _named(f"{wanted['img2img_denoising_strength']:g}")
        pieces.append(_piece(f"<span>strength</span> {strength}", wanted, "img2img_denoising_strength"))
    sides = [f"{tab}_width", f"{tab}_height"]
    if all(side in wanted for side in sides):
        pieces.append(_piece(_named(" \u00d7 ".join(str(wanted[side]) for side in sides)), wanted, *sides))
    if wanted.get("txt2img_hr-checkbox"):
        second = _named("Hires. fix \u00d7 1.5")
        pieces.append(_piece(second, wanted, "txt2img_hr-checkbox"))
    if f"{tab}_prompt" in wanted:
        words = html.escape(json.dumps({f"{tab}_prompt": wanted[f"{tab}_prompt"], f"{tab}_neg_prompt": ""}))
        pieces.append(f"<span class='ic-light-piece' data-words='{words}'><span>quality words</span></span>")
    return pieces


def _piece(text: str, wanted: Mapping[str, Any], *names: str) -> str:
    sets = json.dumps({name: wanted[name] for name in names if name in wanted})
    return f"<span class='ic-light-piece' data-sets='{html.escape(sets)}'>{text}</span>"


def _named(text: Any) -> str:
    return f"<span translate='no'>{html.escape(str(text))}</span>"
