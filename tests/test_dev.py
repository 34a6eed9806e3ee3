"""What `python dev.py` does in a fresh clone, without downloading anything."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import dev

ROOT = Path(__file__).resolve().parents[1]


def pins(version, path=dev.PINS):
    """Name -> exact version that pip would install on Python `version`, for the pins with one."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            requirement = Requirement(line)
            exact = re.fullmatch(r"==(\S+)", str(requirement.specifier))
            applies = requirement.marker is None or requirement.marker.evaluate({"python_version": version})
            if exact and applies:
                assert requirement.name not in found
                found[requirement.name] = exact[1]
    return found


@pytest.fixture
def steps(monkeypatch):
    """The commands that set-up would run; creating the environment makes an interpreter, as venv does."""
    made = []

    def run(command, **options):
        made.append(command)
        if command[1:3] == ["-m", "venv"]:
            python = dev.venv_python(Path(command[3]))
            python.parent.mkdir(parents=True)
            python.touch()
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(dev.subprocess, "run", run)
    return made


def test_it_needs_nothing_but_python():
    tree = ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} - sys.stdlib_module_names == {"workbench"}


@pytest.mark.parametrize("version", ["3.10", "3.11"])
def test_older_pythons_get_forges_pins(version):
    chosen = pins(version)
    assert chosen["numpy"] == "1.26.2"
    assert chosen["Pillow"] == "9.5.0"
    assert chosen["pydantic"] == "2.8.2"
    assert chosen["protobuf"] == "3.20.0"
    assert chosen["huggingface-hub"] == "0.26.2"
    assert chosen["safetensors"] == "0.4.2"


@pytest.mark.parametrize("version", ["3.12", "3.13"])
def test_newer_pythons_get_neos_pins(version):
    chosen = pins(version)
    assert chosen["numpy"].startswith("2.3.")
    assert chosen["Pillow"].startswith("12.")
    assert ("audioop-lts" in chosen) == (version == "3.13")


def test_every_python_gets_the_same_page_and_the_same_torch():
    for version in ("3.10", "3.11", "3.12", "3.13"):
        assert pins(version, dev.PINS_WITHOUT_DEPENDENCIES)["gradio"] == "4.40.0"
        assert pins(version)["torch"] == pins("3.11")["torch"]
        assert pins(version).keys() >= pins("3.11").keys()


def test_a_fresh_clone_gets_its_environment(steps, tmp_path, capfd):
    venv = tmp_path / ".venv"
    dev.ensure_environment(venv)
    assert [command[2] for command in steps] == ["venv", "pip", "pip"]
    assert dev.is_ready(venv)
    assert capfd.readouterr().err.count("dev.py: ") == 3


def test_a_ready_environment_is_left_alone(steps, tmp_path, capfd):
    venv = tmp_path / ".venv"
    dev.ensure_environment(venv)
    capfd.readouterr()
    steps.clear()
    dev.ensure_environment(venv)
    assert steps == []
    assert capfd.readouterr() == ("", "")


def test_changed_pins_are_installed_into_the_same_environment(steps, tmp_path):
    venv = tmp_path / ".venv"
    dev.ensure_environment(venv)
    dev.stamp(venv).write_text("of other pins", encoding="ascii")
    steps.clear()
    dev.ensure_environment(venv)
    assert [command[2] for command in steps] == ["pip", "pip"]
    assert dev.is_ready(venv)


def test_a_failed_installation_is_tried_again_next_time(tmp_path, monkeypatch):
    venv = tmp_path / ".venv"
    monkeypatch.setattr(dev.subprocess, "run", lambda command, **options: subprocess.CompletedProcess(command, 1))
    with pytest.raises(dev.SetupError, match="could not be made"):
        dev.ensure_environment(venv)
    dev.venv_python(venv).parent.mkdir(parents=True)
    dev.venv_python(venv).touch()
    with pytest.raises(dev.SetupError, match="check the connection"):
        dev.ensure_environment(venv)
    assert not dev.is_ready(venv)


@pytest.mark.parametrize("version", [(3, 9), (3, 14)])
def test_a_python_without_pins_is_refused(version):
    with pytest.raises(dev.SetupError, match=r"3\.10 to 3\.13"):
        dev.check_version(version)


def test_the_interpreter_is_found_on_windows_too():
    assert dev.venv_python(Path("v"), windows=True).parts == ("v", "Scripts", "python.exe")
    assert dev.venv_python(Path("v"), windows=False).parts == ("v", "bin", "python")


def test_options_belong_to_the_command():
    assert dev.parse(["test", "-k", "lights", "--help"]) == ("test", ["-k", "lights", "--help"])
    assert dev.parse(["demo", "--light", "left"]) == ("demo", ["--light", "left"])


def test_all_tests_run_side_by_side_unless_a_real_forge_takes_part():
    alone, forge = {}, {"FORGE_HOME": "/forge"}
    assert "--dist=loadfile" in dev.whole_suite(alone)
    assert alone == {"OMP_NUM_THREADS": "1"}
    assert dev.whole_suite(forge) == []
    assert forge == {"FORGE_HOME": "/forge"}


@pytest.mark.parametrize("argv", [[], ["dance"]])
def test_an_unknown_command_names_the_known_ones(argv, capsys):
    with pytest.raises(SystemExit) as stop:
        dev.parse(argv)
    assert stop.value.code == 2
    assert "demo,test,bench,lint,setup" in capsys.readouterr().err


@pytest.fixture
def checks(monkeypatch):
    """The check commands that lint runs; only TypeScript's finds a problem."""
    made = []

    def run(command, cwd):
        made.append(command)
        return 2 if "tsc" in command[1] else 0

    monkeypatch.setattr(dev, "run", run)
    return made


def test_lint_checks_the_scripts_too(checks, monkeypatch):
    monkeypatch.setattr(dev, "ensure_script_tools", lambda: "node")
    assert dev.lint(["--fix"]) == 2
    assert [command[-1] for command in checks] == [".", ".", ".", "jsconfig.json"]
    assert str(ROOT / "lib_iclight" / "ui" / "templates") in checks[2]
    assert [command for command in checks if "--fix" in command] == [checks[0], checks[2]], "ruff and biome"


def test_without_node_lint_checks_python_and_says_what_it_leaves_out(checks, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(dev, "_program", lambda name: None)
    monkeypatch.setattr(dev.subprocess, "run", lambda command, **options: subprocess.CompletedProcess(command, 1))
    assert dev.lint([]) == 0
    assert len(checks) == 2
    assert "javascript/ is not checked: there is no Node.js" in capsys.readouterr().err


def test_the_tools_of_the_scripts_are_installed_once_for_the_same_pins(monkeypatch, tmp_path):
    steps = []
    monkeypatch.setattr(dev, "_program", lambda name: f"/bin/{name}")
    monkeypatch.setattr(dev, "_step", lambda command, failed, cwd=None: steps.append(command[:2]))
    tools = tmp_path / "tools"
    assert [dev.ensure_script_tools(tools) for _ in range(2)] == ["/bin/node", "/bin/node"]
    assert steps == [["/bin/npm", "ci"]]
    (tools / "package-lock.json").write_text("{}", encoding="ascii")
    dev.ensure_script_tools(tools)
    assert steps == [["/bin/npm", "ci"]] * 2


def test_a_commands_exit_status_is_passed_on():
    assert dev.run([sys.executable, "-c", "raise SystemExit(7)"]) == 7


def test_asking_for_help_installs_nothing(steps, monkeypatch, capsys):
    monkeypatch.setattr(dev, "is_ready", lambda: False)
    assert dev.main(["demo", "--help"]) == 2
    assert "python dev.py setup" in capsys.readouterr().err
    assert steps == []
