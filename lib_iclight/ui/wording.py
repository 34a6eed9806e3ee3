"""Texts as the page shows them: sentence by sentence, as translations know them."""

from __future__ import annotations

import html
import re

_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?]) (?=[A-Z])")


def sentences_of(text: str) -> list[str]:
    """The sentences of a text; a full stop inside a name ends none."""
    return _BETWEEN_SENTENCES.split(text) if text else []


def as_spans(text: str) -> str:
    """The text as HTML, each sentence by itself: the page looks up whole texts of elements."""
    return " ".join(f"<span>{html.escape(sentence)}</span>" for sentence in sentences_of(text))
