"""Relights one picture from the shell, or opens the page: `python dev.py demo`.

The picture takes the way of any API request: through the host's `/sdapi/v1/txt2img` and the extension's own script.
"""

from __future__ import annotations

import argparse
import base64
import importlib.util
import io
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from lib_iclight import images
from lib_iclight.errors import ICLightError
from lib_iclight.images import Picture
from lib_iclight.subject import is_cut_out

from .cutout import ASTRONAUT, MIDDLE, Guess, cut_out

PROMPT = "sunshine from window, detailed face, best quality"
NEGATIVE_PROMPT = "lowres, bad anatomy, bad hands, cropped, worst quality"
# The reference's defaults: a background asks for a firmer hand.
STEPS = {"fc": 25, "fcon": 25, "fbc": 20}
CFG = {"fc": 2.0, "fcon": 2.0, "fbc": 7.0}
# Not the reference's DPM++ 2M SDE: the noise that it adds on its way hides the small model's light.
SAMPLER = "DPM++ 2M"


class DemoError(Exception):
    """What is wrong with what was asked for, in one line."""


def parse(argv: list[str]) -> argparse.Namespace:
    """Return the options; shows the help or the mistake and exits as argparse does."""
    parser = argparse.ArgumentParser(prog="dev.py demo", description="Relight one picture, or open the page.")
    add = parser.add_argument
    add("--foreground", type=Path, metavar="PICTURE", help="the subject; default: NASA's astronaut from scikit-image")
    add("--background", type=Path, metavar="PICTURE", help="what the subject is put before; makes the mode fbc")
    add("--rough", action="store_true", help="cut the subject out by its colours even where rembg is installed")
    add("--light", default="left", choices=["none", "left", "right", "top", "bottom", "ambient"])
    add("--mode", choices=sorted(STEPS), help="default: fbc with a background, else fc")
    add("--prompt", default=PROMPT)
    add("--size", type=size, default=(256, 256), metavar="PIXELS", help="one side, or WIDTHxHEIGHT; default: 256")
    add("--steps", type=int, metavar="N", help="default: 25, with fbc 20")
    add("--seed", type=int, default=12345, metavar="N")
    add("--out", type=Path, default=Path("demo.png"), metavar="PICTURE", help="default: demo.png")
    add("--serve", action="store_true", help="open the page instead, until Ctrl-C")
    add("--port", type=int, default=7860, metavar="N", help="the page's port; default: 7860")
    options = parser.parse_args(argv)
    options.mode = options.mode or ("fbc" if options.background else "fc")
    if options.background and options.mode != "fbc":
        parser.error(f"--background needs the mode fbc, not {options.mode}")
    return options


def size(text: str) -> tuple[int, int]:
    """Return (width, height) from `512` or `640x512`, each 64 to 2048 and a multiple of 8."""
    match = re.fullmatch(r"(\d+)(?:x(\d+))?", text)
    width, height = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not all(64 <= side <= 2048 and side % 8 == 0 for side in (width, height)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size: 64 to 2048 in steps of 8, such as 512 or 640x512")
    return width, height


def say(text: str) -> None:
    """Tell on stderr what goes on; stdout gets the path of the result and nothing else."""
    print(f"demo: {text}", file=sys.stderr, flush=True)


def read_picture(path: Path) -> tuple[bytes, Picture]:
    """Return the bytes in `path` and the picture that they are. Raises DemoError where there is none to be read."""
    try:
        content = path.read_bytes()
        return content, images.to_picture(images.read(io.BytesIO(content), f"file {path}"))
    except FileNotFoundError:
        raise DemoError(f"there is no file {path}") from None
    except OSError as error:
        raise DemoError(f"{path} cannot be read: {error.strerror}") from error
    except ICLightError as error:
        raise DemoError(str(error)) from error


def subject(path: Path | None, rough: bool) -> tuple[bytes, bool]:
    """Return the subject as a picture file, and whether the product is to remove its background."""
    if path is None:
        from skimage import data

        say("cutting the astronaut out by her colours")
        return _cut_out(data.astronaut(), ASTRONAUT), False
    content, picture = read_picture(path)
    if is_cut_out(picture.alpha) or images.is_on_grey(picture.rgb):
        return content, False
    if not rough and importlib.util.find_spec("rembg") is not None:
        return content, True
    say("the middle of the picture is cut out by its colours, roughly" + ("" if rough else ": rembg is not installed"))
    return _cut_out(picture.rgb, MIDDLE), False


def _cut_out(rgb: np.ndarray, guess: Guess) -> bytes:
    buffer = io.BytesIO()
    cut_out(Image.fromarray(rgb), guess).save(buffer, "PNG")
    return buffer.getvalue()


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def request(options: argparse.Namespace) -> dict[str, Any]:
    """Return the body of the request to `/sdapi/v1/txt2img`. Raises DemoError for a picture that cannot be read."""
    background = _base64(read_picture(options.background)[0]) if options.background else None
    foreground, remove_background = subject(options.foreground, options.rough)
    width, height = options.size
    return {
        "prompt": options.prompt,
        "negative_prompt": NEGATIVE_PROMPT,
        "width": width,
        "height": height,
        "seed": options.seed,
        "steps": options.steps or STEPS[options.mode],
        "cfg_scale": CFG[options.mode],
        "sampler_name": SAMPLER,
        "scheduler": "Karras",
        "alwayson_scripts": {
            "IC Light": {
                "args": [
                    {
                        "enabled": True,
                        "mode": options.mode,
                        "foreground": _base64(foreground),
                        "background": background,
                        "light": "none" if background else options.light,
                        "remove_background": remove_background,
                    }
                ]
            }
        },
    }


def relight(options: argparse.Namespace) -> Path:
    """Relight the picture and return where it was put. Raises DemoError."""
    folder = options.out.absolute().parent
    if not folder.is_dir():
        raise DemoError(f"there is no folder {folder} to put the result in")
    if options.out.suffix.lower() not in Image.registered_extensions():
        raise DemoError(f"{options.out} has no ending that says what kind of picture to make; take .png")
    body = request(options)
    say("starting the workbench")
    from .session import Workbench

    with tempfile.TemporaryDirectory(prefix="ic-light-") as data_dir, Workbench(data_dir) as workbench:
        light = "as in the background" if options.background else options.light
        say(f"relighting: {options.mode}, light {light}, {body['steps']} steps")
        with progress(body["steps"]):
            answer = workbench.txt2img(**body)
    if answer.status_code != 200:
        is_json = "json" in answer.headers.get("content-type", "")
        raise DemoError(reason(answer.json() if is_json else answer.text))
    picture = base64.b64decode(answer.json()["images"][0])
    if options.out.suffix.lower() == ".png":
        options.out.write_bytes(picture)
    else:
        Image.open(io.BytesIO(picture)).convert("RGB").save(options.out, quality=95)
    return options.out


@contextmanager
def progress(steps: int) -> Iterator[None]:
    """Show on a terminal how far the host's sampler is."""
    from modules import shared
    from tqdm import tqdm

    done = threading.Event()

    def follow() -> None:
        # disable=None: a bar on a terminal, nothing in a file.
        with tqdm(total=steps, desc="demo", unit="step", disable=None) as bar:
            while not done.wait(0.2):
                bar.update(max(0, min(steps, shared.state.sampling_step) - bar.n))
            if bar.n:
                bar.update(steps - bar.n)

    follower = threading.Thread(target=follow, daemon=True)
    follower.start()
    try:
        yield
    finally:
        done.set()
        follower.join()


def reason(answer: Any) -> str:
    """Return what the API's error `answer` (a decoded JSON body) says to a person."""
    fields = ("detail", "message", "errors", "error")
    said = [answer.get(field) for field in fields] if isinstance(answer, dict) else [answer]
    return next((" ".join(text.split()) for text in said if isinstance(text, str) and text), str(answer))


def serve(port: int) -> None:
    """Open the page on this machine until Ctrl-C. Raises DemoError where the port cannot be had."""
    from .launch import main as launch

    say("starting the workbench; the page's address follows, Ctrl-C ends it")
    try:
        launch(["--port", str(port)])
    except OSError as error:
        raise DemoError(f"the page cannot be opened on port {port}: {str(error).split('. ')[0]}") from error


def main(argv: list[str]) -> int:
    """Relight one picture and print where it is, or serve the page; returns the exit status."""
    options = parse(argv)
    try:
        if options.serve:
            serve(options.port)
        else:
            print(relight(options))
    except DemoError as error:
        say(str(error))
        return 2
    return 0
