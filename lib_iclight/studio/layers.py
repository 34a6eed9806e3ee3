"""The lights of a mix as layers of one picture, which add up: for compositors, to mix on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ..errors import ICLightError
from ..files import exr, packages, psd
from ..files.completing import replacing, replacing_path
from ..picture.icc import linear_profile
from ..picture.srgb import linear_levels
from ..picture.strips import strips
from ..restore.relighting import gain_logs, log_luminance
from .lamps import NO_LAMPS, brighter
from .light_set import GAINS, LightSet, lights_of, own_size
from .lit_surface import LitSurface
from .mix import Mix, factors, lamp_rows, still

PSD, EXR = "psd", "exr"
KINDS = (PSD, EXR)
"""The files that layers are written as, by their endings."""

TURNED = "turned"
NO_LIGHTS = np.empty((0, 3))
"""The factors of a layer without light that was shot."""

_STRIP_PIXELS = 1 << 19
_WHITE, _MOST = 65535, np.finfo(np.float16).max
_ROUND = np.float32(0.5)


@dataclass(frozen=True, eq=False)
class LightLayer:
    """One light of a mix.

    Attributes:
        name: as the set calls it; :data:`TURNED` for the one that is turned around.
        factors: float64 ``[K, 3]``, how much of each of the set's pictures it is made of, exposure included; none for a
            lamp.
        is_on: whether the mix holds it. One that is off is as it was shot, as bright as the mix is exposed.
        lamps: float64 ``[L, 8]``, exposure included, if it is a lamp's.
    """

    name: str
    factors: np.ndarray
    is_on: bool
    lamps: np.ndarray = field(default_factory=NO_LAMPS.copy)


def layers_of(light_set: LightSet, mix: Mix, stops: float) -> list[LightLayer]:
    """The lights of a mix, which add up to it, and those that were shot and are off.

    Args:
        light_set: what is mixed.
        mix: its lights are the set's.
        stops: the exposure.
    """
    names, shot = [each.name for each in light_set.shots], still(light_set, mix)
    found = []
    for index, name in enumerate(names):
        row = np.zeros_like(shot)
        is_on = bool(shot[index].any())
        row[index] = 2**stops * (shot[index] if is_on else 1)
        found.append(LightLayer(name, row, is_on))
    turned = factors(light_set, mix) - shot
    if turned.any():
        found.append(LightLayer(TURNED if TURNED not in names else f"{TURNED} around", 2**stops * turned, True))
    return found + _lamp_layers(mix, stops, names)


def _lamp_layers(mix: Mix, stops: float, names: Sequence[str]) -> list[LightLayer]:
    """The lamps that are on, each by itself."""
    rows, found = brighter(lamp_rows(mix), 2**stops), []
    for number, row in enumerate(rows, 1):
        name = f"lamp {number}"
        if row[:3].any():
            found.append(LightLayer(name if name not in names else f"{name} above", NO_LIGHTS, True, row[None]))
    return found


class Layered:
    """A mix in layers, of the photograph's own size.

    Args:
        light_set: what is mixed.
        layers: from :func:`layers_of`.
    """

    def __init__(self, light_set: LightSet, layers: Sequence[LightLayer]) -> None:
        self.layers = layers
        self._set = light_set
        self.photograph, self.matte, self._enlarging = own_size(light_set)
        self._lights = lights_of(light_set) if light_set.kind == GAINS else ()
        self._surface = LitSurface(light_set)

    def linear(self, layer: LightLayer, rows: slice) -> np.ndarray:
        """Some rows of a layer in linear light: float32 ``[rows, W, 3]``, not cut off; those that are on add up."""
        if len(layer.lamps):
            return self._under_lamps(layer.lamps, rows)
        used = [int(index) for index in np.flatnonzero(layer.factors.any(axis=1))]
        if self._set.kind != GAINS:
            return sum(layer.factors[index].astype(np.float32) * self._set.shots[index].values[rows] for index in used)
        own = self.photograph[rows]
        whole = slice(0, own.shape[1])
        luminance = None if self._enlarging is None else log_luminance(own)
        total = np.zeros(own.shape, np.float32)
        for index in used:
            logs = gain_logs(luminance, self._lights[index], self._enlarging, rows, whole)
            total += layer.factors[index].astype(np.float32) * np.exp(np.moveaxis(logs, 0, -1))
        return exr.linear(own) * total

    def _under_lamps(self, lamps: np.ndarray, rows: slice) -> np.ndarray:
        own = self.photograph[rows]
        light = self._surface.at_full_size(lamps, self._enlarging)
        return exr.linear(own) * np.moveaxis(light(rows, slice(0, own.shape[1])), 0, -1)


def offered() -> list[str]:
    """The kinds that can be written here, which needs a package each."""
    return [kind for kind in KINDS if not packages.absent((kind,))]


def check(kinds: Sequence[str]) -> None:
    """Check that layers can be written.

    Raises:
        ICLightError: a package is missing.
    """
    missing = packages.absent(tuple(kinds))
    if missing:
        raise ICLightError(
            f"Layers as {' and '.join(kinds)} need {' and '.join(missing)}, which cannot be loaded. The extension "
            "installs what is missing when the web UI starts: start once without --skip-install, or leave layers out."
        )


def write(path: Path, layered: Layered, picture: np.ndarray) -> None:
    """Write layers beside a result, by the kind that the path ends with.

    Args:
        path: ends with ``.psd`` or ``.exr``.
        layered: the mix's.
        picture: uint8 or uint16 ``[H, W, 3]``, sRGB, the result.

    Raises:
        ICLightError: the format has no room for it.
        OSError: the file cannot be written.
    """
    try:
        if path.suffix == f".{PSD}":
            replacing(path, lambda target: _write_psd(target, layered, picture))
        else:
            replacing_path(path, lambda unfinished: _write_exr(str(unfinished), layered, picture))
    except ValueError as error:
        raise ICLightError(f"The layers cannot be written as {path.suffix[1:]}: {error}. Choose exr.") from error


def _write_exr(path: str, layered: Layered, picture: np.ndarray) -> None:
    """R, G, B are the result; ``light.left.R`` and so on the lights that are on, ``off.top.R`` those that are not."""

    def part(layer: LightLayer) -> exr.Rows:
        return lambda rows: layered.linear(layer, rows).clip(-_MOST, _MOST)

    parts: dict[tuple[str, ...], exr.Rows] = {tuple("RGB"): lambda rows: exr.linear(picture[rows])}
    for layer in layered.layers:
        # A dot would begin a layer within the layer.
        channels = exr.named(name := f"{'light' if layer.is_on else 'off'}.{layer.name.replace('.', '_')}")
        while channels in parts:
            channels = exr.named(name := f"{name}_")
        parts[channels] = part(layer)
    parts[exr.named("photograph")] = lambda rows: exr.linear(layered.photograph[rows])
    parts[exr.named("matte", "A")] = lambda rows: layered.matte[rows].astype(np.float32) / 255
    height, width = layered.matte.shape
    exr.write_colours(path, width, height, parts)


def _write_psd(target: BinaryIO, layered: Layered, picture: np.ndarray) -> None:
    """16 bits a channel in linear light, as the profile says: only there is *Linear Dodge (Add)* the sum of lights.

    What is above 1 in a layer by itself is cut off.
    """
    psd.write_document(target, _encoded(exr.linear(picture)), _psd_layers(layered), linear_profile())


def _psd_layers(layered: Layered) -> Iterator[psd.Layer]:
    """From the bottom: black, on which the lights add up, the lights, and the photograph with the matte, hidden.

    A light that is turned between others takes off light in places, which no layer holds: a second one subtracts it.
    """
    height, width = layered.matte.shape
    yield psd.Layer("Black", np.zeros((height, width), np.uint16))
    for layer in layered.layers:
        pixels, least = _psd_pixels(layered, layer, 1)
        yield psd.Layer(layer.name, pixels, is_visible=layer.is_on, blend="LINEAR_DODGE")
        if least < -1 / _WHITE:
            pixels, _ = _psd_pixels(layered, layer, -1)
            yield psd.Layer(f"{layer.name}, taken off", pixels, is_visible=layer.is_on, blend="SUBTRACT")
    white = np.iinfo(layered.photograph.dtype).max
    own = _encoded(linear_levels(white))[layered.photograph]
    yield psd.Layer("Photograph", own, layered.matte, is_visible=False)


def _psd_pixels(layered: Layered, layer: LightLayer, sign: int) -> tuple[np.ndarray, float]:
    """A layer times 1 or -1, encoded, uint16 ``[H, W, 3]``; and the least that it is before it is cut off."""
    height, width = layered.matte.shape
    pixels, least = np.empty((height, width, 3), np.uint16), 0.0
    for rows in strips(height, max(1, _STRIP_PIXELS // width)):
        linear = sign * layered.linear(layer, rows)
        pixels[rows] = _encoded(linear)
        least = min(least, float(linear.min()))
    return pixels, least


def _encoded(linear: np.ndarray) -> np.ndarray:
    """Linear light with 16 bits, cut off at 0 and 1, rounded: uint16 of the same shape."""
    return (linear.clip(0, 1) * np.float32(_WHITE) + _ROUND).astype(np.uint16)
