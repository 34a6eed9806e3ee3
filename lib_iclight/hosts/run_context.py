"""What a run keeps on the host's processing object ``p``: one object, the :class:`RunContext`.

A run touches these places of the host, in this order:

- ``p.ic_light_run``, the context itself: ``before_process`` makes it; X/Y/Z axes leave their values in it before that.
  Its pictures are dropped when the run ends. The next ``before_process`` replaces it and keeps the axes' values.
- ``p.setup_prompts``, ``p.init``, ``p.sample``: where a hook refuses the run they raise the reason. The next
  ``before_process`` takes that away.
- ``p.extra_generation_params``: ``before_process`` adds our infotext, which the host writes into the results. The next
  ``before_process`` removes it. What a sampler writes there when it is asked where it begins is taken out at once.
- ``p.image_mask``: ``before_process`` empties it where the mask is the light. ``postprocess`` puts the mask back, after
  an error the next ``before_process``.
- ``shared.state.textinfo``: tells what is going on while a background is removed or a model is downloaded, and is
  emptied after that. ``shared.state.interrupted``: cleared before such a wait where no job runs, as the host does
  itself when the next job begins.
- ``p.comment``: ``process`` adds a warning, which the host shows with the results.
- ``p.sd_model.forge_objects.unet``: before each pass a clone that carries the offsets takes its place. The host, which
  keeps its own UNet unchanged, puts that back.
- ``noise`` and ``p.modified_noise``: before the first pass of txt2img the light is added. The host makes them anew for
  each batch.
- ``p.init_latent``: before the first pass of img2img the light takes its place. It is not put back: each batch starts
  from the host's own, which the context keeps, and the next run's ``p.init`` makes another.
- ``p.sampler``: its denoiser relights the refiner's UNet too, and sampling raises what went wrong before a pass. The
  host makes a sampler for each pass.
- The model's noise levels: the host changes them for zero terminal SNR around sampling. Where an error of ours ends the
  pass, they are put back as the host would.
- ``p.color_corrections``: ``postprocess_image`` empties it; the next run's ``p.init`` makes it anew.
- ``processed``: ``postprocess`` adds our pictures and their texts, which are results and stay.

Two places are the whole process's:

- ``os.environ``: ``U2NET_HOME`` and ``MODEL_CHECKSUM_DISABLED`` are set while a background remover is loaded, and are
  then as before.
- ``main_thread.run_and_wait_result`` of older hosts: replaced at each load of the script, so that the page shows our
  errors; the host's own comes back when it unloads its scripts.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from PIL import Image

from ..relight import Plan
from ..subject.prepare import Framing, Subject
from . import abort, masks

_ATTRIBUTE = "ic_light_run"


@dataclass(eq=False)
class RunContext:
    """One run's state.

    Hosts keep ``p`` longer than its run, so the pictures go when the run ends. Others copy ``p`` and call the hooks for
    the copy while it still runs: the copy has the same context, which is not its own.

    Attributes:
        owner: gives the ``p`` that the context was made for.
        overrides: the request's fields that X/Y/Z axes have set.
        plan: what is done; None before the run is planned, where it is not relit, and after its end.
        relights: whether the run is relit; also after its end, while others still work on its pictures.
        framing: how the host brings its own picture to size where that shows around ours, None where nothing does: then
            the request's placement counts.
        stops: what stands in the place of the steps of a run that is refused, by their names.
        mask: img2img's mask while it is detached.
        checked: gives the model that IC-Light was found to run on.
        restore_levels: gives the model back its noise levels.
        init_latent: the latents that the host itself starts img2img from.
        shown: width and height of the first pass in pixels.
        finished: how many pictures are finished.
        unrestored: results as they were before details and colours were restored, by their place among the results.
    """

    owner: Callable[[], Any]
    overrides: Mapping[str, Any] = field(default_factory=dict)
    plan: Plan | None = None
    relights: bool = False
    framing: Framing | None = None
    stops: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    mask: Any = None
    checked: Callable[[], Any] = lambda: None
    restore_levels: Callable[[], None] = lambda: None
    init_latent: Any = None
    shown: tuple[int, int] | None = None
    finished: int = 0
    unrestored: dict[int, Image.Image] = field(default_factory=dict)

    @property
    def subjects(self) -> Sequence[Subject]:
        """The plan's subjects, as they are brought to size in this run."""
        if self.framing is None:
            return self.plan.subjects
        return [subject.framed(self.framing) for subject in self.plan.subjects]

    def subject_of(self, index: int) -> Subject:
        """The subject of the batch's picture at this place; several take turns, as the host's own pictures do."""
        return self.subjects[index % len(self.subjects)]

    def start(self, plan: Plan) -> None:
        """Begin to relight: from now on the run is known as relit."""
        self.plan, self.relights = plan, True
        if plan.lit_by_mask:
            self.mask = masks.detach(self.owner())

    def end_with(self, error: Exception, steps: Sequence[str] = abort.STEPS) -> None:
        """Let the run end with ``error`` at the next of its ``steps``; its pictures go."""
        self.stops = abort.abort_run(self.owner(), error, steps)
        self.drop_pictures()

    def restore_mask(self) -> None:
        """Give the host its mask back."""
        masks.restore(self.owner(), self.mask)
        self.mask = None

    def drop_pictures(self) -> None:
        """Let go of everything large: the run is over."""
        self.plan = self.init_latent = None
        self.unrestored = {}


def begin(p: Any) -> RunContext:
    """Make the context of a run that begins.

    What an earlier run has left on ``p``, or on the object that ``p`` is a copy of, is put back on ``p``.
    """
    earlier = vars(p).get(_ATTRIBUTE)
    context = vars(p)[_ATTRIBUTE] = RunContext(weakref.ref(p))
    if earlier is not None:
        # It may be the context of a run that goes on, so it is only read.
        abort.clear(p, earlier.stops)
        masks.restore(p, earlier.mask)
        context.overrides = earlier.overrides
    return context


def of(p: Any) -> RunContext | None:
    """The context of the run that relights ``p``, None where there is none or it is over."""
    context = _own(p)
    return context if context is not None and context.plan is not None else None


def is_relit(p: Any) -> bool:
    """Whether ``p`` is relit, also after its run has ended."""
    context = _own(p)
    return context is not None and context.relights


def override(p: Any, name: str, value: Any) -> None:
    """Set a field of the request for this processing object alone, as an axis of the X/Y/Z plot does."""
    context = vars(p).get(_ATTRIBUTE) or RunContext(weakref.ref(p))
    # The plot script works on copies, which must not change the original's.
    vars(p)[_ATTRIBUTE] = replace(context, overrides={**context.overrides, name: value})


def _own(p: Any) -> RunContext | None:
    context = vars(p).get(_ATTRIBUTE)
    return context if context is not None and context.owner() is p else None
