"""Light sets on a real web UI: shot over its API, found among its results, asked for over the studio's routes."""

from __future__ import annotations

import re
import urllib.parse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forge.client import SCRIPT, SMALL, Answer, Client, Record

from lib_iclight.studio import set_file

if TYPE_CHECKING:
    from forge.server import Forge

    from lib_iclight.studio.light_set import LightSet

TITLE = "IC Light: light set"
ROUTE = "/ic-light/studio"
FOUR, EACH = "The author's four, and ambient", "Each light of the editor"
LAMPS = {
    "version": 1,
    "lights": [{"angle": 30, "colour": "#ff8040"}, {"angle": 200}, {"x": 0.8, "y": 0.2, "kelvin": 3200}],
}
"""Three lights of the editor."""


def folder_of(forge: Forge) -> Path:
    """Where a web UI under test keeps its sets, once it has one."""
    return next(forge.models.parent.rglob("light-sets"))


def read(forge: Forge, name: str) -> LightSet:
    """A set from the folder of the results."""
    return set_file.read(folder_of(forge) / f"{name}{set_file.ENDING}")


def at(name: str, more: str = "") -> str:
    """The address of a set's route."""
    return f"{ROUTE}/sets/{urllib.parse.quote(name)}{more}"


def named(infotext: str) -> str:
    """The set that generation parameters name."""
    return re.findall(r"IC Light set: ([^,\n]+)", infotext)[-1]


def listed(client: Client) -> dict[str, dict[str, Any]]:
    """The sets that a route lists, by name."""
    status, answer = client.call(f"{ROUTE}/sets")
    assert status == 200, answer
    return {each["name"]: each for each in answer["sets"]}


def shoot(client: Client, relight: dict[str, Any], *args: str, tab: str = "txt2img", **body: Any) -> Answer:
    """Shoot a light set.

    Args:
        client: the web UI's API.
        relight: IC Light's dict without ``enabled``.
        args: the script's.
        tab: ``txt2img`` or ``img2img``.
        body: more of the request.
    """
    # The probe would watch the script's copies of the processing object, which the web UI never closes.
    scripts = {SCRIPT: {"args": [{"enabled": True, **relight}]}}
    script = {"script_name": TITLE, "script_args": [*args], "alwayson_scripts": scripts}
    return Answer(*client.call(f"/sdapi/v1/{tab}", {**SMALL, **body, **script}), Record(Path()))
