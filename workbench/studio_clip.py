"""Makes the README's clip, a light that turns once around a photograph: `python -m workbench.studio_clip`.

The workbench's small model shoots a light set of a photograph, eight lights around it and the ambient one, and the
studio's route makes a film of it at the photograph's own size. No frame of the film is sampled.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .photographs import ASTRONAUT
from .showcase import ROOT
from .studio_picture import EIGHT, shoot

if TYPE_CHECKING:
    from .session import Workbench

SETS = "/ic-light/studio/sets"
_FRAMES, _FPS = 40, 12
# So bright that the wall behind stays grey where the light comes from above.
_STRENGTH, _AMBIENT, _STOPS = 0.85, 0.25, -0.35


def motion() -> dict[str, Any]:
    """One turn, which begins on the left, in a little light from everywhere."""
    ends = [
        {
            "at": at,
            "mix": {
                "turned": {"angle": 180 - 360 * at, "strength": _STRENGTH},
                "ambient": {"strength": _AMBIENT},
                "exposure": _STOPS,
            },
        }
        for at in (0, 1)
    ]
    return {"keyframes": ends, "loops": True}


def film(host: Workbench) -> bytes:
    """A film of the newest set. Raises RuntimeError if the host refuses."""
    (newest, *_) = host.api.get(SETS).json()["sets"]
    asked = {"motion": motion(), "frames": _FRAMES, "fps": _FPS, "format": "webp", "size": "full"}
    answer = host.api.post(f"{SETS}/{newest['name']}/motion", json=asked)
    if answer.status_code != 200:
        raise RuntimeError(answer.text)
    return answer.content


def main(argv: list[str] | None = None) -> int:
    """Write the clip and print its path; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m workbench.studio_clip", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "studio.webp", metavar="CLIP")
    options = parser.parse_args(argv)

    from .session import REPOSITORY, ROUGH_CUT_OUT, Workbench

    extensions, args = (REPOSITORY, ROUGH_CUT_OUT), ("--rough-cut-out",)
    with tempfile.TemporaryDirectory() as folder, Workbench(folder, extensions, args=args) as host:
        shoot(host, ASTRONAUT, EIGHT)
        options.out.write_bytes(film(host))
    print(options.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
