"""The only place that knows a web UI's backend: one module a backend, one shared protocol.

May import: everything.
"""

from __future__ import annotations

from .protocol import Checkpoint, Host


def detect() -> Host:
    """The host this process runs in, found by what it offers.

    Raises:
        ICLightError: no backend that we know is there.
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


__all__ = ["Checkpoint", "Host", "detect"]
