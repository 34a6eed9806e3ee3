"""Splits texts into sentences for the page, because translations are looked up sentence by sentence."""

from __future__ import annotations

import html
import re

_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?]) (?=[A-Z])")


def sentences_of(text: str) -> list[str]:
    """The sentences of a text; a full stop inside a name does not end one."""
    return _BETWEEN_SENTENCES.split(text) if text else []


def as_spans(text: str) -> str:
    """The text as HTML, one element per sentence: translations are looked up by an element's whole text."""
    return " ".join(f"<span>{html.escape(sentence)}</span>" for sentence in sentences_of(text))
