"""The rules of the house: who may know the web UI, how long files and functions are, what an import costs."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PRODUCT = ROOT / "lib_iclight"
HOST_PACKAGES = {"modules", "modules_forge", "backend", "ldm_patched", "gradio"}
HEAVY = {"torch", "gradio", "rembg", "diffusers", "transformers", "safetensors", "scipy", "skimage"}
MAY_KNOW_THE_HOST = {path for name in ("ui", "hosts") for path in (PRODUCT / name).rglob("*.py")}


def own_files() -> list[Path]:
    folders = [ROOT / name for name in ("lib_iclight", "scripts", "small_model", "workbench", "tests")]
    return sorted([*ROOT.glob("*.py"), *(path for folder in folders for path in folder.rglob("*.py"))])


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> set[str]:
    """Top-level packages that a file imports anywhere, relative imports aside."""
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", sorted(PRODUCT.rglob("*.py")), ids=name_of)
def test_only_the_hosts_and_the_page_know_the_web_ui(path):
    if path not in MAY_KNOW_THE_HOST:
        assert imported(path) & HOST_PACKAGES == set()


def pure_modules() -> list[str]:
    files = [path for path in PRODUCT.glob("*.py") if path not in MAY_KNOW_THE_HOST and path.stem != "__init__"]
    return [f"lib_iclight.{path.stem}" for path in sorted(files)]


def test_the_pure_modules_never_import_the_page_or_a_host():
    for name in pure_modules():
        for node in ast.walk(tree_of(PRODUCT / f"{name.split('.')[1]}.py")):
            if isinstance(node, ast.ImportFrom) and node.level:
                reached = {node.module or "", *(alias.name for alias in node.names)}
                assert not reached & {"ui", "hosts"}, name


def test_importing_the_product_loads_nothing_heavy():
    code = f"import importlib, json, sys\nfor name in {pure_modules()!r}: importlib.import_module(name)\n"
    code += "print(json.dumps([name for name in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in json.loads(done.stdout)}
    assert "lib_iclight" in loaded
    assert loaded & HEAVY == set()


@pytest.mark.parametrize("path", own_files(), ids=name_of)
def test_files_and_functions_stay_short(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= (200 if path.parent == ROOT / "scripts" else 400)
    long = {name: length for name, length in functions(path) if length > 60}
    assert long == {}


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.end_lineno - node.lineno + 1


def public_functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in tree.body:
        inner = node.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_") else [node]
        for function in inner:
            if isinstance(function, ast.FunctionDef) and not function.name.startswith("_"):
                yield function


@pytest.mark.parametrize("name", pure_modules())
def test_public_functions_are_typed_and_explained(name):
    for function in public_functions(tree_of(PRODUCT / f"{name.split('.')[1]}.py")):
        arguments = [*function.args.args, *function.args.kwonlyargs]
        untyped = [argument.arg for argument in arguments if argument.annotation is None and argument.arg != "self"]
        assert untyped == [], function.name
        assert function.returns is not None, function.name
        assert ast.get_docstring(function), function.name
