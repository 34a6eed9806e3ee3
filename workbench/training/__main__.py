"""Entry: ``python -m workbench.training STAGE``; see ``--help``."""

from __future__ import annotations

import argparse
import math
import shutil
from pathlib import Path

from workbench.model import files

STAGES = ("vae", "base", "fc", "fbc")
_STEPS = {"vae": 6000, "base": 3000, "fc": 4000, "fbc": 3000}
_RATES = {"vae": 2e-3, "base": 1.5e-3, "fc": 1.2e-3, "fbc": 1.2e-3}


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    """Return the parsed command line ``words`` (default: the process's own)."""
    parser = argparse.ArgumentParser(prog="python -m workbench.training", description=__doc__)
    parser.add_argument("stage", choices=(*STAGES, "all", "publish", "metrics", "sheet"), help="what to train or do")
    parser.add_argument("--folder", type=Path, required=True, help="where checkpoints, logs and results are kept")
    parser.add_argument("--steps", type=int, help="steps of the stage, instead of its default")
    parser.add_argument("--minutes", type=float, default=math.inf, help="end a stage after so long, rate and all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--no-consistency", action="store_true", help="leave out the light-transport loss (fc)")
    parser.add_argument("--scenes", type=int, default=64, help="held-out scenes of the metrics")
    parser.add_argument("--size", type=int, default=128, help="pixels of the sheet's pictures")
    return parser.parse_args(words)


def train(stage: str, options: argparse.Namespace) -> None:
    """Train one of ``STAGES``; the stages before it must have left their files in the folder."""
    from workbench.training import diffusion, latents, vae
    from workbench.training.loop import Plan

    plan = Plan(options.steps or _STEPS[stage], options.minutes, _RATES[stage])
    if stage == "vae":
        vae.train(options.folder, plan, options.seed)
        return
    autoencoder, scale = vae.trained(options.folder)
    data = latents.make(options.folder, autoencoder, scale, options.seed)
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
    if options.stage == "publish":
        publish(options.folder)
    elif options.stage == "metrics":
        from workbench.training import metrics

        metrics.report(options.folder, options.scenes)
    elif options.stage == "sheet":
        from workbench.training import sheet

        print(sheet.write(options.folder, options.folder / "sheet.png", options.size))
    else:
        for stage in STAGES if options.stage == "all" else (options.stage,):
            train(stage, options)


if __name__ == "__main__":
    main()
