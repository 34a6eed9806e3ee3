"""Records, inside the web UI, what one generation did. Does nothing unless its argument names a folder.

The argument is a dict: ``folder`` (where the record goes) and, for that generation alone, ``pretend`` (attributes of
the loaded model), ``missing`` (modules that cannot be imported), ``models`` (the folder that holds the models) and
``first_call`` (whether sampling ends at the first call of the UNet, which is recorded and not made).
"""

import functools
import importlib
import importlib.util
import json
import sys
import threading
import time
from pathlib import Path

import gradio as gr
from modules import script_callbacks, scripts

SUBJECT = "IC Light"
HOOKS = (
    "before_process",
    "process",
    "before_process_batch",
    "process_batch",
    "process_before_every_sampling",
    "postprocess_batch",
    "postprocess_image",
    "postprocess",
)
_VAES = ("backend.patcher.vae", "ldm_patched.modules.sd")
"""Where a web UI with patchers has its VAE."""


def unet_of(sd_model):
    """The module to watch, and a function that reads a call of it: latents, time steps, context and noise levels."""
    objects = getattr(sd_model, "forge_objects", None)
    if objects is None:
        return sd_model.model, functools.partial(_call_of_wrapper, sd_model)
    return objects.unet.model.diffusion_model, _call_of_unet


def _call_of_unet(x, timesteps, *args, **kwargs):
    return x, timesteps, kwargs.get("context"), (kwargs.get("transformer_options") or {}).get("sigmas")


def _call_of_wrapper(sd_model, x, timesteps, c_concat=(), c_crossattn=(), **kwargs):
    """Of a web UI without a patcher, whose wrapper joins the condition to the latents."""
    import torch

    alphas = sd_model.alphas_cumprod.double().cpu()
    levels, steps = ((1 - alphas) / alphas).log() / 2, timesteps.double().cpu()
    low = steps.floor().long().clamp(0, len(levels) - 2)
    sigmas = levels[low].lerp(levels[low + 1], steps - low).exp().float()
    whole = torch.cat([x, *c_concat], 1) if sd_model.model.conditioning_key == "hybrid" else x
    return whole, timesteps, torch.cat(c_crossattn, 1), sigmas


class Patches:
    """Attributes that are replaced for a while."""

    def __init__(self):
        self._undo = []

    def put(self, owner, name, value):
        """Set an attribute until `restore`."""
        missing = object()
        before = vars(owner).get(name, missing)
        self._undo.append(lambda: delattr(owner, name) if before is missing else setattr(owner, name, before))
        setattr(owner, name, value)

    def put_item(self, mapping, key, value):
        """Set an item until `restore`."""
        missing = object()
        before = mapping.get(key, missing)
        self._undo.append(lambda: mapping.pop(key, None) if before is missing else mapping.update({key: before}))
        mapping[key] = value

    def restore(self):
        """Restore everything, the latest first."""
        while self._undo:
            self._undo.pop()()


class Recording:
    """One generation, from the first hook until the web UI closes its processing object."""

    def __init__(self, options):
        self.folder = Path(options["folder"])
        self.options = options
        self.thread = threading.get_ident()
        self.watches_model = False
        self.layer = None
        self.hook = ""
        self.patches = Patches()
        self.tensors = {}
        self.report = {"unet": [], "sampling": [], "encodes": [], "hooks": [], "opened": [], "opened_in_hooks": []}

    def begin(self, p):
        """Watch everything that does not need the model."""
        original = p.close
        self.patches.put(p, "close", lambda: self.end(original))
        for name in self.options.get("missing", []):
            self.patches.put_item(sys.modules, name, None)
        if "models" in self.options:
            self.patches.put(importlib.import_module("modules.paths"), "models_path", self.options["models"])
        self._watch_hooks(p)
        self._watch_sampling()
        self._watch_encodes()
        self._watch_weights()

    def watch_model(self, p):
        """Watch the UNet; the model is loaded by now."""
        if self.watches_model:
            return
        self.watches_model = True
        for name, value in self.options.get("pretend", {}).items():
            self.patches.put(p.sd_model, name, value)
        model, read = unet_of(p.sd_model)
        forward = model.forward

        def watched(*args, **kwargs):
            x, timesteps, context, sigmas = read(*args, **kwargs)
            if self.options.get("first_call"):
                self._note_unet(x, timesteps, None, sigmas, None)
                raise importlib.import_module("modules.sd_samplers_common").InterruptedException
            output = forward(*args, **kwargs)
            self._note_unet(x, timesteps, context, sigmas, output)
            return output

        self.patches.put(model, "forward", watched)
        self.layer = getattr(model, "diffusion_model", model).out[2]

    def end(self, close):
        """Write the record and let the web UI continue."""
        self.patches.restore()
        self._note_merging()
        if Probe.recording is self:
            Probe.recording = None
        from safetensors.torch import save_file

        self.folder.mkdir(parents=True, exist_ok=True)
        for name, tensors in self.tensors.items():
            save_file({key: value.contiguous().clone() for key, value in tensors.items()}, self.folder / name)
        self.folder.joinpath("report.json").write_text(json.dumps(self.report), encoding="utf-8")
        return close()

    def note_open(self, path):
        """A file was opened by Python somewhere in the process."""
        if threading.get_ident() != self.thread:
            return
        if self.hook:
            self.report["opened_in_hooks"].append(path)
        if path.endswith((".safetensors", ".ckpt", ".onnx")):
            self.report["opened"].append(path)

    def _note_merging(self):
        """Whether the last layer's weight is another one, or in another state, than after the last recorded run."""
        weight = getattr(self.layer, "weight", None)
        now = None if weight is None else (weight, weight.data_ptr(), 0 if weight.is_inference() else weight._version)
        before, Probe.weight = Probe.weight, now
        same = None not in (before, now) and before[0] is now[0] and before[1:] == now[1:]
        self.report["merged"] = not same

    def _note_unet(self, x, timesteps, context, sigmas, output):
        self.report["unet"].append(
            {"shape": list(x.shape), "sigma": float(sigmas[0]) if sigmas is not None else None},
        )
        name = f"unet-{x.shape[-1] * 8}x{x.shape[-2] * 8}.safetensors"
        if name not in self.tensors:
            found = {"x": x, "timesteps": timesteps, "context": context, "output": output, "sigmas": sigmas}
            self.tensors[name] = {key: value.detach().cpu() for key, value in found.items() if value is not None}

    def _watch_hooks(self, p):
        for script in p.scripts.alwayson_scripts:
            if script.title() != SUBJECT:
                continue
            for name in HOOKS:
                if hasattr(script, name):
                    self.patches.put(script, name, self._timed(name, getattr(script, name)))

    def _timed(self, name, hook):
        def timed(*args, **kwargs):
            noise = kwargs.get("noise") if self.options.get("first_call") else None
            before = None if noise is None else noise.detach().cpu().clone()
            self.hook, start = name, time.perf_counter()
            try:
                return hook(*args, **kwargs)
            finally:
                self.report["hooks"].append([name, time.perf_counter() - start])
                self.hook = ""
                if noise is not None:
                    after = noise.detach().cpu().clone()
                    self.tensors.setdefault("noise.safetensors", {"before": before, "after": after})

        return timed

    def _watch_sampling(self):
        sampler = importlib.import_module("modules.sd_samplers_common").Sampler
        launch = sampler.launch_sampling

        def watched(instance, steps, func):
            self.report["sampling"].append(steps)
            start = getattr(instance.model_wrap_cfg, "init_latent", None)
            if start is not None:
                self.tensors.setdefault("start.safetensors", {"start": start.detach().cpu()})
            return launch(instance, steps, func)

        self.patches.put(sampler, "launch_sampling", watched)

    def _watch_encodes(self):
        module = next((name for name in _VAES if importlib.util.find_spec(name.split(".")[0])), None)
        if module is None:
            self._watch_encodes_of_ldm()
            return
        vae = importlib.import_module(module).VAE
        # Forge Neo does without an inner one, and reForge has one that nobody calls.
        name = "encode_inner" if module == _VAES[0] and hasattr(vae, "encode_inner") else "encode"
        encode = getattr(vae, name)

        def watched(instance, pixels):
            self.report["encodes"].append({"size": [pixels.shape[2], pixels.shape[1]], "hook": self.hook})
            return encode(instance, pixels)

        self.patches.put(vae, name, watched)

    def _watch_encodes_of_ldm(self):
        ldm = importlib.import_module("ldm.models.autoencoder").AutoencoderKL
        encode = ldm.encode

        def watched(instance, pixels, *args, **kwargs):
            self.report["encodes"].append({"size": [pixels.shape[3], pixels.shape[2]], "hook": self.hook})
            return encode(instance, pixels, *args, **kwargs)

        self.patches.put(ldm, "encode", watched)

    def _watch_weights(self):
        """safetensors opens files outside Python, where no audit hook sees it."""
        library = importlib.import_module("safetensors")
        opener = library.safe_open

        def watched(path, *args, **kwargs):
            self.note_open(str(path))
            return opener(path, *args, **kwargs)

        self.patches.put(library, "safe_open", watched)


class Probe(scripts.Script):
    """Runs before all other scripts, because of its folder's name."""

    recording = None
    weight = None

    def title(self):
        return "IC Light Probe"

    def show(self, is_img2img):
        return scripts.AlwaysVisible

    def ui(self, is_img2img):
        return [gr.Textbox(value="", visible=False)]

    def before_process(self, p, options, *args):
        # A detailer's runs inside a run are part of it; ADetailer calls this for copies too, which it never closes.
        if isinstance(options, dict) and not self._records(options):
            Probe.recording = Recording(options)
            Probe.recording.begin(p)

    @staticmethod
    def _records(options):
        return Probe.recording is not None and Probe.recording.folder == Path(options["folder"])

    def process(self, p, options, *args):
        if isinstance(options, dict) and Probe.recording is not None:
            Probe.recording.watch_model(p)


def _audit(event, args):
    recording = Probe.recording
    if event == "open" and recording is not None and isinstance(args[0], str):
        recording.note_open(args[0])


def _ready():
    return {"ready": True}


sys.addaudithook(_audit)
script_callbacks.on_app_started(lambda page, app: app.add_api_route("/ic-light-probe", _ready, methods=["GET"]))
