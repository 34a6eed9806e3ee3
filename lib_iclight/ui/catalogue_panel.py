"""What the script *IC Light: catalogue* asks for: pictures, looks, where the results go; and how a look is saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import gradio as gr
from modules.ui_components import ToolButton

from ..errors import ICLightError
from ..picture.opening import endings
from ..shoot import looks, naming
from .accordion import PAGE_FIELDS
from .form_as_look import look_of, run_controls
from .panel import ANY_CHOICES, QUIET, Panel
from .wording import as_spans

_REFRESH = "\U0001f504"
_SAID = "<p class='{kind}'>{text}</p>"


class CataloguePanel(Panel):
    """One tab's controls.

    Args:
        tab: "txt2img" or "img2img".
        folder: returns the folder of a user's looks; a page without logins has the user "".
        has_folders: whether folders of the server may be named.
    """

    def __init__(self, tab: str, folder: Callable[[str], Path], has_folders: bool):
        super().__init__(tab)
        self._folder = folder
        self._has_folders = has_folders

    def build(self) -> list[Any]:
        """Make the controls; returns those that are the script's arguments, in order."""
        with gr.Column(elem_classes=["ic-light", "ic-light-catalogue"], elem_id=self._id("all")):
            pictures, out = self._build_folders()
            files = gr.File(
                label="Pictures",
                file_count="multiple",
                file_types=sorted(endings()),
                elem_id=self._id("files"),
                elem_classes=["ic-light-files"],
            )
            with gr.Row(elem_classes=["ic-light-looks"]):
                self._looks = gr.Dropdown(
                    [each.name for each in looks.listed(self._folder(""))],
                    value=[],
                    multiselect=True,
                    label="Looks; without one, the form as it is",
                    elem_id=self._id("looks"),
                    # The list may be older than the newest look; a name that is none is refused when it is used.
                    **ANY_CHOICES,
                )
                self._refresh = ToolButton(_REFRESH, elem_id=self._id("refresh"), tooltip="Look for looks again")
            self._build_saving()
            with gr.Row():
                equal = gr.Slider(0, 1, value=0, step=0.05, label="Equal exposure and white", elem_id=self._id("equal"))
                names = gr.Textbox(naming.PATTERN, label="Names of the results", max_lines=1, elem_id=self._id("names"))
            with gr.Row():
                overwrite = gr.Checkbox(False, label="Replace files of the same name", elem_id=self._id("overwrite"))
                sheet = gr.Checkbox(True, label="Contact sheet", elem_id=self._id("sheet"))
        self._looks.do_not_save_to_config = True
        return [pictures, files, self._looks, out, names, equal, overwrite, sheet]

    def _build_folders(self) -> tuple[Any, Any]:
        """Where pictures are and results go, on the machine of the web UI."""
        one_line = {"max_lines": 1, "visible": self._has_folders}
        with gr.Row():
            pictures = gr.Textbox(
                "",
                label="Folder of pictures",
                placeholder="With its sub-folders",
                elem_id=self._id("pictures"),
                **one_line,
            )
            out = gr.Textbox(
                "", label="Folder of the results", placeholder="Among the results", elem_id=self._id("out"), **one_line
            )
        return pictures, out

    def _build_saving(self) -> None:
        """A look is saved from the form above: the accordion and the tab's own settings."""
        with gr.Row():
            self._name = gr.Textbox(
                "", label="Save the form as a look", placeholder="Its name", max_lines=1, elem_id=self._id("name")
            )
        with gr.Row(elem_classes=["ic-light-save-look"]):
            self._match = gr.Checkbox(True, label="Each picture keeps its proportions", elem_id=self._id("match"))
            self._replace = gr.Checkbox(False, label="Replace the look", elem_id=self._id("replace"))
            self._save = gr.Button("Save the look", size="sm", elem_id=self._id("save"))
        self._said = gr.HTML("", visible=False, elem_id=self._id("said"), elem_classes=["ic-light-said"])
        for control in (self._name, self._match, self._replace):
            control.do_not_save_to_config = True

    def connect(self, controls: Mapping[str, Any], host_control: Callable[[str], Any]) -> None:
        """Connect the panel, once the whole page is there.

        Args:
            controls: the accordion's controls by name.
            host_control: returns a control of the web UI by its ``elem_id``, or None if the page has none.
        """
        run = run_controls(self.tab, host_control)
        form = [self._name, self._match, self._replace, self._looks, *(controls[name] for name in PAGE_FIELDS)]

        def save(request: gr.Request, name: str, match: bool, replace: bool, chosen: list[str], *values: Any) -> Any:
            own, hosts = values[: len(PAGE_FIELDS)], dict(zip(run, values[len(PAGE_FIELDS) :], strict=True))
            try:
                look = look_of(name.strip(), own, hosts, self.tab, match)
                looks.save(self._folder(_user(request)), look, replace)
            except ICLightError as error:
                return [_line("wrong", str(error)), gr.update(), replace]
            except OSError as error:
                return [_line("wrong", f"The look cannot be saved: {error.strerror or error}."), gr.update(), replace]
            picked = [*dict.fromkeys([*(chosen or []), look.name])]
            return [_line("", "The look is saved, and chosen."), self._listed(request, picked), False]

        self._save.click(save, [*form, *run.values()], [self._said, self._looks, self._replace], **QUIET)
        # Not when the page loads: until the script is used, the server is asked nothing for it.
        self._looks.focus(self._refreshed, [self._looks], [self._looks], **QUIET)
        self._refresh.click(self._refreshed, [self._looks], [self._looks], **QUIET)

    def _refreshed(self, chosen: list[str], request: gr.Request) -> Any:
        return self._listed(request, chosen or [])

    def _listed(self, request: Any, chosen: list[str]) -> Any:
        """The looks to choose from; a damaged one is among them, and a run with it says why it cannot be used."""
        names = [each.name for each in looks.listed(self._folder(_user(request)))]
        return gr.update(choices=names, value=[name for name in chosen if name in names])

    def _id(self, name: str) -> str:
        return self.make_id(f"catalogue_{name}")


def _user(request: Any) -> str:
    return str(getattr(request, "username", None) or "")


def _line(kind: str, text: str) -> Any:
    return gr.update(value=_SAID.format(kind=kind, text=as_spans(text)), visible=True)
