"""The script *IC Light: catalogue*: many pictures under one or more looks, each relit once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import ICLightError
from ..shoot import looks, naming, sources
from ..shoot.job import Job, Progress, Settings
from ..shoot.looks import Look
from ..shoot.manifest import Manifest, Row
from ..shoot.task import one_by_one
from ..support.json_values import shown
from ..ui.catalogue_panel import CataloguePanel
from ..ui.form_as_look import request_of, run_controls, run_of
from . import catalogue_folders, catalogue_report, webui
from .catalogue_runs import Runs, check, tab_of
from .named_paths import check_may_be_named, may_be_named, named
from .page_script import PageScript, script_of

TITLE = "IC Light: catalogue"
"""The script's name in the list of scripts, and over the API."""

FORM = "form"
"""What the form is called where it is the look."""


class CatalogueScript:
    """The part of the script that is the same in all web UIs."""

    def title(self) -> str:
        """Its name in the list of scripts, and over the API."""
        return TITLE

    def show(self, is_img2img: bool) -> bool:
        """It is chosen from the list, in both tabs."""
        return True

    def ui(self, is_img2img: bool) -> list[Any]:
        """Pictures, looks, and where the results go; the accordion of the same tab can be saved as a look."""
        tab = looks.TABS[is_img2img]
        panel = CataloguePanel(tab, catalogue_folders.looks, may_be_named())
        controls = panel.build()
        for script in webui.scripts_of(is_img2img):
            if isinstance(script, PageScript):
                script.page.when_complete(
                    is_img2img, lambda accordion: panel.connect(accordion.controls, accordion.host_control)
                )
        return controls

    def run(
        self,
        p: Any,
        pictures: str = "",
        files: Sequence[Any] | None = None,
        chosen: Sequence[str] | None = None,
        out: str = "",
        names: str = naming.PATTERN,
        equal: float = 0.0,
        overwrite: bool = False,
        sheet: bool = True,
    ) -> Any:
        """Relight what is not done yet, each picture by a copy of the processing object.

        Interrupt keeps what is done, and so does an error; the same run again goes on.

        Args:
            p: the host's processing object.
            pictures: a folder, with its sub-folders; "" for none.
            files: pictures that were uploaded, or paths.
            chosen: names of looks; none for the form as it is.
            out: the folder of the results, "" for one of the web UI's.
            names: the pattern of their names, see :mod:`lib_iclight.shoot.naming`.
            equal: 0 to 1, how far exposure and white of the set are brought together, look by look.
            overwrite: whether a file of a result's name is replaced.
            sheet: whether a contact sheet is made.

        Returns:
            The host's results: the contact sheet, and the new pictures where they are not too many.

        Raises:
            ICLightError: it cannot be begun, or there is not one result.
        """
        pictures, out, names = (_text(value) for value in (pictures, out, names))
        names, strength = names or naming.PATTERN, _strength(equal)
        naming.check(names)
        if pictures or out:
            check_may_be_named()
        user = str(getattr(p, "user", None) or "")
        folder = catalogue_folders.results_of(user, pictures, out)
        wanted = [looks.load(catalogue_folders.looks(user), str(name)) for name in _list(chosen, "Looks")] or [_form(p)]
        for look in wanted:
            check(p, look)
        found = sources.found(_given(pictures, _list(files, "Pictures")), without=folder)
        settings = Settings(names, bool(overwrite), webui.settings().camera_data, _marks())
        with Manifest(folder) as manifest:
            job = Job(found, wanted, manifest, settings)
            runs = Runs(p)
            _announce(p, len(found) * len(wanted))
            summary = job.run(one_by_one(runs.relight, _is_over), partial(_tell, p))
            webui.tell("")
            return catalogue_report.finished(p, job, summary, runs, strength, bool(sheet))


def _text(value: Any) -> str:
    if value is not None and not isinstance(value, str):
        raise ICLightError(f"A folder or a pattern of names must be text, not {shown(value)}.")
    return (value or "").strip()


def _strength(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ICLightError(f"Equal exposure must be a number from 0 to 1, not {shown(value)}.")
    return float(value)


def _list(value: Any, what: str) -> list[Any]:
    if value is not None and not isinstance(value, (list, tuple)):
        raise ICLightError(f"{what} must be a list, not {shown(value)}.")
    return [*(value or ())]


def _given(pictures: str, files: list[Any]) -> list[Path]:
    """The folder and the uploads, as gradio 3 or 4 gives these, or as paths."""
    if any(type(file) is str for file in files):
        check_may_be_named()
    folder = [named(pictures, "The folder of pictures")] if pictures else []
    return folder + [named(getattr(file, "name", file), "A picture") for file in files]


def _form(p: Any) -> Look:
    """The form as it is, as a look."""
    script = script_of(p)
    values = p.script_args[script.args_from : script.args_to]
    tab = tab_of(p)
    run = {name: getattr(p, name, None) for name in run_controls(tab, lambda elem_id: elem_id)}
    return looks.make(FORM, _request(values), run_of(run, tab), tab)


def _request(values: Sequence[Any]) -> dict[str, Any]:
    """The extension's fields, as the page or the API gives them."""
    first = values[0] if values else None
    if not isinstance(first, dict):
        return request_of(values)
    return {name: value for name, value in first.items() if name not in ("enabled", "foreground", "layers")}


def _marks() -> dict[str, Any]:
    """What a result depends on besides its look."""
    from modules import shared

    return {"checkpoint": str(getattr(shared.opts, "sd_model_checkpoint", "") or "")}


def _announce(p: Any, count: int) -> None:
    """One progress bar for all."""
    from modules import shared

    shared.state.job_count = count
    total = getattr(shared, "total_tqdm", None)
    if total is not None:
        total.updateTotal(count * p.steps)


def _is_over() -> bool:
    from modules import shared

    return bool(shared.state.interrupted or getattr(shared.state, "stopping_generation", False))


def _tell(p: Any, progress: Progress, row: Row | None) -> None:
    """Show how far it is."""
    from modules import shared

    shared.state.job_no = progress.total - progress.left
    webui.tell(catalogue_report.so_far(progress))
