"""Reading what is written in a picture."""

from __future__ import annotations

from modules import images
from modules.ui_common import plaintext_to_html


def run_pnginfo(image):
    """``(nothing, infotext, all texts as HTML)`` for the PNG Info tab."""
    if image is None:
        return "", "", ""
    geninfo, items = images.read_info_from_image(image)
    items = {"parameters": geninfo, **items} if geninfo is not None else items
    info = "".join(
        f"<div><p><b>{plaintext_to_html(str(key))}</b></p><p>{plaintext_to_html(str(text))}</p></div>\n"
        for key, text in items.items()
    )
    return "", geninfo, info or "<div><p>Nothing found in the image.<p></div>"
