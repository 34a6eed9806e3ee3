"""The table of tested combinations, stored as JSON next to the page generated from it.

``python -m forge.compatibility`` in ``tests/`` rewrites ``docs/compatibility.md`` from ``docs/compatibility.json``.
"""

from __future__ import annotations

import datetime
import json
import subprocess
from pathlib import Path
from typing import Any

from forge import hosts_table

DOCS = Path(__file__).resolve().parents[2] / "docs"
DATA = DOCS / "compatibility.json"
PAGE = DOCS / "compatibility.md"
"""The page says what was run; nobody writes it by hand."""


def host_of(home: Path) -> tuple[str, str]:
    """A web UI's name and version: its commit and that commit's date."""
    name = hosts_table.host_of(home).name
    command = ["git", "-C", str(home), "log", "-1", "--format=%h, %cs"]
    done = subprocess.run(command, capture_output=True, text=True)
    return name, done.stdout.strip() or "unknown"


def record(home: Path, section: str, row: dict[str, Any]) -> None:
    """Put one row into the table, replacing the one with the same name; failed tests are rows too."""
    name, version = host_of(home)
    data = json.loads(DATA.read_text(encoding="utf-8")) if DATA.exists() else {}
    host = data.setdefault(name, {})
    host["version"], row = version, {**row, "date": datetime.date.today().isoformat()}
    rows = host.setdefault("sections", {}).setdefault(section, [])
    same = [index for index, old in enumerate(rows) if _key(old) == _key(row)]
    if same:
        rows[same[0]] = row
    else:
        rows.append(row)
    DATA.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(page(data), encoding="utf-8")


def _key(row: dict[str, Any]) -> tuple:
    return tuple(row.get(name) for name in ("what", "tab", "mode"))


_HEAD = """# What runs together with IC Light

Written by `tests/forge/` from its last run against each web UI, which `docs/compatibility.json` keeps. Checkpoint,
IC-Light models, LoRA and ControlNet had random weights in the real layouts: the tables say what takes effect, not what
looks good. *d* is the mean absolute difference of two pictures, 0 to 255: with both against the companion alone, and
against IC Light alone; `size` where the two pictures differ in size. A row that is missing was not run.

- **A run inside a run**, such as a detailer's pass over a face, works on a picture that was relit a moment ago. It runs
  without IC Light, whatever scripts the detailer lets through, and so nothing is relit twice. The run around it goes on
  relit, its other pictures too.
- **ADetailer** finds faces in the relit picture and redraws them with the plain checkpoint. Details and colours are
  restored after it where its folder comes first by name, as `adetailer` does; the unrestored picture has its work too.
  Its *Skip img2img* skips the relighting with the rest of the run. It was run with a detector of the tests' own, which
  finds the same two boxes in every picture.
- **Refiner and hires fix with another checkpoint**: that checkpoint's UNet is relit too; it must be one of Stable
  Diffusion 1.5.
- **SD upscale and other scripts that cut tiles**: in img2img each tile is a subject of its own.
- **Soft inpainting**: Forge's own leaves the picture as it was on a computer with six cores or fewer (it divides the
  picture into no parts), with IC Light as without. It was run with that one line of it mended.
- **Never OOM** changes nothing but rounding, with IC Light as without.

| web UI | found by | state |
| --- | --- | --- |
"""


def page(data: dict[str, Any]) -> str:
    """The tables as Markdown."""
    lines = [f"| {host.name} | `{host.marks[0]}` | {_state(data.get(host.name))} |" for host in hosts_table.HOSTS]
    for name, host in data.items():
        notes = [row.note for row in hosts_table.HOSTS if row.name == name and row.note]
        lines += ["", f"## {name}", "", " ".join([f"{host['version']}; run on {_dates(host)}.", *notes])]
        for section, rows in host["sections"].items():
            names = list(dict.fromkeys(row["what"] for row in rows))
            rows = sorted(rows, key=lambda row: (names.index(row["what"]), row.get("tab", "") != "txt2img"))
            lines += ["", f"### {section}", "", *_table(rows)]
    return _HEAD + "\n".join(lines) + "\n"


def _dates(host: dict[str, Any]) -> str:
    """The day, or the first and the last day, on which the rows were run."""
    days = sorted({row["date"] for section in host["sections"].values() for row in section})
    return days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"


def _state(host: dict[str, Any] | None) -> str:
    if host is None:
        return "from source, not run"
    rows = [row for section in host["sections"].values() for row in section]
    passed = sum(row["result"] == "passed" for row in rows)
    return f"run: {passed} of {len(rows)} passed"


def _table(rows: list[dict[str, Any]]) -> list[str]:
    if all("d_ic_light" in row for row in rows):
        head = ("with", "tab", "mode", "d(without IC Light)", "d(without companion)", "result")
        cells = [
            (row["what"], row["tab"], row["mode"], row["d_ic_light"], row["d_companion"], row["result"]) for row in rows
        ]
    else:
        head = ("what", "figures", "result")
        cells = [(row["what"], row.get("figures", ""), row["result"]) for row in rows]
    texts = [tuple(_text(cell) for cell in row) for row in (head, *cells)]
    return ["| " + " | ".join(row) + " |" for row in (texts[0], ("---",) * len(head), *texts[1:])]


def _text(cell: Any) -> str:
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell)


if __name__ == "__main__":
    PAGE.write_text(page(json.loads(DATA.read_text(encoding="utf-8"))), encoding="utf-8")
