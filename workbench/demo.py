"""Relights one picture from the shell, or opens the page: `python dev.py demo`.

The picture is made like that of any API request: by the host's `/sdapi/v1/txt2img` and the extension's own script.
"""

from __future__ import annotations

import argparse
import base64
import importlib.util
import io
import json
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from lib_iclight.errors import ICLightError
from lib_iclight.picture import arrays, opening
from lib_iclight.picture.arrays import Picture

from .cutout import ASTRONAUT, cut_out
from .options import parse
from .result import ResultError, result

NEGATIVE_PROMPT = "lowres, bad anatomy, bad hands, cropped, worst quality"
CFG = {"fc": 2.0, "fbc": 7.0}
# Not the reference's DPM++ 2M SDE: the noise that it adds in each step hides the small model's light.
SAMPLER = "DPM++ 2M"


class DemoError(Exception):
    """What is wrong with the request, in one line."""


def say(text: str) -> None:
    """Report progress on stderr; stdout gets only the path of the result."""
    print(f"demo: {text}", file=sys.stderr, flush=True)


def read_picture(path: Path) -> tuple[bytes, Picture]:
    """Return the bytes of the file `path` and the picture in it. Raises DemoError if it cannot be read."""
    try:
        content = path.read_bytes()
        return content, arrays.to_picture(opening.read(io.BytesIO(content), f"file {path}"))
    except FileNotFoundError:
        raise DemoError(f"there is no file {path}") from None
    except OSError as error:
        raise DemoError(f"{path} cannot be read: {error.strerror}") from error
    except ICLightError as error:
        raise DemoError(str(error)) from error


def subject(path: Path | None) -> bytes:
    """Return the subject as a picture file. Raises DemoError if it cannot be read or is fully transparent."""
    if path is None:
        from skimage import data

        say("cutting the astronaut out by her colours")
        buffer = io.BytesIO()
        cut_out(Image.fromarray(np.asarray(data.astronaut())), ASTRONAUT).save(buffer, "PNG")
        return buffer.getvalue()
    content, picture = read_picture(path)
    if picture.alpha is not None and not picture.alpha.any():
        raise DemoError(f"{path} is fully transparent: there is nothing to relight")
    return content


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def request(options: argparse.Namespace) -> dict[str, Any]:
    """Return the body of the request to `/sdapi/v1/txt2img`. Raises DemoError for a picture that cannot be read."""
    background = _base64(read_picture(options.background)[0]) if options.background else None
    foreground = subject(options.foreground)
    width, height = options.size
    return {
        "prompt": options.prompt,
        "negative_prompt": NEGATIVE_PROMPT,
        "width": width,
        "height": height,
        "seed": options.seed,
        "steps": options.steps,
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
                        "light": options.light,
                        "result": options.result,
                    }
                ]
            }
        },
    }


def relight(options: argparse.Namespace) -> Path:
    """Relight the picture and return the path of the result. Raises DemoError."""
    try:
        with result(options.out, f"{options.prompt} {NEGATIVE_PROMPT}") as put:
            put(generated(request(options), options.rough))
    except ResultError as error:
        raise DemoError(str(error)) from error
    return options.out


def generated(body: dict[str, Any], rough: bool) -> bytes:
    """Return the PNG that the host makes from the request, reporting on stderr. Raises DemoError."""
    say("starting the workbench")
    from .session import DATA, REPOSITORY, ROUGH_CUT_OUT, Workbench

    # A remover's model is a large download, so it is kept for the next time.
    models = DATA / "models" if importlib.util.find_spec("rembg") else None
    args = ("--rough-cut-out",) if rough else ()
    extensions = (REPOSITORY, ROUGH_CUT_OUT)
    given = body["alwayson_scripts"]["IC Light"]["args"][0]
    with (
        tempfile.TemporaryDirectory(prefix="ic-light-") as folder,
        Workbench(folder, extensions, models_dir=models, args=args) as workbench,
    ):
        described = given["light"] if isinstance(given["light"], str) else "as described"
        light = "as in the background" if given["background"] else described
        say(f"relighting: {given['mode']}, light {light}, {body['steps']} steps")
        with progress(body["steps"]):
            answer = workbench.txt2img(**body)
    if answer.status_code != 200:
        is_json = "json" in answer.headers.get("content-type", "")
        raise DemoError(reason(answer.json() if is_json else answer.text))
    roughly = json.loads(answer.json()["info"])["extra_generation_params"].get("Cut-out")
    if roughly:
        say(f"the cut-out is {roughly}: the middle of the picture, by its colours")
    return base64.b64decode(answer.json()["images"][0])


@contextmanager
def progress(steps: int) -> Iterator[None]:
    """Show the host's sampling progress on a terminal."""
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
    """Return the human-readable message in the API's error `answer`, a decoded JSON body."""
    fields = ("detail", "message", "errors", "error")
    said = [answer.get(field) for field in fields] if isinstance(answer, dict) else [answer]
    return next((" ".join(text.split()) for text in said if isinstance(text, str) and text), str(answer))


def serve(port: int, rough: bool) -> None:
    """Serve the page on this machine until Ctrl-C. Raises DemoError if the port is not available."""
    try:
        with socket.socket() as free:
            free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            free.bind(("127.0.0.1", port))
    except OSError as error:
        raise DemoError(f"the page cannot be opened on port {port}: {error.strerror}; --port takes another") from error
    from .launch import main as launch

    say("starting the workbench; the page's address follows, Ctrl-C ends it")
    try:
        launch(["--port", str(port), *(["--rough-cut-out"] if rough else [])])
    except OSError as error:
        raise DemoError(f"the page cannot be opened on port {port}: {str(error).split('. ')[0]}") from error


def main(argv: list[str]) -> int:
    """Relight one picture and print its path, or serve the page; returns the exit status."""
    options = parse(argv)
    try:
        if options.serve:
            serve(options.port, options.rough)
        else:
            print(relight(options))
    except DemoError as error:
        say(str(error))
        return 2
    except KeyboardInterrupt:
        say("stopped")
        return 130
    return 0
