"""Reads the request from the script's arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import ICLightError
from ..request import PICTURES, Request
from ..request_input import from_api, from_page, picture_sources
from ..support.json_values import well_formed
from ..ui.accordion import PAGE_FIELDS
from . import xyz_axes


class Asked:
    """The script's arguments: one dict from the API, or the values of the accordion's controls.

    Args:
        args: the arguments.
        misrouted: returns the error if another extension has received our arguments, else "".
    """

    def __init__(self, args: Sequence[Any], misrouted: Callable[[], str] = lambda: ""):
        self._args = args
        self._misrouted = misrouted

    def request(self, overrides: Mapping[str, Any]) -> Request:
        """The request without its pictures.

        Args:
            overrides: fields set by X/Y/Z axes.

        Raises:
            ICLightError: the request went to another extension, or something in it is wrong.
        """
        problem = self._misrouted()
        if problem:
            raise ICLightError(problem)
        return xyz_axes.overridden(self._read, overrides)

    def pictures(self) -> dict[str, Any]:
        """The pictures as they were given, by field; call :meth:`request` first, which validates them."""
        first = self._args[0] if self._args else None
        return picture_sources(first if isinstance(first, dict) else dict(zip(PAGE_FIELDS, self._args, strict=False)))

    def _read(self, overrides: Mapping[str, Any]) -> Request:
        args = self._args
        # Unused values too: the host repeats the request in its answer, and cannot send lone surrogates.
        well_formed(args, "args")
        first = args[0] if args else None
        if isinstance(first, dict):
            _refuse_more(args)
            return from_api(first, overrides)
        return from_page([*args, *overrides.values()], [*PAGE_FIELDS[: len(args)], *overrides])


def _refuse_more(args: Sequence[Any]) -> None:
    """Refuse a request that sends anything after the dict.

    The host fills in defaults for what was not sent, and sets other controls from the request's ``infotext``, so only
    values for picture slots prove that something was sent. The first slot comes right after the dict.

    Raises:
        ICLightError: something was sent.
    """
    if any(value is not None for name, value in zip(PAGE_FIELDS, args, strict=False) if name in PICTURES):
        raise ICLightError(
            "IC Light takes one dict and nothing after it, but the request's args have more entries. Put all fields "
            "into the one dict."
        )
