"""Starting the host, step by step in Forge's order."""

from __future__ import annotations

import importlib
import os


def initialize() -> None:
    """Settings, extensions, scripts."""
    from modules import paths, shared_init

    for folder in (paths.data_path, paths.models_path, paths.extensions_dir):
        os.makedirs(folder, exist_ok=True)
    shared_init.initialize()
    initialize_rest()


def initialize_rest(*, reload_script_modules: bool = False) -> None:
    """Find extensions and load their scripts, again where the page is made anew."""
    from modules import extensions, localization, paths, scripts, sd_models, shared

    importlib.import_module("modules.sd_samplers")
    shared.opts.data_labels["sd_model_checkpoint"].default = sd_models.checkpoint_info.title
    shared.opts.data["sd_model_checkpoint"] = sd_models.checkpoint_info.title
    extensions.list_extensions()
    localization.list_localizations(os.path.join(paths.script_path, "localizations"))
    scripts.load_scripts()
