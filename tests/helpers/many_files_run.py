"""Sends many files to a workbench, as a field and to the route, and prints each result as JSON.

Run as ``python tests/helpers/many_files_run.py [--grown]``; the second takes little files of up to 144 megapixels
instead.
"""

from __future__ import annotations

import contextlib
import gc
import json
import re
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parent)]

import many_files  # noqa: E402
import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402
from samples import as_base64, file_bytes  # noqa: E402

BODY = {"prompt": "a ball", "steps": 1, "width": 64, "height": 64, "seed": 5, "cfg_scale": 1, "sampler_name": "Euler"}


def stand_in_remover() -> ModuleType:
    """A stand-in for rembg that finds the subject in the middle."""
    rembg = ModuleType("rembg")
    rembg.new_session = lambda name, **options: name

    def remove(picture: Image.Image, *, session: str, only_mask: bool) -> Image.Image:
        mask = Image.new("L", picture.size)
        width, height = picture.size
        mask.paste(255, (width // 4, height // 4, width * 3 // 4 + 1, height * 3 // 4 + 1))
        return mask

    rembg.remove = remove
    return rembg


def memory(field: str) -> float:
    """A figure of this process's memory in MB: VmRSS now, VmHWM at its peak. Linux keeps them."""
    found = re.search(rf"{field}:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) / 1e3 if found else 0.0


def start_measuring() -> None:
    """Reset the peak, if the system can."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def forget(pictures: Any) -> None:
    """Clear the caches, so that each picture is measured alone."""
    for cache in vars(pictures).values():
        if hasattr(cache, "clear"):
            cache.clear()
    gc.collect()


def outcome(answer: Any, seconds: float) -> dict[str, Any]:
    detail = answer.json().get("detail", "") if answer.status_code != 200 else ""
    return {"status": answer.status_code, "detail": detail, "seconds": seconds, "peak": memory("VmHWM")}


def main() -> None:
    sys.modules["rembg"] = stand_in_remover()
    from workbench.session import Workbench

    grown = "--grown" in sys.argv
    files = many_files.grown() if grown else {**many_files.written(), **many_files.hostile()}
    files["cut out"] = file_bytes(Image.fromarray(np.tri(64, 64, dtype=np.uint8) * 255).convert("LA"))
    with tempfile.TemporaryDirectory() as folder, Workbench(folder) as host:
        from lib_iclight.hosts.app_context import app_context

        remover = app_context().host.removers_folder()
        remover.mkdir(parents=True, exist_ok=True)
        (remover / "isnet-general-use.onnx").write_bytes(b"")
        found: dict[str, Any] = {}
        plain = host.txt2img(**BODY).json()["images"]
        host.txt2img(**BODY, alwayson_scripts=_asked(as_base64(files["cut out"]))).raise_for_status()
        rest = memory("VmRSS")
        for name, content in files.items():
            text = as_base64(content)
            if grown:
                forget(app_context().hooks.pipeline.pictures)
            start_measuring()
            start = time.perf_counter()
            answer = host.txt2img(**BODY, alwayson_scripts=_asked(text))
            field = outcome(answer, time.perf_counter() - start)
            field["relit"] = answer.status_code == 200 and answer.json()["images"] != plain
            if grown:
                forget(app_context().hooks.pipeline.pictures)
            start_measuring()
            start = time.perf_counter()
            answer = host.api.post("/ic-light/foreground", json={"image": text})
            found[name] = {"field": field, "route": outcome(answer, time.perf_counter() - start)}
    print(json.dumps({"rest": rest, "files": found}))


def _asked(text: str) -> dict[str, Any]:
    return {"IC Light": {"args": [{"enabled": True, "foreground": text, "light": "left"}]}}


if __name__ == "__main__":
    np.seterr(all="ignore")
    main()
