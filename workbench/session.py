"""The host in this process: for tests, the demo and the bench."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from workbench import boot
from workbench.probe import Probe
from workbench.settings import Settings

REPOSITORY = Path(__file__).resolve().parent.parent
#: An extension: the rough cut-out where no background remover works. The page has it, tests have a host without.
ROUGH_CUT_OUT = REPOSITORY / "workbench" / "rough_cutout"
#: Where the host keeps its things when not told otherwise; the folder tells git to look away.
DATA = REPOSITORY / "workbench-data"


class Workbench:
    """A running host. Use it in a ``with`` statement, or call :meth:`start` and :meth:`stop`.

    ``data_dir`` is the folder of settings, models and pictures made; by default one in the checkout.
    ``extension_dirs`` are folders of extensions; by default this repository. ``args`` is the host's command line, for
    example ``("--api-auth", "user:password")``. ``family`` is what the model is to pass for: see ``backend.loader``.
    ``threads`` is how many torch may use: for so small a model one is fastest wherever the machine has other work too.
    """

    def __init__(
        self,
        data_dir: Path | str | None = None,
        extension_dirs: tuple[Path | str, ...] | None = None,
        *,
        models_dir: Path | str | None = None,
        args: tuple[str, ...] = (),
        family: str = "sd1",
        threads: int = 1,
    ):
        folders = (REPOSITORY,) if extension_dirs is None else extension_dirs
        self.settings = Settings(
            data_dir=Path(data_dir or DATA).resolve(),
            models_dir=Path(models_dir).resolve() if models_dir else None,
            extension_dirs=tuple(Path(x).resolve() for x in folders),
            argv=("--api", *args),
            family=family,
        )
        self.threads = threads
        self.probe = Probe()
        self._client = None

    def __enter__(self) -> Workbench:
        return self.start()

    def __exit__(self, *_) -> None:
        self.stop()

    def start(self) -> Workbench:
        """Import the host, load the scripts, make the API."""
        import torch

        self._before = set(sys.modules), list(sys.path), torch.get_num_threads()
        torch.set_num_threads(self.threads)
        boot.start(self.settings)
        try:
            import webui
            from modules import shared

            self.app = webui.headless()
            self._defaults = dict(shared.opts.data)
            self.watch()
        except BaseException:
            self.stop()
            raise
        return self

    def watch(self) -> None:
        """Have the probe watch each checkpoint that is loaded from now on."""
        from modules import script_callbacks

        script_callbacks.on_model_loaded(self.probe.watch)

    def stop(self) -> None:
        """Take the host out of this process."""
        import torch
        import webui

        webui.close()
        modules_before, path_before, threads = self._before
        boot.stop(modules_before, path_before)
        torch.set_num_threads(threads)
        self._client = None

    def serve(self, port: int | None = None, *, block: bool = True) -> str:
        """Serve page and API, by default until interrupted; returns the address.

        The scripts are loaded anew for the page, as a host does that makes its page anew.
        """
        import webui

        webui.reload_scripts()
        self.watch()
        self.app, address = webui.webui(port=port)
        self._client = None
        if block:
            print(f"Running on local URL:  {address}", flush=True)
            webui.wait_for_command()
        return address

    @property
    def api(self):
        """A client for the API, with the interface of ``httpx``. Errors of the host are answers, as over a wire."""
        from fastapi.testclient import TestClient

        if self._client is None:
            self._client = TestClient(self.app, raise_server_exceptions=False)
        return self._client

    def txt2img(self, **request: Any):
        """Answer of ``/sdapi/v1/txt2img``."""
        return self.api.post("/sdapi/v1/txt2img", json=request)

    def img2img(self, **request: Any):
        """Answer of ``/sdapi/v1/img2img``."""
        return self.api.post("/sdapi/v1/img2img", json=request)

    @property
    def sd_model(self):
        """The checkpoint, loaded now if it was not yet."""
        from modules import sd_models

        return sd_models.forge_model_reload()[0]

    @property
    def models_dir(self) -> Path:
        """Where models are."""
        return self.settings.models

    def reset(self) -> None:
        """Between tests: settings and state as they were at the start, counts at zero."""
        from modules import shared

        shared.opts.data.clear()
        shared.opts.data.update(self._defaults)
        shared.state.__init__()
        self.probe.clear()


def images(response) -> list:
    """The pictures of an answer of the API, as PIL images."""
    import base64
    import io

    from PIL import Image

    return [Image.open(io.BytesIO(base64.b64decode(x))) for x in response.json()["images"]]
