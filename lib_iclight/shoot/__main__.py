"""``python -m lib_iclight.shoot``: a catalogue from the shell, see docs/catalogue.md."""

import sys

from .command import main

if __name__ == "__main__":
    sys.exit(main())
