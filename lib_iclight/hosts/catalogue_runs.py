"""The runs of a catalogue: each by a copy of the processing object, with a look's fields and a picture of its own."""

from __future__ import annotations

import io
from collections.abc import Mapping
from copy import copy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from ..errors import ICLightError, InterruptedRunError
from ..redeveloping import exposure_found
from ..request import NO_LAYERS
from ..request_input import from_api, picture_sources
from ..restore.exposure import Exposure
from ..shoot.equalising import PAINTING, painting_file
from ..shoot.looks import TABS, Look, inside
from ..shoot.task import Relit, Task
from ..support.json_values import shown
from . import run_context
from .app_context import app_context
from .page_script import script_of

# The run's file is read and becomes the catalogue's; the web UI's own folders get nothing.
_SAVED = {"samples_save": True, "save_to_dirs": False, "samples_filename_pattern": "[seed]", "save_txt": False}
_OTHERS, _SETTINGS = "alwayson_scripts", "override_settings"


def tab_of(p: Any) -> str:
    """Which tab a processing object belongs to, one of :data:`lib_iclight.shoot.looks.TABS`."""
    return TABS[hasattr(p, "init_images")]


def check(p: Any, look: Look) -> None:
    """Check that a look's runs can be made by copies of a processing object.

    Raises:
        ICLightError: it is the other tab's, or sets what only the API knows.
    """
    if look.tab != tab_of(p):
        raise ICLightError(f"The look {shown(look.name)} is one of {look.tab}. Use it there.")
    for name in look.run:
        if name == _OTHERS:
            raise ICLightError(
                f"The look {shown(look.name)} sets other extensions (run.{_OTHERS}), which programs alone can do. Use "
                "python -m lib_iclight.shoot for it."
            )
        if name.startswith("_") or not hasattr(p, name) or callable(getattr(p, name)):
            raise ICLightError(f"The look {shown(look.name)} has the field run.{name}, which this web UI lacks.")


class Runs:
    """Relights the pictures of tasks.

    Args:
        p: the host's processing object.
    """

    def __init__(self, p: Any) -> None:
        self._p = p

    def relight(self, task: Task) -> Relit:
        """Relight the picture of a task: a :data:`lib_iclight.shoot.task.Relight`."""
        from modules import shared
        from modules.processing import process_images

        seen: list[Any] = []
        with TemporaryDirectory(prefix="ic-light-") as folder:
            pc = self._copy_for(task, folder)
            run_context.tell(pc, lambda *painted: seen.append(painted))
            processed = process_images(pc)
            if shared.state.interrupted:
                raise InterruptedRunError
            if shared.state.skipped or not seen:
                raise ICLightError("The picture was skipped.")
            content = _saved(processed, Path(folder))
        plan, subject, painting = seen[0]
        remarks = tuple(dict.fromkeys(str(getattr(processed, "comments", "")).splitlines()))
        gain = exposure_found(plan, subject, painting)
        return Relit(content, int(processed.all_seeds[0]), gain, remarks, {PAINTING: painting_file(painting)})

    def again(
        self, task: Task, painting: np.ndarray, exposure: Exposure, whole: bool
    ) -> tuple[Exposure | None, np.ndarray | None]:
        """Make a task's result again from its painting: a :data:`lib_iclight.shoot.equalising.Again`."""
        given = {**_fields(task), "foreground": inside(task.content)}
        made = app_context().developed_again(from_api(given), picture_sources(given), painting, exposure)
        return made.found, made.picture if whole else None

    def _copy_for(self, task: Task, folder: str) -> Any:
        """A processing object for one task, whose picture is saved in a folder."""
        pc = copy(self._p)
        pc.styles = [*(pc.styles or [])]
        pc.n_iter = pc.batch_size = 1
        # What one run notes down is not the next one's.
        pc.extra_generation_params, pc.comments = {**pc.extra_generation_params}, type(pc.comments)()
        run = {name: value for name, value in task.look.run.items() if name != _SETTINGS}
        for name, value in run.items():
            setattr(pc, name, value)
        settings: Mapping[str, Any] = task.look.run.get(_SETTINGS) or {}
        pc.override_settings = {**(pc.override_settings or {}), **settings, **_saving()}
        pc.override_settings_restore_afterwards = True
        pc.seed = task.seed
        size = task.run_size()
        if size is not None:
            pc.width, pc.height = size
        pc.outpath_samples, pc.do_not_save_samples, pc.do_not_save_grid = folder, False, True
        fields = _fields(task)
        if task.look.tab == TABS[0]:
            fields["foreground"] = inside(task.content)
        else:
            with Image.open(io.BytesIO(task.content)) as image:
                pc.init_images = [ImageOps.exif_transpose(image)]
            pc.image_mask = None
        pc.script_args = _asking(pc, fields)
        return pc


def _saving() -> dict[str, Any]:
    """Settings under which a run's picture is saved, as far as this web UI has them."""
    from modules.shared import opts

    known = {name: value for name, value in _SAVED.items() if name in opts.data_labels}
    for name in known:
        # After the run the host goes back to what its settings file holds alone: the rest would stay changed.
        opts.data.setdefault(name, opts.get_default(name))
    return known


def _fields(task: Task) -> dict[str, Any]:
    """The look's own, as the API takes them."""
    return {**task.look.request, "enabled": True, "layers": NO_LAYERS, "keep_original": False, "show_subject": False}


def _asking(pc: Any, fields: dict[str, Any]) -> list[Any]:
    """The arguments of all scripts, among which the accordion's are one dict, as from the API."""
    script, args = script_of(pc), [*pc.script_args]
    first, end = script.args_from, script.args_to
    args[first:end] = [fields, *[None] * (end - first - 1)]
    return args


def _saved(processed: Any, folder: Path) -> bytes:
    """The file that the host has saved of a run's result.

    Raises:
        ICLightError: there is none.
    """
    path = getattr(processed.images[0], "already_saved_as", None) if processed.images else None
    if not path:
        raise ICLightError("The web UI has saved no picture of the run.")
    found = Path(path)
    return (found if found.is_file() else folder / found.name).read_bytes()
