"""Starts the host, step by step in Forge's order."""

from __future__ import annotations

import os

from modules import extensions, gradio_extensions, localization, paths, scripts, sd_models, shared, shared_init


def initialize() -> None:
    """Settings, extensions, scripts."""
    for folder in (paths.data_path, paths.models_path, paths.extensions_dir):
        os.makedirs(folder, exist_ok=True)
    shared_init.initialize()
    gradio_extensions.install()
    initialize_rest()


def initialize_rest() -> None:
    """Find extensions and load their scripts; repeated when the page is rebuilt."""
    shared.opts.data_labels["sd_model_checkpoint"].default = sd_models.checkpoint_info.title
    shared.opts.data["sd_model_checkpoint"] = sd_models.checkpoint_info.title
    extensions.list_extensions()
    localization.list_localizations()
    scripts.load_scripts()
