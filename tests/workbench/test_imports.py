"""Imports of the workbench and the small model go one way, including those inside functions."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOST = ROOT / "workbench" / "host"


def modules() -> dict[str, Path]:
    """All files by import name; the host's are top-level modules."""
    found = {}
    for folder in ("workbench", "small_model"):
        for path in (ROOT / folder).rglob("*.py"):
            parts = path.relative_to(HOST if HOST in path.parents else ROOT).with_suffix("").parts
            found[".".join(parts).removesuffix(".__init__")] = path
    return found


def imports(path: Path, known: dict[str, Path]) -> Iterator[str]:
    """The known modules that a file imports, or imports names from."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = ".".join(path.relative_to(ROOT).parts[:-1] if node.level else ())
            whole = ".".join(filter(None, (package, node.module)))
            names = [f"{whole}.{alias.name}" for alias in node.names]
            yield from (name if name in known else whole for name in names)


def test_no_module_imports_itself_by_way_of_others():
    known = modules()
    graph = {name: set(imports(path, known)) & known.keys() for name, path in known.items()}
    assert "modules.shared" in graph["modules.processing"]
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def test_no_module_hands_on_what_it_does_not_use():
    handed_on = [name for name, path in modules().items() if "noqa: F401" in path.read_text(encoding="utf-8")]
    assert handed_on == []
