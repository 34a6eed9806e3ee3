"""Printing errors without stopping."""

from __future__ import annotations

import sys
import textwrap
import traceback

exception_records: list[dict] = []


def record_exception() -> None:
    """Remember the exception being handled; the last five are kept."""
    _, e, tb = sys.exc_info()
    if e is not None:
        frames = [[f"{x.filename}, line {x.lineno}, {x.name}", x.line] for x in traceback.extract_tb(tb)]
        exception_records.append({"exception": str(e), "traceback": frames})
        del exception_records[:-5]


def report(message: str, *, exc_info: bool = False) -> None:
    """Print a message to stderr, with the traceback of the exception being handled where asked for."""
    record_exception()
    for line in message.splitlines():
        print("***", line, file=sys.stderr)
    if exc_info:
        print(textwrap.indent(traceback.format_exc(), "    "), file=sys.stderr)
        print("---", file=sys.stderr)


def display(e: Exception, task: str, *, full_traceback: bool = False) -> None:
    """Print an exception and what was being done."""
    record_exception()
    print(f"{task or 'error'}: {type(e).__name__}", file=sys.stderr)
    print(*traceback.TracebackException.from_exception(e).format(), sep="", file=sys.stderr)
