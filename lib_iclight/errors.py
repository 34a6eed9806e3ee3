"""The one error a user can cause."""

from __future__ import annotations

import json
import traceback

UNPROCESSABLE = 422

_MOST_BYTES = 900
_LENGTHS = (700, 350, 110)
_CUT = " [...] "


class ICLightError(Exception):
    """Something the user asked for cannot be done.

    The message names the thing, the reason and the way out. ``status_code`` and ``detail`` sit on the instance
    because the web UI looks for them with ``vars(error)`` when it answers over the API. It sends the message twice, in
    ``detail`` and in ``message``, so one that is :func:`printable` keeps the answer below 2 kB.
    """

    def __init__(self, message: str, status_code: int = UNPROCESSABLE):
        message = printable(message)
        super().__init__(message)
        self.status_code = status_code
        self.detail = message


class InterruptedRunError(ICLightError):
    """The user pressed Interrupt while something of ours took its time."""

    def __init__(self) -> None:
        super().__init__("IC Light was interrupted before the subject was ready. Generate again to go on.")


def release(error: BaseException | None) -> None:
    """Let go of what the functions held that an error has ended: a body, a picture.

    Web UIs keep errors, and one that has come out of a thread is part of a circle, which would hold it until the next
    garbage collection.
    """
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__


def printable(text: str) -> str:
    """A message as it can be sent and shown: at most 900 bytes of JSON, and no character that UTF-8 does not have.

    Characters that do not print are escaped as Python does it; a long message loses its middle, because the way out
    stands at its end.
    """
    for length in _LENGTHS:
        result = "".join(map(_escaped, _shortened(text, length)))
        if len(json.dumps(result, ensure_ascii=False).encode()) <= _MOST_BYTES:
            break
    return result


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length // 2]}{_CUT}{text[len(text) - length // 2 :]}"


def _escaped(character: str) -> str:
    if character.isprintable() or character in "\n\u00a0\u3000":
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
