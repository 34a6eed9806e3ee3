"""Describes the contents of the model folders in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .download import readable
from .folders import EXTENSION, PART, PICKLES, TAKE_OUT, Entry, listing
from .hub import NAMES, SOURCE
from .identity import Identity
from .library import ModelFile, ModelLibrary, choose, suits

AGAIN = "Delete it and download it again, or copy it again."
WAYS_OUT = (
    ("LoRA", "Move it into models/Lora."),
    ("ControlNet", "Move it into models/ControlNet."),
    ("layer-diffusion", "Move it into models/layer_model."),
    ("checkpoint", "Move it into models/Stable-diffusion."),
)


@dataclass(frozen=True)
class FileReport:
    """One file.

    Attributes:
        name: its path relative to the model folder.
        size: in bytes.
        kind: "fc" (also fcon) or "fbc", "" if it is not an IC-Light model.
        modes: the modes for which "auto" may choose it.
        key_style: "diffusers" or "ldm", "" if it is neither.
        dtype: safetensors' name of the weights' type ("F16"), "" if there is none.
        problem: why it cannot be used, worded to follow the name; "" if it can.
        way_out: what to do about the problem.
    """

    name: str
    size: int
    kind: str = ""
    modes: tuple[str, ...] = ()
    key_style: str = ""
    dtype: str = ""
    problem: str = ""
    way_out: str = ""


@dataclass(frozen=True)
class ModelReport:
    """All files, and for each mode the name of the one that "auto" chooses, or None."""

    files: tuple[FileReport, ...]
    chosen: dict[str, str | None]

    @property
    def problems(self) -> list[FileReport]:
        """The files that cannot be used."""
        return [file for file in self.files if file.problem]


def report(library: ModelLibrary, folders: Sequence[Path]) -> ModelReport:
    """Describe the contents of the model folders; of two files with the same name only the first counts, as in a run.

    In folders shared with other extensions, a file of another kind is a problem only if its name mentions IC-Light.
    """
    found: dict[str, FileReport] = {}
    usable: list[ModelFile] = []
    for entry in listing(folders):
        if entry.name in found:
            continue
        file = _file_report(library, entry)
        if isinstance(file, ModelFile):
            usable.append(file)
            found[entry.name] = _usable(file)
        elif file is not None and not entry.foreign:
            found[entry.name] = file
    chosen = {mode: choose(mode, usable) for mode in NAMES}
    return ModelReport(tuple(found.values()), {mode: file.name if file else None for mode, file in chosen.items()})


def _file_report(library: ModelLibrary, entry: Entry) -> ModelFile | FileReport | None:
    """The file if it is usable, a report of its problem if it is not, or None for other kinds of files."""
    size = entry.stamp.size if entry.stamp else 0
    if entry.problem or entry.ending == EXTENSION:
        file = library.inspect(entry)
        return file if file.usable else _broken(file)
    if entry.ending in PICKLES:
        problem = "is not a safetensors file; other files are never opened because they can run code"
        return FileReport(entry.name, size, problem=problem, way_out=f"Get the safetensors file from {SOURCE}.")
    if entry.ending == EXTENSION + PART:
        problem = f"is not completely downloaded: {readable(size)} so far"
        return FileReport(entry.name, size, problem=problem, way_out="Press Download to continue, or delete it.")
    return None


def _usable(file: ModelFile) -> FileReport:
    identity = file.identity
    modes = tuple(mode for mode in file.modes if suits(mode, file))
    return FileReport(file.name, file.size, identity.kind, modes, identity.style, identity.dtype)


def _broken(file: ModelFile) -> FileReport:
    identity = file.identity or Identity("", "")
    return FileReport(
        file.name,
        file.size,
        key_style=identity.style,
        dtype=identity.dtype,
        problem=file.problem,
        way_out=file.way_out or _way_out(identity.looks_like),
    )


def _way_out(looks_like: str) -> str:
    if not looks_like:
        return AGAIN
    return next((words for part, words in WAYS_OUT if part in looks_like), TAKE_OUT)
