"""IC Light in txt2img and img2img: maps the host's hooks to those of the package, and nothing else."""

from pathlib import Path

from modules import script_callbacks, scripts

import lib_iclight

_ROOT = Path(__file__).resolve().parents[1]

if Path(lib_iclight.__file__).resolve().parents[1] == _ROOT:
    from lib_iclight.hosts import page_script

    class ICLightScript(page_script.PageScript, scripts.Script):
        """The AlwaysVisible script; each hook calls its counterpart in :mod:`lib_iclight.hosts.script_hooks`."""

        page = page_script.Page()

        def title(self):
            return "IC Light"

        def show(self, is_img2img):
            return scripts.AlwaysVisible

        def before_process(self, p, *args):
            page_script.hooks().begin(p, self.asked(p, args), self.is_img2img)

        def process(self, p, *args):
            page_script.hooks().check(p)

        def process_before_every_sampling(self, p, *args, **kwargs):
            page_script.hooks().before_sampling(p, kwargs["x"], kwargs["noise"])

        def postprocess_image(self, p, pp, *args):
            pp.image = page_script.hooks().finish_image(p, pp.image, getattr(pp, "index", None))

        def postprocess(self, p, processed, *args):
            page_script.hooks().results(p, processed)

    script_callbacks.on_before_ui(page_script.hand_on_errors)
    script_callbacks.on_before_ui(page_script.add_xyz_axes)
    script_callbacks.on_ui_settings(page_script.add_settings)
    script_callbacks.on_after_component(ICLightScript.page.watch)
    script_callbacks.on_app_started(page_script.add_routes)

else:
    import html
    import importlib.util

    import gradio as gr

    _PROBLEM = (
        "IC Light cannot run: another extension's package 'lib_iclight' was loaded in place of its own, from "
        f"the extension folder {Path(lib_iclight.__file__).parents[1].name!r}. "
        "Disable that extension on the Extensions page and restart the web UI."
    )
    print(_PROBLEM)

    def _namesakes():
        """Load our own ``namesakes`` module by path, under an import name that nobody else uses."""
        file = _ROOT / "lib_iclight" / "namesakes.py"
        spec = importlib.util.spec_from_file_location("ic_light_namesakes", file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    class ForeignLibraryError(Exception):
        """Another extension's package was loaded in place of ours."""

        def __init__(self, problem=_PROBLEM):
            super().__init__(problem)
            self.status_code = 422
            self.detail = problem

    class ICLightScript(scripts.Script):
        """Takes the place of the script and says what is wrong; the web UI starts as usual."""

        def title(self):
            return "IC Light"

        def show(self, is_img2img):
            return scripts.AlwaysVisible

        def ui(self, is_img2img):
            with gr.Accordion("IC Light", open=False):
                enabled = gr.Checkbox(False, label="Enable")
                gr.HTML(f"<p class='error'>{html.escape(_PROBLEM)}</p>")
            return [enabled]

        def before_process(self, p, *args):
            namesakes, first = _namesakes(), args[0] if args else False
            wanted = namesakes.switch_of(first) if isinstance(first, dict) else first
            misrouted = namesakes.misrouted(p, self)
            if wanted or misrouted:
                p.setup_prompts = self._stop(misrouted or _PROBLEM)

        @staticmethod
        def _stop(problem):
            def stop():
                raise ForeignLibraryError(problem)

            return stop
