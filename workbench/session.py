"""Runs the host in this process, for tests, the demo and the benchmark."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from workbench import boot
from workbench.probe import Probe
from workbench.settings import Settings

REPOSITORY = Path(__file__).resolve().parent.parent
#: An extension with a rough cut-out, for when no background remover works. The page uses it; the tests do not.
ROUGH_CUT_OUT = REPOSITORY / "workbench" / "rough_cutout"
#: The host's default data folder, ignored by git.
DATA = REPOSITORY / "workbench-data"


class Workbench:
    """A running host. Use it in a ``with`` statement, or call :meth:`start` and :meth:`stop`.

    ``data_dir`` is the folder for settings, models and results; by default one in the checkout. ``extension_dirs`` are
    folders of extensions; by default this repository. ``args`` is the host's command line, for example
    ``("--api-auth", "user:password")``. ``family`` is the family that the model pretends to be, see
    ``backend.loader``. ``threads`` is the number of torch threads: for such a small model, one is fastest on a machine
    with other work.
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
        """Import the host, load the scripts, set up the API."""
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
        """Make the probe watch each checkpoint that is loaded from now on."""
        from modules import script_callbacks

        script_callbacks.on_model_loaded(self.probe.watch)

    def stop(self) -> None:
        """Remove the host from this process."""
        import torch
        import webui

        webui.close()
        modules_before, path_before, threads = self._before
        boot.stop(modules_before, path_before)
        torch.set_num_threads(threads)
        self._client = None

    def serve(self, port: int | None = None, *, block: bool = True) -> str:
        """Serve page and API, by default until interrupted; returns the address.

        The scripts are reloaded for the page, as in a host that rebuilds its page.
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
        """An ``httpx``-like client for the API. Errors in the host become HTTP answers, as over a network."""
        from fastapi.testclient import TestClient

        if self._client is None:
            self._client = TestClient(self.app, raise_server_exceptions=False)
        return self._client

    def txt2img(self, **request: Any):
        """Post a request to ``/sdapi/v1/txt2img``."""
        return self.api.post("/sdapi/v1/txt2img", json=request)

    def img2img(self, **request: Any):
        """Post a request to ``/sdapi/v1/img2img``."""
        return self.api.post("/sdapi/v1/img2img", json=request)

    @property
    def sd_model(self):
        """The checkpoint, which is loaded on first use."""
        from modules import sd_models

        return sd_models.forge_model_reload()[0]

    @property
    def models_dir(self) -> Path:
        """The models' folder."""
        return self.settings.models

    def reset(self) -> None:
        """Reset settings, state and counts to those after the start, for the next test."""
        from modules import shared

        shared.opts.data.clear()
        shared.opts.data.update(self._defaults)
        shared.state.__init__()
        self.probe.clear()


def images(response) -> list:
    """The pictures in an API answer, as PIL images."""
    import base64
    import io

    from PIL import Image

    return [Image.open(io.BytesIO(base64.b64decode(x))) for x in response.json()["images"]]
