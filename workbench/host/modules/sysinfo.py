"""Settings as the API reads and writes them."""

from __future__ import annotations

from typing import Any

from modules import sd_models, shared


def get_config() -> dict[str, Any]:
    """All settings."""
    return {k: shared.opts.data.get(k, info.default) for k, info in shared.opts.data_labels.items()}


def set_config(req: dict[str, Any], is_api: bool = False, run_callbacks: bool = True, save_config: bool = True) -> None:
    """Change settings; RuntimeError for an unknown checkpoint, KeyError for an unknown setting."""
    for k, v in req.items():
        if v == shared.opts.data.get(k):
            continue
        if k == "sd_model_checkpoint" and v is not None and v not in sd_models.checkpoint_aliases:
            raise RuntimeError(f"model {v!r} not found")
        shared.opts.set(k, v, is_api=is_api, run_callbacks=run_callbacks)
    if save_config:
        shared.opts.save(shared.config_filename)
