"""Stages three to five: the base UNet with its text encoder, then the offsets that make it relight."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from small_model import files
from small_model.architecture import CONV_IN_CHANNELS, LATENT_CHANNELS, make_unet
from small_model.text import make_text_encoder
from small_model.training import latents
from small_model.training.loop import Plan, Told, Trainer, layout
from small_model.training.noising import Data, Noiser
from small_model.training.steady import steadied

#: fc before the stage with the consistency loss, and without it: files that are not published.
STARTED, PLAIN = "iclight_tiny_fc_start.safetensors", "iclight_tiny_fc_plain.safetensors"

#: The share of batches of large pictures.
_LARGE = {"base": 0.25, "start": 0.75, "fc": 0.75, "fbc": 0.75}
_TEXT_DROPPED = 0.25
_CONSISTENCY = 1.0
#: Standard deviation of the initial weights of a new input.
_HEARD = 0.12
#: Blocks per side of the coarse grids on which the error is also computed, and the weight of that error.
_BROAD, _BROADLY = (8, 4, 2), 0.1
#: How often the noise is that of a start from a picture other than the target, and the earliest time of that start:
#: fc's from the light map, at img2img's strength, fbc's from anything, at full strength.
_ELSEWHERE, _STRONG = 0.9, {"fc": 850, "fbc": 960}
#: The lowest time at which the model is shown results of its own predictions, and how often these take two steps.
_TRAVELLED_FROM, _TWICE = 400, 0.5


def noise_giving_unet() -> nn.Module:
    """Return a new UNet that initially returns its input, which is nearly the noise at high noise levels.

    The input's channels pass through ``conv_in``, the outermost skip connection and ``conv_out`` as pairs of plus and
    minus, because ``silu(x) - silu(-x) = x`` and because a pair's mean, which group norm removes, is zero. Training
    thus starts close to the solution.
    """
    unet = make_unet()
    last = unet.up_blocks[-1].resnets[-1]
    width = unet.conv_in.out_channels
    with torch.no_grad():
        for tensor in (last.conv2.weight, last.conv2.bias, last.conv_shortcut.weight, last.conv_shortcut.bias):
            tensor.mul_(0.1)
        unet.up_blocks[-1].attentions[-1].proj_out.weight.mul_(0.1)
        last.conv_shortcut.weight[:, -width:, 0, 0] += torch.eye(width)
        unet.conv_out.weight.mul_(0.1)
        for channel in range(LATENT_CHANNELS):
            for sign in (0, 1):
                unet.conv_in.weight[2 * channel + sign].zero_()
                unet.conv_in.weight[2 * channel + sign, channel, 1, 1] = 1 - 2 * sign
                unet.conv_in.bias[2 * channel + sign] = 0
                unet.conv_out.weight[channel, 2 * channel + sign, 1, 1] = 1 - 2 * sign
    return steadied(unet)


def widened(unet: nn.Module, channels: int) -> nn.Module:
    """Return a UNet with ``channels`` inputs and the same output as ``unet``: the new inputs' weights are zero."""
    wide = make_unet(channels)
    state = dict(unet.state_dict())
    weight = state["conv_in.weight"]
    state["conv_in.weight"] = torch.cat(
        [weight, weight.new_zeros(weight.shape[0], channels - weight.shape[1], 3, 3)], 1
    )
    wide.load_state_dict(state)
    return wide


def offsets(tuned: nn.Module, base: nn.Module) -> dict[str, Tensor]:
    """Return ``tuned - base`` for every tensor; a missing input channel of the base counts as zero."""
    tuned_state, base_state = tuned.state_dict(), widened(base, tuned.config.in_channels).state_dict()
    return {name: tuned_state[name] - base_state[name] for name in tuned_state}


def encode_tokens(encoder: nn.Module, tokens: Tensor, generator: torch.Generator) -> Tensor:
    """Return text features of ``tokens`` [B, WORDS], a share of them replaced by the empty text."""
    empty = torch.zeros_like(tokens)
    empty[:, 0] = 1
    dropped = torch.rand(len(tokens), 1, generator=generator, device=tokens.device) < _TEXT_DROPPED
    return encoder(torch.where(dropped, empty, tokens))


def noise_of(unet: nn.Module, seen: Tensor, times: Tensor, text: Tensor) -> Tensor:
    """Return the noise that ``unet`` predicts in ``seen``, in bfloat16 if the processor supports it natively."""
    with torch.autocast("cpu", torch.bfloat16, enabled=torch.ops.mkldnn._is_mkldnn_bf16_supported()):
        return unet(seen.contiguous(memory_format=layout(seen.device)), times, text).sample.float()


def weighted_error(wanted: Tensor, made: Tensor, weights: Tensor) -> Tensor:
    """Return the mean squared error, weighted by ``weights`` [B]."""
    return ((made - wanted).square().mean((1, 2, 3)) * weights).mean()


def relight_error(wanted: Tensor, made: Tensor, weights: Tensor) -> Tensor:
    """Return ``weighted_error`` plus that of means over coarse grids, scaled to what white noise would have there.

    Which side is lit is encoded in the few lowest of a thousand frequencies, which hardly count in the plain error.
    """
    total = weighted_error(wanted, made, weights)
    for blocks in _BROAD:
        area = (wanted.shape[-1] // blocks) ** 2
        means = (functional.adaptive_avg_pool2d(each, blocks) for each in (wanted, made))
        total = total + _BROADLY * area * weighted_error(*means, weights)
    return total


def train_base(folder: Path, data: Data, plan: Plan, seed: int) -> None:
    """Train the UNet and the text encoder on scenes under one or two lights, and write both."""
    both = nn.ModuleDict(
        {
            "unet": files.seeded(noise_giving_unet, seed).to(memory_format=layout(plan.device)),
            "text": files.seeded(make_text_encoder, seed),
        }
    )
    noiser = Noiser(data, seed, _LARGE["base"], plan.device, plan.wide)

    def loss(step: int) -> tuple[Tensor, Told]:
        generator, part, count = noiser.start(step)
        rows = noiser.rows(count, len(part["tokens"]), generator)
        which = noiser.rows(count, 3, generator)
        targets = torch.stack([part[name] for name in ("first", "second", "both")], 1)[rows, which].float()
        text = encode_tokens(both["text"], part["tokens"][rows, which], generator)
        times, noise = noiser.times(count, generator), noiser.white(targets.shape, generator)
        made = noise_of(both["unet"], noiser.mix(targets, noise, times), times, text)
        return weighted_error(noise, made, noiser.weights(times)), {"mse": functional.mse_loss(made.detach(), noise)}

    Trainer("base", both, plan, folder).run(loss)
    files.write_half(folder / files.UNET, both["unet"].state_dict(), {"kind": "base"})
    files.write_half(folder / files.TEXT, both["text"].state_dict(), {"kind": "text encoder"})


def merging_network() -> nn.Module:
    """Return the untrained network of ``fit_sum``."""
    first, middle, last = (nn.Conv2d(*ends, 3, padding=1) for ends in ((8, 32), (32, 32), (32, 4)))
    return nn.Sequential(first, nn.SiLU(), middle, nn.SiLU(), last)


def fit_sum(data: Data, folder: Path, seed: int, steps: int = 250) -> nn.Module:
    """Return a small network that merges latents under two lights [B, 8, h, w] to latents under both [B, 4, h, w].

    The paper merges latents with such a network because light adds up in linear light, not in latents.
    """
    kept = folder / "sum.pt"
    merge = files.seeded(merging_network, seed)
    if kept.is_file():
        merge.load_state_dict(torch.load(kept, weights_only=True))
        return merge.requires_grad_(False)
    part, optimiser = data[128], torch.optim.Adam(merge.parameters(), lr=2e-3)
    generator = torch.Generator().manual_seed(seed)
    for step in range(steps):
        optimiser.param_groups[0]["lr"] = 2e-3 * (1 - step / steps) + 1e-5
        rows = torch.randint(len(part["tokens"]), (24,), generator=generator)
        pair = torch.cat([part["first"][rows], part["second"][rows]], 1).float()
        error = functional.mse_loss(merge(pair), part["both"][rows].float())
        optimiser.zero_grad()
        error.backward()
        optimiser.step()
    print(f"sum of two lights in latents: squared error {float(error.detach()):.4f}")
    torch.save(merge.state_dict(), kept)
    return merge.requires_grad_(False)


class Way(NamedTuple):
    """A sampler's path: from ``begun`` with ``noise`` (both [B, 4, h, w]) at the times ``starts`` [B].

    Rows in which it is not ``taken`` [B, 1, 1, 1] are ordinary ones: the noised target.
    """

    begun: Tensor
    noise: Tensor
    starts: Tensor
    taken: Tensor


class RelightLoss:
    """The offsets' loss: the noise error under the first, the second and (fc) both lights, and their consistency.

    ``merge`` adds up two lights' latents; if given, the prediction for both lights must agree with the other two.
    """

    def __init__(
        self,
        kind: str,
        unet: nn.Module,
        text: nn.Module,
        noiser: Noiser,
        merge: nn.Module | None = None,
    ) -> None:
        self.kind, self.unet, self.text, self.noiser = kind, unet, text, noiser
        self.merge = merge
        self.lights = ("first", "second", "both") if kind == "fc" else ("first", "second")

    def __call__(self, step: int) -> tuple[Tensor, Told]:
        generator, part, count = self.noiser.start(step)
        each = count // len(self.lights)
        rows = self.noiser.rows(each, len(part["tokens"]), generator)
        targets = torch.cat([part[light][rows] for light in self.lights]).float()
        tokens = torch.cat([part["tokens"][rows, index] for index in range(len(self.lights))])
        times = self.noiser.times(each, generator).repeat(len(self.lights))
        text, condition = encode_tokens(self.text, tokens, generator), self._condition(part, rows)
        way = self._way(part, rows, times, generator)
        noisy = self._straight(way, targets, times)
        far = way.taken & (times >= _TRAVELLED_FROM).view(-1, 1, 1, 1)
        twice = self.noiser.happens(step, _TWICE)
        stops = [self._between(times, way.starts, generator), times] if twice else [times]
        noisy = torch.where(far, self._travelled(way, stops, text, condition), noisy)
        noise = self.noiser.noise(noisy, targets, times)
        made = noise_of(self.unet, torch.cat([noisy, condition], 1), times, text)
        error = relight_error(noise, made, self.noiser.weights(times))
        parts = {"mse": functional.mse_loss(made.detach(), noise)}
        if self.merge is not None:
            apart = self._inconsistency(noisy, made, times)
            parts["apart"] = apart.detach()
            error = error + _CONSISTENCY * apart
        return error, parts

    def _way(self, part: dict[str, Tensor], rows: Tensor, times: Tensor, generator: torch.Generator) -> Way:
        """Return where the sampler starts from: in a share of the rows, something other than the noised target.

        The target's bright side shows through even the strongest noise of the schedule. A model that finds it there
        does not learn to look where the light is given: for fc in the map that sampling starts from, for fbc in the
        background.
        """
        if self.kind == "fc":
            begun = torch.cat([part[f"map_{light}"][rows] for light in self.lights]).float()
        else:
            begun = self._anything(part, rows, generator).repeat(len(self.lights), 1, 1, 1)
        noise = self.noiser.white((len(rows), *begun.shape[1:]), generator).repeat(len(self.lights), 1, 1, 1)
        starts = self._between(times.clamp(min=_STRONG[self.kind]), torch.full_like(times, 999), generator)
        taken = (self.noiser.chances(len(rows), generator) < _ELSEWHERE).repeat(len(self.lights)).view(-1, 1, 1, 1)
        return Way(begun, noise, starts, taken)

    def _between(self, low: Tensor, high: Tensor, generator: torch.Generator) -> Tensor:
        """Return times [B] between ``low`` and ``high``, at the same fraction for all lights of a scene."""
        share = self.noiser.chances(len(low) // len(self.lights), generator).repeat(len(self.lights))
        return low + (share * (high - low)).long()

    def _straight(self, way: Way, clean: Tensor, times: Tensor) -> Tensor:
        """Return the latents at ``times`` on the straight ``way`` to ``clean``."""
        led = torch.where(way.taken, self.noiser.leading(clean, way.noise, way.begun, way.starts), way.noise)
        return self.noiser.mix(clean, led, times)

    def _travelled(self, way: Way, stops: list[Tensor], text: Tensor, condition: Tensor) -> Tensor:
        """Return where Euler steps between the ``stops`` [B] take the sampler on its ``way``, [B, 4, h, w].

        From its first step on, a sampler shows the model the results of its own predictions, not noised targets. A
        model trained only on targets does not correct its own errors, and paints blotches.
        """
        seen, at = self.noiser.mix(way.begun, way.noise, way.starts), way.starts
        for stop in stops:
            with torch.no_grad():
                found = noise_of(self.unet, torch.cat([seen, condition], 1), at, text)
            guess = self.noiser.clean(seen, found, at).clamp(-6, 6)
            seen = self.noiser.mix(guess, self.noiser.noise(seen, guess, at), stop)
            at = stop
        return seen

    def _anything(self, part: dict[str, Tensor], rows: Tensor, generator: torch.Generator) -> Tensor:
        """Return what fbc may start from, [B, 4, h, w]: nothing (txt2img), the subject or another scene (img2img)."""
        other = self.noiser.rows(len(rows), len(part["tokens"]), generator)
        subject = part["subject"][rows]
        choices = torch.stack([torch.zeros_like(subject), subject, subject, part["first"][other]])
        which = self.noiser.rows(len(rows), len(choices), generator)
        return choices[which, torch.arange(len(rows), device=which.device)].float()

    def _condition(self, part: dict[str, Tensor], rows: Tensor) -> Tensor:
        subject = part["subject"][rows].repeat(len(self.lights), 1, 1, 1)
        if self.kind == "fc":
            return subject.float()
        behind = torch.cat([part["behind_first"][rows], part["behind_second"][rows]])
        return torch.cat([subject, behind], 1).float()

    def _inconsistency(self, noisy: Tensor, made: Tensor, times: Tensor) -> Tensor:
        """Return how far the picture under both lights is from the sum of the two, with less weight at high noise."""
        first, second, both = self.noiser.clean(noisy, made, times).clamp(-6, 6).chunk(3)
        alphas = self.noiser.alphas[times[: len(both)]]
        return weighted_error(self.merge(torch.cat([first, second], 1)), both, alphas**0.25)


def start_of(stage: str, folder: Path, base: nn.Module, seed: int) -> nn.Module:
    """Return the UNet that ``stage``'s training starts from.

    "start" starts from the base, "fc" from the result of "start", and "fbc" from the finished fc, so that light need
    not be learned again. Offsets are always differences from the base.
    """
    if stage == "start":
        return listening(widened(base, CONV_IN_CHANNELS["fc"]), LATENT_CHANNELS, seed)
    known = files.read_float(folder / (STARTED if stage == "fc" else files.OFFSETS["fc"]))[0]
    begun = widened(base, CONV_IN_CHANNELS["fc"])
    begun.load_state_dict({name: tensor + known[name] for name, tensor in begun.state_dict().items()})
    return begun if stage == "fc" else listening(widened(begun, CONV_IN_CHANNELS["fbc"]), CONV_IN_CHANNELS["fc"], seed)


def listening(unet: nn.Module, before: int, seed: int) -> nn.Module:
    """Return ``unet`` with random weights for the inputs from ``before`` on, except in the rows that carry the noise.

    Starting from zero, a small UNet takes long to discover that there is a condition at all.
    """
    weight = unet.conv_in.weight
    carrying = 2 * LATENT_CHANNELS
    new = weight[carrying:, before:]
    with torch.no_grad():
        new.copy_(torch.randn(new.shape, generator=torch.Generator().manual_seed(seed)) * _HEARD)
    return unet


def train_offsets(stage: str, folder: Path, data: Data, plan: Plan, seed: int, consistency: bool = True) -> None:
    """Fine-tune the saved base into a relighting model and write the difference.

    ``stage`` is "start" (fc without the consistency loss), "fc" (continued with it) or "fbc". Without ``consistency``,
    the stage "fc" makes offsets for comparison that show what the loss is good for; they are not published.
    """
    base, text = make_unet(), make_text_encoder()
    base.load_state_dict(files.read_float(folder / files.UNET)[0])
    text.load_state_dict(files.read_float(folder / files.TEXT)[0])
    text.requires_grad_(False).eval().to(plan.device)
    unet = start_of(stage, folder, base, seed).to(memory_format=layout(plan.device))
    kind = "fbc" if stage == "fbc" else "fc"
    if kind == "fc":
        # In noise, the map of two lights looks like a bright wall under one light. When people choose a light there is
        # no wall, so fc need not distinguish them.
        data = latents.without_walls(data)
    merge = fit_sum(data, folder, seed).to(plan.device) if stage == "fc" and consistency else None
    noiser = Noiser(data, seed + 1 + (stage == "fc"), _LARGE[stage], plan.device, plan.wide)
    name, target = stage, STARTED if stage == "start" else files.OFFSETS[kind]
    if stage == "fc" and not consistency:
        name, target = "fc_plain", PLAIN
    Trainer(name, unet, plan, folder).run(RelightLoss(kind, unet, text, noiser, merge))
    files.write_half(folder / target, offsets(unet.cpu(), base), {"kind": kind})
