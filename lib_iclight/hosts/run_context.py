"""What a run keeps on the host's processing object ``p``: one object, the :class:`RunContext`.

A run changes these places in the host, in this order:

- ``p.ic_light_run``, the context itself: made by ``before_process``; X/Y/Z axes and the light set's script store their
  values in it before that. Its pictures are dropped when the run ends. The next ``before_process`` replaces it and
  keeps these values.
- ``p.setup_prompts``, ``p.init``, ``p.sample``: if a hook refuses the run, these raise the reason. The next
  ``before_process`` removes that.
- ``p.extra_generation_params``: ``before_process`` adds our infotext, which the host writes into the results. The next
  ``before_process`` removes it. What a sampler writes there when asked where it starts is removed at once.
- ``p.image_mask``: ``before_process`` sets it to None if the mask is the light. ``postprocess`` restores the mask;
  after an error, the next ``before_process`` does.
- ``p.all_seeds``, ``p.all_subseeds``: ``process`` makes them equal for the frames of a clip. The host makes new ones
  for each run.
- ``p.do_not_save_grid``: ``process`` sets it for results of their own size, which are too large to be laid side by
  side. ``postprocess`` restores it; after an error, the next ``before_process`` does.
- ``shared.state.textinfo``: shows progress while a background is removed or a model is downloaded, and is cleared
  afterwards. ``shared.state.interrupted``: cleared before such a wait if no job is running, as the host does itself
  when the next job begins.
- ``p.comment``: ``process`` and ``postprocess_image`` add warnings, which the host shows with the results.
- ``p.sd_model.forge_objects.unet``: replaced before each pass by a clone with the offsets. The host restores its own
  UNet, which is unchanged.
- In a web UI without patchers ``p.sd_model.model``: its weights get the offsets when a pass begins, and its
  ``conditioning_key`` is *hybrid* while the sampler runs. The offsets stay for the next pass; they are taken away when
  the UNet is called outside one, and when its weights are asked for or replaced.
- The self-attention of that UNet, or of the clone: patched if frames look at each other; without patchers by hooks,
  which are removed when the pass has ended.
- ``noise`` and ``p.modified_noise``: the light is added before the first pass of txt2img. The host makes new ones for
  each batch.
- ``p.init_latent``: replaced by the light before the first pass of img2img. It is not restored: each batch starts from
  the host's own, which the context keeps, and the next run's ``p.init`` makes a new one.
- ``p.sampler``: its denoiser is wrapped to relight the refiner's UNet too, and its sampling methods raise any error
  from setting up the pass. In a web UI without patchers they are wrapped to relight, until the pass has ended. The host
  makes a new sampler for each pass, or for each run of img2img.
- The model's noise levels: the host changes them during sampling for zero terminal SNR. If an error of ours ends the
  pass, we restore them as the host would.
- ``p.color_corrections``: ``postprocess_image`` sets it to None, or, if a result cannot be made, to what ends the run
  with the reason. The next run's ``p.init`` makes it again, and the next ``before_process`` removes what ends a run.
- ``processed``: ``postprocess`` adds our pictures, their texts, and comments; they are results and stay.
- The files that the host has saved: ``postprocess_image`` puts the photograph's data into those of the results before
  this one, ``postprocess`` into the others.

Two places belong to the whole process:

- ``os.environ``: ``U2NET_HOME`` and ``MODEL_CHECKSUM_DISABLED`` are set while a background remover is loaded, and
  restored afterwards.
- ``main_thread.run_and_wait_result`` of older hosts: replaced at each load of the script, so that the page shows our
  errors, and restored when the host unloads its scripts.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from PIL import Image

from ..relight import OfFrame, Plan
from ..restore.developed import Developed
from ..subject.in_frame import Latest
from ..subject.prepare import Framing, Subject
from . import abort, masks, own_size
from .comparisons import Compared

_ATTRIBUTE = "ic_light_run"


@dataclass(eq=False)
class RunContext:
    """One run's state.

    Hosts keep ``p`` longer than its run, so the pictures are dropped when the run ends. Other extensions copy ``p`` and
    run the hooks on the copy during the run: the copy then has this context, but is not its owner.

    Attributes:
        owner: returns the ``p`` that the context was made for.
        overrides: the request's fields that X/Y/Z axes have set.
        attention: how far the frames of a batch look at each other, 0 to 1.
        frames: of a clip, which are painted together in place of the foreground.
        painted: called with the plan, the subject and the pixels of each painting, uint8 ``[h, w, 3]``.
        plan: what is done; None before the run is planned, if it is not relit, and after its end.
        relights: whether the run is relit; stays set after its end, while others still work on its pictures.
        framing: how the host scales its own picture, if that stays visible around ours; None if it does not: then the
            request's placement applies.
        stops: what ends the run, by the attribute of the processing object that it replaces.
        mask: img2img's mask while it is detached.
        checked: returns the model that passed the checks.
        restore_levels: restores the model's noise levels.
        init_latent: the host's own latents for the start of img2img.
        shown: width and height of the first pass in pixels.
        finished: how many pictures are finished.
        at_run_size: whether results have the run's size whatever was asked for.
        grid_was_wanted: whether the host would have laid the results side by side, had we not kept it from that.
        in_frame: gives subjects in the frame of their results.
        developed: results that hold more than the host's picture, 16 bits or layers, by their position among the
            results; until these are written.
        given: the photographs that the host was given and that are not known to be saved yet, by the same position.
        completed: the positions of those whose files are complete.
        unrestored: results before details and colours were restored, by their position among the results.
        compared: what results are compared with, by their position.
    """

    owner: Callable[[], Any]
    overrides: Mapping[str, Any] = field(default_factory=dict)
    attention: float = 0.0
    frames: Sequence[OfFrame] = ()
    painted: Callable[[Plan, Subject, np.ndarray], None] | None = None
    plan: Plan | None = None
    relights: bool = False
    framing: Framing | None = None
    stops: Mapping[str, Any] = field(default_factory=dict)
    mask: Any = None
    checked: Callable[[], Any] = lambda: None
    restore_levels: Callable[[], None] = lambda: None
    init_latent: Any = None
    shown: tuple[int, int] | None = None
    finished: int = 0
    at_run_size: bool = False
    grid_was_wanted: bool = False
    in_frame: Latest = field(default_factory=Latest)
    developed: dict[int, Developed] = field(default_factory=dict)
    given: dict[int, Image.Image] = field(default_factory=dict)
    completed: set[int] = field(default_factory=set)
    unrestored: dict[int, Image.Image] = field(default_factory=dict)
    compared: dict[int, Compared] = field(default_factory=dict)

    @property
    def subjects(self) -> Sequence[Subject]:
        """The plan's subjects, framed as in this run."""
        if self.framing is None:
            return self.plan.subjects
        return [subject.framed(self.framing) for subject in self.plan.subjects]

    def subject_of(self, index: int) -> Subject:
        """The subject of the batch's picture at this index; several alternate, as the host's own pictures do."""
        return self.subjects[index % len(self.subjects)]

    def start(self, plan: Plan) -> None:
        """Begin to relight: from now on the run counts as relit."""
        self.plan, self.relights = plan, True
        if plan.lit_by_mask:
            self.mask = masks.detach(self.owner())

    def end_with(self, error: Exception, steps: Sequence[str] = abort.STEPS) -> None:
        """Make the run end with ``error`` at the next of its ``steps``, and drop its pictures."""
        self.stops = abort.abort_run(self.owner(), error, steps)
        self.drop_pictures()

    def end_after_picture(self, error: Exception) -> None:
        """Make the run end with ``error`` right after the hook for a finished picture, and drop its pictures."""
        self.stops = abort.abort_after_picture(self.owner(), error)
        self.drop_pictures()

    def restore_mask(self) -> None:
        """Restore the host's mask."""
        masks.restore(self.owner(), self.mask)
        self.mask = None

    def restore_grid(self) -> None:
        """Let the host lay results side by side again, if it did before."""
        own_size.restore_grid(self.owner(), self.grid_was_wanted)
        self.grid_was_wanted = False

    def drop_pictures(self) -> None:
        """Drop everything large: the run is over."""
        self.plan = self.init_latent = None
        self.frames = ()
        self.in_frame.drop()
        self.unrestored, self.developed, self.given, self.compared = {}, {}, {}, {}


def begin(p: Any) -> RunContext:
    """Make the context of a run that begins.

    Changes that an earlier run left on ``p``, or on the object that ``p`` is a copy of, are undone on ``p``.
    """
    earlier = vars(p).get(_ATTRIBUTE)
    context = vars(p)[_ATTRIBUTE] = RunContext(weakref.ref(p))
    if earlier is not None:
        # It may belong to a run that is still going on, so it is only read.
        abort.clear(p, earlier.stops)
        masks.restore(p, earlier.mask)
        own_size.restore_grid(p, earlier.grid_was_wanted)
        context.overrides, context.painted = earlier.overrides, earlier.painted
        context.attention, context.frames = earlier.attention, earlier.frames
    return context


def of(p: Any) -> RunContext | None:
    """The context of the run that relights ``p``, None if there is none or it is over."""
    context = _own(p)
    return context if context is not None and context.plan is not None else None


def is_relit(p: Any) -> bool:
    """Whether ``p`` is relit, even after its run has ended."""
    context = _own(p)
    return context is not None and context.relights


def override(p: Any, name: str, value: Any) -> None:
    """Set a field of the request for this processing object alone, for the axes of an X/Y/Z plot."""
    context = vars(p).get(_ATTRIBUTE) or RunContext(weakref.ref(p))
    # The plot script works on copies of p, which must not change the original's context.
    vars(p)[_ATTRIBUTE] = replace(context, overrides={**context.overrides, name: value})


def paint_frames(p: Any, frames: Sequence[OfFrame]) -> None:
    """Paint these frames of a clip together in this processing object's run, each as a picture of the batch."""
    context = vars(p).get(_ATTRIBUTE) or RunContext(weakref.ref(p))
    vars(p)[_ATTRIBUTE] = replace(context, frames=tuple(frames))


def attend_across(p: Any, gamma: float) -> None:
    """Let the pictures of each batch look at each other, for the script that relights clips.

    Args:
        p: the host's processing object.
        gamma: as for :func:`lib_iclight.hosts.attention.mixed`.
    """
    context = vars(p).get(_ATTRIBUTE) or RunContext(weakref.ref(p))
    vars(p)[_ATTRIBUTE] = replace(context, attention=gamma)


def tell(p: Any, painted: Callable[[Plan, Subject, np.ndarray], None]) -> None:
    """Call this with each painting of this processing object's run, for the script that shoots a light set."""
    context = vars(p).get(_ATTRIBUTE) or RunContext(weakref.ref(p))
    vars(p)[_ATTRIBUTE] = replace(context, painted=painted)


def _own(p: Any) -> RunContext | None:
    context = vars(p).get(_ATTRIBUTE)
    return context if context is not None and context.owner() is p else None
