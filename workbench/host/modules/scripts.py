"""Extensions' scripts: their base class, how they are found, and how a tab shows them and calls their hooks."""

from __future__ import annotations

import inspect
import os
import re
import sys
from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import gradio as gr

from modules import errors, extensions, paths, script_callbacks, script_loading

ScriptFile = namedtuple("ScriptFile", ["basedir", "filename", "path"])
ScriptClassData = namedtuple("ScriptClassData", ["script_class", "path", "basedir", "module"])

AlwaysVisible = object()
scripts_data: list[ScriptClassData] = []
current_basedir = paths.script_path


@dataclass
class MaskBlendArgs:
    """Original and inpainted latents being blended; the last blend has no denoiser."""

    current_latent: Any
    nmask: Any
    init_latent: Any
    mask: Any
    blended_latent: Any
    denoiser: Any = None
    sigma: Any = None

    @property
    def is_final_blend(self) -> bool:
        """Whether sampling is over."""
        return self.denoiser is None


@dataclass
class PostSampleArgs:
    """Latents just sampled."""

    samples: Any


@dataclass
class PostprocessImageArgs:
    """One picture and its index in the job."""

    image: Any
    index: int


@dataclass
class PostProcessMaskOverlayArgs:
    """The picture pasted over an inpainted one."""

    index: int
    mask_for_overlay: Any
    overlay_image: Any


@dataclass
class PostprocessBatchListArgs:
    """Pictures of a batch as tensors."""

    images: list


class Script:
    """A script of an extension. Hooks do nothing unless a script defines them; arguments are the values of ``ui()``."""

    name = None
    section = None
    filename = None
    args_from = None
    args_to = None
    alwayson = False
    is_txt2img = False
    is_img2img = False
    tabname = None
    group = None
    create_group = True
    infotext_fields = None
    paste_field_names = None
    setup_for_ui_only = False
    controls = None

    def title(self):
        """The script's title."""
        raise NotImplementedError

    def ui(self, is_img2img):
        """Make the script's components and return those whose values the hooks get."""

    def show(self, is_img2img):
        """``AlwaysVisible``; True for the list of scripts to choose from; False to be left out."""
        return True

    def run(self, p, *args):
        """Make the pictures, when chosen from the list."""

    def setup(self, p, *args):
        """The processing object was made."""

    def before_process(self, p, *args):
        """Before anything else, even before the checkpoint is loaded."""

    def process(self, p, *args):
        """Prompts and seeds are known."""

    def before_process_batch(self, p, *args, **kwargs):
        """Before a batch; gets ``batch_number``, ``prompts``, ``seeds``, ``subseeds``."""

    def after_extra_networks_activate(self, p, *args, **kwargs):
        """After extra networks named in the prompt were applied."""

    def process_batch(self, p, *args, **kwargs):
        """Before a batch, after its patchers were reset; gets the arguments of ``before_process_batch``."""

    def before_hr(self, p, *args):
        """The second pass is about to begin."""

    def process_before_every_sampling(self, p, *args, **kwargs):
        """Before each sampling; gets ``x``, ``noise``, ``c``, ``uc``. Three times per batch with a second pass."""

    def on_mask_blend(self, p, mba: MaskBlendArgs, *args):
        """At each step of inpainting and once at its end."""

    def post_sample(self, p, ps: PostSampleArgs, *args):
        """Latents were sampled and are not decoded yet."""

    def postprocess_batch(self, p, *args, **kwargs):
        """After a batch; gets ``images`` (tensor in 0..1) and ``batch_number``."""

    def postprocess_batch_list(self, p, pp: PostprocessBatchListArgs, *args, **kwargs):
        """After a batch; its pictures are a list that may be changed."""

    def postprocess_image(self, p, pp: PostprocessImageArgs, *args):
        """A picture was made."""

    def postprocess_maskoverlay(self, p, ppmo: PostProcessMaskOverlayArgs, *args):
        """A picture is about to be pasted onto its original."""

    def postprocess_image_after_composite(self, p, pp: PostprocessImageArgs, *args):
        """A picture was pasted onto its original."""

    def postprocess(self, p, processed, *args):
        """Everything is done."""

    def after_component(self, component, **kwargs):
        """A component of the tab was made."""

    def _tab_prefix(self) -> str:
        shown_alike = self.show(True) == self.show(False)
        return ("img2img_" if self.is_img2img else "txt2img_") if shown_alike else ""

    def elem_id(self, item_id):
        """An id for an element, made of tab, script and ``item_id``."""
        title = re.sub(r"[^a-z_0-9]", "", re.sub(r"\s", "_", self.title().lower()))
        return f"script_{self._tab_prefix()}{title}_{item_id}"


class ScriptBuiltinUI(Script):
    """A part of the page itself."""

    setup_for_ui_only = True

    def elem_id(self, item_id):
        """An id made of tab and ``item_id``."""
        return f"{self._tab_prefix()}{item_id}"

    def show(self, is_img2img):
        """Always."""
        return AlwaysVisible


def basedir() -> str:
    """The folder of the extension whose script is being loaded."""
    return current_basedir


def _files(folder: str, subfolder: str, suffix: str) -> list[ScriptFile]:
    inside = os.path.join(folder, subfolder)
    names = sorted(os.listdir(inside)) if os.path.isdir(inside) else []
    files = [ScriptFile(folder, name, os.path.join(inside, name)) for name in names]
    return [f for f in files if os.path.splitext(f.path)[1].lower() == suffix and os.path.isfile(f.path)]


def list_scripts(scriptdirname: str, extension: str, *, include_extensions: bool = True) -> list[ScriptFile]:
    """Files with a suffix in the host's folder of that name, then in those of the extensions."""
    others = [ext.path for ext in extensions.active()] if include_extensions else []
    return [file for folder in (paths.script_path, *others) for file in _files(folder, scriptdirname, extension)]


def _load(scriptfile: ScriptFile) -> None:
    module = script_loading.load_module(scriptfile.path)
    for script_class in vars(module).values():
        if inspect.isclass(script_class) and issubclass(script_class, Script):
            scripts_data.append(ScriptClassData(script_class, scriptfile.path, scriptfile.basedir, module))


def load_scripts() -> None:
    """Load every script. The folders of all extensions are put in front of the import path."""
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


def _hook(name: str):
    def call(self, p, *given, **kwargs):
        for script in self.alwayson_scripts:
            self.call_hook(script, name, p, *given, **kwargs)

    call.__doc__ = f"See ``Script.{name}``."
    return call


class ScriptRunner:
    """The scripts of one tab. What a hook raises is reported, and the generation goes on."""

    before_process = _hook("before_process")
    process = _hook("process")
    before_process_batch = _hook("before_process_batch")
    #: img2img's mask is known; a hook that no base class defines.
    before_process_init_images = _hook("before_process_init_images")
    after_extra_networks_activate = _hook("after_extra_networks_activate")
    process_batch = _hook("process_batch")
    before_hr = _hook("before_hr")
    process_before_every_sampling = _hook("process_before_every_sampling")
    on_mask_blend = _hook("on_mask_blend")
    post_sample = _hook("post_sample")
    postprocess_batch_list = _hook("postprocess_batch_list")
    postprocess_image = _hook("postprocess_image")
    postprocess_maskoverlay = _hook("postprocess_maskoverlay")
    postprocess_image_after_composite = _hook("postprocess_image_after_composite")
    postprocess = _hook("postprocess")

    def __init__(self):
        self.scripts: list[Script] = []
        self.selectable_scripts: list[Script] = []
        self.alwayson_scripts: list[Script] = []
        self.infotext_fields: list = []
        self.paste_field_names: list[str] = []
        self.inputs: list = [None]

    @staticmethod
    def call_hook(script: Script, name: str, p, *given, **kwargs) -> None:
        """Call one hook of a script that defines it, with the given arguments and its components' values."""
        if getattr(type(script), name, None) is getattr(Script, name, None):
            return
        try:
            args = p.script_args[script.args_from : script.args_to]
            getattr(script, name)(p, *given, *args, **kwargs)
        except Exception:
            errors.report(f"Error running {name}: {script.filename}", exc_info=True)

    def postprocess_batch(self, p, images, **kwargs) -> None:
        """See :meth:`Script.postprocess_batch`."""
        for script in self.alwayson_scripts:
            self.call_hook(script, "postprocess_batch", p, images=images, **kwargs)

    def setup_scrips(self, p, *, is_ui: bool = True) -> None:
        """See :meth:`Script.setup`. The page's own scripts are skipped for the API."""
        for script in self.alwayson_scripts:
            if is_ui or not script.setup_for_ui_only:
                self.call_hook(script, "setup", p)

    def after_component(self, component, **kwargs) -> None:
        """See :meth:`Script.after_component`."""
        for script in self.scripts:
            try:
                script.after_component(component, **kwargs)
            except Exception:
                errors.report(f"Error running after_component: {script.filename}", exc_info=True)

    def initialize_scripts(self, is_img2img: bool) -> None:
        """Make an instance of every script that wants to be on this tab."""
        for scripts in (self.scripts, self.alwayson_scripts, self.selectable_scripts):
            scripts.clear()
        for data in scripts_data:
            try:
                script = data.script_class()
            except Exception:
                errors.report(f"Error # failed to initialize Script {data.module}: ", exc_info=True)
                continue
            script.filename = data.path
            script.is_txt2img, script.is_img2img = not is_img2img, is_img2img
            script.tabname = "img2img" if is_img2img else "txt2img"
            visibility = script.show(is_img2img)
            script.alwayson = visibility == AlwaysVisible
            if visibility:
                self.scripts.append(script)
                (self.alwayson_scripts if script.alwayson else self.selectable_scripts).append(script)

    def create_script_ui(self, script: Script) -> None:
        """Put one script's components on the page, and add them to the inputs."""
        script.args_from = script.args_to = len(self.inputs)
        try:
            controls = script.ui(script.is_img2img)
        except Exception:
            errors.report(f"Error calling: {script.filename}/ui", exc_info=True)
            return
        if controls is None:
            return
        script.controls = controls
        script.name = script.title().lower()
        self.infotext_fields += script.infotext_fields or []
        self.paste_field_names += script.paste_field_names or []
        self.inputs += controls
        script.args_to = len(self.inputs)

    def setup_ui_for_section(self, section: str | None, scriptlist=None) -> None:
        """Put the scripts of one section on the page."""
        for script in self.alwayson_scripts if scriptlist is None else scriptlist:
            if script.alwayson and script.section != section:
                continue
            if script.create_group:
                with gr.Group(visible=script.alwayson) as script.group:
                    self.create_script_ui(script)
            else:
                self.create_script_ui(script)

    def prepare_ui(self) -> None:
        """Forget the inputs of an earlier page."""
        self.inputs = [None]

    def setup_ui(self) -> list:
        """Put the remaining scripts and the list of selectable ones on the page; returns all inputs."""
        titles = ["None", *(script.title() for script in self.selectable_scripts)]
        self.setup_ui_for_section(None)
        dropdown = gr.Dropdown(titles, label="Script", elem_id="script_list", value="None", type="index")
        self.inputs[0] = dropdown
        self.setup_ui_for_section(None, self.selectable_scripts)

        def select_script(script_index):
            chosen = self.selectable_scripts[script_index - 1] if script_index else None
            updates = [gr.update(visible=chosen is s) for s in self.selectable_scripts]
            # With a single output, gradio would take a list for the value.
            return updates if len(updates) > 1 else updates[0]

        dropdown.change(fn=select_script, inputs=[dropdown], outputs=[s.group for s in self.selectable_scripts])
        self.infotext_fields.append((dropdown, lambda x: gr.update(value=x.get("Script", "None"))))
        return self.inputs

    def run(self, p, *args):
        """Let the script chosen from the list make the pictures; None if none is chosen."""
        if not args[0]:
            return None
        script = self.selectable_scripts[args[0] - 1]
        return script.run(p, *args[script.args_from : script.args_to])


scripts_txt2img: ScriptRunner | None = None
scripts_img2img: ScriptRunner | None = None
scripts_current: ScriptRunner | None = None
