"""The patchers, the VAE and the conditions that an extension uses."""

import pytest
import torch

SAMPLING = "process_before_every_sampling"
CONV_IN = "diffusion_model.input_blocks.0.0.weight"


@pytest.fixture
def unet(host):
    return host.sd_model.forge_objects.unet


def offsets(channels, seed=0):
    shape = (32, channels, 3, 3)
    return {CONV_IN: ("diff", (torch.randn(shape, generator=torch.Generator().manual_seed(seed)) * 0.1,))}


def load(patcher):
    from backend import memory_management

    memory_management.load_model_gpu(patcher)


def restore(host):
    load(host.sd_model.forge_objects_original.unet.clone())


def test_the_unet_has_the_names_of_latent_diffusion(unet):
    names = {name for name, _ in unet.model.named_parameters()}
    assert all(name.startswith("diffusion_model.") for name in names)
    for name in (
        "time_embed.0.weight",
        "input_blocks.0.0.weight",
        "input_blocks.1.0.in_layers.0.weight",
        "input_blocks.1.0.emb_layers.1.bias",
        "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight",
        "input_blocks.3.0.op.weight",
        "input_blocks.4.0.skip_connection.weight",
        "middle_block.1.proj_in.weight",
        "output_blocks.2.1.conv.weight",
        "output_blocks.5.2.conv.weight",
        "out.2.bias",
    ):
        assert f"diffusion_model.{name}" in names


def test_every_weight_of_the_unet_is_there_once(unet):
    ours = [id(p) for _, p in unet.model.named_parameters()]
    theirs = [id(p) for p in unet.model.diffusion_model.unet.parameters()]
    assert sorted(ours) == sorted(theirs)


def test_patches_widen_the_first_layer_and_the_unet_takes_more_channels(host, unet):
    base = unet.model.diffusion_model.input_blocks.get_submodule("0.0").weight.clone()
    patch = offsets(8)
    patched = unet.clone()
    assert patched.add_patches(filename="a", patches=patch) == {CONV_IN}
    load(patched)
    weight = dict(unet.model.named_parameters())[CONV_IN]
    expected = patch[CONV_IN][1][0].clone()
    expected[:, :4] += base
    assert torch.equal(weight, expected)
    out = unet.model.diffusion_model(torch.zeros(1, 8, 8, 8), torch.tensor([5.0]), torch.zeros(1, 77, 64))
    assert out.shape == (1, 4, 8, 8)
    restore(host)


def test_the_same_identifiers_are_not_merged_again(host, unet):
    for _ in range(3):
        patched = unet.clone()
        patched.add_patches(filename="content", patches=offsets(8))
        load(patched)
    assert host.probe.merges == 1
    other = unet.clone()
    other.add_patches(filename="content", patches=offsets(8, seed=1))
    load(other)
    assert host.probe.merges == 1, "the identifier must name the content: the host does not look at it"
    restore(host)


def test_a_patcher_already_loaded_is_left_alone(host, unet):
    patched = unet.clone()
    load(patched)
    patched.add_patches(filename="late", patches=offsets(8))
    load(patched)
    assert host.probe.merges == 0
    load(patched.clone())
    assert host.probe.merges == 1
    restore(host)


def test_the_weights_come_back_untouched(host, unet):
    before = dict(unet.model.named_parameters())
    patched = unet.clone()
    patched.add_patches(filename="a", patches=offsets(12))
    load(patched)
    assert dict(unet.model.named_parameters())[CONV_IN] is not before[CONV_IN]
    restore(host)
    assert all(p is before[name] for name, p in unet.model.named_parameters())


def test_unknown_keys_are_ignored(unet):
    assert unet.clone().add_patches(filename="a", patches={"diffusion_model.nowhere": (torch.zeros(1),)}) == set()


def test_clones_do_not_share_patches_or_options(unet):
    clone = unet.clone()
    clone.add_patches(filename="a", patches=offsets(8))
    clone.add_conditioning_modifier(lambda *args: args)
    assert not unet.lora_patches
    assert "conditioning_modifiers" not in unet.model_options
    assert clone.is_clone(unet)


def concat(value):
    """A modifier that adds four channels of one value to every condition."""

    def modifier(model, x, timestep, uncond, cond, cond_scale, model_options, seed):
        from backend.sampling.condition import ConditionNoiseShape

        for entry in [*cond, *(uncond or [])]:
            entry["model_conds"]["c_concat"] = ConditionNoiseShape(torch.full_like(x[:1], value))
        return model, x, timestep, uncond, cond, cond_scale, model_options, seed

    return modifier


def relight(value=0.25):
    def hook(p, *args, **kwargs):
        unet = p.sd_model.forge_objects.unet.clone()
        unet.add_patches(filename="wide", patches=offsets(8))
        unet.add_conditioning_modifier(concat(value))
        p.sd_model.forge_objects.unet = unet

    return hook


def test_a_condition_reaches_the_unet_beside_the_latents(host, recorder, request_body):
    recorder.actions[SAMPLING] = relight(0.25)
    assert host.txt2img(**request_body, batch_size=2).status_code == 200
    assert host.probe.unet_inputs == [(4, 8, 8, 8)] * 2
    assert torch.equal(host.probe.last_c_concat, torch.full((4, 4, 8, 8), 0.25))


def test_the_next_generation_without_it_has_the_same_bytes(host, recorder, request_body):
    plain = host.txt2img(**request_body).json()["images"]
    host.probe.clear()
    recorder.actions[SAMPLING] = relight()
    changed = host.txt2img(**request_body).json()["images"]
    again = host.txt2img(**request_body).json()["images"]
    recorder.actions.clear()
    assert changed == again != plain
    assert host.txt2img(**request_body).json()["images"] == plain
    assert host.probe.merges == 2


def test_the_function_wrapper_is_called_in_place_of_the_model(host, recorder, request_body):
    seen = []

    def wrapper(apply_model, args):
        seen.append((sorted(args), tuple(args["input"].shape), list(args["cond_or_uncond"])))
        return apply_model(args["input"], args["timestep"], **args["c"])

    def hook(p, *args, **kwargs):
        unet = p.sd_model.forge_objects.unet.clone()
        unet.set_model_unet_function_wrapper(wrapper)
        p.sd_model.forge_objects.unet = unet

    plain = host.txt2img(**request_body).json()["images"]
    recorder.actions[SAMPLING] = hook
    assert host.txt2img(**request_body).json()["images"] == plain
    assert seen == [(["c", "cond_or_uncond", "input", "timestep"], (2, 4, 8, 8), [1, 0])] * 2


@pytest.fixture
def pixels():
    return torch.rand(1, 64, 64, 3, generator=torch.Generator().manual_seed(3))


def test_the_vae_samples_its_posterior_from_the_global_random_state(host, pixels):
    vae = host.sd_model.forge_objects.vae
    torch.manual_seed(5)
    first, second = vae.encode(pixels), vae.encode(pixels)
    torch.manual_seed(5)
    again = vae.encode(pixels)
    assert first.shape == (1, 4, 8, 8)
    assert torch.equal(first, again)
    assert not torch.equal(first, second)


def test_a_regulation_on_a_clone_gives_the_mode(host, pixels):
    vae = host.sd_model.forge_objects.vae
    regulated = vae.clone()
    regulated.patcher.set_model_vae_regulation(lambda posterior: posterior.mode())
    state = torch.random.get_rng_state()
    mode = regulated.encode(pixels)
    assert torch.equal(torch.random.get_rng_state(), state)
    model = vae.first_stage_model
    moments = model.quant_conv(model.encoder(pixels.movedim(-1, 1) * 2 - 1))
    assert torch.allclose(mode, moments.chunk(2, dim=1)[0], atol=1e-6)
    assert not torch.equal(vae.encode(pixels), mode)


def test_the_scale_factor_is_applied_by_the_checkpoint(host, pixels):
    model = host.sd_model
    torch.manual_seed(1)
    raw = model.forge_objects.vae.encode(pixels)
    torch.manual_seed(1)
    scaled = model.encode_first_stage(pixels.movedim(-1, 1) * 2 - 1)
    scale = model.forge_objects.vae.first_stage_model.scaling_factor
    assert torch.allclose(scaled, raw * scale, atol=1e-5)
    assert torch.allclose(model.forge_objects.vae.first_stage_model.process_out(scaled), raw, atol=1e-5)


def test_a_noise_shaped_condition_is_cut_to_its_area(host):
    from backend.sampling.condition import ConditionNoiseShape

    cond = torch.arange(32.0).reshape(1, 2, 4, 4)
    cut = ConditionNoiseShape(cond).process_cond(batch_size=3, device="cpu", area=(2, 3, 1, 0)).cond
    assert cut.shape == (3, 2, 2, 3)
    assert torch.equal(cut[2], cond[0, :, 1:3, 0:3])
