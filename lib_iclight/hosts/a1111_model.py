"""A checkpoint of AUTOMATIC1111's with offsets in its weights, which the next relit pass finds again."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from ..models.library import CONV_IN
from .a1111_weights import RelitWeights

if TYPE_CHECKING:
    from ..models.library import Offsets

_CONCATENATES = "hybrid"
"""The key of a model that joins a condition to its latents and reads a prompt."""
OURS = "ic_light_relit"
"""What is ours on the web UI's objects is kept under this name."""


class RelitModel:
    """A model with the offsets in its weights.

    They stay there after a pass, as the web UI's LoRAs do, so that the next one is ready at once. Whatever else uses
    the weights finds the plain ones: the offsets are taken away when the UNet is called outside a pass, when other
    weights are loaded into it, and when its weights are asked for.
    """

    def __init__(self, wrapper: Any, offsets: Offsets):
        # Weakly: the web UI's model is to leave memory as soon as it is dropped.
        self._wrapper = weakref.ref(wrapper)
        self._content, self._key, self._active = offsets.content, wrapper.conditioning_key, False
        self._weights: RelitWeights | None = RelitWeights(wrapper, offsets.tensors, CONV_IN)
        self._handles = [
            wrapper.register_forward_pre_hook(lambda *given: self._make_way()),
            wrapper.diffusion_model.register_forward_pre_hook(lambda *given: self._make_way()),
            wrapper._register_load_state_dict_pre_hook(lambda *given: self._take_away(before_loading=True)),
        ]
        if hasattr(wrapper, "register_state_dict_pre_hook"):
            asked_for = wrapper.register_state_dict_pre_hook(lambda *given: self._show_plain())
            self._handles.append(asked_for)

    @classmethod
    def of(cls, wrapper: Any, offsets: Offsets) -> RelitModel:
        """The model with these offsets: that of the last pass, if its weights are still there."""
        earlier = vars(wrapper).get(OURS)
        if earlier is not None:
            if earlier._weights is not None and earlier._content == offsets.content:
                return earlier
            earlier.end()
        made = vars(wrapper)[OURS] = cls(wrapper, offsets)
        return made

    @property
    def active(self) -> bool:
        """Whether a pass is going on: then the model takes a condition."""
        return self._active

    @active.setter
    def active(self, active: bool) -> None:
        self._active = active
        wrapper = self._wrapper()
        if wrapper is not None:
            wrapper.conditioning_key = _CONCATENATES if active else self._key

    def end(self) -> None:
        """Put everything back."""
        for handle in self._handles:
            handle.remove()
        wrapper = self._wrapper()
        if wrapper is not None and vars(wrapper).get(OURS) is self:
            del vars(wrapper)[OURS]
        self._take_away()

    def _make_way(self) -> None:
        """Give way to a call from outside a pass."""
        if not self._active:
            self.end()

    def _show_plain(self) -> None:
        """Let who reads the weights outside a pass find the plain ones."""
        if not self._active:
            self._take_away()

    def _take_away(self, before_loading: bool = False) -> None:
        # The hooks stay: those on loading and on reading must not be removed while they are called.
        self.active = False
        weights, self._weights = self._weights, None
        if weights is not None:
            weights.take_away(before_loading)
