"""The command line: ``python -m lib_iclight.shoot``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ..errors import ICLightError
from . import looks, naming, sources, spread
from .equalising import Equalised, equalise
from .job import Job, Progress, Settings, Summary, duration
from .manifest import LINES, Manifest, Row
from .over_api import TIMEOUT, WebUI, web_ui
from .task import StoppedError, Work, one_by_one

WHOLE, FAILED, REFUSED, STOPPED, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit statuses."""

LOGIN = "IC_LIGHT_LOGIN"
"""The environment variable with the web UIs' login, which other users of the machine could read in the command."""

_ADDRESS = "http://127.0.0.1:7860"
_EQUAL = (
    "bring brightness and white of the set together, look by look, once it is whole: 1 does so fully, 0 takes it back. "
    "Paintings are kept for it in the folder .catalogue of the results"
)
_STATUSES = f"""
exit status:
  {WHOLE}  every result is there
  {FAILED}  some pictures could not be relit: the manifest says why
  {REFUSED}  nothing was begun: the message says why
  {STOPPED}  no web UI answers any more; the same command goes on
  {INTERRUPTED}  interrupted; the same command goes on
"""


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    found = argparse.ArgumentParser(
        prog="python -m lib_iclight.shoot",
        description="Relight many pictures under one or more looks, by web UIs that were started with --api. Given "
        "again, the same command goes on: what is done and unchanged is skipped.",
        epilog=_STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = found.add_argument
    add("--pictures", nargs="+", type=Path, required=True, metavar="PATH", help="folders, with sub-folders, or files")
    add("--looks", nargs="+", type=Path, required=True, metavar="LOOK.json", help="files of looks (docs/catalogue.md)")
    add("--out", type=Path, required=True, metavar="FOLDER", help="where results and manifest go")
    add("--web-ui", action="append", metavar="ADDRESS", help=f"may be given several times; default: {_ADDRESS}")
    add("--scheduler", metavar="tcp://HOST:PORT", help="a dask scheduler, whose workers ask a web UI each")
    add("--login", metavar="NAME:PASSWORD", default="", help=f"that of --api-auth; better in the variable {LOGIN}")
    add("--names", default=naming.PATTERN, metavar="PATTERN", help=_names())
    add("--equal-exposure", type=_strength, metavar="0..1", help=_EQUAL)
    add("--overwrite", action="store_true", help="replace files of the same name; default: add a number")
    add("--without-camera-data", action="store_true", help="leave EXIF (camera, date, place) out of the results")
    add("--timeout", type=_seconds, default=TIMEOUT, metavar="SECONDS", help=f"for one answer; default: {TIMEOUT:g}")
    add("--quiet", action="store_true", help="say only what went wrong")
    return found


def _names() -> str:
    fields = "; ".join(f"[{name}]: {text}" for name, text in naming.FIELDS.items())
    return f"how results are called; default: {naming.PATTERN}; {fields}"


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e7:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds over 0")
    return value


def _strength(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 to 1")
    return value


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    options = parser().parse_args(argv)
    try:
        summary = run(options, quiet if options.quiet else said)
    except StoppedError as error:
        return _ended(str(error), STOPPED)
    except ICLightError as error:
        return _ended(str(error), REFUSED)
    except KeyboardInterrupt:
        return _ended("interrupted", INTERRUPTED)
    return _told(summary, options.out)


def run(options: argparse.Namespace, tell: Callable[[Progress, Row | None], None]) -> Summary:
    """Run the catalogue that the options describe.

    Args:
        options: of :func:`parser`.
        tell: see :data:`lib_iclight.shoot.job.Tell`.

    Raises:
        ICLightError: it cannot be begun.
        StoppedError: no web UI answers.
    """
    found = sources.found(options.pictures, without=options.out)
    chosen = [looks.read(path) for path in options.looks]
    naming.check(options.names)
    work, asked = _work(options)
    settings = Settings(options.names, options.overwrite, not options.without_camera_data)
    with Manifest(options.out) as manifest:
        job = Job(found, chosen, manifest, settings)
        summary = job.run(work, tell)
        if asked is not None and not (summary.interrupted or summary.stopped):
            say_equalised(equalise(job, asked.again, options.equal_exposure))
    return summary


def _work(options: argparse.Namespace) -> tuple[Work, WebUI | None]:
    """The work, and the web UI that makes results again, None if the exposure of the set is left as it is."""
    login, is_equal = options.login or os.environ.get(LOGIN, ""), options.equal_exposure is not None
    if options.scheduler:
        if options.web_ui:
            raise ICLightError("--scheduler has workers, each of which has its web UI: leave --web-ui out.")
        if is_equal:
            raise ICLightError("--equal-exposure needs web UIs that are named by --web-ui, not a --scheduler.")
        return spread.through(options.scheduler, login, options.timeout), None
    named = [web_ui(address, login, options.timeout, is_equal) for address in options.web_ui or [_ADDRESS]]
    if len(named) == 1:
        named[0].check()
        return one_by_one(named[0].relight, web_ui=named[0].address), named[0] if is_equal else None
    spread.check_installed()
    there = _there(named)
    return spread.over(there), there[0] if is_equal else None


def say_equalised(done: Equalised) -> None:
    """Say on stderr what came of bringing the exposures together."""
    say(f"{done.brought} brought to the exposure of the set")
    if done.lacking:
        say(f"{done.lacking} were made without --equal-exposure and stay as they are; delete them to have them again")
    for problem in done.problems:
        say(problem)


def _there(named: Sequence[WebUI]) -> list[WebUI]:
    """Those of the web UIs that answer; of the others it is said why they do not.

    Raises:
        StoppedError: none answers.
    """
    there, reasons = [], []
    for each in named:
        try:
            each.check()
            there.append(each)
        except StoppedError as error:
            reasons.append(str(error))
    if not there:
        raise StoppedError(" ".join(reasons))
    for reason in reasons:
        say(reason)
    return there


def said(progress: Progress, row: Row | None) -> None:
    """Say on stderr what a row is, and how much is left."""
    if row is None:
        return
    place = f"[{progress.total - progress.left}/{progress.total}]"
    if row.error:
        say(f"{place} {row.source}, {row.look}: {row.error}")
    else:
        say(f"{place} {row.result} ({row.seconds:.1f} s){_left(progress)}")


def quiet(progress: Progress, row: Row | None) -> None:
    """:func:`said` for what went wrong alone."""
    if row is not None and row.error:
        said(progress, row)


def _left(progress: Progress) -> str:
    if not progress.left or progress.seconds_left is None:
        return ""
    return f"; {progress.left} left, about {duration(progress.seconds_left)}"


def _told(summary: Summary, out: Path) -> int:
    now = summary.progress
    say(f"{now.done} made, {now.skipped} there already, {now.failed} failed, {now.left} left, of {now.total}")
    for name in dict.fromkeys(row.source for row in summary.failed):
        say(f"failed: {name}")
    print(out / LINES)
    if summary.interrupted:
        return _ended("interrupted; the same command goes on", INTERRUPTED)
    if summary.stopped:
        return _ended(summary.stopped, STOPPED)
    return WHOLE if summary.is_whole else FAILED


def _ended(reason: str, status: int) -> int:
    say(reason)
    return status


def say(text: str) -> None:
    """Report on stderr; stdout is for the manifest's path."""
    print(f"catalogue: {text}", file=sys.stderr, flush=True)
