"""Asks the workbench for the demo's pictures and says on the terminal how far it is."""

from __future__ import annotations

import base64
import importlib.util
import json
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .console import DemoError, say

if TYPE_CHECKING:
    from .session import Workbench


def generated(bodies: Sequence[dict[str, Any]], rough: bool, outlined: bool = False) -> list[list[bytes]]:
    """Return the PNGs that one host makes from each request, reporting on stderr.

    Args:
        bodies: of the requests.
        rough: whether the subject is cut out roughly even if rembg is installed.
        outlined: whether the photograph is one that the demo brings, which is then cut out along its outline.

    Raises:
        DemoError: the host refuses a request.
    """
    say("starting the workbench")
    from .session import DATA, REPOSITORY, ROUGH_CUT_OUT, Workbench

    # A remover's model is a large download, so it is kept for the next time.
    models = DATA / "models" if importlib.util.find_spec("rembg") else None
    args = ("--rough-cut-out",) if rough or outlined else ()
    extensions = (REPOSITORY, ROUGH_CUT_OUT)
    with (
        tempfile.TemporaryDirectory(prefix="ic-light-") as folder,
        Workbench(folder, extensions, models_dir=models, args=args) as workbench,
    ):
        return [_answered(workbench, body, tells=body is bodies[0] and not outlined) for body in bodies]


def _answered(workbench: Workbench, body: dict[str, Any], tells: bool) -> list[bytes]:
    """Return the pictures of one request; `tells` is whether to say that the cut-out is rough."""
    given = body["alwayson_scripts"]["IC Light"]["args"][0]
    described = given["light"] if isinstance(given["light"], str) else "as described"
    light = "as in the background" if given["background"] else described
    say(f"relighting: {given['mode']}, light {light}, {body['steps']} steps")
    with progress(body["steps"]):
        answer = workbench.txt2img(**body)
    if answer.status_code != 200:
        is_json = "json" in answer.headers.get("content-type", "")
        raise DemoError(reason(answer.json() if is_json else answer.text))
    roughly = json.loads(answer.json()["info"])["extra_generation_params"].get("Cut-out")
    if roughly and tells:
        say(f"the cut-out is {roughly}: the middle of the picture, by its colours")
    return [base64.b64decode(image) for image in answer.json()["images"]]


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
