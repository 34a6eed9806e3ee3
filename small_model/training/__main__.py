"""Entry point: ``python -m small_model.training STAGE``; see ``--help``."""

from __future__ import annotations

import argparse
import math
import shutil
from pathlib import Path

from small_model import files

STAGES = ("vae", "decoder", "base", "start", "fc", "fbc")
_STEPS = {"vae": 9000, "decoder": 6000, "base": 3000, "start": 4000, "fc": 1500, "fbc": 4000}
_RATES = {"vae": 1.5e-3, "decoder": 1e-3, "base": 1.5e-3, "start": 2e-3, "fc": 6e-4, "fbc": 1e-3}


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    """Return the parsed command line ``words`` (default: the process's own)."""
    parser = argparse.ArgumentParser(prog="python -m small_model.training", description=__doc__)
    parser.add_argument("stage", choices=(*STAGES, "all", "publish"), help="what to train or do")
    parser.add_argument("--folder", type=Path, required=True, help="where checkpoints, logs and results are kept")
    parser.add_argument("--steps", type=int, help="steps of the stage, instead of its default")
    parser.add_argument("--minutes", type=float, default=math.inf, help="end a stage after so long, rate and all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2, help="of this process (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="processes that render (default: %(default)s)")
    parser.add_argument("--device", default="cpu", help='where to train: "cpu" or "cuda" (default: %(default)s)')
    parser.add_argument("--wide", type=int, default=1, help="batches so many times larger; 16 suits a GPU")
    parser.add_argument(
        "--no-consistency", action="store_true", help="leave out the light-transport loss (fc), for comparison"
    )
    return parser.parse_args(words)


def train(stage: str, options: argparse.Namespace) -> None:
    """Train one of ``STAGES``; the files of the stages before it must be in the folder."""
    from small_model.training import diffusion, latents, vae
    from small_model.training.loop import Plan

    steps = options.steps or _STEPS[stage]
    plan = Plan(steps, options.minutes, _RATES[stage], device=options.device, wide=options.wide)
    if stage == "vae":
        vae.train(options.folder, plan, options.seed)
        return
    if stage == "decoder":
        vae.train_decoder(options.folder, plan, options.seed)
        return
    autoencoder, scale = vae.trained(options.folder)
    data = latents.make(options.folder, autoencoder, scale, options.seed, options.device, options.workers)
    if stage == "base":
        diffusion.train_base(options.folder, data, plan, options.seed)
    else:
        diffusion.train_offsets(stage, options.folder, data, plan, options.seed, not options.no_consistency)


def publish(folder: Path) -> None:
    """Copy the finished files from ``folder`` to the repository's weights folder."""
    for name in (files.VAE, files.UNET, files.TEXT, *files.OFFSETS.values()):
        shutil.copyfile(folder / name, files.WEIGHTS / name)


def main() -> None:
    """Run the stage that the command line names."""
    import torch

    options = arguments()
    torch.set_num_threads(options.threads)
    torch.set_float32_matmul_precision("high")
    torch.backends.cudnn.benchmark = True
    if options.stage == "publish":
        publish(options.folder)
    else:
        for stage in STAGES if options.stage == "all" else (options.stage,):
            train(stage, options)


if __name__ == "__main__":
    main()
