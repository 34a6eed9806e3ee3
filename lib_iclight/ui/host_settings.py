"""The web UI's own controls that *Use recommended settings* and *Match size* set."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import gradio as gr

from .panel import names_offered
from .recommend import match_size, prompts, recommended, second_pass, working_size

_ANY_SIZE = (512, 512)
_TOGETHER = (("sampling", "scheduler"), ("width", "height"))
"""Settings of which one alone makes no sense."""


class HostSettings:
    """The controls of one tab that are recommended something, as far as the page has them.

    Args:
        tab: "txt2img" or "img2img".
        host_control: returns a control of the web UI by its ``elem_id``, or None if the page has none.

    Attributes:
        targets: the controls that may be set, by ``elem_id``.
        read: those whose values decide what is set: prompts and size.
    """

    def __init__(self, tab: str, host_control: Callable[[str], Any]):
        self._tab = tab
        self._is_img2img = tab == "img2img"
        self._own_schedule = host_control(f"{tab}_scheduler") is not None
        self._texts = [f"{tab}_prompt", f"{tab}_neg_prompt"]
        self.sides = [f"{tab}_width", f"{tab}_height"]
        names = recommended("fc", self._is_img2img, self._own_schedule, size=_ANY_SIZE, second=True)
        self.targets = _present([*self._texts, *names, *self.sides], host_control)
        self.read = _present([*self._texts, *self.sides, "txt2img_hr_scale"], host_control)

    @property
    def has_second_pass(self) -> bool:
        """Whether the tab has a second pass that can be recommended."""
        return not self._is_img2img and "txt2img_hr-checkbox" in self.targets

    def recommended(
        self, mode: str, picture: tuple[int, int] | None, second: bool, given: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What the controls are recommended, by ``elem_id``; without what a control cannot take.

        Args:
            mode: its name.
            picture: the subject's ``(width, height)``, None if it is not known.
            second: whether the second pass is switched on too.
            given: the values of the controls of :attr:`read`.
        """
        size = self._size(given)
        suiting = working_size(picture, *size) if picture and size else None
        wanted = recommended(mode, self._is_img2img, self._own_schedule, suiting or size, second, offered=self._offered)
        wanted |= zip(self._texts, prompts(*(given.get(text) or "" for text in self._texts)), strict=True)
        wanted |= zip(self.sides, suiting, strict=True) if suiting else ()
        return self._there(wanted)

    def matched(self, picture: tuple[int, int] | None, given: Mapping[str, Any]) -> dict[str, Any]:
        """A size with the picture's proportions, and that of the second pass, by ``elem_id``; empty without a picture.

        Args:
            picture, given: as for :meth:`recommended`.
        """
        size = self._size(given)
        if not picture or not size:
            return {}
        matched = match_size(picture, *size)
        wanted: dict[str, Any] = dict(zip(self.sides, matched, strict=True))
        if not self._is_img2img and given.get("txt2img_hr_scale"):
            wanted |= second_pass(*matched, float(given["txt2img_hr_scale"]))
        return self._there(wanted)

    def without(self, wanted: Mapping[str, Any], kept: Collection[str]) -> dict[str, Any]:
        """What is wanted, but for the controls that are to keep their values; sampler and schedule, width and height
        keep theirs together.
        """
        pairs = [{f"{self._tab}_{name}" for name in pair} for pair in _TOGETHER]
        all_kept = {*kept}.union(*(pair for pair in pairs if pair & {*kept}))
        return {elem_id: value for elem_id, value in wanted.items() if elem_id not in all_kept}

    def updates(self, wanted: Mapping[str, Any]) -> list[Any]:
        """The values for all of :attr:`targets`, no change where nothing is wanted."""
        return [wanted.get(elem_id, gr.update()) for elem_id in self.targets]

    def _size(self, given: Mapping[str, Any]) -> tuple[int, int] | None:
        if not set(self.sides) <= set(given):
            return None
        width, height = (int(given[side]) for side in self.sides)
        return width, height

    def _offered(self, elem_id: str) -> list[str]:
        return names_offered(self.targets.get(elem_id))

    def _there(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        return {elem_id: value for elem_id, value in wanted.items() if elem_id in self.targets}


def _present(names: Iterable[str], host_control: Callable[[str], Any]) -> dict[str, Any]:
    found = {name: host_control(name) for name in names}
    return {name: control for name, control in found.items() if control is not None}
