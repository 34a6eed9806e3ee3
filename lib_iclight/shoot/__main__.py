"""``python -m lib_iclight.shoot``: a catalogue from the shell, see docs/catalogue.md."""

import signal
import sys

from .command import main

if __name__ == "__main__":
    # What ends a service is an interruption too: the picture at hand is left out, and nothing else is lost.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
