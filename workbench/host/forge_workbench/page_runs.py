"""What Generate does in either tab."""

from __future__ import annotations

import html
from contextlib import closing

from modules import processing


def paragraph(text: str, classname: str | None = None) -> str:
    """A text as HTML."""
    content = "<br>\n".join(html.escape(line) for line in text.split("\n"))
    return f"<p class='{classname}'>{content}</p>" if classname else f"<p>{content}</p>"


def run(p, runner, script_args: tuple) -> tuple:
    """Make the pictures.

    Args:
        p: the processing object.
        runner: the scripts of the tab.
        script_args: the values of their components.

    Returns:
        Pictures, JSON, infotext and comments, as the output panel takes them.
    """
    p.scripts = runner
    p.script_args = script_args
    with closing(p):
        processed = runner.run(p, *script_args) or processing.process_images(p)
    comments = paragraph(processed.comments, classname="comments")
    return processed.images + processed.extra_images, processed.js(), paragraph(processed.info), comments
