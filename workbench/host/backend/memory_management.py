"""Which patchers count as loaded, and what loading one does.

Everything is on the CPU in float32, so nothing is ever moved. What remains of Forge's memory management is its
visible rule: the weights are merged when a patcher is loaded, and a patcher that is loaded already is left alone.
"""

from __future__ import annotations

#: The patchers whose patches are merged into their models.
current_loaded_models: list = []


def load_models_gpu(models) -> None:
    """Load the patchers that are not loaded yet; their clones then count as unloaded."""
    missing = [model for model in models if not any(model is loaded for loaded in current_loaded_models)]
    for model in missing:
        current_loaded_models[:] = [loaded for loaded in current_loaded_models if not model.is_clone(loaded)]
    for model in missing:
        model.refresh_loras()
        current_loaded_models.insert(0, model)


def load_model_gpu(model) -> None:
    """Load one patcher."""
    load_models_gpu([model])


def unload_all_models() -> None:
    """Unload every patcher. Merged weights stay until another patcher is loaded."""
    current_loaded_models.clear()
