"""Makes the buttons that send a result to img2img send the accordion's settings too; the result is its subject."""

from __future__ import annotations

from typing import Any

from .accordion import PAGE_FIELDS
from .panel import JS, QUIET

BUTTONS = ("txt2img_send_to_img2img", "txt2img_send_to_inpaint")
"""The web UI's own buttons below the results, which send the prompt and the picture."""

# The subject in the sent picture has been placed already, so it is not placed a second time.
_RESET = {"foreground": "null", "placement": '"cover"', "placement_editor": '""'}


def connect(button: Any, source: dict[str, Any], target: dict[str, Any]) -> None:
    """Make a button copy the settings if IC Light is on in the source tab; otherwise nothing changes.

    It is done in the browser alone, so that pictures are copied as the original files.

    Args:
        button: the web UI's.
        source, target: the controls of txt2img's and of img2img's accordion by name.
    """
    reset = ", ".join(f"{PAGE_FIELDS.index(name)}: {value}" for name, value in _RESET.items())
    script = (
        f"(...all) => {{ const [count, reset] = [{len(PAGE_FIELDS)}, {{{reset}}}];"
        " const [from, to] = [all.slice(0, count), all.slice(count, 2 * count)];"
        " return from[0] ? from.map((value, place) => (place in reset ? reset[place] : value)) : to; }"
    )
    sources, targets = ([controls[name] for name in PAGE_FIELDS] for controls in (source, target))
    button.click(None, [*sources, *targets], targets, **QUIET, **{JS: script})
