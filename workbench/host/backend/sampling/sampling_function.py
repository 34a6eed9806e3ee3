"""One guided prediction: conditions are modified, batched, given to the UNet, and combined."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch

from backend import memory_management
from backend.sampling.condition import Condition, compile_conditions

COND, UNCOND = 0, 1


class CondObj(NamedTuple):
    """One condition entry cut to its area of the latents."""

    input_x: torch.Tensor
    mult: torch.Tensor
    conditioning: dict[str, Condition]
    area: tuple[int, int, int, int]


def get_area_and_mult(conds: dict, x_in: torch.Tensor, timestep_in: torch.Tensor) -> CondObj | None:
    """Cut latents and conditions to the entry's ``area``; None where the entry does not apply at this time."""
    if "timestep_start" in conds and timestep_in[0] > conds["timestep_start"]:
        return None
    if "timestep_end" in conds and timestep_in[0] < conds["timestep_end"]:
        return None
    area = conds.get("area", (x_in.shape[2], x_in.shape[3], 0, 0))
    height, width, top, left = area
    window = (slice(None), slice(None), slice(top, height + top), slice(left, width + left))
    input_x = x_in[window]
    mult = torch.full_like(input_x, float(conds.get("strength", 1.0)))
    if "mask" in conds:
        mult = mult * conds["mask"][:, window[2], window[3]].unsqueeze(1) * conds.get("mask_strength", 1.0)
    conditioning = {
        name: cond.process_cond(batch_size=x_in.shape[0], device=x_in.device, area=area)
        for name, cond in conds["model_conds"].items()
    }
    return CondObj(input_x, mult, conditioning, area)


def can_concat_cond(a: CondObj, b: CondObj) -> bool:
    """Whether two entries fit into one call of the UNet."""
    if a.input_x.shape != b.input_x.shape or a.conditioning.keys() != b.conditioning.keys():
        return False
    return all(cond.can_concat(b.conditioning[name]) for name, cond in a.conditioning.items())


def cond_cat(conditions: list[dict[str, Condition]]) -> dict:
    """The entries of several conditions joined by name."""
    return {k: conditions[0][k].concat([c[k] for c in conditions[1:]]) for k in conditions[0]}


def _transformer_options(model_options: dict, kinds: list[int], timestep: torch.Tensor) -> dict:
    size = timestep.shape[0]
    options = model_options.get("transformer_options", {}).copy()
    options["cond_or_uncond"] = kinds[:]
    options["sigmas"] = timestep
    options["cond_mark"] = torch.tensor([float(k) for k in kinds for _ in range(size)]).to(timestep)
    rows = list(enumerate(k for k in kinds for _ in range(size)))
    options["cond_indices"] = [i for i, k in rows if k == COND]
    options["uncond_indices"] = [i for i, k in rows if k == UNCOND]
    return options


def _run_batch(model, batch, timestep, model_options) -> list[torch.Tensor]:
    """One call of the UNet for entries that fit together."""
    kinds = [kind for _, kind in batch]
    input_x = torch.cat([p.input_x for p, _ in batch])
    c = cond_cat([p.conditioning for p, _ in batch])
    t = torch.cat([timestep] * len(batch))
    c["transformer_options"] = _transformer_options(model_options, kinds, timestep)
    wrapper = model_options.get("model_function_wrapper")
    if wrapper is None:
        output = model.apply_model(input_x, t, **c)
    else:
        output = wrapper(model.apply_model, {"input": input_x, "timestep": t, "c": c, "cond_or_uncond": kinds})
    return output.chunk(len(batch))


def calc_cond_uncond_batch(model, cond, uncond, x_in, timestep, model_options):
    """Predictions for both lists of conditions, each the weighted mean of its entries."""
    entries = [(x, COND) for x in cond] + [(x, UNCOND) for x in uncond or []]
    to_run = [(get_area_and_mult(x, x_in, timestep), kind) for x, kind in entries]
    to_run = [(p, kind) for p, kind in to_run if p is not None]
    total = [torch.zeros_like(x_in), torch.zeros_like(x_in)]
    count = [torch.full_like(x_in, 1e-37), torch.full_like(x_in, 1e-37)]
    while to_run:
        batch = [item for item in to_run if can_concat_cond(item[0], to_run[0][0])]
        batch.reverse()
        to_run = [item for item in to_run if not any(item is taken for taken in batch)]
        for (p, kind), output in zip(batch, _run_batch(model, batch, timestep, model_options)):
            height, width, top, left = p.area
            window = (slice(None), slice(None), slice(top, height + top), slice(left, width + left))
            total[kind][window] += output * p.mult
            count[kind][window] += p.mult
    return total[COND] / count[COND], total[UNCOND] / count[UNCOND]


def sampling_function_inner(model, x, timestep, uncond, cond, cond_scale, model_options, seed=None, return_full=False):
    """Classifier-free guidance (Ho and Salimans, 2022) with the patcher's hooks around it."""
    skip = math.isclose(cond_scale, 1.0) and not model_options.get("disable_cfg1_optimization", False)
    used_uncond = None if skip else uncond
    for fn in model_options.get("sampler_pre_cfg_function", []):
        model, cond, used_uncond, x, timestep, model_options = fn(model, cond, used_uncond, x, timestep, model_options)
    cond_pred, uncond_pred = calc_cond_uncond_batch(model, cond, used_uncond, x, timestep, model_options)
    shown = {"cond_scale": cond_scale, "input": x, "sigma": timestep, "model": model, "model_options": model_options}
    shown |= {"cond_denoised": cond_pred, "uncond_denoised": uncond_pred}
    if "sampler_cfg_function" in model_options:
        args = {**shown, "cond": x - cond_pred, "uncond": x - uncond_pred, "timestep": timestep}
        result = x - model_options["sampler_cfg_function"](args)
    else:
        result = uncond_pred + (cond_pred - uncond_pred) * cond_scale
    for fn in model_options.get("sampler_post_cfg_function", []):
        result = fn({**shown, "denoised": result, "cond": cond, "uncond": uncond})
    return (result, cond_pred, uncond_pred) if return_full else result


def sampling_function(denoiser, denoiser_params, cond_scale: float):
    """What a denoiser calls per step: compile the conditions, run the patcher's modifiers, predict."""
    unet = denoiser.inner_model.inner_model.forge_objects.unet
    model, model_options = unet.model, unet.model_options
    x, timestep = denoiser_params.x, denoiser_params.sigma
    seed = denoiser.p.seeds[0]
    uncond = compile_conditions(denoiser_params.text_uncond)
    cond = compile_conditions(denoiser_params.text_cond)
    for entry in cond:
        entry["strength"] = 1.0
    image_cond = denoiser_params.image_cond if unet.extra_concat_condition is None else unet.extra_concat_condition
    of_latents = isinstance(image_cond, torch.Tensor) and image_cond.shape[2:] == x.shape[2:]
    if of_latents and image_cond.shape[0] == x.shape[0]:
        for entry in [*cond, *(uncond or [])]:
            entry["model_conds"]["c_concat"] = Condition(image_cond)
    for modifier in model_options.get("conditioning_modifiers", []):
        model, x, timestep, uncond, cond, cond_scale, model_options, seed = modifier(
            model, x, timestep, uncond, cond, cond_scale, model_options, seed
        )
    return sampling_function_inner(model, x, timestep, uncond, cond, cond_scale, model_options, seed, return_full=True)


def sampling_prepare(unet, x: torch.Tensor) -> None:
    """Load the UNet's patcher: its weights are merged now."""
    batch, channels, height, width = x.shape
    estimate = unet.model_options.get("memory_peak_estimation_modifier", unet.memory_required)
    memory_management.load_models_gpu(
        models=[unet, *unet.extra_model_patchers_during_sampling],
        memory_required=estimate([batch * 2, channels, height, width]),
        hard_memory_preservation=unet.extra_preserved_memory_during_sampling,
    )


def sampling_cleanup(unet) -> None:
    """Nothing is left to clean: the merged weights stay until other patches are loaded."""
