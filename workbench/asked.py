"""What the demo asks of the host: the subject, and the body of a request for it."""

from __future__ import annotations

import argparse
import base64
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from lib_iclight.errors import ICLightError
from lib_iclight.picture import arrays, opening
from lib_iclight.picture.arrays import Picture
from lib_iclight.request import PHOTOGRAPH, RELIT
from lib_iclight.subject.prepare import is_cut_out

from .console import DemoError, say
from .options import OWN_SIZE, STEPS
from .photographs import ASTRONAUT

NEGATIVE_PROMPT = "lowres, bad anatomy, bad hands, cropped, worst quality"
CFG = {"fc": 2.0, "fbc": 7.0}
# Not the reference's DPM++ 2M SDE: the noise that it adds in each step hides the small model's light.
SAMPLER = "DPM++ 2M"
# The small model paints broad light where it belongs, and faces as smears: only the broad light is taken.
BROADLY = {"photograph_radius": 4.0, "photograph_colour": 0.25}
# The size at which the small model was trained and lights best.
_SIDE, _LONGEST, _STEP = 256, 1024, 64


@dataclass(frozen=True, eq=False)
class Subject:
    """What is relit.

    Attributes:
        content: the picture file that is sent.
        before: the photograph as it was, RGB.
        has_background: whether it is a whole photograph, not a subject that is cut out already.
    """

    content: bytes
    before: Image.Image
    has_background: bool = True


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


def subject(path: Path | None) -> Subject:
    """Return what is relit. Raises DemoError if it cannot be read or is fully transparent."""
    if path is None:
        say(f"the photograph is {ASTRONAUT.name}, cut out along an outline drawn by hand")
        photograph = ASTRONAUT.load()
        return Subject(as_png(photograph), photograph)
    content, picture = read_picture(path)
    if picture.alpha is not None and not picture.alpha.any():
        raise DemoError(f"{path} is fully transparent: there is nothing to relight")
    before = Image.fromarray(arrays.on_grey(picture.rgb, picture.alpha))
    return Subject(content, before, not is_cut_out(picture.alpha))


def as_png(picture: Image.Image) -> bytes:
    """Return the picture as a PNG file."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def request(options: argparse.Namespace, given: Subject, background: bytes | None, light: Any) -> dict[str, Any]:
    """Return the body of the request for one light; `background` is a picture file."""
    size = run_size(*given.before.size) if options.size == OWN_SIZE else options.size
    fields = {"light": light, "result": options.result, "keep_original": options.result == PHOTOGRAPH, **BROADLY}
    if options.size == OWN_SIZE:
        fields["photograph_size"] = OWN_SIZE
    if options.mode == "fc" and options.result == PHOTOGRAPH and given.has_background:
        fields["photograph_background"] = RELIT
    texts = {"prompt": options.prompt, "seed": options.seed, "steps": options.steps}
    return body(options.mode, given.content, size, background=background, fields=fields, **texts)


def body(
    mode: str,
    foreground: bytes,
    size: tuple[int, int],
    *,
    prompt: str,
    background: bytes | None = None,
    fields: dict[str, Any],
    seed: int,
    steps: int | None = None,
) -> dict[str, Any]:
    """Return the body of a request to `/sdapi/v1/txt2img`.

    Args:
        mode: fc or fbc.
        foreground, background: picture files.
        size: the run's width and height.
        prompt, seed, steps: the host's; without steps, the reference's for the mode.
        fields: the rest of the extension's.
    """
    pictures = {"foreground": _base64(foreground), "background": background and _base64(background)}
    return {
        "prompt": prompt,
        "negative_prompt": NEGATIVE_PROMPT,
        "width": size[0],
        "height": size[1],
        "seed": seed,
        "steps": steps or STEPS[mode],
        "cfg_scale": CFG[mode],
        "sampler_name": SAMPLER,
        "scheduler": "Karras",
        "alwayson_scripts": {"IC Light": {"args": [{"enabled": True, "mode": mode, **pictures, **fields}]}},
    }


def run_size(width: int, height: int) -> tuple[int, int]:
    """Return the size of a run for a photograph: about its proportions, the shorter side as the model was trained."""
    scale = _SIDE / max(1, min(width, height))
    longer = min(_LONGEST, _STEP * round(max(width, height) * scale / _STEP))
    return (longer, _SIDE) if width > height else (_SIDE, longer)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
