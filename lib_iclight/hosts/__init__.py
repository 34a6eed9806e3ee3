"""Everything that knows a web UI: one module per backend behind one protocol, and the script's hooks for all of them.

How a run passes through it: ``scripts/`` calls the hooks (``script_hooks``). The first hook reads the script's
arguments (``asked``) and makes the plan, which is kept on the processing object (``run_context``, which also lists
everything that a run changes in the host). ``checkpoint_checks`` refuses an unsuitable checkpoint, ``sampling`` sets up
each pass through the backend's module (``forge``, ``ldm``, ``a1111``), and ``results`` adds pictures. ``abort`` ends a
run that cannot be done.

May import: everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .protocol import Host


def detect() -> Host:
    """Find the backend that this process runs on, by the modules that exist.

    Raises:
        ICLightError: the backend is unknown.
    """
    from ..errors import ICLightError

    if _is_there("backend.sampling.condition"):
        from .forge import ForgeHost

        return ForgeHost()
    if _is_there("ldm_patched.modules.conds"):
        from .ldm import LdmHost

        return LdmHost()
    if _is_there("modules.sd_samplers_timesteps"):
        from .a1111 import A1111Host

        return A1111Host()
    raise ICLightError(
        "IC Light does not know this web UI: it is neither AUTOMATIC1111's nor one of those made from Forge. "
        "Update the web UI, or disable the extension."
    )


def _is_there(module: str) -> bool:
    from importlib.util import find_spec

    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # raised if a parent package is missing
        return False
