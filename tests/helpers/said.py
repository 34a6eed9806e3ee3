"""Finds all messages of the product in its source, as templates with placeholders.

``python tests/helpers/said.py`` prints what the translations lack.
"""

from __future__ import annotations

import ast
import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ROOT / "lib_iclight"
_HOLE = "\0"
_BETWEEN = re.compile(r"(?<=[.!?]) (?=[A-Z\0])")
_SENTENCE = re.compile(r"[A-Z\0].*[A-Za-z0-9\0'\")\]][.!?]", re.DOTALL)
_PHRASE = re.compile(r"(?!\0+ [A-Z])[A-Za-z\0](?:[^<>=.]|\.(?! ))*[A-Za-z\0)\]]\.?", re.DOTALL)
_WORDS = re.compile(r"[A-Za-z\0]{2,}[,;:]? [A-Za-z\0]{2,}[,;:]? [A-Za-z\0]{2,}")
_PAIR = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")
_SPEAK_IN_PHRASES = (
    *("models/checkpoint", "models/download", "models/header", "models/hub", "models/identity", "models/library"),
    *(
        "models/manager",
        "models/report",
        "studio/set_file",
        "subject/background_removal",
        "subject/custom_onnx",
        "ui/prompts",
    ),
)
"""The modules whose phrases are filled into sentences."""


def templates() -> dict[str, set[str]]:
    """The templates by file, with the placeholders ``%1``, ``%2`` and so on."""
    files = [*sorted(PRODUCT.rglob("*.py")), ROOT / "scripts" / "ic_light.py"]
    return {path.relative_to(ROOT).as_posix(): set(_said_in(path)) for path in files}


def _said_in(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known = _constants(path, tree)
    silent = {id(node) for node in _docstrings(tree)} | {id(part) for node in _joined(tree) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and id(node) not in silent):
            text = _text(node, known)
            yield from (_numbered(sentence) for sentence in _sentences(text))
            if _module(path) in _SPEAK_IN_PHRASES and _PHRASE.fullmatch(text) and _PAIR.search(text):
                yield _numbered(text)


def _module(path: Path) -> str:
    """A file's path in the product without its extension."""
    return path.with_suffix("").as_posix().rpartition(f"{PRODUCT.name}/")[2]


def _sentences(text: str) -> list[str]:
    # What is filled in before a sentence is one too.
    found = (re.sub(f"^(?:{_HOLE}+ )+(?=[A-Z])", "", part.strip()) for part in _BETWEEN.split(text))
    return [part for part in found if _SENTENCE.fullmatch(part) and _WORDS.search(part.replace(_HOLE, _HOLE * 2))]


def _joined(tree: ast.AST) -> Iterator[ast.AST]:
    """The constant parts of f-strings, which are not texts by themselves; expressions inside may contain some."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield from (part for part in node.values if isinstance(part, ast.Constant))


def _docstrings(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        statements = node.body if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) else []
        for child in statements:
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                yield child.value


def _constants(path: Path, tree: ast.Module) -> dict[str, str]:
    """A module's names for texts; for modules that need a web UI, only those it assigns itself."""
    if not {"hosts", "ui", "scripts"} & {*path.relative_to(ROOT).parts}:
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        return {name: value for name, value in vars(module).items() if isinstance(value, str)}
    assigned = (node for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant))
    return {node.targets[0].id: node.value.value for node in assigned if isinstance(node.value.value, str)}


def _text(node: ast.AST, known: dict[str, str]) -> str:
    """A text with holes for its placeholders."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "".join(_part(part, known) for part in node.values)


def _part(part: Any, known: dict[str, str]) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    value = part.value
    return known.get(value.id, _HOLE) if isinstance(value, ast.Name) and part.conversion == -1 else _HOLE


def _numbered(text: str) -> str:
    # What stands side by side cannot be told apart again.
    pieces = re.sub(f"{_HOLE}(?: ?{_HOLE})+", _HOLE, text).split(_HOLE)
    return pieces[0] + "".join(f"%{place}{piece}" for place, piece in enumerate(pieces[1:], 1))


def main() -> None:
    found = templates()
    for file in sorted((ROOT / "localizations").glob("*.json")):
        translated = json.loads(file.read_text(encoding="utf-8"))
        for name, texts in found.items():
            for text in sorted(texts - set(translated)):
                print(f"{file.stem}: {name}: {json.dumps(text)}")


if __name__ == "__main__":
    import sys

    sys.path.insert(0, str(ROOT))
    main()
