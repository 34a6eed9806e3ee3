"""The exception for everything a user can get wrong, and what keeps its message printable."""

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

    The message names the problem, the reason and the remedy. ``status_code`` and ``detail`` are set on the instance
    because the web UI looks for them with ``vars(error)`` when it answers over the API. It sends the message twice, as
    ``detail`` and as ``message``; :func:`printable` keeps the whole answer below 2 kB.
    """

    def __init__(self, message: str):
        message = printable(message)
        super().__init__(message)
        self.status_code = UNPROCESSABLE
        self.detail = message


class InterruptedRunError(ICLightError):
    """The user pressed Interrupt. The message is for a subject that was being prepared; elsewhere it is not shown."""

    def __init__(self) -> None:
        super().__init__("IC Light was interrupted before the subject was ready. Generate again to go on.")


def release(error: BaseException | None) -> None:
    """Free the local variables (request bodies, pictures) that an error's traceback keeps alive.

    Web UIs keep errors, and an error raised in a thread is part of a reference cycle, which would keep them until the
    next garbage collection.
    """
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__


def printable(text: str) -> str:
    """A message that can be sent and shown: at most 900 bytes of JSON, :func:`escaped` apart from line breaks.

    A long message is cut in the middle, because the remedy is at its end.
    """
    for length in _LENGTHS:
        result = "\n".join(map(escaped, _without_middle(text, length).split("\n")))
        if len(json.dumps(result, ensure_ascii=False).encode()) <= _MOST_BYTES:
            break
    return result


def _without_middle(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length // 2]}{_CUT}{text[len(text) - length // 2 :]}"


def shortened(text: str, length: int) -> str:
    """The text, truncated to ``length`` characters."""
    return text if len(text) <= length else f"{text[: length - 3]}..."


def escaped(text: str) -> str:
    """A text on one line that is safe in HTML pages and JSON.

    Unprintable characters become Python escapes: line breaks, marks that change the direction of writing, and lone
    surrogates, which stand for bytes of a file name that do not decode.
    """
    return text if text.isprintable() else "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    if character.isprintable() or character in _WIDE_SPACES:
        return character
    return character.encode("unicode_escape").decode("ascii")
