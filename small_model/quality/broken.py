"""Breaks the product on purpose, in the four ways that matter, to show that the measures notice."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock


@contextmanager
def _fresh_latents() -> Iterator[Any]:
    """Keep latents of normal and broken runs apart; yields the product's hooks."""
    from lib_iclight.hosts import page_script
    from lib_iclight.relight import RelightPipeline
    from lib_iclight.support.cache import MEGABYTE, SharedCache

    hooks = page_script.hooks()
    pipeline = hooks.pipeline
    kept = pipeline.latents, pipeline.pictures
    cache = SharedCache(lambda: 512 * MEGABYTE)
    fresh = RelightPipeline(pipeline.library, cache, pipeline.max_pixels, lambda model: None)
    pipeline.latents, pipeline.pictures = fresh.latents, fresh.pictures
    try:
        yield hooks
    finally:
        pipeline.latents, pipeline.pictures = kept


@contextmanager
def flipped_gradient() -> Iterator[None]:
    """Rotate the light map by 180 degrees."""
    from lib_iclight.hosts import sampling as module

    def turned(make: Callable[..., Any]) -> Callable[..., Any]:
        def start_layer(*args: Any, **kwargs: Any) -> Any:
            layer = make(*args, **kwargs)
            return dataclasses.replace(layer, draw=lambda w, h: layer.draw(w, h)[::-1, ::-1].copy())

        return start_layer

    with _fresh_latents(), mock.patch.object(module, "start_layer", turned(module.start_layer)):
        yield


@contextmanager
def swapped_layers() -> Iterator[None]:
    """Put the background before the subject in ``c_concat``."""
    from lib_iclight.hosts import sampling as module

    right = module.condition_layers

    with _fresh_latents(), mock.patch.object(module, "condition_layers", lambda *args: right(*args)[::-1]):
        yield


@contextmanager
def black_for_grey() -> Iterator[None]:
    """Put the subject on 0 instead of 127."""

    from lib_iclight.picture import arrays

    with mock.patch.object(arrays, "GREY", 0), _fresh_latents():
        yield


@contextmanager
def no_offsets() -> Iterator[None]:
    """Widen the UNet with zeros, without adding the offsets."""
    with _fresh_latents() as hooks:
        right = hooks.host.relight

        def relight(sd_model: Any, offsets: Any, c_concat: Any) -> None:
            zeros = {name: tensor * 0 for name, tensor in offsets.tensors.items()}
            right(sd_model, dataclasses.replace(offsets, tensors=zeros, content=f"{offsets.content}-zero"), c_concat)

        with mock.patch.object(hooks.host, "relight", relight):
            yield
