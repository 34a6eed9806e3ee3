"""What exists once per process: the hooks, the models, the background removers."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import redeveloping
from ..developing import OutputOptions
from ..errors import ICLightError
from ..models.library import ModelLibrary
from ..models.manager import Models
from ..picture.arrays import Picture
from ..relight import RelightPipeline
from ..request import Request
from ..restore.developed import Developed
from ..restore.exposure import Exposure
from ..studio.preview import Previews
from ..subject.matte_refinement import MatteRefinement
from ..subject.prepare import Removal, Subject
from ..support.cache import MEGABYTE, SharedCache
from . import detect, patching, upscalers, webui
from .checkpoints import Checkpoints
from .protocol import Host
from .removers import Removers
from .script_hooks import ScriptHooks


class AppContext:
    """Everything that outlives a run, assembled for one host.

    Attributes:
        host: the web UI's backend.
        models: manages the model files.
        removers: the background removers.
        hooks: the script's hooks.
        previews: light sets at the size of a canvas.
    """

    def __init__(self, host: Host):
        self.host = host
        self._cache = SharedCache(_cache_limit)
        self.previews = Previews(self._cache)
        self._checkpoints = Checkpoints(host.checkpoint)
        library = ModelLibrary()
        self.models = Models(library, host.model_folders, webui.settings, webui.downloads_forbidden)
        self.removers = Removers(host.removers_folder, self.models.why_not)
        self._pipeline = RelightPipeline(library, self._cache, self.max_pixels, self.removers.content)
        self.hooks = ScriptHooks(host, self._pipeline, self.models, self.removers, self._checkpoints)

    @staticmethod
    def max_pixels() -> int:
        """The most pixels that a picture may have, from the settings."""
        return webui.settings().max_pixels

    def notice(self, name: str | None) -> str:
        """What is wrong with a checkpoint, or ""; None means the selected checkpoint."""
        checkpoint = self._checkpoints.named(name)
        if checkpoint is None:
            return ""
        if checkpoint.supported:
            return patching.words(checkpoint)
        return (
            f"The checkpoint {checkpoint.name} is {checkpoint.family}. IC Light works on Stable Diffusion 1.5: "
            "choose a Stable Diffusion 1.5 checkpoint to use it."
        )

    def suits(self, name: str | None) -> bool:
        """Whether IC-Light can run on a checkpoint, as far as that is known; ``name`` is as for :meth:`notice`."""
        checkpoint = self._checkpoints.named(name)
        return checkpoint is None or checkpoint.supported

    def usable_models(self) -> dict[str, str]:
        """The usable model files, name to kind, "fc" (also fcon) or "fbc"."""
        return {file.name: file.kind for file in self.models.report().files if not file.problem}

    def cut_out(self, picture: Picture, model: str, edge: MatteRefinement, removal: Removal = True) -> Subject:
        """Cut out a picture's subject, for the routes.

        Raises:
            ICLightError: there is no remover of that name, it fails, or nothing of the subject is left.
        """
        self.removers.check_known(model)
        return self._pipeline.pictures.subject(picture, removal, model, self.removers.remove, edge)

    def developed_again(
        self, request: Request, sources: Mapping[str, Any], painting: np.ndarray, exposure: Exposure
    ) -> Developed:
        """A result made again from its painting, see :mod:`lib_iclight.redeveloping`.

        Args:
            request: what was asked for, without its pictures.
            sources: the given pictures, undecoded, by the request's field.
            painting, exposure: see :func:`lib_iclight.redeveloping.developed_again`.

        Raises:
            ICLightError: a picture cannot be read, its subject cannot be cut out, or there is no such upscaler.
        """
        upscalers.check(request)
        given = {name: [source] for name, source in sources.items()}
        plan = redeveloping.plan_again(self._pipeline, request, given, self.removers.remove)
        output = OutputOptions(self.max_pixels(), enlarge=upscalers.enlarging(request))
        return redeveloping.developed_again(plan, painting, exposure, output)

    def preview(self, source: Any, name: str, request: Request, is_run: bool = False) -> Subject:
        """The subject that a run of this request would relight, for the page's preview.

        Args:
            source: what a slot of the page holds.
            name: what messages call the picture ("foreground").
            request: says how the subject is cut out.
            is_run: whether only what a run has cut out counts, so that no remover has to work.

        Raises:
            ICLightError: the picture cannot be read, or its subject cannot be cut out.
        """
        remover = _refuse if is_run else self.removers.remove
        return self._pipeline.subject(request, self._pipeline.pictures.picture(source, name), remover)

    def forget_models(self) -> None:
        """Release IC-Light models and background removers, unless the settings say to keep them in memory."""
        if not webui.settings().keep_models:
            self.models.library.forget()
        self.removers.forget_unless_kept()

    def trim_cache(self) -> None:
        """Forget what the settings have no more room for."""
        self._cache.trim()


def _refuse(rgb: np.ndarray, model: str) -> np.ndarray:
    raise ICLightError("not cut out by any run")


def _cache_limit() -> int:
    return int(webui.settings().cache_limit * MEGABYTE)


@functools.cache
def app_context() -> AppContext:
    """The process's context, created on first use.

    Raises:
        ICLightError: this web UI is unknown.
    """
    return AppContext(detect())
