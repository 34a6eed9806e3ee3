"""What all routes have in common: their root, and how the page /docs describes their answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.security import HTTPBasic
from pydantic import BaseModel

ROOT = "/ic-light"
TAG = "IC Light"


class Refusal(BaseModel):
    """Why a request is refused."""

    detail: str


class NamedInDocs(HTTPBasic):
    """Makes the page /docs offer a login; :class:`Access` has checked name and password before this runs."""

    async def __call__(self, request: Request) -> None:
        return None

    # FastAPI resolves annotations given as text by the module's names, which fails for a method: so no text here.
    __call__.__annotations__ = {"request": Request}


def answers(kind: str, *refusals: int) -> dict[str, Any]:
    """That a route answers with a picture of a kind, or with further refusals."""
    return answers_as({f"image/{kind.lower()}": f"A {kind}"}, *refusals)


def answers_as(kinds: dict[str, str], *refusals: int) -> dict[str, Any]:
    """That a route answers with a file of one of several media types, each with its description."""
    described = {"content": {kind: {} for kind in kinds}, "description": "; ".join(kinds.values())}
    return {"response_class": Response, "responses": {200: described, **refused(refusals)}}


def refused(statuses: Sequence[int]) -> dict[int | str, dict[str, Any]]:
    """That a route refuses with these statuses."""
    return {status: {"model": Refusal, "description": "Refused, with the reason"} for status in statuses}
