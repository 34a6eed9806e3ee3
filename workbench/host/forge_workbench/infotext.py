"""The text that says how a picture was made."""

from __future__ import annotations

from typing import Any

from modules import errors, infotext_utils
from modules.shared import opts


def create_infotext(p, prompts, seeds, subseeds, negative_prompts, index: int = 0, use_main_prompt=False) -> str:
    """Prompts and parameters as text.

    Args:
        p: the processing object. A value of its ``extra_generation_params`` is a string, a list with one per picture,
            or a function that is called with what this text is made of, by name.
        prompts, seeds, subseeds, negative_prompts: one per picture.
        index: which picture of them it is about.
        use_main_prompt: whether it is about all of the job, as a grid is.
    """
    prompt_text = p.main_prompt if use_main_prompt else prompts[index]
    negative_prompt = p.main_negative_prompt if use_main_prompt else negative_prompts[index]
    seeds, subseeds = (p.all_seeds, p.all_subseeds) if use_main_prompt else (seeds, subseeds)
    named = {"p": p, "index": index, "prompt_text": prompt_text, "negative_prompt": negative_prompt}
    parameters = _parameters(p, seeds[index], subseeds[index])
    known = {key: _value(key, value, named) for key, value in parameters.items()}
    parts = [k if k == v else f"{k}: {infotext_utils.quote(v)}" for k, v in known.items() if v is not None]
    negative = f"\nNegative prompt: {negative_prompt}" if negative_prompt else ""
    return f"{prompt_text}{negative}\n{', '.join(parts)}".strip()


def _value(key: str, value: Any, named: dict[str, Any]) -> Any:
    try:
        if isinstance(value, list):
            return value[named["index"]]
        return value(**named) if callable(value) else value
    except Exception:
        errors.report(f'Error creating infotext for key "{key}"', exc_info=True)
        return None


def _parameters(p, seed: int, subseed: int) -> dict[str, Any]:
    varied = p.subseed_strength != 0
    return {
        "Steps": p.steps,
        "Sampler": p.sampler_name,
        "Schedule type": p.scheduler,
        "CFG scale": p.cfg_scale,
        "Seed": seed,
        "Size": f"{p.width}x{p.height}",
        "Model": p.sd_model_name,
        "Variation seed": subseed if varied else None,
        "Variation seed strength": p.subseed_strength if varied else None,
        "Denoising strength": p.extra_generation_params.get("Denoising strength"),
        "Clip skip": opts.CLIP_stop_at_last_layers if opts.CLIP_stop_at_last_layers > 1 else None,
        **p.extra_generation_params,
        "Version": "workbench",
    }
