"""The recommended settings and a matching size: what they change is said before, and taken back by a click.

They are offered, or taken at once when a picture comes in, if a setting says so. The page's scripts decide when, since
they know what was set by hand: see ``javascript/parts/ic_light_at_once.js``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import gradio as gr

from ..request import PAINTING
from . import recommendation_html
from .host_settings import HostSettings
from .init_picture import InitPicture, Seen
from .panel import JS, QUIET, Panel
from .questions import Question


class _Choices(NamedTuple):
    """What the recommended settings follow.

    Attributes:
        mode: its name.
        second: whether the second pass is switched on too.
        subject: the foreground, or the img2img picture; None without either.
        given: the values of the web UI's controls that decide, by ``elem_id``.
    """

    mode: str
    second: bool
    subject: Seen | None
    given: dict[str, Any]

    @property
    def size(self) -> tuple[int, int] | None:
        """The subject's width and height, as far as they are known."""
        return self.subject.size if self.subject else None


class RecommendationRow(Panel):
    """One row. It sets the web UI's own controls; it has no values of its own in a request.

    Args:
        tab, at_start: see :class:`Panel`.
        host_control: returns a control of the web UI by its ``elem_id``, or None if the page has none.
        init: img2img's picture, which is the subject where there is no foreground.
        at_once: whether to take the settings when a picture comes in.
    """

    def __init__(
        self,
        tab: str,
        at_start: Mapping[str, Any],
        host_control: Callable[[str], Any],
        init: InitPicture,
        at_once: Callable[[], bool],
    ):
        super().__init__(tab, at_start)
        self._host_control = host_control
        self._init = init
        self._at_once = at_once

    def build(self) -> None:
        """Make the row."""
        self._host = HostSettings(self.tab, self._host_control)
        # Of the foreground: the picture itself need not travel with every event.
        self.foreground = gr.State(None)
        with gr.Row(elem_classes=["ic-light-recommendation"], elem_id=self.make_id("recommendation_row")):
            self._recommend = gr.Button(
                "Use recommended settings",
                elem_id=self.make_id("recommend"),
                size="sm",
                elem_classes=["ic-light-recommend"],
            )
            self._text = gr.HTML(
                self._html(_Choices("fc", False, None, self._unset())),
                elem_id=self.make_id("recommendation"),
                elem_classes=["ic-light-recommended"],
            )
            self._second = gr.Checkbox(
                False,
                label="Hires fix too",
                visible=self._shows_second(self.begins_with("result")),
                elem_id=self.make_id("second_pass"),
                elem_classes=["ic-light-second"],
                container=False,
            )
            self._second.do_not_save_to_config = True
            self.match = gr.Button("Match size", elem_id=self.make_id("match_size"), size="sm", visible=False)
            self._undo = gr.Button(
                "Undo", elem_id=self.make_id("recommendation_undo"), size="sm", elem_classes=["ic-light-undo"]
            )
            self._look = Question(self.make_id("look_recommended"))
            self._taken = self.make_hidden("take_at_once")
            self.pasted = self.make_hidden("pasted")

    def connect(self, controls: dict[str, Any]) -> None:
        """Connect the row.

        Args:
            controls: the accordion's controls, by field of the request.
        """
        host = self._host
        self._looked = [
            *(controls["mode"], controls["result"], self._second, self.foreground),
            *self._init.states,
            *host.read.values(),
        ]
        if not host.targets:
            return
        self._look.answer_with(self._said, self._looked, [self._text])
        for control in (controls["mode"], controls["result"], self._second):
            self.follow(control.change)
        controls["result"].change(
            lambda result: gr.update(visible=self._shows_second(result)), [controls["result"]], [self._second], **QUIET
        )
        for side in self.sides:
            # When the slider is let go of: a drag would ask the server at every step.
            self.follow(side.release)
        self._takes(self._recommend.click, self._recommended, self._looked)
        self._takes(self.match.click, self._matched, self._looked)
        self._takes(self._taken.change, self._recommended_at_once, [self._taken, *self._looked])
        targets = [*host.targets.values()]
        # A page's script gets the values of the outputs too, after those of the inputs.
        self._undo.click(None, targets, targets, **QUIET, **{JS: self._script("take", len(targets))})

    def follow(self, event: Callable[..., Any]) -> None:
        """Say anew what is recommended after an event."""
        if self._host.targets:
            self._look.ask_on(event)

    @property
    def sides(self) -> list[Any]:
        """The web UI's width and height, as far as the page has them."""
        return [self._host.read[side] for side in self._host.sides if side in self._host.read]

    def _unset(self) -> dict[str, Any]:
        """The values that the web UI's controls begin with."""
        return {name: getattr(control, "value", None) for name, control in self._host.read.items()}

    def _takes(self, event: Callable[..., Any], wanted: Callable[..., list[Any]], inputs: list[Any]) -> None:
        """Let an event set the web UI's controls, so that it can be undone."""
        targets = [*self._host.targets.values()]
        # Before the event's own answer, which comes from the server.
        event(None, targets, None, **QUIET, **{JS: self._script("keep")})
        done = event(wanted, inputs, targets, **QUIET)
        done = done.then(None, targets, None, **QUIET, **{JS: self._script("note")})
        self.follow(done.then)

    def _script(self, what: str, count: int | None = None) -> str:
        values = "values" if count is None else f"values.slice(0, {count})"
        return f"(...values) => window.icLight?.undo?.{what}('{self.make_id('recommendation_undo')}', {values}) ?? []"

    def _shows_second(self, result: str) -> bool:
        """Whether a second pass is offered: only a painting gains by it."""
        return self._host.has_second_pass and result == PAINTING

    def _read(self, mode: str, result: str, second: bool, foreground: Seen | None, *values: Any) -> _Choices:
        count = len(self._init.states)
        given = dict(zip(self._host.read, values[count:], strict=True))
        return _Choices(mode, second and result == PAINTING, foreground or self._init.seen(*values[:count]), given)

    def _wanted(self, choices: _Choices) -> dict[str, Any]:
        return self._host.recommended(choices.mode, choices.size, choices.second, choices.given)

    def _recommended(self, *values: Any) -> list[Any]:
        return self._host.updates(self._wanted(self._read(*values)))

    def _recommended_at_once(self, asked: str, *values: Any) -> list[Any]:
        """The recommended settings, but for those set by hand, which the page's script names."""
        wanted = self._wanted(self._read(*values))
        return self._host.updates(self._host.without(wanted, json.loads(asked)["by_hand"]))

    def _matched(self, *values: Any) -> list[Any]:
        choices = self._read(*values)
        return self._host.updates(self._host.matched(choices.size, choices.given))

    def _said(self, *values: Any) -> str:
        return self._html(self._read(*values))

    def _html(self, choices: _Choices) -> str:
        # Without the user's own prompts, what is recommended is what is added.
        given = {name: "" if name.endswith("prompt") else value for name, value in choices.given.items()}
        key = choices.subject.key if choices.subject else ""
        return recommendation_html.as_html(
            self._wanted(choices._replace(given=given)), self.tab, picture=key, at_once=self._at_once()
        )
