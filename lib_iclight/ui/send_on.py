"""Sending a result on: the settings of txt2img go to img2img with the picture, which is the subject there."""

from __future__ import annotations

from typing import Any

from .accordion import PAGE_FIELDS
from .parts import JS, QUIET

BUTTONS = ("txt2img_send_to_img2img", "txt2img_send_to_inpaint")
"""The web UI's own buttons below the results, which send the prompt and the picture."""

# The subject stands in the sent picture where it was placed, so it is not placed once more.
_FRESH = {"foreground": "null", "placement": '"cover"', "placement_editor": '""'}


def connect(button: Any, source: dict[str, Any], target: dict[str, Any]) -> None:
    """Let a button carry the settings over while IC Light is on where they come from; else nothing changes.

    It is done in the page alone: pictures move as the very files.

    Args:
        button: the web UI's.
        source, target: the controls of txt2img's and of img2img's accordion by name.
    """
    fresh = ", ".join(f"{PAGE_FIELDS.index(name)}: {value}" for name, value in _FRESH.items())
    script = (
        f"(...all) => {{ const [count, fresh] = [{len(PAGE_FIELDS)}, {{{fresh}}}];"
        " const [from, to] = [all.slice(0, count), all.slice(count, 2 * count)];"
        " return from[0] ? from.map((value, place) => (place in fresh ? fresh[place] : value)) : to; }"
    )
    sources, targets = ([controls[name] for name in PAGE_FIELDS] for controls in (source, target))
    button.click(None, [*sources, *targets], targets, **QUIET, **{JS: script})
