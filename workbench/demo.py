"""Relights a photograph from the shell, or opens the page: `python dev.py demo`.

The pictures are made like those of any API request: by the host's `/sdapi/v1/txt2img` and the extension's own script.
"""

from __future__ import annotations

import argparse
import io
import socket
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from lib_iclight.picture import scaling
from lib_iclight.request import PHOTOGRAPH

from .answered import generated
from .asked import NEGATIVE_PROMPT, Subject, as_png, read_picture, request, subject
from .console import DemoError, say
from .options import parse
from .result import ResultError, result
from .sheet import Cell, in_rows, sheet

TOY = "the workbench's model is a toy, two hundred times smaller than Stable Diffusion: its light is rough"
_WIDEST_CELL = 1024


def relight(options: argparse.Namespace) -> Path:
    """Relight the photograph and return the path of the result or, with several lights, the sheet. Raises DemoError."""
    files = _files(options)
    prompts = f"{options.prompt} {NEGATIVE_PROMPT}"
    try:
        with ExitStack() as stack:
            writers = {name: stack.enter_context(result(path, prompts)) for name, path in files.items()}
            background = read_picture(options.background)[0] if options.background else None
            given = subject(options.foreground)
            bodies = [request(options, given, background, light) for light in options.light]
            contents = _contents(options, given, generated(bodies, options.rough, outlined=options.foreground is None))
            for name, content in contents.items():
                writers[name](content)
    except ResultError as error:
        raise DemoError(str(error)) from error
    say(TOY)
    paths = {"before": options.foreground} | {name: files[name] for name in contents}
    say("; ".join(f"{name}: {path}" for name, path in paths.items() if path))
    return options.out


def _files(options: argparse.Namespace) -> dict[str, Path]:
    """Return where each picture goes: the result, and beside it those that nobody has yet."""
    names = ["before"] if options.foreground is None else []
    names += ["painting"] if options.result == PHOTOGRAPH else []
    out = options.out
    return {"after": out} | {name: out.with_name(f"{out.stem}-{name}{out.suffix}") for name in names}


def _contents(options: argparse.Namespace, given: Subject, made: list[list[bytes]]) -> dict[str, bytes]:
    """Return the PNGs of :func:`_files` from the pictures made with each light: the result, then the painting.

    Several lights' pictures of one kind make a sheet.
    """
    before = {"before": as_png(given.before)} if options.foreground is None else {}
    kinds = dict(zip(("after", "painting"), zip(*made, strict=True), strict=False))
    return before | {name: _together(options.light, given.before, pictures) for name, pictures in kinds.items()}


def _together(lights: list[Any], before: Image.Image, made: Sequence[bytes]) -> bytes:
    """Return one light's PNG as it is, and several lights' as a sheet."""
    return made[0] if len(made) == 1 else as_png(_sheet(lights, before, made))


def _sheet(lights: list[Any], before: Image.Image, made: Sequence[bytes]) -> Image.Image:
    """Return the photograph and one picture a light, labelled; the photograph is cut as the pictures are."""
    after = [Image.open(io.BytesIO(content)) for content in made]
    crop = Image.fromarray(scaling.cover_crop(np.asarray(before), *after[0].size))
    labels = [light if isinstance(light, str) else "as described" for light in lights]
    cells = [Cell("before", crop), *map(Cell, labels, after)]
    return sheet(in_rows(cells), min(_WIDEST_CELL, crop.width))


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
    """Relight a photograph and print the result's path, or serve the page; returns the exit status."""
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
