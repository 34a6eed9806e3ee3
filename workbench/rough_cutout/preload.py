"""The extension's argument on the host's command line."""


def preload(parser):
    """Add it."""
    parser.add_argument("--rough-cut-out", action="store_true", help="never ask a background remover")
