"""Checks values parsed from JSON, with messages that name the key, and writes values as canonical JSON."""

from __future__ import annotations

import json
import re
import reprlib
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import ICLightError, shortened

_LINE = 80
_MOST_DIGITS = 40
# The folders of an absolute path: from the root, a drive or a share up to the last name.
_FOLDERS = re.compile(r"""(?<![\w/.~])(?:[A-Za-z]:[\\/]+|\\+|/(?!/))(?:[^\\/:*?"'<>|()\n]+[\\/]+)+""")


def mapping(value: Any, where: str, keys: Sequence[str]) -> Mapping[str, Any]:
    """The value, checked to be a mapping with no keys other than these.

    Raises:
        ICLightError: it is something else, or has another key; the message begins with ``where``.
    """
    if not isinstance(value, Mapping):
        raise ICLightError(f"{where} must be an object with the keys {', '.join(keys)}; not {shown(value)}.")
    for key in value:
        if key not in keys:
            raise ICLightError(f"{where} has no key {shown(key)}. Its keys are: {', '.join(keys)}.")
    return value


def json_object(text: str, where: str) -> Any:
    """Parse a JSON text.

    Raises:
        ICLightError: it is not JSON.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ICLightError(f"{where} must be JSON, but its text cannot be read: {error}.") from error


def number(value: Any, where: str, low: float, high: float) -> float:
    """The value as a float, checked to be a number from ``low`` to ``high``; true and false are not numbers.

    Raises:
        ICLightError: it is something else; the message begins with ``where``.
    """
    # NaN compares false with everything, so it is refused like the infinities.
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not low <= value <= high:
        raise ICLightError(f"{where} must be a number from {low:g} to {high:g}, not {shown(value)}.")
    return float(value)


def shown(value: Any) -> str:
    """A value as messages show it: one line at most; long values are not written out in full first."""
    return shortened(_short.repr(value), _LINE)


def without_folders(text: str) -> str:
    """A message of a library or the system, with absolute paths reduced to their last names."""
    return _FOLDERS.sub("", text)


class _Short(reprlib.Repr):
    """Writes only the beginning of long and deep values."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 4
        self.maxlist = self.maxtuple = self.maxdict = _LINE // 2
        self.maxother = _LINE

    def repr_str(self, x: str, level: int) -> str:
        return repr(x[: _LINE + 1])

    def repr_int(self, x: int, level: int) -> str:
        # Python refuses to write out numbers with thousands of digits.
        return repr(x) if abs(x) < 10**_MOST_DIGITS else "a number of many digits"

    def repr_dict(self, x: dict[Any, Any], level: int) -> str:
        if level <= 0:
            return "{...}"
        first = list(zip(x.items(), range(self.maxdict)))
        pairs = [f"{self.repr1(key, level - 1)}: {self.repr1(value, level - 1)}" for (key, value), _ in first]
        return f"{{{', '.join(pairs)}}}"


_short = _Short()


def well_formed(value: Any, where: str) -> None:
    """Check that a text, or every text in lists and mappings, is valid Unicode.

    JSON can encode half a character (a lone surrogate), which cannot be written to a file, picture or answer.

    Raises:
        ICLightError: one holds a lone surrogate; the message begins with ``where`` and the keys that lead there.
    """
    waiting = [(value, where)]
    while waiting:
        value, where = waiting.pop()
        if isinstance(value, Mapping):
            waiting += [(key, f"A key of {where}") for key in value]
            waiting += [(inner, f"{where}.{shown(key)[1:-1]}") for key, inner in value.items()]
        elif isinstance(value, (list, tuple)):
            waiting += [(inner, f"{where}[{index}]") for index, inner in enumerate(value)]
        elif isinstance(value, str) and not _is_whole(value):
            raise ICLightError(f"{where} contains half a character (a lone surrogate). Send valid Unicode.")


def _is_whole(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def compact(value: Any) -> str:
    """Canonical JSON: keys in their given order, no spaces, whole numbers without a fraction."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def plain_number(value: float, decimals: int = 3) -> int | float:
    """A number for canonical JSON: rounded to ``decimals``, whole numbers as integers."""
    rounded = round(value, decimals)
    return int(rounded) if rounded == int(rounded) else rounded
