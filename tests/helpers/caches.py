"""What keeps pictures, subjects and latents, each apart from all others."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from lib_iclight.conditioning import LatentCache
from lib_iclight.models.library import ModelLibrary
from lib_iclight.picture.opening import MAX_PIXELS
from lib_iclight.relight import RelightPipeline
from lib_iclight.subject.prepare import SubjectCache
from lib_iclight.support.cache import MEGABYTE, SharedCache


def shared_cache() -> SharedCache:
    return SharedCache(lambda: 512 * MEGABYTE)


def subject_cache(
    cache: SharedCache | None = None,
    max_pixels: Callable[[], int] = lambda: MAX_PIXELS,
    remover_file: Callable[[str], Hashable] = lambda model: None,
) -> SubjectCache:
    """By default one whose background removers have no files that change."""
    return SubjectCache(cache or shared_cache(), max_pixels, remover_file)


def latent_cache(cache: SharedCache | None = None) -> LatentCache:
    return LatentCache(cache or shared_cache())


def relight_pipeline(cache: SharedCache | None = None) -> RelightPipeline:
    """One whose background removers have no files that change."""
    return RelightPipeline(ModelLibrary(), cache or shared_cache(), lambda: MAX_PIXELS, lambda model: None)
