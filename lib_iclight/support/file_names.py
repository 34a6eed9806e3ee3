"""Names that users give to files: what every file system that people use takes, and leads out of no folder."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 120
"""The most characters that a name may have."""

RULE = f"Use letters, digits, spaces, dots, hyphens and brackets, and at most {LONGEST} of them."
"""What messages say of a name that is none."""

# What no file system that people use forbids, nor takes for a folder, a drive, a stream or a device.
_NAME = re.compile(r"[^\W_](?:[\w .()\-]*[\w()\-])?")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


def is_name(name: str) -> bool:
    """Whether a file may have this name, without its ending, on every system."""
    return len(name) <= LONGEST and _NAME.fullmatch(name) is not None and not is_device(name)


def is_device(name: str) -> bool:
    """Whether Windows takes the name for one of its devices, whatever it ends with."""
    return _DEVICES.fullmatch(name) is not None


def composed(name: str) -> str:
    """A name with accents as parts of letters.

    Some systems take letters of files' names apart from their accents, which are no letters by themselves.
    """
    return unicodedata.normalize("NFC", name)
