"""Parts of the training: initialisation, resuming after an interruption, the stages in sequence."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")

from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

from small_model import files  # noqa: E402
from small_model.architecture import make_unet, make_vae  # noqa: E402
from small_model.training import diffusion, latents, noising, thumbnail, vae  # noqa: E402
from small_model.training.loop import Plan, Trainer  # noqa: E402


@pytest.fixture(scope="module")
def codec():
    return thumbnail.as_thumbnail_codec(files.seeded(make_vae)).eval().requires_grad_(False)


def smooth_pictures(seed=1):
    coarse = torch.rand(3, 3, 4, 4, generator=torch.Generator().manual_seed(seed)) * 2 - 1
    return functional.interpolate(coarse, size=(64, 64), mode="bilinear", align_corners=True)


def test_the_untrained_autoencoder_gives_a_thumbnail(codec):
    pictures = smooth_pictures()
    latents = codec.encode(pictures).latent_dist.mode()
    torch.testing.assert_close(latents[:, :3], thumbnail.thumbnails(pictures), atol=0.01, rtol=0)
    made = codec.decode(latents).sample
    error = (functional.avg_pool2d(made, 8) - functional.avg_pool2d(pictures, 8))[..., 1:-1, 1:-1]
    assert error.abs().mean() < 0.1


@pytest.mark.parametrize("colour", [(1, 0, 0), (0, 0.6, 0), (0, 0, 1), (1, 1, 0), (0.6, 0, 0.8)])
def test_the_untrained_autoencoder_keeps_colours(codec, colour):
    flat = torch.tensor(colour, dtype=torch.float32)[None, :, None, None].expand(1, 3, 64, 64) * 2 - 1
    made = codec.decode(codec.encode(flat).latent_dist.mode()).sample[0, :, 24:40, 24:40].mean((1, 2))
    torch.testing.assert_close(made, flat[0, :, 0, 0], atol=0.2, rtol=0)


def test_grey_127_is_zero(codec):
    grey = torch.full((1, 3, 64, 64), 127) / 127 - 1
    assert codec.encode(grey).latent_dist.mode()[:, :3].abs().max() < 1e-5
    assert vae.latent_loss(torch.zeros(1, 4, 8, 8), grey) == 0


def test_the_new_unet_gives_the_noise_where_there_is_much():
    unet = files.seeded(diffusion.noise_giving_unet).eval()
    noise = torch.randn(2, 4, 16, 16, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        made = unet(noise, 999, torch.zeros(2, 11, 64)).sample
    assert functional.mse_loss(made, noise) < 0.5 * noise.square().mean()


def test_an_error_of_the_whole_side_counts_more_than_as_much_of_fine_grain():
    board = (torch.arange(16)[:, None] + torch.arange(16)) % 2 * 2.0 - 1
    side = torch.where(torch.arange(16) < 8, -1.0, 1.0).expand(16, 16)
    nothing = torch.zeros(1, 4, 16, 16)
    fine, broad = (float(diffusion.relight_error(nothing, nothing + each, torch.ones(1))) for each in (board, side))
    assert fine == 1
    assert broad > 2


def test_the_noise_of_a_start_from_a_light_map_leads_from_it_to_the_relit_picture():
    noiser = noising.Noiser({}, seed=1, large=0.5)
    clean, light, noise = torch.randn(3, 2, 4, 8, 8, generator=torch.Generator().manual_seed(6)).unbind()
    starts = torch.tensor([850, 999])
    found = noiser.leading(clean, noise, light, starts)
    torch.testing.assert_close(noiser.mix(clean, found, starts), noiser.mix(light, noise, starts))
    for times in (starts, torch.tensor([300, 10])):
        torch.testing.assert_close(
            noiser.clean(noiser.mix(clean, found, times), found, times), clean, atol=1e-4, rtol=1e-4
        )


def test_a_wrong_guess_in_the_targets_place_is_to_be_put_right():
    noiser = noising.Noiser({}, seed=1, large=0.5)
    clean, guess, noise = torch.randn(3, 2, 4, 8, 8, generator=torch.Generator().manual_seed(7)).unbind()
    times = torch.tensor([400, 950])
    noisy = noiser.mix(guess, noise, times)
    wanted = noiser.noise(noisy, clean, times)
    torch.testing.assert_close(noiser.clean(noisy, wanted, times), clean, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(noiser.noise(noisy, guess, times), noise, atol=1e-4, rtol=1e-4)


def test_a_model_that_guesses_rightly_travels_straight_to_its_guess():
    noiser = noising.Noiser({}, seed=1, large=0.5)
    clean, light, noise = torch.randn(3, 2, 4, 8, 8, generator=torch.Generator().manual_seed(8)).unbind()

    def right(seen, times, text):
        return SimpleNamespace(sample=noiser.noise(seen[:, :4], clean, times))

    loss = diffusion.RelightLoss("fc", right, None, noiser)
    way = diffusion.Way(light, noise, torch.tensor([900, 990]), torch.ones(2, 1, 1, 1, dtype=torch.bool))
    times = torch.tensor([400, 700])
    straight = loss._straight(way, clean, times)
    for stops in ([times], [torch.tensor([600, 980]), times]):
        travelled = loss._travelled(way, stops, torch.zeros(2, 11, 64), torch.zeros_like(clean))
        torch.testing.assert_close(travelled, straight, atol=1e-3, rtol=1e-3)


def test_a_stage_that_was_interrupted_ends_as_one_that_was_not(tmp_path):
    def trained(folder, cuts):
        for steps in cuts:
            torch.manual_seed(0)
            module = nn.Linear(3, 1)
            trainer = Trainer("line", module, Plan(8), folder)

            def loss(step, module=module, steps=steps):
                if step == steps:
                    raise KeyboardInterrupt
                rows = torch.randn(16, 3, generator=torch.Generator().manual_seed(step))
                return (module(rows) - rows.sum(1, keepdim=True)).square().mean(), {}

            try:
                trainer.run(loss)
            except KeyboardInterrupt:
                trainer.save()
        return module.state_dict()

    whole, resumed = trained(tmp_path / "whole", (8,)), trained(tmp_path / "resumed", (3, 8))
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


@pytest.fixture
def few_scenes(monkeypatch):
    monkeypatch.setattr(latents, "SIZES", {32: 3})
    monkeypatch.setattr(latents, "_SHARD", 2)


def test_scenes_rendered_by_several_processes_are_those_of_one(tmp_path, few_scenes, codec):
    made = []
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        folder.mkdir()
        made.append(latents.make(folder, codec, 1.5, seed=2, workers=workers)[32])
    assert made[0]["tokens"].shape == (3, 3, 11)
    assert all(made[0][name].shape == (3, 4, 4, 4) for name in latents.NAMES)
    assert all(torch.equal(made[0][name], made[1][name]) for name in made[0])


def test_scenes_that_are_made_are_not_made_again(tmp_path, few_scenes, codec, monkeypatch):
    drawn = []

    def rendered(size, seed, photos, draw=latents.rendered):
        drawn.append(seed)
        if len(drawn) == 3:
            raise KeyboardInterrupt
        return draw(size, seed, photos)

    monkeypatch.setattr(latents, "rendered", rendered)
    with pytest.raises(KeyboardInterrupt):
        latents.make(tmp_path, codec, 1.0, seed=2)
    made = latents.make(tmp_path, codec, 1.0, seed=2)[32]
    assert len(made["tokens"]) == 3
    assert drawn[:2] == sorted(set(drawn))[:2]
    assert len(drawn) == 4


def test_scenes_before_a_wall_can_be_left_out(tmp_path, monkeypatch, codec):
    monkeypatch.setattr(latents, "SIZES", {32: 12})
    made = latents.make(tmp_path, codec, 1.0, seed=2)
    walled, kept = made[32]["walled"], latents.without_walls(made)[32]
    assert 0 < walled.sum() < 12
    assert all(torch.equal(kept[name], made[32][name][~walled]) for name in made[32])


def test_a_wider_batch_holds_more_of_what_a_step_draws():
    pool = torch.arange(5 * 3 * 128 * 128).reshape(5, 3, 128, 128).to(torch.uint8)
    usual, wide = vae.batch(pool, 3, seed=1), vae.batch(pool, 3, seed=1, wide=4)
    assert len(wide) == 4 * len(usual)
    torch.testing.assert_close(wide[: len(usual)], usual)
    noiser = noising.Noiser(random_data(), seed=1, large=0.5, wide=4)
    assert noiser.start(1)[2] == 4 * noising.Noiser(random_data(), seed=1, large=0.5).start(1)[2]


def test_what_happens_in_a_share_of_the_steps_does():
    noiser = noising.Noiser({}, seed=1, large=0.5)
    assert sum(noiser.happens(step, 0.3) for step in range(2000)) == pytest.approx(600, abs=80)


def random_data(count=4):
    generator = torch.Generator().manual_seed(4)

    def part(side):
        made = {name: torch.randn(count, 4, side, side, generator=generator).half() for name in latents.NAMES}
        tokens = torch.randint(0, 40, (count, 3, 11), generator=generator)
        return {**made, "tokens": tokens, "walled": torch.arange(count) % 2 == 0}

    return {128: part(8), 256: part(16)}


def test_the_stages_follow_one_another_and_write_offsets_from_the_base(tmp_path):
    data = random_data()
    diffusion.train_base(tmp_path, data, Plan(1), seed=1)
    for stage in ("start", "fc", "fbc"):
        diffusion.train_offsets(stage, tmp_path, data, Plan(1, wide=2), seed=1)
    diffusion.train_offsets("fc", tmp_path, data, Plan(1), seed=1, consistency=False)
    shapes = {name: tuple(tensor.shape) for name, tensor in make_unet().state_dict().items()}
    for name, channels in ((files.OFFSETS["fc"], 8), (files.OFFSETS["fbc"], 12), (diffusion.PLAIN, 8)):
        offsets, _ = files.read_float(tmp_path / name)
        assert set(offsets) == set(shapes)
        assert offsets["conv_in.weight"].shape[1] == channels
        assert offsets["conv_in.weight"][:, 4:].any()
