"""The plan of one run: which picture is the subject, what conditions the UNet, what the sampler starts from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .conditioning import LatentCache, LazyImage, paste_subject
from .developing import DEFAULT_OUTPUT, OutputOptions, check_own_background, check_size, developed
from .errors import ICLightError
from .light import maps
from .light.description import LightDescription
from .models.library import ModelFile, ModelLibrary
from .picture import arrays, scaling
from .request import PHOTOGRAPH, PICTURES, Request
from .restore.developed import Developed
from .restore.exposure import exposed_pixels, exposure_of
from .restore.keeping import keep
from .restore.relighting import LightTaken, light_of
from .subject.background_removal import BackgroundRemover
from .subject.prepare import Framing, Subject, SubjectCache
from .support.cache import SharedCache

INIT, MASK = "init", "mask"
"""The names of img2img's pictures and mask, used alongside the request's picture fields."""

FindModel = Callable[[Request], Callable[[], ModelFile]]
"""Finds the file of a request's offsets, or refuses one that is missing. What it returns gives the file, once it has
arrived where it is missing and may be downloaded."""


@dataclass(frozen=True)
class Roles:
    """Which of the given pictures plays which role in a run.

    Pictures are named by the request's field, :data:`INIT` or :data:`MASK`.

    Attributes:
        subject: what is relit, "foreground" or :data:`INIT`.
        light_map: what serves as the light map, or None.
        background: fbc's background picture, or None.
    """

    subject: str
    light_map: str | None = None
    background: str | None = None

    def opened(
        self, sources: Mapping[str, Sequence[Any]], open_picture: Callable[[Any, str], arrays.Picture]
    ) -> dict[str, list[arrays.Picture]]:
        """Open the pictures that the run uses, and no others.

        Args:
            sources: what was given under each name; only the subject uses more than the first.
            open_picture: opens one; its second argument is what messages call the picture ("light map").

        Raises:
            ICLightError: one of them cannot be read.
        """
        found = {}
        for name, words in ((self.light_map, "light map"), (self.background, "background")):
            if name is not None:
                found[name] = [open_picture(sources[name][0], words)]
        words = "img2img picture" if self.subject == INIT else self.subject
        found[self.subject] = [open_picture(source, words) for source in sources[self.subject]]
        return found


@dataclass(frozen=True, eq=False)
class Plan:
    """What a run will do. Made before sampling, so that user errors show before any work is done.

    Attributes:
        request: what was asked for.
        model: the IC-Light model file.
        subjects: one, or one for each picture of an img2img batch.
        from_init: whether the subject is the img2img picture.
        light: name of the light that makes the starting latents or the background; "none" without one, "editor" for
            a light description.
        map: the picture that serves as the light map, or None.
        background: fbc's background picture as it was given, None for a gradient.
    """

    request: Request
    model: ModelFile
    subjects: tuple[Subject, ...]
    from_init: bool
    light: str
    map: arrays.Picture | None
    background: arrays.Picture | None

    @property
    def lit_by_mask(self) -> bool:
        """Whether img2img's mask is the light map, and so does not limit what is repainted."""
        return self.light == "mask" and self.map is not None

    @property
    def has_start(self) -> bool:
        """Whether the sampler starts from our latents rather than the host's."""
        if self.request.mode == "fbc":
            return False
        return self.light != "none" or self.request.reinforce_foreground > 0


class RelightPipeline:
    """Makes the plan of a run, and holds what outlives a run: the model library and the caches.

    Args:
        library: loads the offsets.
        cache: holds pictures, subjects and latents.
        max_pixels: returns the most pixels that a picture may have.
        remover_file: identifies the content of a background remover's file.
    """

    def __init__(
        self,
        library: ModelLibrary,
        cache: SharedCache,
        max_pixels: Callable[[], int],
        remover_file: Callable[[str], Hashable],
    ) -> None:
        self.library = library
        self.max_pixels = max_pixels
        self.pictures = SubjectCache(cache, max_pixels, remover_file)
        self.latents = LatentCache(cache)

    def plan(
        self,
        request: Request,
        sources: Mapping[str, Sequence[Any]],
        is_img2img: bool,
        find_model: FindModel,
        remover: BackgroundRemover,
    ) -> Plan:
        """Make the plan of a run.

        Args:
            request: what was asked for, without its pictures; the plan's request has those in use.
            sources: the given pictures, undecoded, by the request's field, :data:`INIT` or :data:`MASK`.
            is_img2img: whether the run is img2img's.
            find_model: finds the IC-Light model file.
            remover: cuts the subject out if requested.

        Raises:
            ICLightError: something is missing or does not fit together, a picture cannot be read, or the subject cannot
                be cut out.
        """
        # The order: first what is missing, be it a picture or the model, and what does not fit together; then pictures
        # are opened, and only those that are used; then the subject is cut out. A model that is to be downloaded comes
        # last, so that nobody waits for it only to be refused.
        roles = assign_roles(request, sources, is_img2img)
        get_model = find_model(request)
        check_light(request, roles)
        check_size(request, roles.background is not None)
        opened = roles.opened(sources, self.pictures.picture)
        request = replace(request, **{name: opened[name][0] for name in PICTURES if name in opened})
        check_own_background(request, opened[roles.subject])
        light_map = arrays.as_light_map(opened[roles.light_map][0]) if roles.light_map else None
        background = opened[roles.background][0] if roles.background else None
        framing = Framing(request.placement)
        subjects = tuple(self.subject(request, picture, remover).framed(framing) for picture in opened[roles.subject])
        light = _light(request, roles)
        return Plan(request, get_model(), subjects, roles.subject == INIT, light, light_map, background)

    def subject(self, request: Request, picture: arrays.Picture, remover: BackgroundRemover) -> Subject:
        """The subject of a picture, cut out as the request says.

        Args:
            request: what was asked for.
            picture: the picture with the subject in it.
            remover: cuts the subject out if requested.

        Raises:
            ICLightError: see :meth:`lib_iclight.subject.prepare.SubjectCache.subject`.
        """
        return self.pictures.subject(picture, request.remove_background, request.matting_model, remover, request.edge)


def finish(plan: Plan, subject: Subject, pixels: np.ndarray, output: OutputOptions = DEFAULT_OUTPUT) -> Developed:
    """What is done to one result: the photograph put in its light, or details restored and colours kept.

    Args:
        plan: of the run.
        subject: the one that was relit, framed as in the run.
        pixels: uint8 ``[H, W, 3]``.
        output: what the host has and allows for a photograph.

    Returns:
        The result; its picture is ``pixels`` itself if nothing was asked for.
    """
    request = plan.request
    if request.result == PHOTOGRAPH:
        return developed(request, subject, plan.background, pixels, output)
    is_kept = bool(request.restore_details or request.keep_colours)
    if not is_kept and output.exposure is None:
        return Developed(pixels)
    height, width = pixels.shape[:2]
    own, matte = subject.own(width, height), subject.matte(width, height)
    kept = request.restore_details, request.keep_colours, request.details_radius
    made = keep(pixels, own, matte, *kept) if is_kept else pixels
    if output.exposure is None:
        return Developed(made)
    found = exposure_of(light_of(own, made, matte, LightTaken()), matte)
    return Developed(exposed_pixels(made, output.exposure), found=found)


def condition_layers(plan: Plan, subject: Subject) -> list[LazyImage]:
    """What is encoded into ``c_concat``: the subject and, for fbc, the background."""
    layers = [LazyImage(("subject", subject.digest, subject.framing), subject.pixels)]
    if plan.request.mode == "fbc":
        layers.append(_background_layer(plan))
    return layers


def start_layer(plan: Plan, subject: Subject) -> LazyImage | None:
    """What is encoded into the starting latents, None if the host's own are kept."""
    if not plan.has_start:
        return None
    strength = plan.request.reinforce_foreground
    light = _map_layer(plan)
    if not strength:
        return light

    def draw(width: int, height: int) -> np.ndarray:
        pixels = light.draw(width, height)
        return paste_subject(pixels, subject.pixels(width, height), subject.matte(width, height), strength)

    return LazyImage(("reinforced", light.key, subject.digest, subject.framing, strength), draw)


def grey_layer() -> LazyImage:
    """Flat grey 127: neither light nor shadow."""
    return LazyImage(("grey",), lambda width, height: np.full((height, width, 3), arrays.GREY, np.uint8))


def _map_layer(plan: Plan) -> LazyImage:
    if plan.map is not None:
        return _picture_layer("map", plan.map)
    # Without a light, the subject is reinforced on neutral grey.
    light = "ambient" if plan.request.light == "none" else plan.request.light
    return _light_layer(light if isinstance(light, LightDescription) else maps.preset(light))


def _background_layer(plan: Plan) -> LazyImage:
    if plan.background is not None:
        return _picture_layer("background", plan.background, plan.request.flip_background)
    light, strength = plan.request.light, plan.request.light_strength
    if plan.map is not None:
        inner = _picture_layer("map", plan.map)
    else:
        inner = _light_layer(light if isinstance(light, LightDescription) else maps.preset(light, background=True))
    return LazyImage((inner.key, strength), lambda w, h: maps.with_contrast(inner.draw(w, h), strength))


def _light_layer(light: LightDescription) -> LazyImage:
    return LazyImage(("light", light), lambda width, height: maps.render(light, width, height))


def _picture_layer(role: str, picture: arrays.Picture, flipped: bool = False) -> LazyImage:
    """A light map or background; transparent parts become grey."""

    def draw(width: int, height: int) -> np.ndarray:
        source = arrays.mirrored(picture) if flipped else picture
        return scaling.cover_crop(arrays.on_grey(source.rgb, source.alpha), width, height)

    return LazyImage((role, picture.digest, flipped), draw)


def assign_roles(request: Request, given: Collection[str], is_img2img: bool) -> Roles:
    """Decide which pictures a run uses, and for what.

    If there is a foreground, img2img's picture becomes the light map or, for fbc, the background.

    Args:
        request: what was asked for; its own pictures are ignored.
        given: the names of the given pictures.
        is_img2img: whether this is an img2img run.

    Raises:
        ICLightError: a picture is missing.
    """
    subject = _subject(given, is_img2img)
    is_fbc = request.mode == "fbc"
    if is_fbc and "background" in given:
        return Roles(subject, background="background")
    spare = INIT if subject != INIT and INIT in given else None
    if request.light == "mask":
        _require_mask(given, is_img2img)
        return Roles(subject, light_map=MASK)
    if request.light == "custom":
        name = "light_map" if "light_map" in given or is_fbc else spare
        _require_map(name, given)
        return Roles(subject, light_map=name)
    if request.light == "none" and spare is not None:
        return Roles(subject, **{"background" if is_fbc else "light_map": spare})
    return Roles(subject)


def check_light(request: Request, roles: Roles) -> None:
    """Check that fbc has something to put behind the subject.

    Raises:
        ICLightError: it has neither a background nor a light.
    """
    if request.mode == "fbc" and request.light == "none" and roles.background is None:
        raise ICLightError(
            "The mode fbc needs a background or a light. Drop a background picture into the IC Light accordion "
            "(over the API: the field 'background'), or choose a light, which makes a plain one."
        )


def _subject(given: Collection[str], is_img2img: bool) -> str:
    if "foreground" in given:
        return "foreground"
    if INIT in given:
        return INIT
    if not is_img2img:
        raise ICLightError(
            "IC Light has no foreground. Drop a picture of the subject into the IC Light accordion "
            "(over the API: the field 'foreground'), or turn IC Light off."
        )
    raise ICLightError(
        "IC Light has no subject. Give img2img a picture, or drop one into the IC Light accordion "
        "(over the API: init_images or the field 'foreground'), or turn IC Light off."
    )


def _require_map(name: str | None, given: Collection[str]) -> None:
    if name not in given:
        raise ICLightError(
            "The light is custom, but there is no light map. Drop one into the slot 'Light map' "
            "(over the API: the field 'light_map'), or choose another light."
        )


def _require_mask(given: Collection[str], is_img2img: bool) -> None:
    if MASK in given:
        return
    if not is_img2img:
        raise ICLightError(
            "The light is mask, but txt2img has no mask. Use img2img, or choose another light; the light custom takes "
            "a picture as the light map."
        )
    raise ICLightError(
        "The light is mask, but there is no mask. Paint one in img2img's Inpaint tab (over the API: img2img's "
        "field 'mask'), or choose another light."
    )


def _light(request: Request, roles: Roles) -> str:
    """The name of the light; "custom" if img2img's picture serves as the light map."""
    if roles.light_map is None:
        return request.light_name
    return "mask" if roles.light_map == MASK else "custom"
