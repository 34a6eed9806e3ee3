"""The extension's command-line option."""


def preload(parser):
    """Add `--rough-cut-out`."""
    parser.add_argument("--rough-cut-out", action="store_true", help="never use a background remover")
