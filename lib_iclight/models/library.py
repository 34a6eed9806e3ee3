"""Finds, checks, selects and loads the IC-Light offsets."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ICLightError, shortened
from ..support.cache import SharedCache
from ..support.file_stamp import Stamp, stamp_at, stamp_of
from .folders import EXTENSION, LET_READ, Entry, folder_name, listing, matching, named_iclight, reason, without_ending
from .header import HeaderError
from .hub import NAMES, SOURCE
from .identity import OTHER, Identity, identify_file
from .tensor_file import read_tensors
from .unet_keys import to_ldm

if TYPE_CHECKING:
    import torch

MODES = (*NAMES,)
AUTO_MODEL = "auto"
"""The model's name if the file is chosen automatically by the mode."""
UNET_PREFIX = "diffusion_model."
CONV_IN = UNET_PREFIX + "input_blocks.0.0.weight"

# Two of the author's files would take 3.4 GB, and reading a file again is quick compared with merging it.
_KEPT_BYTES = 2 << 30
_NAMED_AT_ONCE = 2
_LONGEST_THING = 100


class MissingModelError(ICLightError):
    """There is no file for the mode; ``mode`` names it."""

    def __init__(self, message: str, mode: str):
        super().__init__(message)
        self.mode = mode


@dataclass(frozen=True)
class ModelFile:
    """A file in a model folder and what it is.

    Attributes:
        path: its full path.
        name: its path relative to the model folder, as in the request's ``model``.
        stamp: tells whether the file is still the same; None if it could not be read.
        identity: what its header says, None if it is not a complete safetensors file.
        problem: why it cannot be used, empty if it can.
        way_out: what to do about the problem, unless that follows from the kind of file.
    """

    path: Path
    name: str
    stamp: Stamp | None
    identity: Identity | None
    problem: str = ""
    way_out: str = ""

    @property
    def size(self) -> int:
        """Length in bytes."""
        return self.stamp.size if self.stamp else 0

    @property
    def short_name(self) -> str:
        """The name without its extension, as in generation parameters."""
        return without_ending(self.name)

    @property
    def usable(self) -> bool:
        """Whether it can be loaded as IC-Light offsets."""
        return not self.problem

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes that it can serve; fc and fcon differ only in how they were trained."""
        return _modes(self.identity.kind) if self.usable and self.identity is not None else ()

    @property
    def content(self) -> str:
        """Identifies the file's content: it changes if the file is replaced or rewritten."""
        return f"ic-light:{self.path}:{':'.join(map(str, self.stamp or ()))}"


@dataclass(frozen=True, eq=False)
class Offsets:
    """Weights that are added to a UNet's, under the web UI's tensor names.

    Attributes:
        content: identifies the content, see :attr:`ModelFile.content`.
        tensors: name (``diffusion_model.…``) to offset; copies in memory, unaffected by changes to the file.
        channels: input channels of the widened first convolution, 8 or 12.
    """

    content: str
    tensors: Mapping[str, torch.Tensor]
    channels: int


class ModelLibrary:
    """Inspects each file again only after it has changed, and keeps loaded offsets."""

    def __init__(self) -> None:
        self._inspected: dict[str, ModelFile] = {}
        self._lock = threading.Lock()
        self._needed = 0
        # The file that was read last is kept, whatever its size.
        self._loaded = SharedCache(lambda: max(_KEPT_BYTES, self._needed))

    def files(self, folders: Iterable[Path]) -> list[ModelFile]:
        """All safetensors files in the folders, in the order of :func:`lib_iclight.models.folders.listing`.

        The folders may hold other models too, so a file that is not IC-Light is listed as unusable; it is not an error.
        """
        return [self.inspect(entry) for entry in listing(folders) if entry.ending == EXTENSION or entry.problem]

    def inspect(self, entry: Entry) -> ModelFile:
        """Tell what a file is; its header is read again only after it has changed."""
        if entry.problem:
            return ModelFile(Path(entry.path), entry.name, None, None, entry.problem, entry.way_out)
        found = self._inspected.get(entry.path)
        if found is None or found.stamp != entry.stamp or found.name != entry.name:
            found = self._inspected[entry.path] = _inspect(entry)
        return found

    def select(self, mode: str, model: str, folders: Sequence[Path]) -> ModelFile:
        """Choose the file for a mode.

        Args:
            mode: "fc", "fcon" or "fbc".
            model: a file's name with or without its extension, with its subfolders ("IC-Light/iclight_sd15_fc"), which
                may be left out if only one file has the name; or "auto".
            folders: where to look, the preferred one first.

        Raises:
            MissingModelError: "auto" finds no file for the mode.
            ICLightError: no such file, or the file is of another kind or damaged.
        """
        if model and model != AUTO_MODEL:
            return self._named(mode, model, folders)
        files = self.files(folders)
        chosen = choose(mode, files)
        if chosen is not None:
            return chosen
        raise MissingModelError(_missing(mode, files, folders), mode)

    def _named(self, mode: str, model: str, folders: Sequence[Path]) -> ModelFile:
        entry = find(model, listing(folders))
        if entry is None:
            raise ICLightError(
                f"There is no IC-Light model named {model!r}. Put it into {folder_name(folders)}, or choose model = "
                "auto."
            )
        if entry.ending != EXTENSION and not entry.problem:
            raise ICLightError(
                f"The model {entry.name} cannot be used: only safetensors files are opened, because others can "
                f"run code. Get the safetensors file from {SOURCE}."
            )
        file = self.inspect(entry)
        if not file.usable:
            raise ICLightError(
                f"The model {file.name} cannot be used: it {file.problem}. {file.way_out or _way_out(mode)}"
            )
        unsuited = unsuited_model(file.name, file.identity.kind, mode)
        if unsuited:
            raise ICLightError(unsuited)
        return file

    def load(self, file: ModelFile) -> Offsets:
        """Load a file's offsets into memory, under the web UI's names, and keep them for the next generation.

        If offsets of the same content are still in memory, they are returned without accessing the file.

        Raises:
            ICLightError: the file can no longer be opened, or has changed since it was inspected.
        """

        def read() -> Offsets:
            # Make room before reading the file, dropping its earlier content first.
            self._loaded.clear(lambda key: key[0] == file.path)
            self._loaded.trim(file.size)
            return _load(file)

        with self._lock:
            self._needed = file.size
            return self._loaded.get((file.path, file.content), read)

    def forget(self) -> None:
        """Release all loaded offsets."""
        with self._lock:
            self._loaded.clear()


def _modes(kind: str) -> tuple[str, ...]:
    return ("fbc",) if kind == "fbc" else ("fc", "fcon")


def unsuited_model(name: str, kind: str, mode: str) -> str:
    """Why a model cannot serve a mode, and what to choose instead; "" if it can.

    Args:
        name: the file's name.
        kind: "fc" (also fcon) or "fbc".
        mode: "fc", "fcon" or "fbc".
    """
    modes = _modes(kind)
    if mode in modes:
        return ""
    return (
        f"The model {name} is an IC-Light {kind} model and cannot serve the mode {mode}. Choose the mode {modes[0]}, "
        "or another model, or model = auto."
    )


def check_fit(offsets: Offsets, shapes: Mapping[str, tuple[int, ...] | None], model_name: str, checkpoint: str) -> None:
    """Check that offsets and checkpoint have the same UNet tensors.

    Args:
        offsets: the offsets to be added.
        shapes: the UNet's tensors, name to shape; the first convolution may have fewer input channels. None stands
            for a quantised tensor, which is stored in another shape.
        model_name: the offsets' file, for the message.
        checkpoint: the checkpoint's name, for the message.

    Raises:
        ICLightError: a tensor is missing on either side or has another shape.
    """
    misfits = [name for name, tensor in offsets.tensors.items() if not _fits(name, tensor, shapes)]
    lacking = [name for name in shapes if name.startswith(UNET_PREFIX) and name not in offsets.tensors]
    if misfits or lacking:
        example = (misfits or lacking)[0].removeprefix(UNET_PREFIX)
        raise ICLightError(
            f"The model {model_name} does not fit the checkpoint {checkpoint}: {len(misfits) + len(lacking)} tensors "
            f"differ (the first is {example}). Load a Stable Diffusion 1.5 checkpoint, or get the model again from "
            f"{SOURCE}."
        )


def _fits(name: str, tensor: torch.Tensor, shapes: Mapping[str, tuple[int, ...] | None]) -> bool:
    if name not in shapes:
        return False
    shape = shapes[name]
    if shape is None:
        return True
    if name == CONV_IN:
        return shape[0] == tensor.shape[0] and tuple(shape[2:]) == tuple(tensor.shape[2:])
    return tuple(shape) == tuple(tensor.shape)


def find(model: str, entries: Sequence[Entry]) -> Entry | None:
    """The entry that a name refers to, see :func:`lib_iclight.models.folders.matching`; None if there is none.

    Raises:
        ICLightError: several files in different subfolders have the name.
    """
    by_name: dict[str, Entry] = {}
    for entry in entries:
        by_name.setdefault(entry.name, entry)
    found = matching(model, [*by_name])
    if len(found) > 1:
        raise ICLightError(f"Several IC-Light models are named {model!r}. Name its folder too: {_first_few(found)}.")
    return by_name[found[0]] if found else None


def _inspect(entry: Entry) -> ModelFile:
    path, name, stamp = Path(entry.path), entry.name, entry.stamp
    try:
        identity = identify_file(path)
    except HeaderError as error:
        return ModelFile(path, name, stamp, None, str(error))
    except OSError as error:
        return ModelFile(path, name, stamp, None, f"cannot be opened ({reason(error)})", LET_READ)
    words = identity.looks_like
    problem = "" if identity.kind else f"is {words}" + ("" if words == OTHER else ", not an IC-Light model")
    return ModelFile(path, name, stamp, identity, problem)


def suits(mode: str, file: ModelFile) -> bool:
    """Whether "auto" may choose a file for a mode: fc and fcon have the same tensors, so the name tells them apart."""
    return mode in file.modes and (mode == "fbc" or ("fcon" in file.path.name.lower()) == (mode == "fcon"))


def choose(mode: str, files: Iterable[ModelFile]) -> ModelFile | None:
    """The file that "auto" chooses for a mode, or None."""
    # A bare InstructPix2Pix UNet has the same tensors, so files named IC-Light come first.
    candidates = [file for file in files if suits(mode, file)]
    return max(candidates, key=lambda file: named_iclight(file.name), default=None)


def _way_out(mode: str) -> str:
    return f"Download {NAMES[mode]} from {SOURCE} and choose it."


def _missing(mode: str, files: Sequence[ModelFile], folders: Sequence[Path]) -> str:
    text = (
        f"There is no IC-Light model for the mode {mode}. Download {NAMES[mode]} from {SOURCE} and put it into "
        f"{folder_name(folders)}."
    )
    preferred = folders[0]
    broken = [file for file in files if not file.usable and preferred in (file.path, *file.path.parents)]
    if not broken:
        return text
    return f"{text} Found there: {_first_few([f'{file.name} {file.problem}' for file in broken])}."


def _first_few(things: Sequence[str]) -> str:
    """The first few of many things, each shortened to fit a message."""
    named = [shortened(thing, _LONGEST_THING) for thing in things[:_NAMED_AT_ONCE]]
    more = len(things) - _NAMED_AT_ONCE
    return "; ".join(named) + (f"; and {more} more" if more > 0 else "")


def _load(file: ModelFile) -> Offsets:
    prefix = file.identity.prefix if file.identity else ""
    try:
        with file.path.open("rb") as opened:
            # Stamps taken by path and by descriptor are never compared with each other: on Windows they may differ.
            begun = stamp_of(os.fstat(opened.fileno()))
            same = stamp_at(file.path) == file.stamp
            read = read_tensors(opened) if same else {}
            same = same and stamp_of(os.fstat(opened.fileno())) == begun
    except (OSError, HeaderError) as error:
        why = f"it {error}" if isinstance(error, HeaderError) else reason(error)
        raise ICLightError(f"The model {file.name} cannot be loaded: {why}. Get it again from {SOURCE}.") from error
    if not same:
        raise ICLightError(
            f"The model {file.name} is being written to right now. Wait until it is complete, and generate again."
        )
    tensors = {UNET_PREFIX + to_ldm(key.removeprefix(prefix)): tensor for key, tensor in read.items()}
    return Offsets(file.content, tensors, tensors[CONV_IN].shape[1])
