"""What the page shows of a catalogue: how far it is, what came of it, its contact sheet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from PIL import Image

from ..errors import ICLightError, InterruptedRunError
from ..shoot import contact_sheet
from ..shoot.equalising import equalise
from ..shoot.job import Job, Progress, Summary, duration
from ..shoot.manifest import LINES, Row
from ..shoot.task import StoppedError
from . import webui
from .catalogue_runs import Runs

_MOST_NAMED = 5
_MOST_SHOWN = 1 << 27
"""The pixels of the results that are shown too, and so in memory together."""


def so_far(progress: Progress) -> str:
    """How far a job is, in one line."""
    text = f"{progress.total - progress.left} of {progress.total}"
    if progress.failed:
        text += f", {progress.failed} failed"
    if progress.left and progress.seconds_left is not None:
        text += f", {duration(progress.seconds_left)} left"
    return text


def finished(p: Any, job: Job, summary: Summary, runs: Runs, strength: float, with_sheet: bool) -> Any:
    """Bring the exposures together, and make the host's results.

    Args:
        p: the host's processing object.
        job: which is over; its manifest is still open.
        summary: how it ended.
        runs: makes results again.
        strength: how far exposures are brought together.
        with_sheet: whether a contact sheet is made.

    Raises:
        ICLightError: there is not one result.
    """
    said = [*_said(summary)]
    if not (summary.interrupted or summary.stopped):
        said += _equalised(job, runs, strength)
    rows = [row for row in _rows(job) if job.manifest.is_there(row)]
    if not rows:
        raise ICLightError(" ".join(["There is no result of the catalogue.", *said]))
    said.append(f"The manifest is {job.manifest.folder / LINES}.")
    for line in said:
        p.comment(line)
    return _results(p, job, rows, with_sheet, " ".join(said))


def _said(summary: Summary) -> Iterator[str]:
    now = summary.progress
    total, done, there, failed, left = now.total, now.done, now.skipped, now.failed, now.left
    yield f"Of {total} results {done} were made now, {there} were there already, {failed} failed, {left} are left."
    if summary.stopped:
        yield summary.stopped
    if summary.interrupted or summary.stopped or now.left:
        yield "Generate again to go on."
    for row in summary.failed[:_MOST_NAMED]:
        yield f"{row.source}, {row.look}: {row.error}"
    if len(summary.failed) > _MOST_NAMED:
        yield f"The manifest names the other {len(summary.failed) - _MOST_NAMED} that failed."


def _equalised(job: Job, runs: Runs, strength: float) -> Iterator[str]:
    from modules import shared

    def tell(done: int, total: int) -> None:
        webui.tell(f"Exposure: {done} of {total}")

    try:
        done = equalise(job, runs.again, strength, lambda: bool(shared.state.interrupted), tell)
    except InterruptedRunError:
        yield "Not all results have the exposure of the set yet. Generate again to go on."
        return
    except StoppedError as error:
        yield str(error)
        return
    finally:
        webui.tell("")
    if done.brought:
        yield f"{done.brought} results were brought to the exposure of the set."
    if done.lacking and strength:
        yield f"{done.lacking} results have no painting beside them, and keep their exposure."
    yield from done.problems[:_MOST_NAMED]


def _rows(job: Job) -> Iterator[Row]:
    """The rows of the job's pictures under its looks, picture by picture."""
    for source in job.sources:
        for look in job.looks:
            row = job.manifest.latest(source.name, look.name)
            if row is not None and row.result:
                yield row


def _results(p: Any, job: Job, rows: list[Row], with_sheet: bool, said: str) -> Any:
    """The contact sheet, whose text is what is said, and the results as far as there is room for them."""
    from modules.processing import Processed

    paths = {row.about: path for row in rows if (path := job.manifest.path(row.result)) is not None}
    pictures: list[Image.Image] = []
    if with_sheet:
        groups = [[paths[key] for key in paths if key[0] == source.name] for source in job.sources]
        found = contact_sheet.sheet([group for group in groups if group])
        if found is not None:
            with suppress(OSError):  # the results are there all the same
                found.already_saved_as = str(contact_sheet.save(found, job.manifest.folder))
            pictures.append(found)
    first = len(pictures)
    pictures += _opened(paths.values())
    texts = [said] * first + [str(picture.info.get("parameters", "")) for picture in pictures[first:]]
    result = Processed(p, pictures, 0, said, infotexts=texts)
    result.index_of_first_image = first
    return result


def _opened(paths: Any) -> Iterator[Image.Image]:
    """The results, as long as there is room for them."""
    room = _MOST_SHOWN
    for path in paths:
        try:
            with Image.open(path) as image:
                room -= image.width * image.height
                if room < 0:
                    return
                image.load()
                image.already_saved_as = str(path)
                yield image
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            continue
