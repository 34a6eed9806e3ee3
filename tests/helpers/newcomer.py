"""Someone who has read nothing: has a picture, sees the labels on the screen, and clicks what is offered."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from samples import file_bytes

if TYPE_CHECKING:
    from playwright.sync_api import Page

PATIENCE_MS = 240_000
RECOMMENDED = ("Steps: 25", "Sampler: DPM++ 2M", "Karras", "CFG scale: 2,")
"""What is told of a picture that was lit in txt2img with the recommended settings."""


def cut_out_ball() -> bytes:
    """An evenly grey disc, cut out."""
    y, x = np.mgrid[:256, :256] - 127.5
    pixels = np.full((256, 256, 4), 150, np.uint8)
    pixels[..., 3] = np.where(np.hypot(x, y) < 110, 255, 0)
    return file_bytes(Image.fromarray(pixels))


def first_relight(page: Page, picture: bytes, light: str, patience_ms: int = PATIENCE_MS) -> None:
    """Open, drop the picture, choose a light, take the settings that are offered, generate.

    Args:
        page: the web UI's, as it is when it has loaded.
        picture: a file's bytes.
        light: the label of a light.
        patience_ms: how long the generation may take.
    """
    # By its text: in gradio 3 an accordion's head is no button.
    page.get_by_text("IC Light", exact=True).locator("visible=true").first.click()
    with page.expect_file_chooser() as chooser:
        page.get_by_text("Click to Upload").locator("visible=true").first.click()
    chooser.value.set_files({"name": "ball.png", "mimeType": "image/png", "buffer": picture})
    page.get_by_text("The foreground is relit.").locator("visible=true").wait_for()
    page.get_by_role("radio", name=light, exact=True).click()
    page.get_by_role("button", name="Use recommended settings").click()
    page.get_by_role("button", name="Undo", exact=True).last.wait_for()
    page.get_by_role("button", name="Generate", exact=True).click()
    page.wait_for_selector("#html_log_txt2img .performance", state="attached", timeout=patience_ms)
    assert page.locator("#html_log_txt2img .error").count() == 0


def told(page: Page) -> str:
    """What the page says of the picture below the results."""
    return page.locator("#html_info_txt2img").first.inner_text()


def made(page: Page) -> Image.Image:
    """The first picture of the results."""
    # Before it the gallery shows previews, which have no address.
    address = page.locator("#txt2img_gallery img[src*='file=']").first.get_attribute("src")
    return Image.open(io.BytesIO(page.request.get(address).body()))
