"""Writes a result and its layers as a Photoshop document, by psd-tools.

Source: Adobe Photoshop File Formats Specification (November 2019).
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import numpy as np

from ..picture.icc import srgb_profile
from ..picture.strips import strips
from ..restore.developed import Developed, Layers

if TYPE_CHECKING:
    from psd_tools.psd.layer_and_mask import LayerInfo, LayerRecord

LONGEST_SIDE = 30_000
"""What the format allows, in pixels."""

MOST_BYTES = 2 << 30
"""The largest file that the format allows."""

_STRIP_BYTES, _MOST_THREADS = 1 << 22, 4
_DOTS_PER_INCH = 72
_ICC, _RESOLUTION, _EXIF = 1039, 1005, 1058
_MASK, _RED = -2, 0


class Layer(NamedTuple):
    """A layer.

    Attributes:
        name: as programs list it.
        pixels: ``[H, W, 3]`` or ``[H, W]``, uint8 or of the document's type.
        mask: uint8 ``[H, W]``, None for none.
        is_visible: whether programs show it at first.
        blend: how it is laid over those below, by a name of ``psd_tools.constants.BlendMode``.
    """

    name: str
    pixels: np.ndarray
    mask: np.ndarray | None = None
    is_visible: bool = True
    blend: str = "NORMAL"


def write(target: BinaryIO, developed: Developed, exif: bytes = b"") -> None:
    """Write a result with its layers. From the bottom: the original (hidden), background, shadow (multiply), subject.

    The subject's matte is its layer mask, so that its edge can still be changed. What programs show that know no layers
    is the result itself. 16 bits a channel, where the result has them.

    Takes, beyond the result and its layers, as much memory as the compressed layers and one more uncompressed picture.

    Args:
        target: the file, open for writing and seeking.
        developed: the result, with its layers.
        exif: the photograph's EXIF block without header, or empty.

    Raises:
        ValueError: a side is longer than :data:`LONGEST_SIDE`, or the file is larger than :data:`MOST_BYTES`.
    """
    write_document(target, developed.picture, _layers(developed.layers), srgb_profile(), exif)


def write_document(
    target: BinaryIO, picture: np.ndarray, layers: Iterable[Layer], profile: bytes, exif: bytes = b""
) -> None:
    """Write a picture and layers of its size, one of which is in memory at a time if they are made one by one.

    Args:
        target: the file, open for writing and seeking.
        picture: uint8 or uint16 ``[H, W, 3]``, what programs show that know no layers.
        layers: from the bottom up.
        profile: the ICC profile of all their pixels.
        exif: an EXIF block without header, or empty.

    Raises:
        ValueError: a side is longer than :data:`LONGEST_SIDE`, or the file is larger than :data:`MOST_BYTES`.
    """
    from psd_tools.constants import Compression
    from psd_tools.psd import PSD
    from psd_tools.psd.header import FileHeader
    from psd_tools.psd.image_data import ImageData
    from psd_tools.psd.layer_and_mask import LayerAndMaskInformation

    height, width = picture.shape[:2]
    if max(height, width) > LONGEST_SIDE:
        raise ValueError(f"a Photoshop document has at most {LONGEST_SIDE:,} pixels a side")
    info = _layer_info(layers, picture.dtype)
    document = PSD(
        header=FileHeader(channels=3, height=height, width=width, depth=8 * picture.itemsize),
        image_resources=_resources(profile, exif),
        layer_and_mask_information=LayerAndMaskInformation(**_placed(info, picture.itemsize)),
        image_data=ImageData(Compression.RAW, b"".join(_planes(picture))),
    )
    document.write(target)
    if target.tell() > MOST_BYTES:
        raise ValueError("a Photoshop document has at most 2 GB")


def _placed(info: LayerInfo, item_size: int) -> dict[str, Any]:
    """Where a document has its layers: of 16 bits they are in a block of their own."""
    from psd_tools.constants import Tag
    from psd_tools.psd.layer_and_mask import GlobalLayerMaskInfo, LayerInfo
    from psd_tools.psd.tagged_blocks import TaggedBlocks

    if item_size == 1:
        return {"layer_info": info, "global_layer_mask_info": GlobalLayerMaskInfo()}
    blocks = TaggedBlocks()
    blocks.set_data(Tag.LAYER_16, info.layer_count, info.layer_records, info.channel_image_data)
    return {"layer_info": LayerInfo(), "global_layer_mask_info": GlobalLayerMaskInfo(), "tagged_blocks": blocks}


def _layers(layers: Layers) -> Iterator[Layer]:
    yield Layer("Original", layers.original, is_visible=False)
    yield Layer("Background", layers.background)
    if layers.shadow is not None:
        yield Layer("Shadow", layers.shadow, blend="MULTIPLY")
    yield Layer("Subject", layers.subject, layers.matte)


def _layer_info(layers: Iterable[Layer], depth: np.dtype) -> LayerInfo:
    from psd_tools.psd.layer_and_mask import ChannelImageData, LayerInfo, LayerRecords

    records, channels = [], []
    for layer in layers:
        record, data = _record(layer, depth)
        records.append(record)
        channels.append(data)
    return LayerInfo(len(records), LayerRecords(records), ChannelImageData(channels))


def _record(layer: Layer, depth: np.dtype) -> tuple[LayerRecord, Any]:
    from psd_tools.constants import BlendMode, Compression, Tag
    from psd_tools.psd import layer_and_mask as parts
    from psd_tools.psd.tagged_blocks import TaggedBlocks

    height, width = layer.pixels.shape[:2]
    planes = {_RED + i: plane for i, plane in enumerate(_channels(layer.pixels))}
    box: dict[str, int] = {"top": 0, "left": 0, "bottom": height, "right": width}
    if layer.mask is not None:
        planes[_MASK] = layer.mask
    # Grey has its plane three times, packed once. zlib works on as many planes at a time as there are processors.
    different = {id(plane): plane for plane in planes.values()}
    with ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1)) as pool:
        found = dict(zip(different, pool.map(lambda plane: _packed(plane, depth), different.values()), strict=True))
    packed = {plane_id: found[id(plane)] for plane_id, plane in planes.items()}
    name = TaggedBlocks()
    name.set_data(Tag.UNICODE_LAYER_NAME, layer.name)
    record = parts.LayerRecord(
        **box,
        channel_info=[parts.ChannelInfo(plane_id, len(packed[plane_id]) + 2) for plane_id in planes],
        blend_mode=BlendMode[layer.blend],
        flags=parts.LayerFlags(visible=layer.is_visible),
        mask_data=None if layer.mask is None else parts.MaskData(**box, background_color=0),
        name=layer.name,
        tagged_blocks=name,
    )
    data = [parts.ChannelData(Compression.ZIP, packed[plane_id]) for plane_id in planes]
    return record, parts.ChannelDataList(data)


def _channels(pixels: np.ndarray) -> list[np.ndarray]:
    return [pixels] * 3 if pixels.ndim == 2 else [pixels[..., i] for i in range(3)]


def _packed(plane: np.ndarray, depth: np.dtype) -> bytes:
    packer = zlib.compressobj(1)
    return b"".join([*(packer.compress(part) for part in _bytes_of(plane, depth)), packer.flush()])


def _planes(picture: np.ndarray) -> Iterator[bytes]:
    for plane in _channels(picture):
        yield from _bytes_of(plane, picture.dtype)


def _bytes_of(plane: np.ndarray, depth: np.dtype) -> Iterator[bytes]:
    """A plane's values as the document stores them, some rows at a time."""
    for rows in strips(plane.shape[0], _STRIP_BYTES // plane.shape[1]):
        part = plane[rows]
        if depth == np.uint16:
            part = part.astype(np.uint16) * 257 if part.dtype == np.uint8 else part
            part = part.astype(">u2")
        yield part.tobytes()


def _resources(profile: bytes, exif: bytes) -> Any:
    from psd_tools.psd.image_resources import ImageResource, ImageResources

    fixed = (_DOTS_PER_INCH << 16).to_bytes(4, "big") + b"\0\x01\0\x01"  # per inch, shown in inches
    found = {_RESOLUTION: fixed * 2, _ICC: profile} | ({_EXIF: exif} if exif else {})
    return ImageResources([(key, ImageResource(key=key, data=data)) for key, data in found.items()])
