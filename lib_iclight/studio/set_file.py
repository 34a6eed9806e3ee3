"""Light sets as files: one safetensors file each, which is opened without being read.

The tensors are the set's arrays; the header's metadata hold the rest as JSON. Every statement of a header is checked
before anything is mapped or allocated.
"""

from __future__ import annotations

import json
import math
import mmap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import numpy as np

from ..errors import ICLightError
from ..files.completing import replacing
from ..light.description import parse
from ..models.header import DAMAGED, LONGEST, HeaderError, extent, header_and_metadata
from ..picture.opening import MAX_PIXELS
from ..support.json_values import compact, mapping, number, shown, well_formed
from .light_set import GAINS, KINDS, FullSize, LightSet, Shot
from .packing import DTYPES, entries_of, header_bytes, in_order

FORMAT = "ic-light-set"
VERSION = 1
ENDING = ".safetensors"

MOST_LIGHTS = 64
MOST_PIXELS = 1 << 24
"""Of a relight; a photograph at its own size has as many as any picture may."""
MOST_BYTES = 4 << 30

_FARTHEST = 1e6
_LONGEST_NAME = 80
_DEEPEST = 32
# The bits of half floats, which grow with their size: infinity, the largest logarithm of a gain (16), and the sign.
_INFINITE, _LARGEST_GAIN, _SIGN = 0x7C00, 0x4C01, 0x8000


def write(path: Path, light_set: LightSet) -> None:
    """Write a set. Its file is there at once and whole, or as it was before.

    Raises:
        ICLightError: the set is none that could be read again: an array has a wrong shape or type, a value is not
            finite, two lights have one name, the recipe is not JSON or too long.
        OSError: the file cannot be written.
    """
    tensors, about = _tensors(light_set), _about(light_set)
    entries = entries_of(tensors)
    _check(path.name, entries, about)
    for name, values in tensors.items():
        _check_values(path.name, about["kind"], name, values)
    metadata = {"format": FORMAT, "version": str(VERSION), "set": _json(path.name, about)}
    header = header_bytes(entries, metadata)
    if len(header) > LONGEST:
        _refuse(path.name, "has a recipe that is too long")

    def content(file: BinaryIO) -> None:
        file.write(header)
        for values in tensors.values():
            file.write(np.ascontiguousarray(values).data)

    replacing(path, content)


def describe(path: Path) -> dict[str, Any]:
    """What a set says about itself, by its header alone: ``kind``, ``lights``, ``ambient``, ``full`` and ``recipe``.

    Besides, ``size`` and ``full_size`` are the ``[height, width]`` of its relights, and of the photograph at its own
    size, None without one.

    Raises:
        ICLightError: as for :func:`read`, values apart.
        OSError: it cannot be opened.
    """
    with path.open("rb") as file:
        header, about, _ = _opened(path.name, file)
    full = header.get("full.matte")
    return {**about, "size": header["matte"]["shape"], "full_size": None if full is None else full["shape"]}


def read(path: Path) -> LightSet:
    """Open a set. Its arrays are views of the mapped file, not to be changed.

    A file that is cut off by another program while it is mapped ends the process; :func:`write` replaces files instead.

    Raises:
        ICLightError: the file is damaged, of another kind or version, too large, or holds values that are none.
        OSError: it cannot be opened.
    """
    with path.open("rb") as file:
        header, about, start = _opened(path.name, file)
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    tensors = {name: _view(mapped, start, entry) for name, entry in header.items()}
    for name, values in tensors.items():
        _check_values(path.name, about["kind"], name, values)
    return _light_set(tensors, about)


def _opened(name: str, file: BinaryIO) -> tuple[dict[str, Any], dict[str, Any], int]:
    """The checked header and description of a set, and where its tensors begin."""
    try:
        header, metadata, start = header_and_metadata(file)
        about = _read_about(name, metadata)
        _check(name, header, about)
    except HeaderError as error:
        _refuse(name, str(error))
    return header, about, start


def _tensors(light_set: LightSet) -> dict[str, np.ndarray]:
    """The arrays by name, those of larger numbers first, so that all are aligned."""
    found = {"photograph": light_set.photograph, "matte": light_set.matte}
    for name, shot in _named(light_set):
        found[name] = shot.values
        if shot.slope is not None:
            found[f"{name}.slope"] = shot.slope
    if light_set.full is not None:
        found |= {"full.photograph": light_set.full.photograph, "full.matte": light_set.full.matte}
    return in_order(found)


def _named(light_set: LightSet) -> Iterator[tuple[str, Shot]]:
    for index, shot in enumerate(light_set.lights):
        yield f"light.{index}", shot
    if light_set.ambient is not None:
        yield "ambient", light_set.ambient


def _about(light_set: LightSet) -> dict[str, Any]:
    """What is not an array."""

    def plain(shot: Shot) -> dict[str, Any]:
        return {"name": shot.name, "light": shot.light.to_dict()}

    full = light_set.full
    return {
        "kind": light_set.kind,
        "lights": [plain(shot) for shot in light_set.lights],
        "ambient": None if light_set.ambient is None else plain(light_set.ambient),
        "full": None if full is None else {"across": [*full.across], "down": [*full.down]},
        "recipe": light_set.recipe,
    }


def _json(name: str, about: Mapping[str, Any]) -> str:
    _check_json(name, about)
    return compact(about)


def _check_json(name: str, about: Any) -> None:
    """Check that a description can be sent on: whoever lists sets gets the good ones in spite of one that cannot."""
    if _is_deep(about):
        _refuse(name, f"has a recipe with more than {_DEEPEST} values one within the other")
    try:
        json.dumps(about, allow_nan=False)
    except (TypeError, ValueError) as error:
        _refuse(name, f"has a recipe that is not JSON: {error}")
    well_formed(about, f"The light set {name}'s description")


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        inner = (each.values() if isinstance(each, Mapping) else each for each in level)
        level = [one for each in inner if not isinstance(each, str) and isinstance(each, Iterable) for one in each]
    return bool(level)


def _read_about(name: str, metadata: Any) -> dict[str, Any]:
    """The metadata as :func:`_about` made them, checked as far as it can be without the tensors."""
    if not isinstance(metadata, dict) or metadata.get("format") != FORMAT:
        _refuse(name, "is no light set but another kind of file", "Choose a file that the light set script wrote.")
    version = metadata.get("version")
    if version != str(VERSION):
        if isinstance(version, str) and version.isdecimal() and len(version) < 6 and int(version) > VERSION:
            _refuse(name, f"is of version {version}, made by a newer IC Light", "Update this one to open it.")
        _refuse(name, f"has the version {shown(version)}")
    try:
        found = json.loads(metadata["set"], parse_constant=_no_number)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ICLightError(_message(name, "has a description that cannot be read")) from error
    _check_json(name, found)
    return dict(mapping(found, f"The light set {name}'s description", ("kind", "lights", "ambient", "full", "recipe")))


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _check(name: str, entries: Mapping[str, Any], about: Mapping[str, Any]) -> None:
    """Check that description and tensors are those of one set, and none too large.

    Raises:
        ICLightError: they are not.
        HeaderError: an entry is damaged.
    """
    lights, kind = about.get("lights"), about.get("kind")
    if kind not in KINDS:
        _refuse(name, f"is a set of {shown(kind)}, not one of {', '.join(KINDS)}")
    if not isinstance(lights, list) or not 1 <= len(lights) <= MOST_LIGHTS:
        _refuse(name, f"has not 1 to {MOST_LIGHTS} lights")
    if not isinstance(about.get("recipe"), Mapping):
        _refuse(name, "has a recipe that is not an object")
    names = [_check_shot(name, shot) for shot in [*lights, *([about["ambient"]] if about.get("ambient") else [])]]
    if len({*names}) != len(names):
        _refuse(name, "has two lights of one name")
    expected = _expected(name, entries, about)
    missing, surplus = sorted(expected.keys() - entries.keys()), sorted(entries.keys() - expected.keys())
    if missing or surplus:
        _refuse(name, f"lacks the part {missing[0]}" if missing else f"has a part that no set has: {shown(surplus[0])}")
    for key, (types, shape) in expected.items():
        dtype, found = str(entries[key].get("dtype"))[:16], entries[key].get("shape")
        if dtype not in types or found != shape or not all(type(side) is int for side in found):
            _refuse(name, f"has a part {key} of {dtype} {shown(found)}, not of {' or '.join(types)} {shape}")
    _check_extents(name, entries)


def _check_shot(name: str, shot: Any) -> str:
    where = f"A light of the set {name}"
    shot = mapping(shot, where, ("name", "light"))
    called = shot.get("name")
    if not isinstance(called, str) or not 0 < len(called) <= _LONGEST_NAME:
        _refuse(name, f"has a light called {shown(called)}")
    parse(shot.get("light"), f"{where}, {shown(called)}")
    return called


def _expected(
    name: str, entries: Mapping[str, Any], about: Mapping[str, Any]
) -> dict[str, tuple[list[str], list[int]]]:
    """The tensors that a set with this description has: their types and shapes."""
    height, width = _sides(name, entries, "photograph", MOST_PIXELS)
    found = {"photograph": (["U8"], [height, width, 3]), "matte": (["U8"], [height, width])}
    shots = [f"light.{index}" for index in range(len(about["lights"]))] + ["ambient"] * bool(about.get("ambient"))
    for shot in shots:
        found[shot] = (["F16"], [height, width, 3])
        if about["kind"] == GAINS:
            found[f"{shot}.slope"] = (["F16"], [height, width])
    if about.get("full") is not None:
        full = mapping(about["full"], f"The light set {name}'s full size", ("across", "down"))
        for axis in ("across", "down"):
            _along(name, full.get(axis))
        tall, wide = _sides(name, entries, "full.photograph", MAX_PIXELS)
        found |= {"full.photograph": (["U8", "U16"], [tall, wide, 3]), "full.matte": (["U8"], [tall, wide])}
    return found


def _sides(name: str, entries: Mapping[str, Any], key: str, most: int) -> tuple[int, int]:
    if key not in entries:
        _refuse(name, f"lacks the part {key}")
    shape = entries[key].get("shape")
    if not isinstance(shape, list) or len(shape) != 3 or not all(type(side) is int and side > 0 for side in shape):
        _refuse(name, f"has a part {key} of the shape {shown(shape)}")
    if shape[0] * shape[1] > most:
        _refuse(name, f"is too large: {key} has {shape[0] * shape[1]:,} pixels, {most:,} at most")
    return shape[0], shape[1]


def _along(name: str, value: Any) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        _refuse(name, f"places its photograph at {shown(value)}")
    where = f"The light set {name}'s full size"
    scale, offset = (number(each, where, -_FARTHEST, _FARTHEST) for each in value)
    if scale <= 0:
        _refuse(name, f"gives its photograph the scale {scale:g}")
    return scale, offset


def _check_extents(name: str, entries: Mapping[str, Any]) -> None:
    """Check that the tensors' bytes are as many as their shapes need, and shared by no two."""
    done = 0
    for entry in sorted(entries.values(), key=extent):
        begin, end = extent(entry)
        if begin < done or end - begin != math.prod(entry["shape"]) * DTYPES[entry["dtype"]].itemsize:
            _refuse(name, DAMAGED)
        done = end
    if done > MOST_BYTES:
        _refuse(name, f"is too large: {done:,} bytes, {MOST_BYTES:,} at most")


def _check_values(name: str, kind: str, key: str, values: np.ndarray) -> None:
    """Check that half floats are finite, and gains not beyond all measure, by their bits: that takes no memory."""
    if values.dtype != np.float16:
        return
    end = _LARGEST_GAIN if kind == GAINS else _INFINITE
    if values.view(np.int16).max() >= end or values.view(np.uint16).max() >= _SIGN + end:
        _refuse(name, f"has a part {key} with values that are no {kind}")


def _view(mapped: mmap.mmap, start: int, entry: Mapping[str, Any]) -> np.ndarray:
    begin, _ = extent(entry)
    values = np.frombuffer(mapped, DTYPES[entry["dtype"]], math.prod(entry["shape"]), start + begin)
    return values.reshape(entry["shape"])


def _light_set(tensors: Mapping[str, np.ndarray], about: Mapping[str, Any]) -> LightSet:
    def shot(key: str, plain: Mapping[str, Any]) -> Shot:
        return Shot(plain["name"], parse(plain["light"]), tensors[key], tensors.get(f"{key}.slope"))

    full = about.get("full")
    if full is not None:
        placed = [(float(scale), float(offset)) for scale, offset in (full["across"], full["down"])]
        full = FullSize(tensors["full.photograph"], tensors["full.matte"], *placed)
    return LightSet(
        about["kind"],
        tensors["photograph"],
        tensors["matte"],
        tuple(shot(f"light.{index}", plain) for index, plain in enumerate(about["lights"])),
        shot("ambient", about["ambient"]) if about.get("ambient") else None,
        about["recipe"],
        full,
    )


def _message(name: str, reason: str, way_out: str = "Copy it again, or shoot the lights again.") -> str:
    return f"The light set {shown(name)} cannot be used: it {reason}. {way_out}"


def _refuse(name: str, *reason: str) -> NoReturn:
    raise ICLightError(_message(name, *reason))
