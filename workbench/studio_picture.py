"""Makes the picture of the studio in its documentation: `python -m workbench.studio_picture`.

The workbench's small model shoots a light set of a photograph, and Chromium shows it in the studio's tab.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from . import chromium
from .asked import BROADLY, as_png, body, run_size
from .photographs import CAT, MissingPhotograph, Photograph
from .showcase import ROOT

if TYPE_CHECKING:
    from .session import Workbench

SCRIPT = "IC Light: light set"
EIGHT = "Eight around, and ambient"
_WIDTH, _HEIGHT, _QUALITY = 1500, 1000, 88
_TIMEOUT_MS = 120_000
# A warm light from the upper right, and a little of the cool one opposite.
_MIX = """() => {
    const { state } = icLight.studio.now();
    state.edit((mix) => {
        Object.assign(mix.turned, { angle: 20, fader: icLight.studioMix.fader({ strength: 1.2, kelvin: 3400 }) });
        mix.lights.right.strength = 0;
        Object.assign(mix.lights.left, { strength: 0.35, kelvin: 11000 });
        mix.ambient.strength = 0.15;
    });
}"""


def shoot(host: Workbench, taken: Photograph, lights: str) -> None:
    """Shoot a set of a photograph. Raises MissingPhotograph, or RuntimeError if the host refuses.

    Args:
        host: the workbench.
        taken: the photograph.
        lights: what is shot, in the script's words.
    """
    photograph = taken.load()
    size = run_size(*photograph.size)
    fields = {"result": "photograph", "photograph_size": "photograph", **BROADLY}
    asked = body("fc", as_png(photograph), size, fields=fields, prompt="studio light", seed=12345)
    answer = host.txt2img(**asked, script_name=SCRIPT, script_args=[lights, ""])
    if answer.status_code != 200:
        raise RuntimeError(answer.text)


def shown(address: str) -> Image.Image:
    """The studio's tab, with a mix of the newest set."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        path = chromium.executable()
        browser = running.chromium.launch(executable_path=path, args=list(chromium.ARGUMENTS), headless=True)
        page = browser.new_page(viewport={"width": _WIDTH, "height": _HEIGHT}, color_scheme="dark")
        page.set_default_timeout(_TIMEOUT_MS)
        page.goto(f"{address}?__theme=dark")
        page.get_by_role("tab", name="IC Light Studio").click()
        page.wait_for_function("icLight.studio.now()?.stage.draws > 0")
        page.evaluate(_MIX)
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        content = page.locator(".ic-light-studio").screenshot(animations="disabled")
        browser.close()
    return Image.open(io.BytesIO(content)).convert("RGB")


def main(argv: list[str] | None = None) -> int:
    """Write the picture and print its path; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m workbench.studio_picture", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "studio.jpg", metavar="PICTURE")
    options = parser.parse_args(argv)
    if chromium.executable() is None:
        print("This needs Chromium, Chrome or Edge on the path; CHROMIUM can name one.", file=sys.stderr)
        return 2

    from .session import REPOSITORY, ROUGH_CUT_OUT, Workbench

    extensions, args = (REPOSITORY, ROUGH_CUT_OUT), ("--rough-cut-out",)
    try:
        with tempfile.TemporaryDirectory() as folder, Workbench(folder, extensions, args=args) as host:
            address = host.serve(block=False)
            shoot(host, CAT, EIGHT)
            shown(address).save(options.out, quality=_QUALITY, optimize=True)
    except MissingPhotograph as error:
        print(error, file=sys.stderr)
        return 2
    print(options.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
