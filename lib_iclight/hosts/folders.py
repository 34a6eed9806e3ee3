"""The folders of models, which every host keeps in the same places."""

from __future__ import annotations

import os
from pathlib import Path

from . import webui


class Folders:
    """Implements the folders of :class:`lib_iclight.hosts.protocol.Host`."""

    def model_folders(self) -> list[Path]:
        from modules import shared
        from modules.paths import models_path

        chosen = (getattr(shared.cmd_opts, "ic_light_dir", None), webui.settings().model_folder)
        folders = [Path(models_path) / name for name in ("ic-light", "unet", "diffusion_models")]
        return [*(Path(os.path.expanduser(folder)) for folder in chosen if folder), *folders]

    def removers_folder(self) -> Path:
        from modules.paths import models_path

        return Path(models_path) / "u2net"
