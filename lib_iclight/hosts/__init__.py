"""All that knows a web UI: one module a backend behind one protocol, and the script's hooks, the same in every host.

A run's way through it: ``scripts/`` calls the hooks (``script_hooks``). The first reads the script's arguments
(``asked``) and draws up a plan, which is kept on the processing object (``run_context``, which also lists all that a
run changes in the host). ``checkpoint_checks`` refuses a wrong checkpoint, ``sampling`` sets up each pass through the
backend's module (``forge``, ``ldm``), ``results`` adds pictures. A run that cannot be done is ended by ``abort``.

May import: everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .protocol import Host


def detect() -> Host:
    """Find the backend that this process runs on, by the modules that it offers.

    Raises:
        ICLightError: it is none that we know.
    """
    from ..errors import ICLightError

    if _is_there("backend.sampling.condition"):
        from .forge import ForgeHost

        return ForgeHost()
    if _is_there("ldm_patched.modules.conds"):
        from .ldm import LdmHost

        return LdmHost()
    raise ICLightError(
        "IC Light does not know this web UI: it offers no backend like Stable Diffusion WebUI Forge's. "
        "Update the web UI, or disable the extension."
    )


def _is_there(module: str) -> bool:
    from importlib.util import find_spec

    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # of a package that it is in
        return False
