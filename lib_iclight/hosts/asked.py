"""What the script's arguments ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import ICLightError
from ..request import PICTURES, Request, from_api, from_page, picture_sources
from ..support.json_values import well_formed
from ..ui.accordion import PAGE_FIELDS
from . import xyz_axes


class Asked:
    """The script's arguments: one dict from the API, or the values of the accordion's controls.

    Args:
        args: the arguments.
        gone_astray: tells why they are not what was sent to us, "" where they are.
    """

    def __init__(self, args: Sequence[Any], gone_astray: Callable[[], str] = lambda: ""):
        self._args = args
        self._gone_astray = gone_astray

    def request(self, overrides: Mapping[str, Any]) -> Request:
        """The request, apart from its pictures.

        Args:
            overrides: what X/Y/Z axes have set.

        Raises:
            ICLightError: the request went to another extension, or something in it is wrong.
        """
        astray = self._gone_astray()
        if astray:
            raise ICLightError(astray)
        return xyz_axes.overridden(self._read, overrides)

    def pictures(self) -> dict[str, Any]:
        """The pictures as they were given, by field, once :meth:`request` has found nothing wrong."""
        first = self._args[0] if self._args else None
        return picture_sources(first if isinstance(first, dict) else dict(zip(PAGE_FIELDS, self._args, strict=False)))

    def _read(self, overrides: Mapping[str, Any]) -> Request:
        args = self._args
        # Also what is not used: the host repeats the request in its answer, and cannot send halves of characters.
        well_formed(args, "args")
        first = args[0] if args else None
        if isinstance(first, dict):
            _refuse_more(args)
            return from_api(first, overrides)
        return from_page([*args, *overrides.values()], [*PAGE_FIELDS[: len(args)], *overrides])


def _refuse_more(args: Sequence[Any]) -> None:
    """Refuse a request that sends anything after the dict.

    The host fills in what was not sent with defaults, and sets other controls from the request's ``infotext``, so only
    the picture slots tell. The first of them comes right after the dict.

    Raises:
        ICLightError: something was sent.
    """
    if any(value is not None for name, value in zip(PAGE_FIELDS, args, strict=False) if name in PICTURES):
        raise ICLightError(
            "IC Light takes one dict and nothing after it, but the request's args have more entries. Put all fields "
            "into the one dict."
        )
