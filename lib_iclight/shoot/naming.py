"""Names of results: by a pattern, safe on every system, and never those of other files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping

from ..errors import ICLightError
from ..support.file_names import is_device
from ..support.json_values import shown, well_formed

PATTERN = "[folder]/[source]-[look]"
"""The pattern if none is given: sub-folders are kept."""

FIELDS: Mapping[str, str] = {
    "source": "the picture's name without its ending",
    "folder": "the sub-folder that the picture is in, nothing if in none",
    "look": "the look's name",
    "seed": "the seed",
    "number": "the picture's number, from 0001",
}
"""What a pattern may name in square brackets, and what that is."""

_FIELD = re.compile(r"\[([^\[\]]*)\]")
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f\ud800-\udfff]')
# Of 255 bytes that file systems allow, some are left for a number and an ending.
_MOST_BYTES, _DIGEST = 200, 8


def check(pattern: str) -> None:
    """Check a pattern.

    Raises:
        ICLightError: it names something unknown, leads out of the folder, or has no name for a file.
    """
    well_formed(pattern, "The pattern of names")
    for field in _FIELD.findall(pattern):
        if field not in FIELDS:
            fields = ", ".join(f"[{name}]" for name in FIELDS)
            raise ICLightError(f"The pattern of names has {shown(f'[{field}]')}, which is unknown. Use {fields}.")
    parts = pattern.split("/")
    if pattern.startswith(("/", "\\")) or any(part.strip() in ("..", ".") for part in re.split(r"[/\\]", pattern)):
        raise ICLightError(f"The pattern of names {shown(pattern)} leads out of the folder of the results.")
    if not parts[-1].strip() or parts[-1].strip() == "[folder]":
        raise ICLightError(f"The pattern of names {shown(pattern)} must end with a file's name, such as [source].")


def stem(pattern: str, values: Mapping[str, str]) -> str:
    """The name of a result, without ending, with ``/`` between sub-folders.

    Args:
        pattern: checked by :func:`check`.
        values: of all of :data:`FIELDS`; only that of ``folder`` may have sub-folders.
    """
    flat = {name: value if name == "folder" else value.replace("/", "_") for name, value in values.items()}
    filled = _FIELD.sub(lambda match: flat[match[1]], pattern)
    return "/".join(safe(part) for part in filled.split("/") if part.strip())


def safe(part: str) -> str:
    """A file's or folder's name that every system takes, as near to the given one as can be."""
    result = _FORBIDDEN.sub("_", part).lstrip().rstrip(". \t")
    result = re.sub(r"^\.+", "_", result) or "_"
    if is_device(result):
        result = f"_{result}"
    if len(result.encode()) <= _MOST_BYTES:
        return result
    digest = hashlib.sha256(result.encode()).hexdigest()[:_DIGEST]
    return f"{result.encode()[: _MOST_BYTES - _DIGEST - 1].decode(errors='ignore').rstrip()}~{digest}"


def free(name: str, ending: str, is_taken: Callable[[str], bool]) -> str:
    """A name with its ending that is not taken: with a number where others have it.

    Args:
        name: without ending, with ``/`` between sub-folders.
        ending: ``.png``.
        is_taken: whether another file has a name.
    """
    number, found = 1, f"{name}{ending}"
    while is_taken(found):
        number += 1
        found = f"{name}-{number}{ending}"
    return found
