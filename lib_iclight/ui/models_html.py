"""The models row as HTML: the installed files, their problems, and a download's progress."""

from __future__ import annotations

import html

from ..models.download import readable
from ..models.hub import NAMES
from ..models.jobs import Download
from ..models.report import FileReport, ModelReport

MODE_NAMES = {
    "fc": "Foreground (fc)",
    "fcon": "Foreground, offset noise (fcon)",
    "fbc": "Foreground and background (fbc)",
}


def as_html(found: ModelReport) -> str:
    """The accordion's list. Each translatable text is an element of its own: the web UI translates whole elements."""
    by_name = {file.name: file for file in found.files}
    lines = [_mode_line(mode, by_name.get(found.chosen[mode] or "")) for mode in NAMES]
    lines += [_problem_line(file) for file in found.problems]
    return f"<ul>{''.join(lines)}</ul>"


def _mode_line(mode: str, file: FileReport | None) -> str:
    label = f"<b>{html.escape(MODE_NAMES[mode])}</b>"
    if file is None:
        return f"<li class='missing'>{label}: <span>not installed</span></li>"
    facts = ", ".join(fact for fact in (readable(file.size), file.dtype, f"{file.key_style} keys") if fact)
    name = f"<span translate='no'>{html.escape(f'{file.name} ({facts})')}</span>"
    return f"<li class='installed'>{label}: {name}</li>"


def _problem_line(file: FileReport) -> str:
    problem = f"<span>{html.escape(file.problem)}</span>. <span>{html.escape(file.way_out)}</span>"
    return f"<li class='wrong'><b translate='no'>{html.escape(file.name)}</b> {problem}</li>"


def progress_html(job: Download) -> str:
    """A download's progress, or its outcome."""
    if job.error is not None:
        return f"<p class='wrong'>{html.escape(str(job.error))}</p>"
    if not job.running:
        return f"<p>{html.escape(job.name)} <span>is in place.</span></p>"
    share = min(100, 100 * job.done / job.total) if job.total else 0
    amount = f"{readable(job.done)} of {readable(job.total)}" if job.total else ""
    return (
        f"<p><span>{html.escape(job.doing)}</span> <span translate='no'>{html.escape(job.name)} {amount}</span></p>"
        f"<div class='ic-light-bar' role='progressbar' aria-valuemin='0' aria-valuemax='100' "
        f"aria-valuenow='{share:.0f}'><span style='width: {share:.1f}%'></span></div>"
    )
