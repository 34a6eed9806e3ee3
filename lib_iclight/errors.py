"""The one error a user can cause."""

from __future__ import annotations

import json
import traceback

UNPROCESSABLE = 422

_MOST_BYTES = 900
_LENGTHS = (700, 350, 110)
_CUT = " [...] "
_WIDE_SPACES = "\u00a0\u3000"


class ICLightError(Exception):
    """Something the user asked for cannot be done.

    The message names the thing, the reason and the way out. ``status_code`` and ``detail`` sit on the instance
    because the web UI looks for them with ``vars(error)`` when it answers over the API. It sends the message twice, in
    ``detail`` and in ``message``, so one that is :func:`printable` keeps the answer below 2 kB.
    """

    def __init__(self, message: str):
        message = printable(message)
        super().__init__(message)
        self.status_code = UNPROCESSABLE
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
    """A message that can be sent and shown: at most 900 bytes of JSON, :func:`escaped` apart from line breaks.

    A long message loses its middle, because the way out stands at its end.
    """
    for length in _LENGTHS:
        result = "\n".join(map(escaped, _without_middle(text, length).split("\n")))
        if len(json.dumps(result, ensure_ascii=False).encode()) <= _MOST_BYTES:
            break
    return result


def _without_middle(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length // 2]}{_CUT}{text[len(text) - length // 2 :]}"


def shortened(text: str, length: int) -> str:
    """The beginning of a text that has more than ``length`` characters."""
    return text if len(text) <= length else f"{text[: length - 3]}..."


def escaped(text: str) -> str:
    """A text in one line that a page and JSON can hold.

    What does not print is written as Python's escapes: line breaks, marks that turn the direction of writing, and
    lone surrogates, which stand for the bytes of a file's name that are no text.
    """
    return text if text.isprintable() else "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    if character.isprintable() or character in _WIDE_SPACES:
        return character
    return character.encode("unicode_escape").decode("ascii")
