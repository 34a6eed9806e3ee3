"""Ideas to start from: worked examples, and quick lists for the prompt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from ..picture import opening
from . import examples, prompts
from .panel import JS, QUIET, Panel, allowed
from .recommend import match_size, recommended

_AREA = (512, 512)
_OWN_LISTS = (
    "For your own lists, copy presets/prompts.txt to user/prompts.txt in the extension's folder, edit the copy and "
    "reload the page."
)


class IdeasPanel(Panel):
    """It sets other controls; it has no values of its own in a request."""

    def build(self) -> None:
        """Make the buttons; the lists are read again whenever the page is loaded."""
        self._examples = examples.load()
        with gr.Column(elem_id=self.make_id("ideas"), elem_classes=["ic-light-ideas"]):
            gr.HTML("<p>An example fills the whole form. It can be undone.</p>", elem_classes=["ic-light-note"])
            with gr.Row(elem_classes=["ic-light-examples"]):
                self._buttons = [
                    gr.Button(example.name, size="sm", elem_id=self.make_id(f"example_{index}"))
                    for index, example in enumerate(self._examples)
                ]
                self._undo = gr.Button(
                    "Undo the example", size="sm", elem_id=self.make_id("undo"), elem_classes=["ic-light-undo"]
                )
            self.lists = gr.HTML(self.shown_lists(), elem_id=self.make_id("prompts"), elem_classes=["ic-light-prompts"])
            gr.HTML(f"<p>{_OWN_LISTS}</p>", elem_classes=["ic-light-note"])

    @staticmethod
    def shown_lists() -> str:
        """The quick lists, read from the files now."""
        return prompts.as_html(*prompts.load())

    def connect(self, controls: dict[str, Any], host_control: Callable[[str], Any]) -> None:
        """Connect the examples with the accordion's controls and with those of the web UI that exist."""
        is_img2img = self.tab == "img2img"
        hosts = [f"{self.tab}_{name}" for name in ("prompt", "width", "height")] + [
            *recommended("fc", is_img2img, size=_AREA)
        ]
        targets = {elem_id: host_control(elem_id) for elem_id in hosts}
        targets = {elem_id: control for elem_id, control in targets.items() if control is not None}
        # In img2img the tab's own picture is the subject.
        sides = ["background"] if is_img2img else ["foreground", "background"]
        names = [*examples.CONTROLS, *sides]
        outputs = [*(controls[name] for name in names), *targets.values()]
        undo = self.make_id("undo")
        for button, example in zip(self._buttons, self._examples, strict=True):
            keep = f"(...values) => window.icLight?.undo?.keep('{undo}', values) ?? []"
            # Before the example's own event, whose answer comes from the server.
            button.click(None, outputs, None, **QUIET, **{JS: keep})
            button.click(_filler(example, names, targets, is_img2img), None, outputs, **QUIET)
        # A page's script gets the values of the outputs too, after those of the inputs.
        take = f"(...now) => window.icLight.undo.take('{undo}', now.slice(0, {len(outputs)}))"
        self._undo.click(None, outputs, outputs, **QUIET, **{JS: take})


def _filler(
    example: examples.Example, names: list[str], targets: dict[str, Any], is_img2img: bool
) -> Callable[[], list[Any]]:
    """Makes the function that a click on an example calls: it returns values for our controls and the web UI's."""

    def fill() -> list[Any]:
        own = {**example.values(), "foreground": _opened(example.foreground), "background": _opened(example.background)}
        tab = "img2img" if is_img2img else "txt2img"
        own_schedule = f"{tab}_scheduler" in targets
        of_host = {f"{tab}_prompt": example.prompt}
        size = None
        if example.foreground is not None and not is_img2img:
            size = match_size(own["foreground"].size, *_AREA)
            of_host |= zip((f"{tab}_width", f"{tab}_height"), size, strict=True)
        of_host |= recommended(example.request.mode, is_img2img, own_schedule, size)
        wanted = [allowed(control, of_host.get(elem_id, gr.update())) for elem_id, control in targets.items()]
        return [*(own.get(name, gr.update()) for name in names), *wanted]

    return fill


def _opened(path: Any) -> Any:
    if path is None:
        return gr.update()
    with open(path, "rb") as file:
        return opening.read(file, "example")
