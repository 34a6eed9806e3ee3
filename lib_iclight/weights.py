"""Find, check, select and load the IC-Light offsets."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import ICLightError
from .headers import HeaderError, Identity, identify, read_header
from .request import AUTO_MODEL
from .unet_keys import to_ldm

if TYPE_CHECKING:
    import torch

EXTENSION = ".safetensors"
_NAMED_SO = re.compile(r"ic[-_ ]?light", re.IGNORECASE)
PICKLES = (".ckpt", ".pt", ".pth", ".bin")
SOURCE = "https://huggingface.co/lllyasviel/ic-light"
UNET_PREFIX = "diffusion_model."
CONV_IN = UNET_PREFIX + "input_blocks.0.0.weight"

_KEPT_FILES = 4


class MissingModelError(ICLightError):
    """No file serves the mode; ``mode`` names it."""

    def __init__(self, message: str, mode: str):
        super().__init__(message)
        self.mode = mode


@dataclass(frozen=True)
class ModelFile:
    """A file in a model folder and what it is.

    Attributes:
        path: where it lies.
        size: length in bytes.
        changed: modification time in nanoseconds.
        identity: what its header says, None when it is no whole safetensors file.
        problem: why it cannot be used, empty when it can.
    """

    path: Path
    size: int
    changed: int
    identity: Identity | None
    problem: str = ""

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.name

    @property
    def usable(self) -> bool:
        """Whether it can be loaded as IC-Light offsets."""
        return not self.problem

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes it can serve by itself; fc and fcon differ only in how they were trained."""
        if not self.usable or self.identity is None:
            return ()
        return ("fbc",) if self.identity.kind == "fbc" else ("fc", "fcon")

    @property
    def content(self) -> str:
        """Identifies what is in the file: a replaced or rewritten file has another one."""
        return f"ic-light:{self.path}:{self.size}:{self.changed}"


@dataclass(frozen=True, eq=False)
class Offsets:
    """Offsets with the web UI's names.

    Attributes:
        content: identifies the content, see :attr:`ModelFile.content`.
        tensors: name (``diffusion_model.…``) to offset, memory-mapped.
        channels: input channels of the widened first convolution, 8 or 12.
    """

    content: str
    tensors: Mapping[str, torch.Tensor]
    channels: int


class ModelLibrary:
    """The model folders: looks at each file once per change and keeps loaded offsets."""

    def __init__(self) -> None:
        self._inspected: dict[tuple[str, int, int], ModelFile] = {}
        self._loaded: OrderedDict[str, Offsets] = OrderedDict()
        self._lock = threading.Lock()
        self.file_reads = 0

    def files(self, folders: Iterable[Path]) -> list[ModelFile]:
        """All safetensors files of the folders, in folder and name order; missing folders are skipped.

        Folders hold other models too, so a file that is not IC-Light is listed as unusable, not reported.
        """
        return [self.inspect(path) for path in listing(folders) if path.suffix.lower() == EXTENSION]

    def inspect(self, path: Path) -> ModelFile:
        """Tell what a file is; its header is read again only after it has changed."""
        stat = path.stat()
        key = (str(path), stat.st_size, stat.st_mtime_ns)
        found = self._inspected.get(key)
        if found is None:
            self.file_reads += 1
            found = self._inspected[key] = _inspect(path, stat.st_size, stat.st_mtime_ns)
        return found

    def select(self, mode: str, model: str, folders: Sequence[Path]) -> ModelFile:
        """Choose the file for a mode.

        Args:
            mode: "fc", "fcon" or "fbc".
            model: a file name with or without its ending, or "auto".
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
        wanted = {model, model + EXTENSION}
        for path in listing(folders):
            if path.name not in wanted:
                continue
            if path.suffix.lower() != EXTENSION:
                raise ICLightError(
                    f"The model {path.name} cannot be used: only safetensors files are opened, because others can "
                    f"run code. Get the safetensors file from {SOURCE}."
                )
            file = self.inspect(path)
            if not file.usable:
                raise ICLightError(f"The model {file.name} cannot be used: it {file.problem}. {_way_out(mode)}")
            if mode not in file.modes:
                raise ICLightError(
                    f"The model {file.name} is {file.identity.looks_like} and cannot serve the mode {mode}. "
                    f"Choose the mode {file.modes[0]}, or another model, or model = auto."
                )
            return file
        raise ICLightError(
            f"There is no IC-Light model named {model!r}. Put it into {folder_name(folders)}, or choose model = auto."
        )

    def load(self, file: ModelFile) -> Offsets:
        """Offsets of a file: memory-mapped, with the web UI's names, kept for the next generation.

        Raises:
            ICLightError: the file can no longer be opened.
        """
        with self._lock:
            if file.content in self._loaded:
                self._loaded.move_to_end(file.content)
                return self._loaded[file.content]
            self.file_reads += 1
            offsets = self._loaded[file.content] = _load(file)
            self._forget_replaced(file)
            while len(self._loaded) > _KEPT_FILES:
                self._loaded.popitem(last=False)
            return offsets

    def forget(self) -> None:
        """Release all loaded offsets."""
        with self._lock:
            self._loaded.clear()

    def _forget_replaced(self, file: ModelFile) -> None:
        stale = [key for key in self._loaded if key.startswith(f"ic-light:{file.path}:") and key != file.content]
        for key in stale:
            del self._loaded[key]


def check_fit(offsets: Offsets, shapes: Mapping[str, tuple[int, ...] | None], model_name: str, checkpoint: str) -> None:
    """Make sure that every offset has its tensor in the checkpoint's UNet.

    Args:
        offsets: what is to be added.
        shapes: the UNet's tensors, name to shape; the first convolution may have fewer input channels. None stands
            for a quantised tensor, whose stored shape says nothing.
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


def listing(folders: Iterable[Path]) -> list[Path]:
    """All files of the folders, in folder and name order; missing folders are skipped."""
    found: list[Path] = []
    for folder in dict.fromkeys(folders):
        if folder.is_dir():
            found += sorted(path for path in folder.iterdir() if path.is_file())
    return found


def _inspect(path: Path, size: int, changed: int) -> ModelFile:
    try:
        identity = identify(read_header(path))
    except HeaderError as error:
        return ModelFile(path, size, changed, None, str(error))
    except OSError as error:
        return ModelFile(path, size, changed, None, f"cannot be opened ({error.strerror})")
    problem = "" if identity.kind else f"is {identity.looks_like}, not an IC-Light model"
    return ModelFile(path, size, changed, identity, problem)


def suits(mode: str, file: ModelFile) -> bool:
    """Whether "auto" takes a file for a mode: fc and fcon have the same tensors, so the name tells them apart."""
    return mode in file.modes and (mode == "fbc" or ("fcon" in file.name.lower()) == (mode == "fcon"))


def choose(mode: str, files: Iterable[ModelFile]) -> ModelFile | None:
    """The file that "auto" takes for a mode, None where none serves it."""
    # A bare InstructPix2Pix UNet has the same tensors, so a file that is named for what it is goes first.
    candidates = [file for file in files if suits(mode, file)]
    return min(candidates, key=lambda file: _NAMED_SO.search(file.name) is None, default=None)


def _way_out(mode: str) -> str:
    return f"Download iclight_sd15_{mode}{EXTENSION} from {SOURCE} and choose it."


def folder_name(folders: Sequence[Path]) -> str:
    """The preferred folder by its last two names: enough for the user, no path of the server for the API."""
    return "/".join(part for part in folders[0].parts[-2:] if part != folders[0].anchor) or "models/ic-light"


def _missing(mode: str, files: Sequence[ModelFile], folders: Sequence[Path]) -> str:
    text = (
        f"There is no IC-Light model for the mode {mode}. Download iclight_sd15_{mode}{EXTENSION} from {SOURCE} "
        f"and put it into {folder_name(folders)}."
    )
    broken = [f"{file.name} {file.problem}" for file in files if not file.usable and file.path.parent == folders[0]]
    return text + (f" What is there: {'; '.join(broken)}." if broken else "")


def _load(file: ModelFile) -> Offsets:
    from safetensors import SafetensorError, safe_open

    prefix = file.identity.prefix if file.identity else ""
    try:
        with safe_open(str(file.path), framework="pt", device="cpu") as opened:
            tensors = {UNET_PREFIX + to_ldm(key.removeprefix(prefix)): opened.get_tensor(key) for key in opened.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise ICLightError(f"The model {file.name} cannot be loaded: {error}. Get it again from {SOURCE}.") from error
    return Offsets(file.content, tensors, tensors[CONV_IN].shape[1])
