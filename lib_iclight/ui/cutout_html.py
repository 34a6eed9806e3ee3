"""HTML that shows a picture and its cut-out side by side."""

from __future__ import annotations

import base64
import html
import io

import numpy as np
from PIL import Image

from ..subject.prepare import Subject

SIDE = 768
"""The longest side of the pictures shown, in pixels."""


def cutout_html(subject: Subject) -> str:
    """The picture as given, and the subject as it will be relit; transparency shows as a checkerboard."""
    given, cut = Image.fromarray(subject.picture.rgb), _as_relit(subject)
    if subject.picture.alpha is not None:
        given.putalpha(Image.fromarray(subject.picture.alpha))
    note = "" if subject.alpha is not None else "<p>The whole picture is the subject.</p>"
    return f"<div class='ic-light-cutout'>{_figure('Before', given)}{_figure('After', cut)}</div>{note}"


def after_html(subject: Subject) -> str:
    """The subject alone, as it will be relit."""
    return _figure("After", _as_relit(subject))


def problem_html(text: str) -> str:
    """Why there is nothing to show."""
    return f"<p class='wrong'>{html.escape(text)}</p>"


def _as_relit(subject: Subject) -> Image.Image:
    image = Image.fromarray(subject.colours)
    if subject.alpha is not None:
        image.putalpha(Image.fromarray(subject.alpha))
    return image


def _figure(caption: str, image: Image.Image) -> str:
    image = _small(image)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=6)
    source = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
    size = f"width='{image.width}' height='{image.height}'"
    return f"<figure><img src='{source}' alt='{caption}' {size}><figcaption>{caption}</figcaption></figure>"


def _small(image: Image.Image) -> Image.Image:
    scale = SIDE / max(image.size)
    if scale >= 1:
        return image
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    if image.mode != "RGBA":
        return image.resize(size, Image.Resampling.LANCZOS)
    # Premultiplied, so that colours of transparent pixels do not bleed into the edge.
    pixels = np.asarray(image.convert("RGBa").resize(size, Image.Resampling.BOX).convert("RGBA"))
    return Image.fromarray(pixels)
