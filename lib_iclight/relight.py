"""The plan of one run: which picture is the subject, what conditions the UNet, what the sampler starts from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from .conditioning import LatentCache, LazyImage, on_map
from .errors import ICLightError
from .light import maps
from .light.description import LightDescription
from .models.library import ModelFile, ModelLibrary
from .picture import arrays, opening, scaling
from .request import Request
from .restore.colour import keep_colours
from .restore.detail import restore_details
from .subject.background_removal import BackgroundRemover
from .subject.prepare import Framing, Subject, SubjectCache
from .support.cache import SharedCache


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

    def framed(self, framing: Framing) -> Plan:
        """The same plan with the subjects brought to size as the host does with its own picture."""
        return replace(self, subjects=tuple(subject.framed(framing) for subject in self.subjects))


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
        init_images: Sequence[Any] | None,
        folders: Sequence[Path],
        matte: BackgroundRemover,
        mask: Any = None,
    ) -> Plan:
        """Draw up the plan of a run.

        Args:
            request: what was asked for.
            init_images: img2img's pictures, None in txt2img.
            folders: the model folders, the preferred one first.
            matte: the background remover.
            mask: img2img's mask, white where it is painted, None without one.

        Raises:
            ICLightError: something is missing, unreadable or does not fit together.
        """
        sources, from_init = _subject_sources(request, init_images)
        named = _named_pictures(request, init_images, from_init, mask)
        model = self.library.select(request.mode, request.model, folders)
        given = {name: self.pictures.picture(source, name.replace("_", " ")) for name, source in named.items()}
        light, background = _light(request, given), given.get("background")
        light_map = arrays.as_light_map(given["light_map"]) if "light_map" in given else None
        framing = Framing(request.placement)
        name = "img2img picture" if from_init else "foreground"
        subjects = tuple(self.subject(request, source, name, matte).framed(framing) for source in sources)
        return Plan(request, model, subjects, from_init, light, light_map, background)

    def subject(self, request: Request, source: Any, name: str, matte: BackgroundRemover) -> Subject:
        """The subject of a picture, cut out as the request says.

        Args:
            request: what was asked for.
            source: the picture.
            name: what it is to the user ("foreground").
            matte: the background remover.

        Raises:
            ICLightError: see :meth:`lib_iclight.subject.prepare.SubjectCache.subject`.
        """
        return self.pictures.subject(
            self.pictures.picture(source, name), request.remove_background, request.matting_model, matte, request.edge
        )

    def finish(self, plan: Plan, index: int, pixels: np.ndarray) -> np.ndarray:
        """Restore details and keep colours in one result.

        Args:
            plan: the run's plan.
            index: the picture's place in the batch.
            pixels: uint8 ``[H, W, 3]``.
        """
        request = plan.request
        if not (request.restore_details or request.keep_colours):
            return pixels
        height, width = pixels.shape[:2]
        subject = plan.subjects[index % len(plan.subjects)]
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


def _subject_sources(request: Request, init_images: Sequence[Any] | None) -> tuple[list[Any], bool]:
    if request.foreground is not None:
        return [request.foreground], False
    given = [image for image in init_images or () if image is not None]
    if given:
        return given, True
    if init_images is None:
        raise ICLightError(
            "IC Light has no foreground. Drop a picture of the subject into the IC Light accordion "
            "(over the API: the field 'foreground'), or turn IC Light off."
        )
    raise ICLightError(
        "IC Light has no subject. Give img2img a picture, or drop one into the IC Light accordion "
        "(over the API: init_images or the field 'foreground'), or turn IC Light off."
    )


def _named_pictures(request: Request, init_images: Sequence[Any] | None, from_init: bool, mask: Any) -> dict[str, Any]:
    """The pictures besides the subject that this request uses, by what they are for.

    With a foreground of its own, img2img's picture is the light map, or for fbc the background.
    """
    is_fbc = request.mode == "fbc"
    if is_fbc and request.background is not None:
        return {"background": request.background}
    spare = None if from_init or not init_images else init_images[0]
    if request.light == "mask":
        return _required_mask(mask, is_img2img=init_images is not None)
    if request.light == "custom":
        return _required_map(spare if request.light_map is None and not is_fbc else request.light_map)
    if request.light == "none" and spare is not None:
        return {"background" if is_fbc else "light_map": spare}
    return {}


def _required_map(source: Any) -> dict[str, Any]:
    if source is None:
        raise ICLightError(
            "The light is custom, but there is no light map. Drop one into the slot 'Light map' "
            "(over the API: the field 'light_map'), or choose another light."
        )
    return {"light_map": source}


def _required_mask(mask: Any, is_img2img: bool) -> dict[str, Any]:
    if mask is not None:
        return {"light_map": mask}
    if not is_img2img:
        raise ICLightError(
            "The light is mask, but txt2img has no mask. Use img2img, or choose another light; the light custom takes "
            "a picture as the light map."
        )
    raise ICLightError(
        "The light is mask, but there is no mask. Paint one in img2img's Inpaint tab (over the API: img2img's "
        "field 'mask'), or choose another light."
    )


def _light(request: Request, given: dict[str, arrays.Picture]) -> str:
    if "light_map" in given:
        return "mask" if request.light == "mask" else "custom"
    if request.mode == "fbc" and request.light == "none" and "background" not in given:
        raise ICLightError(
            "The mode fbc needs a background or a light. Drop a background picture into the IC Light accordion "
            "(over the API: the field 'background'), or choose a light, which makes a plain one."
        )
    return request.light_name
