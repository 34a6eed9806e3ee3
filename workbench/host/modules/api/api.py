"""The API: ``/sdapi/v1``."""

from __future__ import annotations

import base64
import io
from contextlib import closing
from secrets import compare_digest
from types import UnionType
from typing import Annotated, Any, get_args, get_origin

import gradio as gr
from fastapi import Depends, FastAPI
from fastapi.exceptions import HTTPException
from fastapi.security import HTTPBasic, HTTPBasicCredentials

from modules import (
    images,
    infotext_utils,
    processing,
    scripts,
    sd_models,
    sd_samplers,
    sd_schedulers,
    shared,
    sysinfo,
)
from modules.api import models
from modules.shared import opts


def script_name_to_index(name: str, scripts: list) -> int:
    """The index of the script with this title; 422 if there is none."""
    try:
        return [script.title().lower() for script in scripts].index(name.lower())
    except Exception as e:
        raise HTTPException(status_code=422, detail=f"Script '{name}' not found") from e


def validate_sampler_name(name: str) -> str:
    """The name; 400 if there is no such sampler."""
    if name not in sd_samplers.all_samplers_map:
        raise HTTPException(status_code=400, detail="Sampler not found")
    return name


def decode_base64_to_image(encoding: str):
    """The picture in base64 or a data URL; 500 if it cannot be read."""
    if encoding.startswith("data:image/"):
        encoding = encoding.split(";")[1].split(",")[1]
    try:
        return images.read(io.BytesIO(base64.b64decode(encoding)))
    except Exception as e:
        raise HTTPException(status_code=500, detail="Invalid encoded image") from e


def encode_pil_to_base64(image) -> bytes:
    """A picture with its texts as a PNG, or in the format of the settings. Arrays are an error."""
    with io.BytesIO() as buffer:
        if opts.samples_format.lower() == "png":
            image.save(buffer, format="PNG", pnginfo=images.png_texts(image.info))
        else:
            kind = "JPEG" if opts.samples_format.lower() in ("jpg", "jpeg") else opts.samples_format.upper()
            image.convert("RGB").save(buffer, format=kind, quality=80)
        return base64.b64encode(buffer.getvalue())


class Api:
    """The routes, and the default values of the scripts' components."""

    def __init__(self, app: FastAPI, queue_lock):
        auth = shared.cmd_opts.api_auth
        self.credentials = dict(pair.split(":") for pair in auth.split(",")) if auth else {}
        self.app = app
        self.queue_lock = queue_lock
        self._add_routes()
        self.default_script_arg_txt2img = self.init_default_script_args(scripts.scripts_txt2img)
        self.default_script_arg_img2img = self.init_default_script_args(scripts.scripts_img2img)

    def _add_routes(self) -> None:
        post, get = {"methods": ["POST"]}, {"methods": ["GET"]}
        for path, endpoint, kwargs in (
            ("txt2img", self.text2imgapi, {**post, "response_model": models.TextToImageResponse}),
            ("img2img", self.img2imgapi, {**post, "response_model": models.ImageToImageResponse}),
            ("png-info", self.pnginfoapi, {**post, "response_model": models.PNGInfoResponse}),
            ("progress", self.progressapi, {**get, "response_model": models.ProgressResponse}),
            ("interrupt", self.interruptapi, post),
            ("skip", self.skip, post),
            ("options", self.get_config, get),
            ("options", self.set_config, post),
            ("cmd-flags", self.get_cmd_flags, get),
            ("samplers", self.get_samplers, get),
            ("schedulers", self.get_schedulers, get),
            ("upscalers", self.get_upscalers, get),
            ("sd-models", self.get_sd_models, get),
            ("scripts", self.get_scripts_list, {**get, "response_model": models.ScriptsList}),
            ("script-info", self.get_script_info, {**get, "response_model": list[models.ScriptInfo]}),
        ):
            self.add_api_route(f"/sdapi/v1/{path}", endpoint, **kwargs)

    def add_api_route(self, path: str, endpoint, **kwargs):
        """Add a route, protected by the password if there is one."""
        if shared.cmd_opts.api_auth:
            kwargs["dependencies"] = [Depends(self.auth)]
        return self.app.add_api_route(path, endpoint, **kwargs)

    def auth(self, credentials: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())]):
        """Check name and password; 401 if they are wrong."""
        expected = self.credentials.get(credentials.username)
        if expected is None or not compare_digest(credentials.password, expected):
            headers = {"WWW-Authenticate": "Basic"}
            raise HTTPException(status_code=401, detail="Incorrect username or password", headers=headers)
        return True

    def get_selectable_script(self, script_name: str | None, script_runner):
        """The script to run instead of an ordinary generation, and its index."""
        if not script_name:
            return None, None
        index = script_name_to_index(script_name, script_runner.selectable_scripts)
        return script_runner.selectable_scripts[index], index

    def get_scripts_list(self):
        """Names of all scripts."""
        runners = {"txt2img": scripts.scripts_txt2img, "img2img": scripts.scripts_img2img}
        return {tab: [s.name for s in runner.scripts if s.name is not None] for tab, runner in runners.items()}

    def get_script_info(self):
        """All scripts and their components."""
        every = [*scripts.scripts_txt2img.scripts, *scripts.scripts_img2img.scripts]
        return [models.describe(script) for script in every if script.controls is not None]

    def init_default_script_args(self, script_runner) -> list:
        """The initial values of all components, found by making them again outside the page."""
        script_args = [None] * max([1, *(script.args_to for script in script_runner.scripts)])
        script_args[0] = 0
        with gr.Blocks():
            for script in script_runner.scripts:
                if script.ui(script.is_img2img):
                    values = [elem.value for elem in script.ui(script.is_img2img)]
                    script_args[script.args_from : script.args_to] = values
        return script_args

    def init_script_args(
        self, request, default_script_args, selectable_scripts, selectable_idx, script_runner, *, input_script_args
    ) -> list:
        """The values for all scripts: defaults, then infotext, then what the request says."""
        script_args = default_script_args.copy()
        for position, value in input_script_args.items():
            script_args[position] = value
        if selectable_scripts is not None:
            script_args[selectable_scripts.args_from : selectable_scripts.args_to] = request.script_args
            script_args[0] = selectable_idx + 1
        for name, given in (request.alwayson_scripts or {}).items():
            script = script_runner.scripts[script_name_to_index(name, script_runner.scripts)]
            if script.alwayson is False:
                detail = "Cannot have a selectable script in the always on scripts params"
                raise HTTPException(status_code=422, detail=detail)
            if "args" in given:
                values = given["args"][: script.args_to - script.args_from]
                script_args[script.args_from : script.args_from + len(values)] = values
        return script_args

    def apply_infotext(self, request, tabname: str, *, script_runner, mentioned_script_args: dict) -> None:
        """Fill in missing values from the request's ``infotext``."""
        if not request.infotext:
            return
        fields = infotext_utils.paste_fields[tabname]["fields"]
        params = infotext_utils.parse_generation_parameters(request.infotext)
        already = request.model_fields_set
        for field in fields:
            if field.api and field.api not in already:
                value = _field_value(field, params, request)
                if value is not None:
                    setattr(request, field.api, value)
        request.override_settings = request.override_settings or {}
        for _, name, value in infotext_utils.get_override_settings(params):
            request.override_settings.setdefault(name, value)
        indexes = {v: i for i, v in enumerate(script_runner.inputs)}
        for field in fields:
            value = _field_value(field, params, request) if field.component in indexes else None
            if value is not None:
                mentioned_script_args[indexes[field.component]] = value

    def _prepare(self, request, tabname: str, runner, defaults: list) -> tuple[dict, list, Any]:
        """``(arguments for the processing object, values for the scripts, script chosen to run)``."""
        mentioned: dict = {}
        self.apply_infotext(request, tabname, script_runner=runner, mentioned_script_args=mentioned)
        selectable, index = self.get_selectable_script(request.script_name, runner)
        name = request.sampler_name or request.sampler_index
        sampler, scheduler = sd_samplers.get_sampler_and_scheduler(name, request.scheduler)
        args = dict(vars(request))
        args["sampler_name"] = validate_sampler_name(sampler)
        args["do_not_save_samples"] = args["do_not_save_grid"] = not request.save_images
        args["sampler_index"] = None
        if not request.scheduler and scheduler != "Automatic":
            args["scheduler"] = scheduler
        for used_here in "script_name script_args alwayson_scripts infotext save_images".split():
            args.pop(used_here)
        values = self.init_script_args(request, defaults, selectable, index, runner, input_script_args=mentioned)
        return args, values, selectable

    def _generate(self, p, runner, script_args: list, selectable) -> processing.Processed:
        """Make the pictures; the lock must be held."""
        p.is_api = True
        p.scripts = runner
        try:
            shared.state.begin(job=f"scripts_{'img2img' if runner is scripts.scripts_img2img else 'txt2img'}")
            if selectable is not None:
                p.script_args = script_args
                processed = runner.run(p, *p.script_args)
            else:
                p.script_args = tuple(script_args)
                processed = processing.process_images(p)
            processing.process_extra_images(processed)
        finally:
            shared.state.end()
        return processed

    @staticmethod
    def _encode(processed) -> list[bytes]:
        return [encode_pil_to_base64(x) for x in processed.images + processed.extra_images]

    def text2imgapi(self, txt2imgreq: models.StableDiffusionTxt2ImgProcessingAPI):
        """Pictures from text."""
        runner = scripts.scripts_txt2img
        args, values, selectable = self._prepare(txt2imgreq, "txt2img", runner, self.default_script_arg_txt2img)
        with self.queue_lock, closing(processing.StableDiffusionProcessingTxt2Img(**args)) as p:
            p.outpath_grids, p.outpath_samples = opts.outdir_txt2img_grids, opts.outdir_txt2img_samples
            processed = self._generate(p, runner, values, selectable)
        encoded = self._encode(processed)
        return models.TextToImageResponse(images=encoded, parameters=vars(txt2imgreq), info=processed.js())

    def img2imgapi(self, img2imgreq: models.StableDiffusionImg2ImgProcessingAPI):
        """Pictures from pictures; 404 without any."""
        runner = scripts.scripts_img2img
        init_images = img2imgreq.init_images
        if init_images is None:
            raise HTTPException(status_code=404, detail="Init image not found")
        mask = decode_base64_to_image(img2imgreq.mask) if img2imgreq.mask else img2imgreq.mask
        args, values, selectable = self._prepare(img2imgreq, "img2img", runner, self.default_script_arg_img2img)
        args["mask"] = mask
        with self.queue_lock, closing(processing.StableDiffusionProcessingImg2Img(**args)) as p:
            p.init_images = [decode_base64_to_image(x) for x in init_images]
            p.outpath_grids, p.outpath_samples = opts.outdir_img2img_grids, opts.outdir_img2img_samples
            processed = self._generate(p, runner, values, selectable)
        encoded = self._encode(processed)
        img2imgreq.init_images = img2imgreq.mask = None
        return models.ImageToImageResponse(images=encoded, parameters=vars(img2imgreq), info=processed.js())

    def pnginfoapi(self, req: models.PNGInfoRequest):
        """The texts stored in a picture."""
        geninfo, items = images.read_info_from_image(decode_base64_to_image(req.image.strip()))
        params = infotext_utils.parse_generation_parameters(geninfo or "")
        return models.PNGInfoResponse(info=geninfo or "", items=items, parameters=params)

    def progressapi(self):
        """The progress of the current job."""
        state = shared.state
        if state.job_count == 0:
            return {"progress": 0, "state": state.dict(), "textinfo": state.textinfo}
        done = 0.01
        if state.job_count > 0:
            done += state.job_no / state.job_count
            done += state.sampling_step / state.sampling_steps / state.job_count if state.sampling_steps > 0 else 0
        return {"progress": min(done, 1), "state": state.dict(), "textinfo": state.textinfo}

    def interruptapi(self):
        """Stop the job under way."""
        shared.state.interrupt()

    def skip(self):
        """Stop the batch under way."""
        shared.state.skip()

    def get_config(self):
        """All settings."""
        return sysinfo.get_config()

    def set_config(self, req: dict[str, Any]):
        """Change settings."""
        sysinfo.set_config(req)

    def get_cmd_flags(self):
        """The command line."""
        return vars(shared.cmd_opts)

    def get_samplers(self):
        """All samplers."""
        return [{"name": x.name, "options": x.options} for x in sd_samplers.all_samplers]

    def get_schedulers(self):
        """All schedules."""
        return [{"name": x.name, "label": x.label} for x in sd_schedulers.schedulers]

    def get_upscalers(self):
        """All upscalers."""
        return [{"name": x.name, "model_name": None, "model_path": None, "scale": x.scale} for x in shared.sd_upscalers]

    def get_sd_models(self):
        """All checkpoints."""
        names = {"title": "title", "model_name": "model_name", "hash": "shorthash", "filename": "filename"}
        return [{key: getattr(sd_models.checkpoint_info, name) for key, name in names.items()}]


def _field_value(field, params: dict, request):
    """The infotext's value for a field, in the type that the request or the component expects."""
    value = field.function(params) if field.function else params.get(field.label)
    if value is None:
        return None
    known = type(request).model_fields.get(field.api)
    if known is not None:
        kinds = [x for x in get_args(known.annotation) if x is not type(None)]
        optional = get_origin(known.annotation) is UnionType and len(kinds) == 1
        target = kinds[0] if optional else known.annotation
    else:
        target = type(field.component.value)
    if target is type(None):
        return None
    if isinstance(value, dict) and value.get("__type__") == "update":
        value = value.get("value")
    return target(value) if value is not None and isinstance(target, type) and not isinstance(value, target) else value
