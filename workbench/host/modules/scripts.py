"""Finding extensions' scripts, putting them on the page, and calling their hooks."""

from __future__ import annotations

import inspect
import os
import sys
from collections import namedtuple

import gradio as gr
from forge_workbench.script_base import (  # noqa: F401
    AlwaysVisible,
    MaskBlendArgs,
    OnComponent,
    PostprocessBatchListArgs,
    PostprocessImageArgs,
    PostProcessMaskOverlayArgs,
    PostSampleArgs,
    Script,
    ScriptBuiltinUI,
)
from forge_workbench.script_hooks import ScriptHooks

from modules import errors, extensions, paths, script_callbacks, script_loading

ScriptFile = namedtuple("ScriptFile", ["basedir", "filename", "path"])
ScriptClassData = namedtuple("ScriptClassData", ["script_class", "path", "basedir", "module"])

scripts_data: list[ScriptClassData] = []
postprocessing_scripts_data: list[ScriptClassData] = []
current_basedir = paths.script_path


def basedir() -> str:
    """The folder of the extension whose script is being loaded."""
    return current_basedir


def list_scripts(scriptdirname: str, extension: str, *, include_extensions: bool = True) -> list[ScriptFile]:
    """Files with a suffix in the host's folder of that name, then in those of the extensions."""
    folder = os.path.join(paths.script_path, scriptdirname)
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    files = [ScriptFile(paths.script_path, name, os.path.join(folder, name)) for name in names]
    files = [f for f in files if os.path.splitext(f.path)[1].lower() == extension and f.filename != "__init__.py"]
    for ext in extensions.active() if include_extensions else []:
        files += ext.list_files(scriptdirname, extension)
    return files


def list_files_with_name(filename: str) -> list[str]:
    """The files of that name in the host's folder and in those of the extensions."""
    folders = [paths.script_path] + [ext.path for ext in extensions.active()]
    found = [os.path.join(folder, filename) for folder in folders]
    return [path for path in found if os.path.isfile(path)]


def _load(scriptfile: ScriptFile) -> None:
    module = script_loading.load_module(scriptfile.path)
    for script_class in vars(module).values():
        if inspect.isclass(script_class) and issubclass(script_class, Script):
            scripts_data.append(ScriptClassData(script_class, scriptfile.path, scriptfile.basedir, module))


def load_scripts() -> None:
    """Load every script. The folders of all extensions come to stand before everything else on the import path."""
    global current_basedir, scripts_txt2img, scripts_img2img
    scripts_data.clear()
    script_callbacks.clear_callbacks()
    files = list_scripts("scripts", ".py")
    files += list_scripts("modules/processing_scripts", ".py", include_extensions=False)
    for f in files:
        if f.basedir not in sys.path:
            sys.path.insert(0, f.basedir)
    before = list(sys.path)
    for f in files:
        try:
            if f.basedir != paths.script_path:
                sys.path.insert(0, f.basedir)
            current_basedir = f.basedir
            _load(f)
        except Exception:
            errors.report(f"Error loading script: {f.filename}", exc_info=True)
        finally:
            sys.path[:] = before
            current_basedir = paths.script_path
    scripts_txt2img = ScriptRunner()
    scripts_img2img = ScriptRunner()


def wrap_call(func, filename, funcname, *args, default=None, **kwargs):
    """Call a script's function; report what it raises and return ``default``."""
    try:
        return func(*args, **kwargs)
    except Exception:
        errors.report(f"Error calling: {filename}/{funcname}", exc_info=True)
    return default


class ScriptRunner(ScriptHooks):
    """The scripts of one tab."""

    def __init__(self):
        self.scripts: list[Script] = []
        self.selectable_scripts: list[Script] = []
        self.alwayson_scripts: list[Script] = []
        self.titles: list[str] = []
        self.title_map: dict[str, Script] = {}
        self.infotext_fields: list = []
        self.paste_field_names: list[str] = []
        self.inputs: list = [None]
        self.callback_map: dict = {}
        self.on_before_component_elem_id: dict[str, list] = {}
        self.on_after_component_elem_id: dict[str, list] = {}

    def initialize_scripts(self, is_img2img: bool) -> None:
        """Make an instance of every script that wants to be on this tab."""
        self.scripts.clear()
        self.alwayson_scripts.clear()
        self.selectable_scripts.clear()
        for data in scripts_data:
            try:
                script = data.script_class()
            except Exception:
                errors.report(f"Error # failed to initialize Script {data.module}: ", exc_info=True)
                continue
            script.filename = data.path
            script.is_txt2img = not is_img2img
            script.is_img2img = is_img2img
            script.tabname = "img2img" if is_img2img else "txt2img"
            visibility = script.show(script.is_img2img)
            script.alwayson = visibility == AlwaysVisible
            if visibility:
                self.scripts.append(script)
                (self.alwayson_scripts if script.alwayson else self.selectable_scripts).append(script)
        self.callback_map.clear()
        self.apply_on_before_component_callbacks()

    def apply_on_before_component_callbacks(self) -> None:
        """Take over what scripts want called about single components."""
        for script in self.scripts:
            for elem_id, callback in script.on_before_component_elem_id or []:
                self.on_before_component_elem_id.setdefault(elem_id, []).append((callback, script))
            for elem_id, callback in script.on_after_component_elem_id or []:
                self.on_after_component_elem_id.setdefault(elem_id, []).append((callback, script))
            script.on_before_component_elem_id = script.on_after_component_elem_id = None

    def create_script_ui(self, script: Script) -> None:
        """Put one script's components on the page."""
        script.args_from = script.args_to = len(self.inputs)
        try:
            self.create_script_ui_inner(script)
        except Exception:
            errors.report(f"Error creating UI for {script.name}: ", exc_info=True)

    def create_script_ui_inner(self, script: Script) -> None:
        """Make the components, describe them for the API, and take their values among the inputs."""
        from modules.api import models

        controls = wrap_call(script.ui, script.filename, "ui", script.is_img2img)
        script.controls = controls
        if controls is None:
            return
        script.name = wrap_call(script.title, script.filename, "title", default=script.filename).lower()
        for control in controls:
            control.custom_script_source = os.path.basename(script.filename)
        script.api_info = models.ScriptInfo(
            name=script.name,
            is_img2img=script.is_img2img,
            is_alwayson=script.alwayson,
            args=[models.describe(control) for control in controls],
        )
        self.infotext_fields += script.infotext_fields or []
        self.paste_field_names += script.paste_field_names or []
        self.inputs += controls
        script.args_to = len(self.inputs)

    def setup_ui_for_section(self, section: str | None, scriptlist=None) -> None:
        """Put the scripts of one section on the page."""
        scriptlist = self.alwayson_scripts if scriptlist is None else scriptlist
        for script in sorted(scriptlist, key=lambda x: x.sorting_priority):
            if script.alwayson and script.section != section:
                continue
            if script.create_group:
                with gr.Group(visible=script.alwayson) as group:
                    self.create_script_ui(script)
                script.group = group
            else:
                self.create_script_ui(script)

    def prepare_ui(self) -> None:
        """Forget the inputs of the page before."""
        self.inputs = [None]

    def setup_ui(self) -> list:
        """Put all that is left on the page, and the list to choose a script from; returns the inputs of all."""
        titles = [wrap_call(s.title, s.filename, "title") or s.filename for s in self.scripts]
        self.title_map = {title.lower(): script for title, script in zip(titles, self.scripts)}
        self.titles = [wrap_call(s.title, s.filename, "title") or s.filename for s in self.selectable_scripts]
        self.setup_ui_for_section(None)
        dropdown = gr.Dropdown(
            label="Script", elem_id="script_list", choices=["None", *self.titles], value="None", type="index"
        )
        self.inputs[0] = dropdown
        self.setup_ui_for_section(None, self.selectable_scripts)

        def select_script(script_index):
            chosen = self.selectable_scripts[script_index - 1] if script_index else None
            updates = [gr.update(visible=chosen is s) for s in self.selectable_scripts]
            # gradio takes a list for the value where there is one output.
            return updates if len(updates) > 1 else updates[0]

        if self.selectable_scripts:
            dropdown.change(fn=select_script, inputs=[dropdown], outputs=[s.group for s in self.selectable_scripts])
        self.infotext_fields.append((dropdown, lambda x: gr.update(value=x.get("Script", "None"))))
        self.apply_on_before_component_callbacks()
        return self.inputs

    def run(self, p, *args):
        """Let the script chosen from the list make the pictures; None when none is chosen."""
        if not args[0]:
            return None
        script = self.selectable_scripts[args[0] - 1]
        return script.run(p, *args[script.args_from : script.args_to])

    def script(self, title: str) -> Script | None:
        """The script with a title."""
        return self.title_map.get(title.lower())


scripts_txt2img: ScriptRunner | None = None
scripts_img2img: ScriptRunner | None = None
scripts_current: ScriptRunner | None = None
reload_scripts = load_scripts
