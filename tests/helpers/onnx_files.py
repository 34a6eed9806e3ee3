"""Background removers as ONNX files, written without the onnx package: one convolution that finds bright pixels.

The few messages of the format are written by hand; the numbers are those of the fields in ``onnx.proto``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

Side = int | str
"""A side of the pictures that a network takes: in pixels, or a name for any."""

_IR_VERSION, _OPSET = 8, 13
_FLOAT, _HALF, _INTS = 1, 10, 7


def _varint(value: int) -> bytes:
    result = bytearray()
    while value > 0x7F:
        result.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*result, value])


def _field(number: int, value: int | bytes | str) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    content = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _kind(half: bool) -> int:
    return _HALF if half else _FLOAT


def _tensor(name: str, values: np.ndarray, half: bool) -> bytes:
    sides = b"".join(_field(1, side) for side in values.shape)
    numbers = values.astype("<f2" if half else "<f4").tobytes()
    return sides + _field(2, _kind(half)) + _field(8, name) + _field(9, numbers)


def _value(name: str, shape: Sequence[Side], half: bool) -> bytes:
    sides = b"".join(_field(1, _field(1 if isinstance(side, int) else 2, side)) for side in shape)
    return _field(1, name) + _field(2, _field(1, _field(1, _kind(half)) + _field(2, sides)))


def _node(kind: str, inputs: Sequence[str], output: str, **attributes: Sequence[int]) -> bytes:
    made = b"".join(_field(1, name) for name in inputs) + _field(2, output) + _field(4, kind)
    for name, numbers in attributes.items():
        made += _field(5, _field(1, name) + b"".join(_field(8, one) for one in numbers) + _field(20, _INTS))
    return made


def finder_of_brightness(
    path: Path, side: Side, *, logits: bool = False, channels: int = 1, gain: float = 9.0, half: bool = False
) -> Path:
    """Write a network that takes normalised colours ``[1, 3, side, side]`` and gives ``[1, channels, side, side]``.

    Args:
        path: the file.
        side: of its pictures.
        logits: whether to leave out the sigmoid, like BiRefNet.
        channels: 1 finds bright pixels; of several, the first finds dark and the second bright pixels.
        gain: how steep it is around the mean colour; 0 returns the same everywhere.
        half: whether it is in half precision.
    """
    weights = np.zeros((channels, 3, 3, 3), np.float32)
    weights[0] = -gain / 27
    weights[min(channels - 1, 1)] = gain / 27
    nodes = [_node("Conv", ["picture", "weights"], "alpha" if logits else "raw", pads=[1, 1, 1, 1])]
    if not logits:
        nodes.append(_node("Sigmoid", ["raw"], "alpha"))
    taken, given = _value("picture", [1, 3, side, side], half), _value("alpha", [1, channels, side, side], half)
    graph = b"".join(_field(1, node) for node in nodes) + _field(2, "finder")
    graph += _field(5, _tensor("weights", weights, half)) + _field(11, taken) + _field(12, given)
    path.write_bytes(_field(1, _IR_VERSION) + _field(7, graph) + _field(8, _field(1, "") + _field(2, _OPSET)))
    return path
