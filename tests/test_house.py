"""The rules of this code: who may import the web UI, how long files and functions are, what an import costs."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
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
    """Top-level packages that a file imports anywhere, except by relative imports."""
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


def module_of(path: Path) -> str:
    """A file's dotted name: ``lib_iclight.light.maps``."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def pure_files() -> list[Path]:
    return [path for path in sorted(PRODUCT.rglob("*.py")) if path not in MAY_KNOW_THE_HOST]


def pure_modules() -> list[str]:
    return [module_of(path) for path in pure_files()]


def reached(path: Path) -> set[tuple[str, ...]]:
    """What a product file imports from the product, as parts of dotted names without the package's own name."""
    found = set()
    package = path.relative_to(PRODUCT).parts[:-1]
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            names = [tuple(alias.name.split(".")) for alias in node.names]
            found |= {name[1:] for name in names if name[0] == PRODUCT.name}
        if not isinstance(node, ast.ImportFrom):
            continue
        module = tuple((node.module or "").split(".")) if node.module else ()
        if node.level:
            base = (*package[: len(package) + 1 - node.level], *module)
        elif module[:1] == (PRODUCT.name,):
            base = module[1:]
        else:
            continue
        found |= {base} if base and not is_package(base) else {(*base, alias.name) for alias in node.names}
    return found


def is_package(name: tuple[str, ...]) -> bool:
    return PRODUCT.joinpath(*name).is_dir()


def rooms() -> list[str]:
    return sorted(path.parent.name for path in PRODUCT.glob("*/__init__.py"))


def may_import(room: str) -> set[str]:
    """The imports that a room's docstring allows."""
    listed = re.search(r"May import: ([^.]+)\.", ast.get_docstring(tree_of(PRODUCT / room / "__init__.py")))
    return set(re.split(r",\s+", listed[1]))


@pytest.mark.parametrize("room", rooms())
def test_a_room_imports_what_its_docstring_allows(room):
    files = sorted((PRODUCT / room).glob("*.py"))
    used = {name[0] for path in files for name in reached(path)} - {room, "PROJECT", "ROOT", "__version__"}
    if may_import(room) != {"everything"}:
        assert used == may_import(room)


def test_arrows_point_one_way():
    """Rooms and the modules above them import no page, route or host, and there are no import cycles."""
    above = {"ui": {"hosts", "api"}, "api": {"hosts", "ui"}}
    for room in {*rooms()} - {"hosts"}:
        assert not may_import(room) & above.get(room, {"hosts", "ui", "api"}), room
    for path in PRODUCT.glob("*.py"):
        assert not {name[0] for name in reached(path)} & {"hosts", "ui", "api"}, path.name
    arrows = {room: may_import(room) - {"everything"} for room in rooms()}
    arrows |= {path.stem: {name[0] for name in reached(path)} for path in PRODUCT.glob("*.py")}
    TopologicalSorter(arrows).prepare()


def test_no_module_imports_in_a_circle():
    modules = {path.relative_to(PRODUCT).with_suffix("").parts: path for path in PRODUCT.rglob("*.py")}
    arrows = {name: {reach[:length] for reach in reached(path) for length in (1, 2)} for name, path in modules.items()}
    TopologicalSorter({name: reaches & {*modules} for name, reaches in arrows.items()}).prepare()


def test_the_readmes_map_is_the_houses():
    """In the README's map, every module imports only modules further in, or beside it on a line of their own."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = re.search(r"^```\n(hosts/.*?)```$", text, re.DOTALL | re.MULTILINE)[1].splitlines()
    depth = {
        name.removesuffix("/").removesuffix(".py"): len(line) - len(line.lstrip())
        for line in lines
        for name in re.findall(r"\w+(?:/|\.py)(?=\s)", f"{line} ")
    }
    modules = {path.stem for path in PRODUCT.glob("*.py")} - {"__init__"}
    assert set(depth) == {*rooms(), *modules}
    wrong = []
    for path in PRODUCT.rglob("*.py"):
        own = path.relative_to(PRODUCT).with_suffix("").parts[0]
        if own != "__init__":
            wrong += [
                (own, to[0]) for to in reached(path) if to[0] in depth and to[0] != own and depth[to[0]] <= depth[own]
            ]
    assert wrong == []


def test_the_readme_names_files_that_are_there():
    """The table of promises links to existing modules and tests."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = re.search(r"^\| promise \|.*?\n\n", text, re.DOTALL | re.MULTILINE)[0]
    named = re.findall(r"`([\w/]+(?:\.py|/))`", table)
    assert len(named) > 40
    assert [name for name in named if not any((folder / name).exists() for folder in (PRODUCT, ROOT))] == []


def test_no_room_knows_the_inside_of_another():
    """Names with an underscore are not used outside their module."""
    for path in PRODUCT.rglob("*.py"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith(PRODUCT.name)):
                private = [alias.name for alias in node.names if re.match(r"_[a-z]", alias.name)]
                assert private == [], name_of(path)


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


@pytest.mark.parametrize("path", pure_files(), ids=name_of)
def test_public_functions_are_typed_and_explained(path):
    for function in public_functions(tree_of(path)):
        arguments = [*function.args.args, *function.args.kwonlyargs]
        untyped = [argument.arg for argument in arguments if argument.annotation is None and argument.arg != "self"]
        assert untyped == [], function.name
        assert function.returns is not None, function.name
        assert ast.get_docstring(function), function.name
