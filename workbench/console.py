"""What the demo says, and how it says what is wrong."""

import sys


class DemoError(Exception):
    """What is wrong with the request, in one line."""


def say(text: str) -> None:
    """Report progress on stderr; stdout gets only the path of the result."""
    print(f"demo: {text}", file=sys.stderr, flush=True)
