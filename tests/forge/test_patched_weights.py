"""Offsets in the older backend's patchers: the reference's UNet, what is merged, and weights that are their own
again."""

from __future__ import annotations

import pytest
from forge import compatibility, model_files, server

NAMED = ("plain", "LoRA on again", "LoRA again", "on again", "fc again", "fc to fbc")
NOISE_MIB = 16


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("patched")


@pytest.fixture(scope="module")
def files(forge_home):
    offsets = model_files.offsets(forge_home / "models")
    return {"checkpoint": server.checkpoint_of(forge_home), "fc": offsets["fc"], "fbc": offsets["fbc"]}


@pytest.fixture(scope="module")
def found(forge_home, files, work):
    if not (forge_home / "ldm_patched").is_dir():
        pytest.skip("this web UI has another backend")
    return server.told_by(forge_home, "patched_weights.py", *files.values(), work)


@pytest.fixture
def row(request, forge_home):
    made = {"what": request.node.function.__doc__, "figures": "", "result": "failed"}
    yield made
    compatibility.record(forge_home, "Weights", made)


@pytest.mark.slow
def test_loras_and_interruptions_change_nothing_of_either(found, row):
    """LoRAs that come and go between relit and plain runs, some of them interrupted"""
    assert found["wrong"] == 0
    row |= {"figures": "each output equal to the first of its kind, byte by byte", "result": "passed"}


@pytest.mark.slow
def test_weights_are_as_before(found, row):
    """the UNet's weights afterwards"""
    assert found["as_before"]
    row |= {"figures": "equal byte by byte", "result": "passed"}


@pytest.mark.slow
def test_another_checkpoint_is_relit_and_the_first_is_as_before(found, row):
    """another checkpoint in the middle, and the first one again"""
    assert found["changed_checkpoint"]
    row |= {"figures": "plain and relit equal byte by byte", "result": "passed"}


@pytest.mark.slow
def test_unet_predicts_what_the_reference_predicts(found, files, work, row):
    """the UNet's output and the VAE's mode, beside diffusers'"""
    import torch
    from forge import reference
    from safetensors.torch import load_file

    checkpoint, errors = load_file(files["checkpoint"]), {}
    with torch.inference_mode():
        for mode in ("fc", "fbc"):
            call, unet = (
                load_file(work / f"{mode}.safetensors"),
                reference.build_unet(checkpoint, load_file(files[mode])),
            )
            output = unet(call["x"], call["timesteps"], encoder_hidden_states=call["context"]).sample
            errors[mode] = reference.distance(call["output"], output)
        encoded, vae = load_file(work / "vae.safetensors"), reference.build_vae(checkpoint)
        expected = vae.encode(encoded.pop("pixels").movedim(-1, 1) * 2 - 1).latent_dist.mode() * reference.SCALE
        errors |= {f"VAE {way}": reference.distance(latents, expected) for way, latents in encoded.items()}
    row["figures"] = ", ".join(f"{what} {error:.0e}" for what, error in errors.items())
    assert max(errors.values()) < 1e-4
    row["result"] = "passed"


@pytest.mark.slow
def test_repeats_merge_nothing(found, row):
    """what is merged, in seconds of the processor beside a LoRA of the same size: nothing in repeats"""
    costs = found["costs"]
    row["figures"] = ", ".join(f"{name} {costs[name][0]:.1f} s" for name in NAMED)
    merged = {name for name, cost in costs.items() if cost[2]}
    assert merged == set(costs) - {"plain", "LoRA again", "fc again", "LoRA and fc again"}
    row["result"] = "passed"


@pytest.mark.slow
def test_memory_is_no_more_than_a_loras(found, row):
    """resident memory above the plain UNet's, beside a LoRA of the same size, its own weights included"""
    above = {name: found["costs"][name][1] - found["costs"]["plain"][1] for name in NAMED[1:]}
    row["figures"] = ", ".join(f"{name} {mebibytes} MiB" for name, mebibytes in above.items())
    assert max(above["on again"], above["fc again"], above["fc to fbc"]) <= above["LoRA on again"] + NOISE_MIB
    row["result"] = "passed"
