"""What among the web UI's own settings works against a run, each with a click that puts it right.

The page's scripts compare the settings with these bounds as they change; the server is not asked.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from enum import Enum

from .recommend import CFG, STRENGTH

_MOST_CFG = 5.0
"""The offsets of fc and fcon were trained for little guidance: over this, colours burn out and the light flattens."""
_LEAST_STRENGTH = 0.7
"""With less, img2img keeps what it starts from: see docs/lights.md."""


class Start(Enum):
    """What img2img starts from, and what too little denoising strength does with it."""

    SUBJECT = "At strength %1 much of the old light stays."
    LIGHT = "At strength %1 the light map shows through."
    PICTURE = "At strength %1 the img2img picture shows through."


@dataclass(frozen=True)
class SettingWarning:
    """One setting that may work against a run.

    Attributes:
        control: the ``elem_id`` of the web UI's slider.
        bound: "over" or "under".
        limit: the value beyond which the setting works against the run.
        says: what happens then, one sentence; the page puts the setting's value in the place of %1.
        fix: what the button says; the page puts ``value`` in the place of %1.
        value: what the button sets.
    """

    control: str
    bound: str
    limit: float
    says: str
    fix: str
    value: float


def start_of(mode: str, light: str, has_foreground: bool) -> Start:
    """What img2img starts from: a light of fc and fcon replaces its picture, and a foreground is another picture."""
    if mode != "fbc" and light != "none":
        return Start.LIGHT
    return Start.PICTURE if has_foreground else Start.SUBJECT


def of_run(mode: str, starts_from: Start | None) -> list[SettingWarning]:
    """The settings to look at.

    Args:
        mode: "fc", "fcon" or "fbc".
        starts_from: what img2img starts from, None in txt2img.
    """
    tab = "txt2img" if starts_from is None else "img2img"
    found = []
    if mode != "fbc":
        says = "CFG %1 burns colours out in this mode."
        found.append(SettingWarning(f"{tab}_cfg_scale", "over", _MOST_CFG, says, "Set CFG to %1", CFG[mode]))
    if starts_from is not None:
        control, says = "img2img_denoising_strength", starts_from.value
        found.append(SettingWarning(control, "under", _LEAST_STRENGTH, says, "Set strength to %1", STRENGTH))
    return found


def as_html(found: list[SettingWarning]) -> str:
    """Lines that are hidden until the page's scripts find that they apply."""
    return "".join(
        f"<p class='ic-light-warning' hidden data-control='{warning.control}' data-bound='{warning.bound}' "
        f"data-limit='{warning.limit:g}' data-value='{warning.value:g}'>{_template('span', warning.says)} "
        f"{_template('button', warning.fix)}</p>"
        for warning in found
    )


def _template(tag: str, text: str) -> str:
    """An element whose text the page's scripts fill in."""
    kind = " type='button'" if tag == "button" else ""
    return f"<{tag}{kind} data-says='{html.escape(text)}'>{html.escape(text)}</{tag}>"
