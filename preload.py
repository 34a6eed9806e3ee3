"""The extension's command-line options. The host loads this file before it parses its own arguments."""

import argparse
import os


def normalized_path(text: str) -> str:
    """Return `text` as an absolute path with `~` expanded; the folder need not exist yet."""
    return os.path.abspath(os.path.expanduser(text))


def preload(parser: argparse.ArgumentParser) -> None:
    """Add `--ic-light-dir` and `--ic-light-no-download` to the host's `parser`."""
    parser.add_argument(
        "--ic-light-dir",
        type=normalized_path,
        default=None,
        help="folder with IC-Light models, in addition to models/ic-light, models/unet and models/diffusion_models",
    )
    parser.add_argument(
        "--ic-light-no-download",
        action="store_true",
        help="IC-Light never downloads anything: missing models must be put in place by hand",
    )
