"""A result made again from its painting, without the model: in another exposure, as the others of a set have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from .developing import OutputOptions
from .models.library import ModelFile
from .relight import Plan, RelightPipeline, finish
from .request import PHOTOGRAPH, Request
from .restore.developed import Developed
from .restore.exposure import NO_EXPOSURE, Exposure, exposure_of
from .restore.relighting import light_of
from .subject.background_removal import BackgroundRemover
from .subject.prepare import Subject


def plan_again(
    pipeline: RelightPipeline, request: Request, sources: Mapping[str, Sequence[Any]], remover: BackgroundRemover
) -> Plan:
    """The plan of a run that was done, for its result alone: it names no model, as none runs.

    Args:
        pipeline: keeps pictures and cut-outs from run to run.
        request: what was asked for, without its pictures.
        sources: the given pictures, undecoded, by the request's field; the foreground is one of them.
        remover: cuts the subject out if requested.

    Raises:
        ICLightError: see :meth:`lib_iclight.relight.RelightPipeline.plan`.
    """
    return pipeline.plan(request, sources, False, _no_model, remover)


def developed_again(plan: Plan, painting: np.ndarray, exposure: Exposure, output: OutputOptions) -> Developed:
    """The result of a painting that was made under a plan.

    Args:
        plan: from :func:`plan_again`, with one subject.
        painting: uint8 ``[h, w, 3]``, the model's picture, before anything was done to it.
        exposure: what the light is multiplied by.
        output: what the host has and allows.

    Returns:
        The result; its ``found`` is the exposure that the painting's light has by itself.
    """
    return finish(plan, plan.subjects[0], painting, replace(output, exposure=exposure))


def exposure_found(plan: Plan, subject: Subject, painting: np.ndarray) -> Exposure | None:
    """The exposure of a painting's light as the run puts it on the photograph, before anything is made of it.

    Args:
        plan: of the run.
        subject: the one that was relit, framed as in the run.
        painting: uint8 ``[h, w, 3]``.

    Returns:
        See :func:`lib_iclight.restore.exposure.exposure_of`.
    """
    if plan.request.result != PHOTOGRAPH:
        return finish(plan, subject, painting, OutputOptions(exposure=NO_EXPOSURE)).found
    height, width = painting.shape[:2]
    matte = subject.matte(width, height)
    return exposure_of(light_of(subject.own(width, height), painting, matte, plan.request.taken), matte)


def _no_model(request: Request) -> Callable[[], ModelFile]:
    return lambda: ModelFile(Path(), request.model, None, None)
