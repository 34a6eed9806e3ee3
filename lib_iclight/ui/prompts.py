"""The quick lists of prompts, read from a text file that the user may replace."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path

from .. import ROOT
from ..errors import ICLightError

SHIPPED = ROOT / "presets" / "prompts.txt"
OWN = ROOT / "user" / "prompts.txt"
"""The user's file; its folder is ignored by git, so that updates leave it alone."""

MAX_BYTES = 100_000

_HEADING = re.compile(r"\[(.+)\]")


@dataclass(frozen=True)
class PromptList:
    """One list: its name, and the texts that a click adds to the prompt."""

    name: str
    texts: tuple[str, ...]


def parse(text: str) -> list[PromptList]:
    """Parse lists: ``[Name]`` begins one, every other line is a text, and lines with ``#`` are comments.

    Lists of the same name are joined, duplicate texts are dropped, and empty lists are left out.

    Raises:
        ICLightError: a text comes before the first list, or there is no text at all.
    """
    found: dict[str, dict[str, None]] = {}
    current = None
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        words = " ".join(line.split())
        heading = _HEADING.fullmatch(words)
        if not words or words.startswith("#"):
            continue
        if heading:
            current = found.setdefault(heading[1].strip(), {})
        elif current is None:
            raise ICLightError(f"line {number} comes before the first list; begin one with a line such as [Lighting]")
        else:
            current[words] = None
    lists = [PromptList(name, tuple(texts)) for name, texts in found.items() if name and texts]
    if not lists:
        raise ICLightError("there is no text in it; begin a list with a line such as [Lighting] and put texts below")
    return lists


def load() -> tuple[list[PromptList], str]:
    """The lists, and one line about what is wrong with the user's file, or "". If it is wrong, the lists are ours."""
    shipped = parse(SHIPPED.read_text(encoding="utf-8"))
    if not OWN.exists():
        return shipped, ""
    try:
        return parse(_read(OWN)), ""
    except (ICLightError, OSError) as error:
        return shipped, f"user/{OWN.name} cannot be used: {error}."


def _read(path: Path) -> str:
    if path.stat().st_size > MAX_BYTES:
        raise ICLightError(f"it has more than {MAX_BYTES // 1000} kB")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ICLightError("it is not UTF-8 text; save it with that encoding") from error


def as_html(lists: list[PromptList], problem: str) -> str:
    """The lists as buttons; the page's script adds a button's ``data-text`` to the prompt.

    The visible words may be translated; the prompt gets the text as it is in the file.
    """
    warning = f"<p class='wrong'>{html.escape(problem)}</p>" if problem else ""
    return warning + "".join(_list_html(one) for one in lists)


def _list_html(one: PromptList) -> str:
    buttons = "".join(
        f'<button type="button" data-text="{html.escape(text)}">{html.escape(text)}</button>' for text in one.texts
    )
    name = html.escape(one.name)
    heading = f'<p class="ic-light-list-name">{name}</p>'
    return f'{heading}<div class="ic-light-list" role="group" aria-label="{name}">{buttons}</div>'
