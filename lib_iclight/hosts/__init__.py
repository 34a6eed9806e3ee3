"""The only place that knows a web UI's backend: one module a backend, one shared protocol."""

from __future__ import annotations

from .protocol import Checkpoint, Host


def detect() -> Host:
    """The host this process runs in, found by what it offers.

    Raises:
        ICLightError: no backend that we know is there.
    """
    from importlib.util import find_spec

    from ..errors import ICLightError

    if find_spec("backend") and find_spec("backend.sampling.condition"):
        from .forge import ForgeHost

        return ForgeHost()
    if find_spec("ldm_patched") and find_spec("ldm_patched.modules.conds"):
        from .ldm import LdmHost

        return LdmHost()
    raise ICLightError(
        "IC Light does not know this web UI: it offers no backend like Stable Diffusion WebUI Forge's. "
        "Update the web UI, or disable the extension."
    )


__all__ = ["Checkpoint", "Host", "detect"]
