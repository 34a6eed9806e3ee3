"""The demo's command line; finds every mistake that can be found before the model starts."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from lib_iclight.errors import ICLightError
from lib_iclight.light import description
from lib_iclight.light.maps import DIRECTIONS, DRAWN
from lib_iclight.request import FIELDS, PHOTOGRAPH
from lib_iclight.support.json_values import shown

PROMPT = "sunshine from window, detailed face, best quality"
# The reference's defaults. The workbench has no model for fcon.
STEPS = {"fc": 25, "fbc": 20}
MOST_STEPS = 150
LARGEST_SEED = 2**32 - 1
LIGHTS = ("none", *DRAWN)
RESULTS = FIELDS["result"].choices
OWN_SIZE = "photograph"
"""The size of a result with the photograph's own pixels."""


class Parser(argparse.ArgumentParser):
    """Reports a mistake in one line."""

    def error(self, message: str) -> NoReturn:
        """Exit with status 2."""
        self.exit(2, f"demo: {message}\n")


def parse(argv: list[str]) -> argparse.Namespace:
    """Return the options; on `--help` or a mistake, exits as argparse does."""
    parser = Parser(prog="dev.py demo", description="Relight a photograph, or open the page.")
    add = parser.add_argument
    add("--foreground", type=Path, metavar="PICTURE", help="the photograph; default: NASA's astronaut of scikit-image")
    add("--background", type=Path, metavar="PICTURE", help="a picture to put behind the subject; makes the mode fbc")
    add("--rough", action="store_true", help="cut the subject out by its colours even if rembg is installed")
    add(
        "--light",
        type=light,
        nargs="+",
        action="extend",
        metavar="LIGHT",
        help=f"{', '.join(LIGHTS)}; or a light description (docs/lights.md), as JSON or a file; "
        "several make a sheet; default: left, for NASA's astronaut left, right, top and bottom",
    )
    add("--mode", choices=sorted(STEPS), help="default: fbc with a background, else fc")
    add(
        "--result",
        choices=RESULTS,
        default=PHOTOGRAPH,
        help="photograph: the photograph in the new light, the default; painting: what the model paints",
    )
    add("--prompt", type=text, default=PROMPT)
    add(
        "--size",
        type=size,
        metavar="SIZE",
        help="photograph: the photograph's own, the default for that result; "
        "or pixels, one side or WIDTHxHEIGHT; default for a painting: 256",
    )
    add("--steps", type=whole(1, MOST_STEPS), metavar="N", help="default: 25, with fbc 20")
    add("--seed", type=whole(-1, LARGEST_SEED), default=12345, metavar="N", help="-1 for a random one")
    add(
        "--out",
        type=Path,
        default=Path("demo.png"),
        metavar="PICTURE",
        help="default: demo.png; before and painting go beside it",
    )
    add("--serve", action="store_true", help="open the page instead, until Ctrl-C")
    add("--port", type=whole(1, 65535), metavar="N", help="the page's port; default: 7860")
    options = parser.parse_args(argv)
    mistake = contradiction(options, parser.get_default)
    if mistake:
        parser.error(mistake)
    options.mode = options.mode or ("fbc" if options.background else "fc")
    options.light = options.light or _lights(options)
    options.size = options.size or (OWN_SIZE if options.result == PHOTOGRAPH else (256, 256))
    options.steps = options.steps or STEPS[options.mode]
    options.port = options.port or 7860
    return options


def _lights(options: argparse.Namespace) -> list[str]:
    """Return the lights where none was asked for: with the demo's own photograph a sheet, which tells most."""
    if options.background:
        return ["none"]
    return ["left"] if options.foreground else [*DIRECTIONS]


def contradiction(options: argparse.Namespace, default: Callable[[str], Any]) -> str | None:
    """Return which options contradict each other, or None; no option is silently ignored."""
    if options.serve:
        unused = [name for name in vars(options) if name not in ("serve", "port", "rough")]
        given = [f"--{name}" for name in unused if getattr(options, name) != default(name)]
        return f"--serve opens the page, which asks for the rest: leave {', '.join(given)} out" if given else None
    if options.port is not None:
        return "--port needs --serve"
    if options.background and options.mode == "fc":
        return "--background needs the mode fbc, not fc"
    if options.background and options.light is not None:
        return "--background says how the subject is lit: leave --light out"
    if options.size == OWN_SIZE and options.result != PHOTOGRAPH:
        return "a painting has the size of the run: give --size in pixels, or leave it out"
    if options.mode == "fbc" and not options.background and "none" in (options.light or ()):
        return "the mode fbc needs a --background or a --light"
    return None


def size(value: str) -> str | tuple[int, int]:
    """Return OWN_SIZE, or (width, height) from `512` or `640x512`, each 64 to 2048 and a multiple of 8."""
    if value == OWN_SIZE:
        return value
    match = re.fullmatch(r"(\d+)(?:x(\d+))?", value)
    width, height = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not all(64 <= side <= 2048 and side % 8 == 0 for side in (width, height)):
        sizes = f"take {OWN_SIZE}, or 64 to 2048 in steps of 8, such as 512 or 640x512"
        raise argparse.ArgumentTypeError(f"{shown(value)} is not a size: {sizes}")
    return width, height


def whole(low: int, high: int) -> Callable[[str], int]:
    """Return a function that parses a whole number from `low` to `high`."""

    def read(value: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,12}", value) or not low <= int(value) <= high:
            raise argparse.ArgumentTypeError(f"{shown(value)} is not a whole number from {low} to {high}")
        return int(value)

    return read


def text(value: str) -> str:
    """Return a text that can be written into a picture."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        encoding = sys.getfilesystemencoding()
        raise argparse.ArgumentTypeError(f"the text is not in the terminal's encoding, {encoding}") from error
    return value


def light(value: str) -> str | dict[str, Any]:
    """Return a light's name, or a light description given as JSON or as a file."""
    if value in LIGHTS:
        return value
    try:
        given = value if value.lstrip().startswith("{") else Path(value).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = "is none of the lights" if isinstance(error, FileNotFoundError) else "cannot be read as a light"
        raise argparse.ArgumentTypeError(
            f"{shown(value)} {reason}: take {', '.join(LIGHTS)}, a light description as JSON, or a file with one"
        ) from error
    try:
        return description.parse(given).to_dict()
    except ICLightError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
