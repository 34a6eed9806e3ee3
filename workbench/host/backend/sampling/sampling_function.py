"""One guided prediction: conditions are modified, batched, given to the UNet, and combined."""

from __future__ import annotations

import math

import torch

from backend import memory_management
from backend.sampling.condition import compile_conditions

COND, UNCOND = 0, 1


def _joined(entries: list[dict], x: torch.Tensor) -> dict:
    """The conditions of several entries for one call of the UNet."""
    about = {"batch_size": x.shape[0], "device": x.device, "area": (*x.shape[2:], 0, 0)}
    first, *others = [
        {name: condition.process_cond(**about) for name, condition in entry["model_conds"].items()} for entry in entries
    ]
    return {name: condition.concat([other[name] for other in others]) for name, condition in first.items()}


def calc_cond_uncond_batch(model, cond, uncond, x_in, timestep, model_options):
    """Predictions for the condition and, in the same call, for the negative one; zeros without a negative one."""
    # The last comes first, as in Forge.
    entries = [(UNCOND, entry) for entry in uncond or []] + [(COND, entry) for entry in cond]
    kinds = [kind for kind, _ in entries]
    input_x, t = torch.cat([x_in] * len(kinds)), torch.cat([timestep] * len(kinds))
    c = _joined([entry for _, entry in entries], x_in)
    options = model_options.get("transformer_options", {})
    c["transformer_options"] = {**options, "cond_or_uncond": kinds, "sigmas": timestep}
    wrapper = model_options.get("model_function_wrapper")
    if wrapper is None:
        output = model.apply_model(input_x, t, **c)
    else:
        output = wrapper(model.apply_model, {"input": input_x, "timestep": t, "c": c, "cond_or_uncond": kinds})
    found = dict(zip(kinds, output.chunk(len(kinds))))
    return found[COND], found.get(UNCOND, torch.zeros_like(x_in))


def sampling_function(denoiser, denoiser_params, cond_scale: float):
    """What a denoiser calls per step: compile the conditions, run the patcher's modifiers, predict.

    Classifier-free guidance (Ho and Salimans, 2022). Returns the guided prediction and the two it is made of.
    """
    unet = denoiser.inner_model.inner_model.forge_objects.unet
    model, model_options = unet.model, unet.model_options
    x, timestep = denoiser_params.x, denoiser_params.sigma
    seed = denoiser.p.seeds[0]
    uncond = compile_conditions(denoiser_params.text_uncond)
    cond = compile_conditions(denoiser_params.text_cond)
    for modifier in model_options.get("conditioning_modifiers", []):
        model, x, timestep, uncond, cond, cond_scale, model_options, seed = modifier(
            model, x, timestep, uncond, cond, cond_scale, model_options, seed
        )
    guided = not math.isclose(cond_scale, 1.0)
    cond_pred, uncond_pred = calc_cond_uncond_batch(model, cond, uncond if guided else None, x, timestep, model_options)
    return uncond_pred + (cond_pred - uncond_pred) * cond_scale, cond_pred, uncond_pred


def sampling_prepare(unet, x: torch.Tensor) -> None:
    """Load the UNet's patcher: its weights are merged now."""
    memory_management.load_models_gpu([unet])
