"""The plan of one run: which picture is the subject, what conditions the UNet, what the sampler starts from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .conditioning import LatentCache, LazyImage, on_map
from .errors import ICLightError
from .light import maps
from .light.description import LightDescription
from .models.library import ModelFile, ModelLibrary
from .picture import arrays, opening, scaling
from .request import PHOTOGRAPH, PICTURES, Request
from .restore.colour import keep_colours
from .restore.detail import restore_details
from .restore.photograph import in_new_light
from .subject.background_removal import BackgroundRemover
from .subject.prepare import Framing, Subject, SubjectCache
from .support.cache import SharedCache

INIT, MASK = "init", "mask"
"""What img2img's pictures and its mask are called beside the request's picture fields."""


@dataclass(frozen=True)
class Parts:
    """Which of the given pictures plays which part in a run.

    Pictures are named by the request's field, :data:`INIT` or :data:`MASK`.

    Attributes:
        subject: what is relit, "foreground" or :data:`INIT`.
        light_map: what serves as the light map, None without one.
        background: fbc's background picture, None without one.
    """

    subject: str
    light_map: str | None = None
    background: str | None = None

    def opened(
        self, sources: Mapping[str, Sequence[Any]], open_picture: Callable[[Any, str], arrays.Picture]
    ) -> dict[str, list[arrays.Picture]]:
        """Open the pictures that play a part, and no others.

        Args:
            sources: what was given under each name; of several only the subject uses all.
            open_picture: opens one; the second argument is what the picture is to the user ("light map").

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
    """What a run will do. Drawn up before sampling, so that everything a user can get wrong shows then.

    Attributes:
        request: what was asked for.
        model: the offsets' file.
        subjects: one, or one for each picture of an img2img batch.
        from_init: whether the subject is the img2img picture.
        light: name of the light that makes the starting latents or the background, "none" without one, "editor" for
            a description.
        map: the picture that serves as light map, if the light is one.
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
        """Whether img2img's mask is the light map, so that it says nothing about what is repainted."""
        return self.light == "mask" and self.map is not None

    @property
    def has_start(self) -> bool:
        """Whether the sampler starts from latents of ours."""
        if self.request.mode == "fbc":
            return False
        return self.light != "none" or self.request.reinforce_foreground > 0


class RelightPipeline:
    """Draws up plans and turns them into tensors; keeps what it made for the next run.

    Args:
        cache: what pictures, subjects and latents are kept in.
        max_pixels: gives the most pixels that a picture may have.
    """

    def __init__(
        self, cache: SharedCache | None = None, max_pixels: Callable[[], int] = lambda: opening.MAX_PIXELS
    ) -> None:
        self.cache = cache or SharedCache()
        self.max_pixels = max_pixels
        self.library = ModelLibrary()
        self.pictures = SubjectCache(self.cache, max_pixels)
        self.latents = LatentCache(self.cache)

    def plan(
        self,
        request: Request,
        model: ModelFile,
        init_images: Sequence[arrays.Picture] | None,
        remover: BackgroundRemover,
        mask: arrays.Picture | None = None,
    ) -> Plan:
        """Draw up the plan of a run.

        Args:
            request: what was asked for.
            model: the offsets' file, see :meth:`lib_iclight.models.library.ModelLibrary.select`.
            init_images: img2img's pictures, None in txt2img.
            remover: cuts the subject out where that is asked for.
            mask: img2img's mask, white where it is painted, None without one.

        Raises:
            ICLightError: something is missing or does not fit together, or the subject cannot be cut out.
        """
        pictures = dict(_pictures(request, init_images or (), mask))
        parts = assign_parts(request, pictures, init_images is not None)
        check_light(request, parts)
        light_map = arrays.as_light_map(pictures[parts.light_map][0]) if parts.light_map else None
        background = pictures[parts.background][0] if parts.background else None
        framing = Framing(request.placement)
        subjects = tuple(self.subject(request, picture, remover).framed(framing) for picture in pictures[parts.subject])
        return Plan(request, model, subjects, parts.subject == INIT, _light(request, parts), light_map, background)

    def subject(self, request: Request, picture: arrays.Picture, remover: BackgroundRemover) -> Subject:
        """The subject of a picture, cut out as the request says.

        Args:
            request: what was asked for.
            picture: what the subject is in.
            remover: cuts the subject out where that is asked for.

        Raises:
            ICLightError: see :meth:`lib_iclight.subject.prepare.SubjectCache.subject`.
        """
        return self.pictures.subject(picture, request.remove_background, request.matting_model, remover, request.edge)


def finish(request: Request, subject: Subject, pixels: np.ndarray) -> np.ndarray:
    """What is done to one result: the photograph put in its light, or details restored and colours kept.

    Args:
        request: what was asked for.
        subject: the one that was relit, framed as in the run.
        pixels: uint8 ``[H, W, 3]``.

    Returns:
        A new array of that shape; ``pixels`` itself where nothing of this was asked for.
    """
    height, width = pixels.shape[:2]
    if request.result == PHOTOGRAPH:
        return in_new_light(subject.own(width, height), pixels, subject.matte(width, height), request.taken)
    if not (request.restore_details or request.keep_colours):
        return pixels
    original, matte = subject.pixels(width, height), subject.matte(width, height)
    if request.keep_colours:
        pixels = keep_colours(pixels, original, matte, request.keep_colours)
    if request.restore_details:
        pixels = restore_details(pixels, original, matte, request.restore_details, request.details_radius)
    return pixels


def condition_layers(plan: Plan, subject: Subject) -> list[LazyImage]:
    """What is encoded into ``c_concat``: the subject, and for fbc the background behind it."""
    layers = [LazyImage(("subject", subject.digest, subject.framing), subject.pixels)]
    if plan.request.mode == "fbc":
        layers.append(_background_layer(plan))
    return layers


def start_layer(plan: Plan, subject: Subject) -> LazyImage | None:
    """What is encoded into the starting latents, None where the host's own are left alone."""
    if not plan.has_start:
        return None
    strength = plan.request.reinforce_foreground
    light = _map_layer(plan)
    if not strength:
        return light

    def draw(width: int, height: int) -> np.ndarray:
        pixels = light.draw(width, height)
        return on_map(pixels, subject.pixels(width, height), subject.matte(width, height), strength)

    return LazyImage(("reinforced", light.key, subject.digest, subject.framing, strength), draw)


def grey_layer() -> LazyImage:
    """Flat grey 127, which is neither light nor shadow."""
    return LazyImage(("grey",), lambda width, height: np.full((height, width, 3), arrays.GREY, np.uint8))


def _map_layer(plan: Plan) -> LazyImage:
    if plan.map is not None:
        return _picture_layer("map", plan.map)
    # Without a light the subject is reinforced on grey, which says nothing about one.
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
    """A picture without a subject in it; where it is transparent it is grey."""

    def draw(width: int, height: int) -> np.ndarray:
        source = arrays.mirrored(picture) if flipped else picture
        return scaling.cover_crop(arrays.on_grey(source.rgb, source.alpha), width, height)

    return LazyImage((role, picture.digest, flipped), draw)


def assign_parts(request: Request, given: Collection[str], is_img2img: bool) -> Parts:
    """Decide which pictures a run uses, and for what.

    With a foreground of its own, img2img's picture is the light map, or for fbc the background.

    Args:
        request: what was asked for; its own pictures are not looked at.
        given: the names of the pictures that are there.
        is_img2img: whether the run is img2img's.

    Raises:
        ICLightError: a picture is missing.
    """
    subject = _subject(given, is_img2img)
    is_fbc = request.mode == "fbc"
    if is_fbc and "background" in given:
        return Parts(subject, background="background")
    spare = INIT if subject != INIT and INIT in given else None
    if request.light == "mask":
        _require_mask(given, is_img2img)
        return Parts(subject, light_map=MASK)
    if request.light == "custom":
        name = "light_map" if "light_map" in given or is_fbc else spare
        _require_map(name, given)
        return Parts(subject, light_map=name)
    if request.light == "none" and spare is not None:
        return Parts(subject, **{"background" if is_fbc else "light_map": spare})
    return Parts(subject)


def check_light(request: Request, parts: Parts) -> None:
    """Check that fbc has something behind the subject.

    Raises:
        ICLightError: it has neither a background nor a light.
    """
    if request.mode == "fbc" and request.light == "none" and parts.background is None:
        raise ICLightError(
            "The mode fbc needs a background or a light. Drop a background picture into the IC Light accordion "
            "(over the API: the field 'background'), or choose a light, which makes a plain one."
        )


def _pictures(
    request: Request, init_images: Sequence[arrays.Picture], mask: arrays.Picture | None
) -> Iterator[tuple[str, Sequence[arrays.Picture]]]:
    """The pictures that are there, by name."""
    for name in PICTURES:
        picture = getattr(request, name)
        if picture is not None:
            yield name, [picture]
    if init_images:
        yield INIT, init_images
    if mask is not None:
        yield MASK, [mask]


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


def _light(request: Request, parts: Parts) -> str:
    """The name of the light; a picture of img2img that serves as the light map is "custom"."""
    if parts.light_map is None:
        return request.light_name
    return "mask" if parts.light_map == MASK else "custom"
