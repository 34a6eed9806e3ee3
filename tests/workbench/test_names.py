"""Everything that the workbench provides exists in a real Forge under the same names: stand-ins drift."""

import ast
import os
from pathlib import Path

import pytest

HOST = Path(__file__).resolve().parents[2] / "workbench" / "host"
FORGE = Path(os.environ.get("FORGE_HOME", ""))
PACKAGES = ("modules", "backend", "modules_forge", "k_diffusion")
#: Names of the workbench's own parts inside modules of Forge's; no extension has a use for them.
OWN = {
    "backend/loader.py": {"FAMILIES", "EstimatedConfig"},
    "backend/sampling/sampling_function.py": {"COND", "UNCOND"},
    "k_diffusion/sampling.py": {"SeededNoiseSampler"},
    "modules/api/models.py": {"describe"},
    "modules/gradio_extensions.py": {"install", "save_pil_to_file"},
    "modules/images.py": {"png_texts"},
    "modules/img2img.py": {"BATCH", "FIELDS", "IMG2IMG", "INPAINT_UPLOAD"},
    "modules/infotext_utils.py": {"DEFAULTS"},
    "modules/patches.py": {"undo_all"},
    "modules/sd_models.py": {"checkpoint_info"},
    "modules/sd_samplers_timesteps.py": {"ddim"},
    "modules/shared_cmd_options.py": {"make_parser"},
    "modules/txt2img.py": {"FIELDS"},
}

pytestmark = pytest.mark.forge


def files():
    return sorted(path for package in PACKAGES for path in (HOST / package).rglob("*.py") if path.stem != "__init__")


def name_of(path):
    return path.relative_to(HOST).as_posix()


def names(path):
    """A module's public top-level names, including imported ones."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        found |= defined(node)
    return {name for name in found if not name.startswith("_")}


def defined(node):
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {
        leaf.id for target in targets if target is not None for leaf in ast.walk(target) if isinstance(leaf, ast.Name)
    }


def own_names(path):
    return {
        name
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        for name in defined(node)
        if not name.startswith("_")
    }


def methods(path):
    """``class.method`` to the names of its arguments."""
    found = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and not method.name.startswith("_"):
                    found[f"{node.name}.{method.name}"] = {a.arg for a in method.args.args + method.args.kwonlyargs}
    return found


@pytest.fixture(autouse=True)
def _needs_forge():
    if not (FORGE / "modules" / "processing.py").is_file():
        pytest.skip("FORGE_HOME names no Forge")


@pytest.mark.parametrize("path", files(), ids=name_of)
def test_every_name_is_forges(path):
    real = FORGE / path.relative_to(HOST)
    assert real.is_file()
    assert own_names(path) - OWN.get(name_of(path), set()) - names(real) == set()


@pytest.mark.parametrize("path", files(), ids=name_of)
def test_every_argument_of_a_method_is_forges(path):
    real, ours = methods(FORGE / path.relative_to(HOST)), methods(path)
    differing = {name: args - real[name] for name, args in ours.items() if name in real and args - real[name]}
    assert differing == {}
