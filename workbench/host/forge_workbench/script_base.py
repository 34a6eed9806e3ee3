"""What a script is, and what its hooks are given. ``modules.scripts`` passes these names on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

AlwaysVisible = object()


class MaskBlendArgs:
    """Original and inpainted latents being blended; the last blend has no denoiser."""

    def __init__(self, current_latent, nmask, init_latent, mask, blended_latent, denoiser=None, sigma=None):
        self.current_latent = current_latent
        self.nmask = nmask
        self.init_latent = init_latent
        self.mask = mask
        self.blended_latent = blended_latent
        self.denoiser = denoiser
        self.is_final_blend = denoiser is None
        self.sigma = sigma


@dataclass
class PostSampleArgs:
    """Latents just sampled."""

    samples: Any


@dataclass
class PostprocessImageArgs:
    """One picture and its number among all of the job."""

    image: Any
    index: int


@dataclass
class PostProcessMaskOverlayArgs:
    """What is laid over an inpainted picture."""

    index: int
    mask_for_overlay: Any
    overlay_image: Any


@dataclass
class PostprocessBatchListArgs:
    """Pictures of a batch as tensors."""

    images: list


@dataclass
class OnComponent:
    """A component of the page."""

    component: Any


class Script:
    """A script of an extension. Hooks do nothing unless a script defines them; arguments are the values of ``ui()``."""

    name = None
    section = None
    filename = None
    args_from = None
    args_to = None
    alwayson = False
    is_txt2img = False
    is_img2img = False
    tabname = None
    group = None
    create_group = True
    infotext_fields = None
    paste_field_names = None
    api_info = None
    on_before_component_elem_id = None
    on_after_component_elem_id = None
    setup_for_ui_only = False
    controls = None
    sorting_priority = 0

    def title(self):
        """The script's title."""
        raise NotImplementedError

    def ui(self, is_img2img):
        """Make the script's components and return those whose values the hooks get."""

    def show(self, is_img2img):
        """``AlwaysVisible``; True to be chosen from a list; False not to be there."""
        return True

    def run(self, p, *args):
        """Make the pictures, when chosen from the list."""

    def setup(self, p, *args):
        """The processing object was made."""

    def before_process(self, p, *args):
        """Before anything else, the checkpoint being loaded included."""

    def process(self, p, *args):
        """Prompts and seeds are known."""

    def before_process_batch(self, p, *args, **kwargs):
        """Before a batch; gets ``batch_number``, ``prompts``, ``seeds``, ``subseeds``."""

    def after_extra_networks_activate(self, p, *args, **kwargs):
        """After extra networks named in the prompt were applied."""

    def process_before_every_sampling(self, p, *args, **kwargs):
        """Before each sampling; gets ``x``, ``noise``, ``c``, ``uc``. Thrice per batch with a second pass."""

    def process_batch(self, p, *args, **kwargs):
        """Before a batch, its patchers being fresh; gets what ``before_process_batch`` gets."""

    def postprocess_batch(self, p, *args, **kwargs):
        """After a batch; gets ``images`` (tensor in 0..1) and ``batch_number``."""

    def postprocess_batch_list(self, p, pp: PostprocessBatchListArgs, *args, **kwargs):
        """After a batch, its pictures being a list that may be changed."""

    def on_mask_blend(self, p, mba: MaskBlendArgs, *args):
        """At each step of inpainting and once at its end."""

    def post_sample(self, p, ps: PostSampleArgs, *args):
        """Latents were sampled and are not decoded yet."""

    def postprocess_image(self, p, pp: PostprocessImageArgs, *args):
        """A picture was made."""

    def postprocess_maskoverlay(self, p, ppmo: PostProcessMaskOverlayArgs, *args):
        """A picture is about to be laid on its original."""

    def postprocess_image_after_composite(self, p, pp: PostprocessImageArgs, *args):
        """A picture was laid on its original."""

    def postprocess(self, p, processed, *args):
        """All is done."""

    def before_component(self, component, **kwargs):
        """A component of the tab is about to be made."""

    def after_component(self, component, **kwargs):
        """A component of the tab was made."""

    def before_hr(self, p, *args):
        """The second pass is about to begin."""

    def describe(self):
        """Nothing."""
        return ""

    def on_before_component(self, callback, *, elem_id):
        """Have ``callback(OnComponent)`` called before one component is made."""
        self.on_before_component_elem_id = [*(self.on_before_component_elem_id or []), (elem_id, callback)]

    def on_after_component(self, callback, *, elem_id):
        """Have ``callback(OnComponent)`` called after one component was made."""
        self.on_after_component_elem_id = [*(self.on_after_component_elem_id or []), (elem_id, callback)]

    def _tab_prefix(self) -> str:
        shown_alike = self.show(True) == self.show(False)
        return ("img2img_" if self.is_img2img else "txt2img_") if shown_alike else ""

    def elem_id(self, item_id):
        """An id for an element, made of tab, script and ``item_id``."""
        title = re.sub(r"[^a-z_0-9]", "", re.sub(r"\s", "_", self.title().lower()))
        return f"script_{self._tab_prefix()}{title}_{item_id}"


class ScriptBuiltinUI(Script):
    """A part of the page itself."""

    setup_for_ui_only = True

    def elem_id(self, item_id):
        """An id made of tab and ``item_id``."""
        return f"{self._tab_prefix()}{item_id}"

    def show(self, is_img2img):
        """Always."""
        return AlwaysVisible
