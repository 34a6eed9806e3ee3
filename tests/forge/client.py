"""Talks to a web UI over its API and reads the probe's records."""

from __future__ import annotations

import base64
import io
import itertools
import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from forge.hosts_table import Host

SCRIPT = "IC Light"
PROBE = "IC Light Probe"
PLOT = "X/Y/Z plot"
SMALL = {
    "prompt": "a cup, sunshine from window",
    "steps": 1,
    "width": 64,
    "height": 64,
    "seed": 7,
    "sampler_name": "Euler",
    "scheduler": "Automatic",
    "cfg_scale": 2,
    "save_images": False,
}
SECOND_PASS = {
    "enable_hr": True,
    "hr_scale": 1.5,
    "hr_second_pass_steps": 1,
    "hr_cfg": 2,
    "denoising_strength": 0.5,
}
_TIMEOUT = 900
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Record:
    """The probe's record of one generation.

    Attributes:
        folder: holds ``report.json``, ``unet-WIDTHxHEIGHT.safetensors`` and, in img2img, ``start.safetensors``.
        report: the report's content, empty when the generation never reached the scripts.
    """

    folder: Path
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def channels(self) -> set[int]:
        """Input channels of all UNet calls."""
        return {call["shape"][1] for call in self.report["unet"]}

    @property
    def sampled(self) -> bool:
        """Whether a sampler was started or the UNet called."""
        return bool(self.report.get("unet") or self.report.get("sampling"))

    @property
    def own_encodes(self) -> list[tuple[int, int]]:
        """Sizes of the pictures that IC Light's hooks encoded."""
        return [tuple(encode["size"]) for encode in self.report["encodes"] if encode["hook"]]

    @property
    def hook_seconds(self) -> float:
        """Seconds spent in all of IC Light's hooks."""
        return sum(seconds for _, seconds in self.report["hooks"])

    def tensors(self, name: str) -> dict[str, Any]:
        """Tensors of ``name.safetensors``."""
        from safetensors.torch import load_file

        return load_file(self.folder / f"{name}.safetensors")


@dataclass(frozen=True)
class Answer:
    """The web UI's answer to one request."""

    status: int
    body: dict[str, Any]
    record: Record

    @property
    def message(self) -> str:
        """The error message, as an API client reads it."""
        return str(self.body.get("detail") or self.body.get("errors") or "")

    @property
    def files(self) -> list[bytes]:
        """The pictures' bytes."""
        assert self.status == 200, f"{self.status}: {self.message or self.body}"
        return [base64.b64decode(text) for text in self.body["images"]]

    @property
    def pictures(self) -> list[np.ndarray]:
        """The pictures' pixels, uint8 ``[H, W, 3]``."""
        return [np.asarray(Image.open(io.BytesIO(content)).convert("RGB")) for content in self.files]

    @property
    def pixels(self) -> np.ndarray:
        """The first picture's pixels."""
        return self.pictures[0]

    @property
    def infotext(self) -> str:
        """Generation parameters inside the first picture's file."""
        return Image.open(io.BytesIO(self.files[0])).info["parameters"]


class Client:
    """A web UI's API.

    Args:
        url: its address without a slash at the end.
        folder: where records go; the web UI must be able to write there.
        host: what the web UI has.
    """

    def __init__(self, url: str, folder: Path, host: Host):
        self.url, self._host = url, host
        self._folder = folder
        self._numbers = itertools.count()
        self._kept: dict[str, Answer] = {}

    def call(self, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        """Send a request (a GET without a body); returns the status and the decoded answer."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"})
        try:
            with _opener.open(request, timeout=_TIMEOUT) as response:
                return response.status, json.loads(response.read())
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            try:
                return error.code, json.loads(text)
            except ValueError:
                return error.code, {"detail": text}

    def content(self, path: str, body: dict[str, Any] | None = None) -> bytes:
        """The file that a route answers with."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"})
        with _opener.open(request, timeout=_TIMEOUT) as response:
            return response.read()

    def picture(self, path: str, body: dict[str, Any] | None = None) -> np.ndarray:
        """The pixels of the picture that a route answers with, uint8 ``[H, W, 3]``."""
        return np.asarray(Image.open(io.BytesIO(self.content(path, body))).convert("RGB"))

    def txt2img(
        self, relight: dict[str, Any] | None = None, probe: dict[str, Any] | None = None, **body: Any
    ) -> Answer:
        """Generate; ``relight`` is IC Light's dict without ``enabled``, None leaves it off."""
        return self._generate("txt2img", relight, probe, body)

    def img2img(
        self, relight: dict[str, Any] | None = None, probe: dict[str, Any] | None = None, **body: Any
    ) -> Answer:
        """Generate from ``init_images``; other arguments as :meth:`txt2img`."""
        return self._generate("img2img", relight, probe, {"denoising_strength": 0.9, **body})

    def kept(self, tab: str, relight: dict[str, Any] | None = None, **body: Any) -> Answer:
        """As :meth:`txt2img` or :meth:`img2img`, but the same request is only sent once."""
        key = json.dumps([tab, relight, body], sort_keys=True)
        if key not in self._kept:
            self._kept[key] = getattr(self, tab)(relight, **body)
        return self._kept[key]

    def _generate(self, tab: str, relight: dict[str, Any] | None, probe: dict[str, Any] | None, body: dict) -> Answer:
        if body.get("enable_hr"):
            body = {**self._host.second_pass, **body}
        if body.get("script_name") == PLOT:
            body = {**body, "script_args": [*body["script_args"], *self._host.plot_options]}
        elif body.get("script_name") in self._host.script_args:
            body = {**body, "script_args": [*self._host.script_args[body["script_name"]]]}
        folder = self._folder / f"run-{next(self._numbers)}"
        scripts = {PROBE: {"args": [{"folder": str(folder), **(probe or {})}]}}
        if relight is not None:
            scripts[SCRIPT] = {"args": [{"enabled": True, **relight}]}
        status, answer = self.call(f"/sdapi/v1/{tab}", {**SMALL, **body, "alwayson_scripts": scripts})
        report = folder / "report.json"
        found = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
        return Answer(status, answer, Record(folder, found))
